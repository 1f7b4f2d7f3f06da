// Hashes of what other modules can observe. They are made of the strings' hashes, not of indices,
// so that they do not depend on how a summary happens to be laid out.

#include <algorithm>
#include <array>
#include <span>
#include <tuple>
#include <vector>

#include "summaries/columns.h"
#include "summaries/hash.h"
#include "summaries/summary_view.h"

namespace coppice {
namespace {

// Hash of a sequence of numbers.
class Digest {
 public:
  void Add(uint64_t value) {
    if (size_ == values_.size()) {
      values_[0] = Sum();
      size_ = 1;
    }
    values_[size_++] = value;
  }
  uint64_t Sum() const { return Hash64(std::as_bytes(std::span(values_.data(), size_))); }

 private:
  std::array<uint64_t, 64> values_;
  size_t size_ = 0;
};

uint64_t HashPair(uint64_t a, uint64_t b) {
  Digest digest;
  digest.Add(a);
  digest.Add(b);
  return digest.Sum();
}

}  // namespace

class SummaryHasher {
 public:
  explicit SummaryHasher(const SummaryView& view) : view_(view) {}

  uint64_t SymbolHash(uint32_t row) const {
    const uint32_t traits = view_.Get<Column::kTraitsBits>(view_.Get<Column::kSymbolTraits>(row));
    Digest digest;
    digest.Add(StringHash(Name(row)));
    digest.Add(traits & ~kTraitsDocBit);
    AddGuards(digest, view_.Get<Column::kSymbolGuard>(row));
    if (const uint32_t detail = view_.Get<Column::kSymbolDetail>(row)) {
      AddDetails(digest, DetailReader(view_.cells_.details() + detail - 1));
    }
    return digest.Sum();
  }

  uint64_t InterfaceHash() {
    const uint32_t symbols = view_.symbol_count();
    string_hashes_.resize(view_.cells_.rows(Table::kStrings));
    for (uint32_t i = 0; i < string_hashes_.size(); ++i) {
      string_hashes_[i] = Hash64(view_.string(i));
    }
    CollectImports();
    std::vector<uint64_t> keys(symbols);
    uint64_t sum = 0;
    uint32_t scope = 0;
    uint64_t scope_key = 0;
    Imports imports = ImportsOf(kModule);  // of the scope that the row is in
    uint32_t rank = 0;                     // among the symbols of the same name
    for (uint32_t row = 0; row < symbols; ++row) {
      if (scope < view_.cells_.rows(Table::kScopes) &&
          row == view_.Get<Column::kScopeFirst>(scope)) {
        const uint32_t owner = view_.Get<Column::kScopeOwner>(scope++);
        imports = ImportsOf(owner);
        scope_key = keys[owner];
        rank = 0;
      } else {
        rank = row != 0 && Name(row) == Name(row - 1) ? rank + 1 : 0;
      }
      const uint64_t name = string_hashes_[Name(row)];
      const uint32_t order = view_.Get<Column::kSymbolOrder>(row);
      Digest key;
      key.Add(scope_key);
      key.Add(name);
      key.Add(rank);
      key.Add(CountBefore(imports, name, order));
      key.Add(CountBefore(imports, kStar, order));
      keys[row] = key.Sum();
      sum += HashPair(keys[row], SymbolHash(row));
    }
    for (const BoundImport& import : imports_) {
      const uint64_t owner_key = import.owner == kModule ? 0 : keys[import.owner];
      const Imports beside = ImportsOf(import.owner);
      Digest key;
      key.Add(owner_key);
      key.Add(CountBefore(beside, import.name, import.order));
      key.Add(CountBefore(beside, kStar, import.order));
      sum += HashPair(key.Sum(), ImportHash(import.row));
    }
    Digest digest;
    digest.Add(sum);
    digest.Add(uint64_t{view_.has_all()} | uint64_t{view_.all_complete()} << 1);
    for (uint32_t row = 0; row < view_.export_count(); ++row) {
      digest.Add(view_.Get<Column::kExportForm>(row));
      digest.Add(StringHash(view_.Get<Column::kExportText>(row)));
    }
    return digest.Sum();
  }

 private:
  static constexpr uint32_t kModule = UINT32_MAX;
  static constexpr uint64_t kStar = 0;  // in place of a name's hash: may bind any name

  // An import that binds in a scope that others see.
  struct BoundImport {
    uint32_t owner;
    uint64_t name;  // hash of what it binds, or kStar
    uint32_t order;
    uint32_t row;
  };
  struct ByOwner {
    bool operator()(const BoundImport& a, uint32_t b) const { return a.owner < b; }
    bool operator()(uint32_t a, const BoundImport& b) const { return a < b.owner; }
  };
  using Imports = std::span<const BoundImport>;  // of one scope, by (name, order)

  // Index of the string.
  uint32_t Name(uint32_t row) const { return row - view_.Get<Column::kSymbolName>(row); }

  uint64_t StringHash(uint32_t index) const {
    return string_hashes_.empty() ? Hash64(view_.string(index)) : string_hashes_[index];
  }

  void AddGuards(Digest& digest, uint32_t guard) const {
    uint32_t depth = 0;
    for (; guard != 0; guard = view_.Get<Column::kGuardParent>(guard - 1), ++depth) {
      digest.Add(view_.Get<Column::kGuardForm>(guard - 1) |
                 uint64_t{view_.Get<Column::kGuardBranch>(guard - 1)} << 32);
      digest.Add(StringHash(view_.Get<Column::kGuardTest>(guard - 1)));
    }
    digest.Add(depth);
  }

  void AddStrings(Digest& digest, DetailReader& reader, uint32_t count) const {
    for (; count != 0; --count) digest.Add(StringHash(reader.Next()));
  }

  void AddCounted(Digest& digest, DetailReader& reader, uint32_t each = 1) const {
    const uint32_t count = reader.Next();
    digest.Add(count);
    AddStrings(digest, reader, count * each);
  }

  void AddDetails(Digest& digest, DetailReader reader) const {
    const uint32_t head = reader.Next();
    digest.Add(head);
    const DetailForm form = static_cast<DetailForm>(head & kDetailFormMask);
    const bool definition = form != DetailForm::kValue;
    const uint32_t count = head >> kDetailCountShift;
    if (definition && (head & kDetailDecoratorsBit)) AddCounted(digest, reader);
    if (head & kDetailTypeParamsBit) AddCounted(digest, reader);
    if (form == DetailForm::kFunction) {
      for (uint32_t left = count; left != 0; --left) {
        const uint32_t parameter = reader.Next();
        digest.Add(parameter & ((uint32_t{1} << kParameterNameShift) - 1));
        digest.Add(StringHash(parameter >> kParameterNameShift));
        if (parameter & kParameterAnnotationBit) AddStrings(digest, reader, 1);
        if (parameter & kParameterDefaultBit) AddStrings(digest, reader, 1);
      }
      if (head & kDetailReturnsBit) AddStrings(digest, reader, 1);
    } else if (form == DetailForm::kClass) {
      AddStrings(digest, reader, count);
      if (head & kDetailKeywordsBit) AddCounted(digest, reader, 2);
    } else {
      const auto value = static_cast<ValueForm>(head >> kDetailValueShift & kDetailValueMask);
      if (head & kDetailAnnotationBit) AddStrings(digest, reader, 1);
      if (value == ValueForm::kText) AddStrings(digest, reader, 1);
    }
  }

  void CollectImports() {
    for (uint32_t row = 0; row < view_.import_count(); ++row) {
      const Import import = view_.import(row);
      if (import.scope == ImportScope::kFunction) continue;
      const bool star = import.name && *import.name == "*";
      imports_.push_back(
          {import.owner.value_or(kModule), star ? kStar : Hash64(import.binds), import.order, row});
    }
    std::sort(imports_.begin(), imports_.end(), [](const BoundImport& a, const BoundImport& b) {
      return std::tie(a.owner, a.name, a.order) < std::tie(b.owner, b.name, b.order);
    });
  }

  Imports ImportsOf(uint32_t owner) const {
    const auto [first, last] = std::equal_range(imports_.begin(), imports_.end(), owner, ByOwner());
    return {first, last};
  }

  // How many of them bind the name before `order`. Which of several bindings of a name is the last
  // one can be observed, and so can whether a star import may have replaced it.
  static uint64_t CountBefore(Imports imports, uint64_t name, uint32_t order) {
    const auto before = [](const BoundImport& import, const auto& key) {
      return std::tie(import.name, import.order) < key;
    };
    const uint32_t zero = 0;
    const auto first =
        std::lower_bound(imports.begin(), imports.end(), std::tie(name, zero), before);
    const auto last = std::lower_bound(first, imports.end(), std::tie(name, order), before);
    return static_cast<uint64_t>(last - first);
  }

  uint64_t ImportHash(uint32_t row) const {
    const Import import = view_.import(row);
    Digest digest;
    digest.Add(Hash64(import.module));
    digest.Add(import.name ? Hash64(*import.name) : 0);
    digest.Add(Hash64(import.binds));
    digest.Add(uint64_t{import.level} << 3 | uint64_t{import.alias} << 2 |
               static_cast<uint64_t>(import.scope));
    AddGuards(digest, view_.Get<Column::kImportGuard>(row));
    return digest.Sum();
  }

  const SummaryView& view_;
  std::vector<uint64_t> string_hashes_;  // empty: computed when asked for
  std::vector<BoundImport> imports_;
};

uint64_t SummaryView::SymbolHash(uint32_t row) const {
  return SummaryHasher(*this).SymbolHash(row);
}

uint64_t SummaryView::InterfaceHash() const { return SummaryHasher(*this).InterfaceHash(); }

}  // namespace coppice
