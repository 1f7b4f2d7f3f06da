// A directory of its own for a test, removed with all that is in it.

#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace coppice {

class TemporaryTree {
 public:
  TemporaryTree() {
    std::string name = testing::TempDir() + "coppice-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = std::filesystem::canonical(name).string();
  }
  ~TemporaryTree() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryTree(const TemporaryTree&) = delete;
  TemporaryTree& operator=(const TemporaryTree&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view relative) const {
    return path_ + '/' + std::string(relative);
  }

  // Writes a file, with the directories above it. Returns its path.
  std::string Write(std::string_view relative, std::string_view contents = "") const {
    const std::string path = *this / relative;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << contents;
    return path;
  }
  std::string WriteProgram(std::string_view relative, std::string_view contents) const {
    const std::string path = Write(relative, contents);
    EXPECT_EQ(chmod(path.c_str(), 0755), 0);
    return path;
  }
  void Link(const std::string& target, std::string_view relative) const {
    const std::string path = *this / relative;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::filesystem::create_symlink(target, path);
  }

 private:
  std::string path_;
};

}  // namespace coppice
