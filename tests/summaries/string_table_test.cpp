#include "summaries/string_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/summaries/names_of_one_hash.h"

namespace coppice {
namespace {

TEST(StringTable, TellsTextsOfOneHashApart) {
  const auto [one, other] = test::kNamesOfOneHash;
  ASSERT_EQ(TextHash()(one), TextHash()(other));
  StringTable table;
  EXPECT_EQ(table.Insert(one), std::pair(0u, true));
  EXPECT_EQ(table.Find(other), UINT32_MAX);
  EXPECT_EQ(table.Insert(other), std::pair(1u, true));
  EXPECT_EQ(table.Find(one), 0u);
  EXPECT_EQ(table.Find(other), 1u);
}

// However large it was: from some size on, a table is not cleared but made anew.
TEST(StringTable, IsEmptyOnceCleared) {
  for (const unsigned count : {10u, 10000u}) {
    std::vector<std::string> texts;
    for (unsigned i = 0; i < count; ++i) texts.push_back(std::to_string(i));
    StringTable table;
    for (const std::string& text : texts) table.Insert(text);
    EXPECT_EQ(table.size(), count);
    table.Clear();
    EXPECT_EQ(table.size(), 0u);
    EXPECT_EQ(table.Find("7"), UINT32_MAX);
    EXPECT_EQ(table.Insert("7"), std::pair(0u, true));
    EXPECT_EQ(table[0], "7");
  }
}

}  // namespace
}  // namespace coppice
