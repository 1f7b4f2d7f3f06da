// The closed sets of the summary: what a symbol, a parameter, a guard or an import can be, and the
// names under which they are written out. docs/summary.md says what each means.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace coppice {

enum class SymbolKind : uint8_t { kClass, kFunction, kVariable, kAttribute, kTypeAlias };
inline constexpr uint32_t kSymbolKindCount = 5;

// Bit numbers, in the order in which flags are written out.
enum class SymbolFlag : uint8_t {
  kAsync,
  kGenerator,
  kProperty,
  kGetter,
  kSetter,
  kDeleter,
  kClassMethod,
  kStaticMethod,
  kImplicit,
  kAbstract,
  kOverload,
  kOverride,
  kFinal,
  kDeprecated,
  kDataclass,
  kEnum,
  kProtocol,
  kTypedDict,
  kNamedTuple,
  kSlots,
  kClassVar,
  kTypeAlias,
  kGlobal
};
inline constexpr uint32_t kSymbolFlagCount = 23;

enum class ParameterKind : uint8_t { kPositionalOnly, kNormal, kVarargs, kKeywordOnly, kKwargs };
inline constexpr uint32_t kParameterKindCount = 5;

enum class GuardKind : uint8_t { kIf, kTry, kExcept, kElse, kFinally, kMatch, kLoop, kWith };
inline constexpr uint32_t kGuardKindCount = 8;

// The kind of scope that an import statement stands in.
enum class ImportScope : uint8_t { kModule, kClass, kFunction };
inline constexpr uint32_t kImportScopeCount = 3;

// A set of SymbolFlag.
class SymbolFlags {
 public:
  constexpr SymbolFlags() = default;
  constexpr explicit SymbolFlags(uint32_t bits) : bits_(bits) {}

  constexpr bool has(SymbolFlag flag) const { return (bits_ >> static_cast<uint32_t>(flag)) & 1; }
  constexpr void add(SymbolFlag flag) { bits_ |= uint32_t{1} << static_cast<uint32_t>(flag); }
  constexpr void remove(SymbolFlag flag) { bits_ &= ~(uint32_t{1} << static_cast<uint32_t>(flag)); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr uint32_t bits() const { return bits_; }

  // Calls `use(SymbolFlag)` for every flag in the set, in the order of their numbers.
  template <class Use>
  constexpr void ForEach(Use use) const {
    for (uint32_t rest = bits_; rest != 0; rest &= rest - 1) {
      use(static_cast<SymbolFlag>(std::countr_zero(rest)));
    }
  }

 private:
  uint32_t bits_ = 0;
};

// As `coppice export` writes them: "class", "posonly", "if", "module", "async", ... Static storage.
std::string_view KindName(SymbolKind kind);
std::string_view KindName(ParameterKind kind);
std::string_view KindName(GuardKind kind);
std::string_view ScopeName(ImportScope scope);
std::string_view FlagName(SymbolFlag flag);

}  // namespace coppice
