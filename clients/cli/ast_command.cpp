// coppice ast: prints the syntax tree of one file.

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "arena/memory_pool.h"
#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "parser/dump.h"
#include "parser/parser.h"
#include "parser/source.h"
#include "store/file_system.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice ast FILE [--format sexp|tree|json]

Prints the syntax tree of FILE, or of standard input if FILE is "-".

  --format sexp   the S-expression that tree-sitter itself prints; the default
           tree   one node a line, indented, with its field, range and, for leaves, text
           json   one object: {"kind", "field", "start", "end", "line", "column", "missing",
                  "children"}; offsets and columns in bytes of the UTF-8 text, from 0; lines from 1

Source is decoded as Python does it. A file that cannot be decoded is parsed with what does not
decode replaced by U+FFFD, with a warning. Syntax errors are nodes of the tree.

Examples:
  coppice ast setup.py
  echo 'x = f(1)' | coppice ast - --format tree

Exit codes: 0 done, 2 wrong call, 3 FILE is not there or cannot be read.
)";

struct Call {
  std::string file;
  std::string format = "sexp";
};

Result<std::string> ReadStandardInput() {
  std::string bytes;
  std::vector<char> buffer(std::size_t{64} << 10);
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return Error{ErrorCode::kIo, "standard input: " + std::generic_category().message(errno)};
    }
    if (count == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() > Parser::kMaxTextBytes) {
      return Error{ErrorCode::kTooLarge, "standard input: too large to parse"};
    }
  }
}

Result<std::string> ReadSource(const std::string& file) {
  if (file == "-") return ReadStandardInput();
  std::string bytes;
  const FileResult<FileStat> stat = PosixFileSystem().ReadFile(file, Parser::kMaxTextBytes, bytes);
  if (!stat) return Error{ErrorCode::kIo, file + ": " + stat.error().reason};
  return bytes;
}

DumpFormat FormatOf(const std::string& name) {
  if (name == "tree") return DumpFormat::kTree;
  if (name == "json") return DumpFormat::kJson;
  return DumpFormat::kSExpression;
}

int Run(const Call& call) {
  const Result<std::string> bytes = ReadSource(call.file);
  if (!bytes) return Fail(bytes.error());

  std::string decoded;
  ParseResult<DecodedSource> source = DecodeSource(*bytes, decoded);
  if (!source) {
    PrintWarning(Printable(call.file) + ": " + Printable(source.error().reason));
    source = DecodeLossy(*bytes, decoded);
  }
  if (!source) {
    PrintError(Printable(call.file) + ": " + source.error().reason);
    return kFailed;
  }

  MemoryPool pool;
  Parser parser(pool);
  ParseOptions options;
  options.text = TextStorage::kBorrow;
  const ParseResult<SyntaxTree> tree = parser.Parse(source->text, options);
  if (!tree) {
    PrintError(Printable(call.file) + ": " + tree.error().reason);
    return kFailed;
  }
  Output output;
  Dump(*tree, FormatOf(call.format), [&output](std::string_view piece) { output.Append(piece); });
  if (call.format != "tree") output.Put('\n');
  return output.Finish();
}

}  // namespace

Action DeclareAst(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("FILE", call->file)->required()->check(NotEmpty());
  app.add_option("--format", call->format)->check(OneOf({"sexp", "tree", "json"}));
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
