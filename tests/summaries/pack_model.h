// A naive model of what goes into a pack, to compare packs with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/pack.h"
#include "summaries/pack_writer.h"
#include "tests/summaries/sound_summary.h"

namespace coppice::test {

struct ModelModule {
  Hash128 content_hash;
  std::uint64_t interface_hash = 0;
  SyntaxState syntax = SyntaxState::kClean;
  std::uint32_t lines = 0;
  std::uint32_t source_bytes = 0;
  std::vector<std::uint64_t> summary;  // a sound message
  std::vector<std::string> docs;
  std::map<std::string, bool> names;  // to whether the module defines it
};

// By (root, path): in the order of a pack's rows.
using Model = std::map<std::pair<std::string, std::string>, ModelModule>;

class ModelMaker {
 public:
  explicit ModelMaker(std::uint64_t seed) : random_(seed) {}

  std::uint32_t Below(std::uint32_t bound) {
    return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(random_);
  }
  std::string Name();
  std::string Path();
  ModelModule Module();
  Model Make(unsigned modules);
  // Some modules removed, some changed, some added, some moved.
  Model Edit(const Model& model);

 private:
  std::mt19937_64 random_;
};

// A directory that goes when the test does.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }
  // Names of what is in it, sorted.
  std::vector<std::string> Entries() const;

 private:
  std::filesystem::path path_;
};

ModuleRecord RecordOf(const Model::value_type& module);
Result<void> AddModule(PackWriter& writer, const Model::value_type& module);
// Writes all of `model`, or fails the test.
void WritePack(const std::string& path, const Model& model, const PackOptions& options = {});
std::shared_ptr<const Pack> OpenPack(const std::string& path);
std::string FileBytesOf(const std::string& path);

// Compares everything that the pack can be asked with the model.
void ExpectHolds(const Pack& pack, const Model& model, bool docs = true);

}  // namespace coppice::test
