// coppice ast: prints the syntax tree of one file.

#include <fcntl.h>
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

Prints the syntax tree of FILE, or of standard input if FILE is "-". FILE may be a pipe.

  --format sexp   the S-expression that tree-sitter itself prints; the default
           tree   one node a line, indented, with its field, range and, for leaves, text
           json   one object: {"kind", "field", "start", "end", "line", "column", "missing",
                  "children"}; offsets and columns in bytes of the UTF-8 text, from 0; lines from 1

Source is decoded as Python does it. A file that cannot be decoded is parsed with what does not
decode replaced by U+FFFD, with a warning. Syntax errors are nodes of the tree.

Examples:
  coppice ast setup.py
  echo 'x = f(1)' | coppice ast - --format tree
  coppice ast <(git show HEAD:setup.py)

Exit codes: 0 done, 2 wrong call, 3 FILE is not there or cannot be read.
)";

struct Call {
  std::string file;
  std::string format = "sexp";
};

// To its end, up to what can be parsed. `name` stands for it in messages.
Result<std::string> ReadStream(int descriptor, const std::string& name) {
  std::string bytes;
  std::vector<char> buffer(std::size_t{64} << 10);
  for (;;) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return Error{ErrorCode::kIo, name + ": " + std::generic_category().message(errno)};
    }
    if (count == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() > Parser::kMaxTextBytes) {
      return Error{ErrorCode::kTooLarge, name + ": too large to parse"};
    }
  }
}

// What is neither a file nor a directory: a FIFO as shells make them for <(...), a device.
Result<std::string> ReadSpecialFile(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return Error{ErrorCode::kIo, file + ": " + std::generic_category().message(errno)};
  }
  Result<std::string> bytes = ReadStream(descriptor, file);
  close(descriptor);
  return bytes;
}

Result<std::string> ReadSource(const std::string& file) {
  if (file == "-") return ReadStream(STDIN_FILENO, "standard input");
  const PosixFileSystem files;
  FileResult<FileStat> stat = files.Stat(file);
  if (stat && stat->kind == FileKind::kOther) return ReadSpecialFile(file);
  std::string bytes;
  if (stat) stat = files.ReadFile(file, Parser::kMaxTextBytes, bytes);
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
