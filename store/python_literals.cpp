#include "store/python_literals.h"

#include <memory>
#include <utility>

#include "parser/parser.h"
#include "parser/source.h"
#include "summaries/string_literal.h"

namespace coppice {
namespace {

// What the parse of a file of some megabytes may need; more is no file that a tool generated.
constexpr std::size_t kMaxScratchBytes = std::size_t{512} << 20;

std::optional<std::vector<std::string>> Strings(const Node& value) {
  std::vector<std::string> strings;
  if (value.kind() != NodeKind::kList && value.kind() != NodeKind::kTuple) {
    if (!AppendStringValue(value, strings.emplace_back())) return std::nullopt;
    return strings;
  }
  for (const Node& item : value.children()) {
    if (item.is_extra()) continue;
    if (!AppendStringValue(item, strings.emplace_back())) return std::nullopt;
  }
  return strings;
}

std::vector<DictEntry> Entries(const Node& dictionary) {
  std::vector<DictEntry> entries;
  for (const Node& pair : dictionary.children()) {
    if (pair.kind() != NodeKind::kPair) continue;
    const Node key = pair.ChildByField(Field::kKey);
    const Node value = pair.ChildByField(Field::kValue);
    DictEntry entry;
    if (!key || !value || !AppendStringValue(key, entry.key)) continue;
    if (auto strings = Strings(value)) {
      entry.values = *std::move(strings);
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

// The only node of a statement that is an expression or assignment; no node for other statements.
Node Expression(const Node& statement) {
  return statement.kind() == NodeKind::kExpressionStatement ? statement.FirstChild() : Node();
}

}  // namespace

Result<PythonLiterals> PythonLiterals::Read(const FileSystem& files, const std::string& path,
                                            std::uint64_t max_bytes) {
  std::string bytes;
  const auto read = files.ReadFile(path, max_bytes, bytes);
  if (!read) return Error{ErrorCode::kIo, path + ": " + read.error().reason};
  std::string storage;
  const auto source = DecodeSource(bytes, storage);
  if (!source) return Error{ErrorCode::kDamaged, path + ": " + source.error().reason};
  auto pool = std::make_unique<MemoryPool>();
  ParseOptions options;
  options.max_scratch_bytes = kMaxScratchBytes;
  auto tree = Parser(*pool).Parse(source->text, options);
  if (!tree) return Error{ErrorCode::kDamaged, path + ": " + tree.error().reason};
  return PythonLiterals(std::move(pool), std::move(*tree));
}

std::optional<std::vector<DictEntry>> PythonLiterals::Dict(std::string_view name) const {
  Node last;
  for (const Node& statement : tree_.root().children()) {
    const Node assignment = Expression(statement);
    if (!assignment || assignment.kind() != NodeKind::kAssignment) continue;
    const Node left = assignment.ChildByField(Field::kLeft);
    if (left && left.kind() == NodeKind::kIdentifier && left.text() == name) {
      last = assignment.ChildByField(Field::kRight);
    }
  }
  if (!last || last.kind() != NodeKind::kDictionary) return std::nullopt;
  return Entries(last);
}

std::vector<std::vector<std::string>> PythonLiterals::MethodCalls(std::string_view name) const {
  std::vector<std::vector<std::string>> calls;
  for (const Node& statement : tree_.root().children()) {
    const Node call = Expression(statement);
    if (!call || call.kind() != NodeKind::kCall) continue;
    const Node function = call.ChildByField(Field::kFunction);
    if (!function || function.kind() != NodeKind::kAttribute) continue;
    const Node method = function.ChildByField(Field::kAttribute);
    const Node arguments = call.ChildByField(Field::kArguments);
    if (!method || method.text() != name || !arguments) continue;
    std::vector<std::string> values;
    bool literal = arguments.kind() == NodeKind::kArgumentList;
    for (const Node& argument : arguments.children()) {
      if (argument.is_extra()) continue;
      literal = literal && AppendStringValue(argument, values.emplace_back());
    }
    if (literal) calls.push_back(std::move(values));
  }
  return calls;
}

}  // namespace coppice
