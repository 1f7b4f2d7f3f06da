#include "summaries/resolution/imports/manifest.h"

#include <capnp/compat/json.h>
#include <capnp/message.h>
#include <kj/exception.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "imports/manifest.capnp.h"
#include "summaries/file_bytes.h"
#include "summaries/output_file.h"
#include "summaries/try.h"
#include "summaries/unicode.h"

namespace coppice {
namespace {

constexpr uint32_t kFormatVersion = 1;
constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
// The first bytes of every manifest that this library wrote.
constexpr std::string_view kMagic = "{ \"formatVersion\": ";

using RoleCode = wire::Manifest::Role;
constexpr std::array kRoles = {
    std::pair(RootRole::kProject, RoleCode::PROJECT),
    std::pair(RootRole::kExtraStubs, RoleCode::EXTRA_STUBS),
    std::pair(RootRole::kStandardLibrary, RoleCode::STANDARD_LIBRARY),
    std::pair(RootRole::kSitePackages, RoleCode::SITE_PACKAGES),
    std::pair(RootRole::kTypeshed, RoleCode::TYPESHED),
    std::pair(RootRole::kTypeshedStubs, RoleCode::TYPESHED_STUBS),
};

RoleCode CodeOf(RootRole role) {
  for (const auto& [known, code] : kRoles) {
    if (known == role) return code;
  }
  return RoleCode::UNKNOWN;
}

std::optional<RootRole> RoleOf(RoleCode code) {
  for (const auto& [role, known] : kRoles) {
    if (known == code) return role;
  }
  return std::nullopt;
}

std::optional<Hash128> ParseHex(std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  Hash128 hash;
  for (const auto& [half, at] : {std::pair(&hash.high, 0), std::pair(&hash.low, 16)}) {
    const char* const begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + 16, *half, 16);
    if (error != std::errc() || end != begin + 16) return std::nullopt;
  }
  return hash;
}

bool IsPlainName(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

bool HasUnicodeEscape(std::string_view json) {
  for (std::size_t at = json.find('\\'); at != json.npos && at + 1 < json.size();
       at = json.find('\\', at + 2)) {
    if (json[at + 1] == 'u') return true;
  }
  return false;
}

// Hands strings to a message, or takes them from one, and remembers the first that was no plain
// text.
class TextChecker {
 public:
  const char* Out(const std::string& text) {
    Check(text);
    return text.c_str();
  }
  std::string In(capnp::Text::Reader reader) {
    std::string text(reader.begin(), reader.size());
    Check(text);
    return text;
  }
  const std::optional<std::string>& refused() const { return refused_; }

 private:
  void Check(const std::string& text) {
    if (!refused_ && !IsManifestText(text)) refused_ = text;
  }

  std::optional<std::string> refused_;
};

using TextList = capnp::List<capnp::Text>;

// `init` makes the list in its place.
template <class Init>
void PutTexts(const std::vector<std::string>& texts, TextChecker& checker, Init init) {
  TextList::Builder list = init(static_cast<unsigned>(texts.size()));
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, checker.Out(texts[i]));
}

std::vector<std::string> TakeTexts(TextList::Reader list, TextChecker& checker) {
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (const capnp::Text::Reader text : list) texts.push_back(checker.In(text));
  return texts;
}

void PutRoot(const SearchRoot& root, TextChecker& checker, wire::Manifest::Root::Builder to) {
  to.setName(checker.Out(root.name));
  to.setDirectory(checker.Out(root.directory));
  to.setRole(CodeOf(root.role));
  PutTexts(root.only, checker, [&](unsigned size) { return to.initOnly(size); });
  PutTexts(root.extras.compiled, checker, [&](unsigned size) { return to.initCompiled(size); });
  PutTexts(root.extras.typed, checker, [&](unsigned size) { return to.initTyped(size); });
  PutTexts(root.extras.partial, checker, [&](unsigned size) { return to.initPartial(size); });
  PutTexts(root.extras.eggs, checker, [&](unsigned size) { return to.initEggs(size); });
}

void PutTarget(const Target& target, TextChecker& checker, wire::Manifest::Target::Builder to) {
  to.setMajor(target.major);
  to.setMinor(target.minor);
  to.setPlatform(checker.Out(target.platform));
  to.setImplementation(checker.Out(target.implementation));
  to.setOsName(checker.Out(target.os_name));
  to.setTypeChecking(target.type_checking);
}

void Put(const Manifest& manifest, TextChecker& checker, wire::Manifest::Builder to) {
  const Environment& environment = manifest.environment;
  to.setFormatVersion(kFormatVersion);
  auto packs = to.initPacks(static_cast<unsigned>(manifest.packs.size()));
  for (unsigned i = 0; i < packs.size(); ++i) {
    packs[i].setFile(checker.Out(manifest.packs[i].file));
    packs[i].setIdentity(HexDigits(manifest.packs[i].identity));
  }
  PutTarget(environment.target, checker, to.initTarget());
  auto roots = to.initRoots(static_cast<unsigned>(environment.roots.size()));
  for (unsigned i = 0; i < roots.size(); ++i) PutRoot(environment.roots[i], checker, roots[i]);
  PutTexts(environment.builtins, checker, [&](unsigned size) { return to.initBuiltins(size); });
  auto versions = to.initVersions(static_cast<unsigned>(environment.versions.size()));
  for (unsigned i = 0; i < versions.size(); ++i) {
    const VersionRange& range = environment.versions[i];
    versions[i].setModule(checker.Out(range.module));
    versions[i].setFirstMinor(range.first_minor);
    versions[i].setRemoved(range.last_minor.has_value());
    versions[i].setLastMinor(range.last_minor.value_or(0));
  }
  PutTexts(environment.warnings, checker, [&](unsigned size) { return to.initWarnings(size); });
}

// Null, or why the root is none.
const char* TakeRoot(wire::Manifest::Root::Reader from, TextChecker& checker, SearchRoot& root) {
  const auto role = RoleOf(from.getRole());
  if (!role) return "a root without a role that is known";
  root.role = *role;
  root.name = checker.In(from.getName());
  root.directory = checker.In(from.getDirectory());
  root.only = TakeTexts(from.getOnly(), checker);
  root.extras.compiled = TakeTexts(from.getCompiled(), checker);
  root.extras.typed = TakeTexts(from.getTyped(), checker);
  root.extras.partial = TakeTexts(from.getPartial(), checker);
  root.extras.eggs = TakeTexts(from.getEggs(), checker);
  return nullptr;
}

const char* TakePack(wire::Manifest::Pack::Reader from, TextChecker& checker, ManifestPack& pack) {
  pack.file = checker.In(from.getFile());
  if (!IsPlainName(pack.file)) return "a pack whose file is no plain name";
  const capnp::Text::Reader hex = from.getIdentity();
  const auto identity = ParseHex({hex.begin(), hex.size()});
  if (!identity) return "a pack whose identity is not 32 hexadecimal digits";
  pack.identity = *identity;
  return nullptr;
}

// Whether it has what an index of any format has: a number alone tells nothing, for others count
// their formats, too.
bool LooksLikeIndex(wire::Manifest::Reader from) {
  return from.hasPacks() && from.hasRoots() && from.hasTarget() && from.getTarget().hasPlatform();
}

// Null, or why the message is no manifest. Throws what Cap'n Proto throws.
const char* Take(wire::Manifest::Reader from, TextChecker& checker, Manifest& manifest) {
  Environment& environment = manifest.environment;
  std::set<std::string> files;
  for (const auto pack : from.getPacks()) {
    const char* const wrong = TakePack(pack, checker, manifest.packs.emplace_back());
    if (wrong != nullptr) return wrong;
    if (!files.insert(manifest.packs.back().file).second) return "a pack that is named twice";
  }
  const auto target = from.getTarget();
  environment.target = {target.getMajor(),
                        target.getMinor(),
                        checker.In(target.getPlatform()),
                        checker.In(target.getImplementation()),
                        checker.In(target.getOsName()),
                        target.getTypeChecking()};
  for (const auto root : from.getRoots()) {
    const char* const wrong = TakeRoot(root, checker, environment.roots.emplace_back());
    if (wrong != nullptr) return wrong;
  }
  environment.builtins = TakeTexts(from.getBuiltins(), checker);
  for (const auto range : from.getVersions()) {
    environment.versions.push_back({checker.In(range.getModule()), range.getFirstMinor(), {}});
    if (range.getRemoved()) environment.versions.back().last_minor = range.getLastMinor();
  }
  environment.warnings = TakeTexts(from.getWarnings(), checker);
  return checker.refused() ? "a string that is no plain text" : nullptr;
}

Error NoManifest(const std::string& label, std::string_view why) {
  return {ErrorCode::kDamaged, label + ": is no index: " + std::string(why)};
}

}  // namespace

// Without \u escapes, of which Cap'n Proto 0.9 misreads the digits beyond 9.
bool IsManifestText(std::string_view text) {
  const auto is_plain = [](char c) {
    constexpr std::string_view kEscapedByLetter = "\b\f\n\r\t";
    return static_cast<unsigned char>(c) >= 0x20 || kEscapedByLetter.find(c) != std::string::npos;
  };
  return IsUtf8(text) && std::all_of(text.begin(), text.end(), is_plain);
}

Result<std::string> ManifestText(const Manifest& manifest, const std::string& label) {
  for (const ManifestPack& pack : manifest.packs) {
    if (!IsPlainName(pack.file)) {
      return Error{ErrorCode::kInvalidArgument,
                   label + ": the name of a pack beside it must be a file's without directories"};
    }
  }
  TextChecker checker;
  std::string text;
  const auto thrown = kj::runCatchingExceptions([&] {
    capnp::MallocMessageBuilder message;
    auto root = message.initRoot<wire::Manifest>();
    Put(manifest, checker, root);
    capnp::JsonCodec codec;
    codec.setPrettyPrint(true);
    const kj::String json = codec.encode(root.asReader());
    text.assign(json.begin(), json.size());
  });
  if (thrown != nullptr) return Error{ErrorCode::kTooLarge, label + ": is too large to be written"};
  if (checker.refused()) {
    return Error{ErrorCode::kInvalidArgument,
                 label + ": cannot hold '" + *checker.refused() +
                     "', which is no UTF-8 text or has a control character"};
  }
  return text + "\n";
}

Result<Manifest> ParseManifest(std::string_view text, const std::string& label) {
  if (text.size() > kMaxBytes) {
    return Error{ErrorCode::kTooLarge, label + ": is larger than 64 MiB"};
  }
  if (HasUnicodeEscape(text)) return NoManifest(label, "it has a \\u escape");
  Manifest manifest;
  TextChecker checker;
  std::optional<uint32_t> other_version;
  const char* wrong = nullptr;
  const auto thrown = kj::runCatchingExceptions([&] {
    capnp::MallocMessageBuilder message;
    auto root = message.initRoot<wire::Manifest>();
    capnp::JsonCodec codec;
    codec.setRejectUnknownFields(false);  // a later format says so by its number
    codec.decode(kj::arrayPtr(text.data(), text.size()), root);
    if (root.getFormatVersion() == 0) {
      wrong = "it has no formatVersion";
    } else if (!LooksLikeIndex(root.asReader())) {
      wrong = "it has not the packs, roots and target of one";
    } else if (root.getFormatVersion() != kFormatVersion) {
      other_version = root.getFormatVersion();
    } else {
      wrong = Take(root.asReader(), checker, manifest);
    }
  });
  if (thrown != nullptr) return NoManifest(label, "it is no JSON object with an index's fields");
  if (other_version) {
    return Error{ErrorCode::kUnsupportedVersion,
                 label + ": is an index of format " + std::to_string(*other_version) +
                     "; this program reads " + std::to_string(kFormatVersion)};
  }
  if (wrong != nullptr) return NoManifest(label, wrong);
  return manifest;
}

Result<void> WriteManifest(const std::string& path, const Manifest& manifest) {
  const auto text = ManifestText(manifest, path);
  if (!text) return text.error();
  auto replacement = ReplacementFile::Create(path, kMagic);
  if (!replacement) return replacement.error();
  COPPICE_TRY(replacement->file().Append(*text));
  COPPICE_TRY(replacement->file().Flush());
  return replacement->Commit();
}

Result<Manifest> ReadManifest(const std::string& path) {
  const auto file = FileBytes::Map(path);
  if (!file) return file.error();
  const auto bytes = file->bytes();
  return ParseManifest({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

}  // namespace coppice
