// What conditions are for targets. target_oracle.py asks interpreters.
#include "summaries/resolution/expressions/target.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "summaries/resolution/names/live_code.h"

namespace coppice {
namespace {

Truth Evaluate(std::string_view condition, const Target& target = {},
               const ConstantTexts& constants = {}) {
  ExpressionParser parser;
  parser.Parse(condition);
  return EvaluateCondition(parser, target, constants);
}

TEST(Target, ComparesVersionsAsTuples) {
  Target target;
  target.minor = 10;
  EXPECT_EQ(Evaluate("sys.version_info >= (3, 10)", target), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.version_info > (3, 10)", target), Truth::kTrue);  // it has more items
  EXPECT_EQ(Evaluate("sys.version_info < (3, 10, 4)", target), Truth::kUnknown);
  EXPECT_EQ(Evaluate("sys.version_info < (3, 11, 4)", target), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.version_info[:2] == (3, 10)", target), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.version_info[0] == 2", target), Truth::kFalse);
}

TEST(Target, KnowsPlatforms) {
  Target target;
  target.platform = "darwin";
  EXPECT_EQ(Evaluate("sys.platform == 'darwin'", target), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.platform.startswith('win')", target), Truth::kFalse);
  EXPECT_EQ(Evaluate("sys.platform in ('linux', 'darwin')", target), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.platform.startswith(('linux', 'dar'))", target), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.platform[:3] == 'win'", target), Truth::kFalse);
  EXPECT_EQ(Evaluate("'arw' in sys.platform", target), Truth::kTrue);
  EXPECT_EQ(Evaluate("'nt' in sys.builtin_module_names", target), Truth::kFalse);
  EXPECT_EQ(Evaluate("'zlib' in sys.builtin_module_names", target), Truth::kUnknown);
  EXPECT_EQ(Evaluate("sys.byteorder == 'little'", target), Truth::kUnknown);
}

TEST(Target, CombinesWhatIsKnownWithWhatIsNot) {
  EXPECT_EQ(Evaluate("unknown and False"), Truth::kFalse);
  EXPECT_EQ(Evaluate("unknown or True"), Truth::kTrue);
  EXPECT_EQ(Evaluate("unknown or False"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("not unknown"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("TYPE_CHECKING"), Truth::kTrue);
  EXPECT_EQ(Evaluate("typing.TYPE_CHECKING or unknown"), Truth::kTrue);
  EXPECT_EQ(Evaluate("__name__ == '__main__'"), Truth::kFalse);
  EXPECT_EQ(Evaluate("'__main__' != __name__"), Truth::kTrue);
  EXPECT_EQ(Evaluate("__name__ == 'm'"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("__name__ in ('m', 'n')"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("cut…"), Truth::kUnknown);
}

TEST(Target, LooksForItemsThatEqual) {
  EXPECT_EQ(Evaluate("True in (True, False)"), Truth::kTrue);
  EXPECT_EQ(Evaluate("True not in [False]"), Truth::kTrue);
  EXPECT_EQ(Evaluate("TYPE_CHECKING is True"), Truth::kTrue);
  EXPECT_EQ(Evaluate("True in (1,)"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("sys.version_info[:2] in ((3, 12), (3, 13))"), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.version_info[:2] in {(2, 7)}"), Truth::kFalse);
  EXPECT_EQ(Evaluate("os.name in ('nt', unknown)"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("os.name in (unknown, 'posix')"), Truth::kTrue);
  EXPECT_EQ(Evaluate("os.name in ('nt', *more)"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("os.name in names"), Truth::kUnknown);
}

TEST(Target, LeavesOpenWhatUnknownPrefixesAre) {
  EXPECT_EQ(Evaluate("sys.platform.startswith(prefix)"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("sys.platform.startswith(('win', prefix))"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("sys.platform.startswith((prefix, 'linux'))"), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.platform.startswith('linux', 1)"), Truth::kUnknown);
}

TEST(Target, TuplesMayGoOn) {
  EXPECT_EQ(Evaluate("sys.version_info >= (3, 13, 0, 'final')"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("sys.version_info[:2] < (3, 13, 'beta')"), Truth::kTrue);
  EXPECT_EQ(Evaluate("sys.version_info[:2] >= (3, 13, *more)"), Truth::kUnknown);
  EXPECT_EQ(Evaluate("sys.version_info[:3] == (3, 13)"), Truth::kFalse);
  EXPECT_EQ(Evaluate("sys.version_info > (3, unknown)"), Truth::kUnknown);
}

TEST(Target, LoopsElse) {
  ExpressionParser parser;
  Guard guard{GuardKind::kLoop, 0, "False"};
  EXPECT_EQ(EvaluateGuard(guard, {}, parser), Truth::kFalse);
  guard.branch = 1;
  EXPECT_EQ(EvaluateGuard(guard, {}, parser), Truth::kUnknown);
  guard.test = "True";
  EXPECT_EQ(EvaluateGuard(guard, {}, parser), Truth::kUnknown);
  guard.branch = 0;
  EXPECT_EQ(EvaluateGuard(guard, {}, parser), Truth::kUnknown);
}

TEST(Target, LooksConstantsUp) {
  const std::map<std::string, std::string, std::less<>> texts = {
      {"PY2", "sys.version_info[0] == 2"},    {"PY3", "not PY2"},
      {"WINDOWS", "sys.platform == 'win32'"}, {"loop", "not loop"},
      {"names", "sys.builtin_module_names"},  {"call", "made()"}};
  const auto constants = [&](std::string_view name) -> std::string_view {
    const auto found = texts.find(name);
    return found == texts.end() ? std::string_view() : found->second;
  };
  EXPECT_EQ(Evaluate("PY2", {}, constants), Truth::kFalse);
  EXPECT_EQ(Evaluate("PY3 and not WINDOWS", {}, constants), Truth::kTrue);
  EXPECT_EQ(Evaluate("'posix' in names", {}, constants), Truth::kTrue);
  EXPECT_EQ(Evaluate("loop", {}, constants), Truth::kUnknown);
  EXPECT_EQ(Evaluate("call", {}, constants), Truth::kUnknown);
  EXPECT_EQ(Evaluate("PY2"), Truth::kUnknown);
}

}  // namespace
}  // namespace coppice
