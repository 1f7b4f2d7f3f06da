// coppice eval: resolves everything that all summaries of an index mention.

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/json.h"
#include "clients/cli/obstacle_text.h"
#include "clients/cli/open_pack.h"
#include "clients/cli/profile_option.h"
#include "summaries/resolution/types/evaluation.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice eval INDEX [--profile runtime|mypy|pyright] [--json]

Resolves all that the summaries of INDEX mention: imports, bases, decorators, annotations, defaults,
aliases and values, each occurrence once. INDEX is a pack, or an index: its directory or index.json.
Prints how many there are of each kind and what is known of them, why nothing is known of the rest,
the time it took, and the memory it needed.

  --profile P  whose import rules: runtime, mypy or pyright. Default: pyright, as types are declared
               in stubs, which no interpreter imports; that of query and graph is runtime
  --json       one object: modules, damaged, source_bytes, evaluations, worked_out (the others were
               known from the same text in the same place), kept (results), shapes (of types), kinds
               (of each: total, typed, named, unknown), gaps and obstacles (why those are unknown),
               open_seconds, seconds, processor_seconds (of these), per_second, result_bytes,
               anonymous_bytes (the most at a time), asts

typed: the type is known, or a part of it. named: what it names is known, but not its type.
ASTs are none: what evaluates is linked without a parser.

Examples:
  coppice eval python3.pack
  coppice eval .coppice --profile mypy --json

Exit codes: 0 done, 2 wrong call, 3 INDEX is not there, unreadable or no index, or damaged: what can
be read is resolved and printed then.
)";

struct Call {
  std::string index;
  std::optional<SearchProfile> profile;
  bool json = false;
};

// The anonymous memory of this process, watched: Linux's /proc/self/statm. Zero where there is
// none.
class AnonymousMemory {
 public:
  AnonymousMemory() : descriptor_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}
  ~AnonymousMemory() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  AnonymousMemory(const AnonymousMemory&) = delete;
  AnonymousMemory& operator=(const AnonymousMemory&) = delete;

  // The more often, the surer; each costs about a microsecond.
  void Look() {
    std::array<char, 128> text;
    const ssize_t size = pread(descriptor_, text.data(), text.size(), 0);
    if (size <= 0) return;
    std::array<std::uint64_t, 3> pages = {};  // size, resident, shared
    const char* at = text.data();
    for (std::uint64_t& each : pages) {
      while (at != text.data() + size && *at == ' ') ++at;
      at = std::from_chars(at, text.data() + size, each).ptr;
    }
    most_ = std::max(most_, (pages[1] - pages[2]) * static_cast<std::uint64_t>(getpagesize()));
  }
  std::uint64_t most() const { return most_; }

 private:
  int descriptor_;
  std::uint64_t most_ = 0;
};

double Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Of all threads of this process, in user and system mode.
double ProcessorSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Figures {
  double open_seconds = 0;
  double seconds = 0;
  double processor_seconds = 0;  // of these
  std::uint64_t anonymous_bytes = 0;
  std::uint32_t shapes = 0;
};

void PrintJson(const Evaluations& evaluations, const Figures& figures, Output& output) {
  Json json(output);
  json.BeginObject();
  json.Key("modules").Number(evaluations.modules);
  json.Key("damaged").Number(evaluations.damaged);
  json.Key("source_bytes").Number(evaluations.source_bytes);
  json.Key("evaluations").Number(evaluations.size());
  json.Key("worked_out").Number(evaluations.worked_out);
  json.Key("kept").Number(evaluations.kept());
  json.Key("shapes").Number(figures.shapes);
  json.Key("kinds").BeginObject();
  for (std::uint32_t i = 0; i < kEvaluationKindCount; ++i) {
    const EvaluationCounts& counts = evaluations.counts[i];
    json.Key(KindName(static_cast<EvaluationKind>(i))).BeginObject();
    json.Key("total").Number(counts.total);
    json.Key("typed").Number(counts.typed);
    json.Key("named").Number(counts.named);
    json.Key("unknown").Number(counts.unknown());
    json.EndObject();
  }
  json.EndObject();
  json.Key("gaps").BeginObject();
  for (std::uint32_t i = 1; i < kTypeGapCount; ++i) {
    json.Key(GapName(static_cast<TypeGap>(i))).Number(evaluations.gaps[i]);
  }
  json.EndObject();
  json.Key("obstacles").BeginObject();
  for (std::uint32_t i = 0; i < kObstacleCount; ++i) {
    json.Key(NameOf(static_cast<Obstacle>(i))).Number(evaluations.obstacles[i]);
  }
  json.EndObject();
  json.Key("open_seconds").Real(figures.open_seconds);
  json.Key("seconds").Real(figures.seconds);
  json.Key("processor_seconds").Real(figures.processor_seconds);
  json.Key("per_second").Real(static_cast<double>(evaluations.size()) / figures.seconds);
  json.Key("result_bytes").Number(evaluations.bytes());
  json.Key("anonymous_bytes").Number(figures.anonymous_bytes);
  json.Key("asts").Number(0);
  json.EndObject();
  output.Put('\n');
}

void PrintTable(const Evaluations& evaluations, const Figures& figures, Output& output) {
  const auto source = static_cast<double>(evaluations.source_bytes);
  const double per_100_mb = source == 0 ? 0 : 1e8 / source;
  const auto size = static_cast<double>(std::max<std::uint64_t>(evaluations.size(), 1));
  output.Print("{:<12} {:>12}  {} of source, {} damaged\n", "modules", Grouped(evaluations.modules),
               Megabytes(source), Grouped(evaluations.damaged));
  output.Print("{:<12} {:>12} {:>12} {:>12} {:>12}\n", "", "all", "typed", "named", "unknown");
  EvaluationCounts sum;
  const auto line = [&](std::string_view name, const EvaluationCounts& counts) {
    output.Print("{:<12} {:>12} {:>12} {:>12} {:>12}\n", name, Grouped(counts.total),
                 Grouped(counts.typed), Grouped(counts.named), Grouped(counts.unknown()));
  };
  for (std::uint32_t i = 0; i < kEvaluationKindCount; ++i) {
    const EvaluationCounts& counts = evaluations.counts[i];
    line(KindName(static_cast<EvaluationKind>(i)), counts);
    sum.total += counts.total;
    sum.typed += counts.typed;
    sum.named += counts.named;
  }
  line("all", sum);
  output.Append("unknown, by reason\n");
  for (std::uint32_t i = 1; i < kTypeGapCount; ++i) {
    if (evaluations.gaps[i] == 0) continue;
    output.Print("  {:<14} {:>12}\n", GapName(static_cast<TypeGap>(i)),
                 Grouped(evaluations.gaps[i]));
  }
  output.Append("names among them that lead nowhere, by obstacle\n");
  for (std::uint32_t i = 0; i < kObstacleCount; ++i) {
    if (evaluations.obstacles[i] == 0) continue;
    output.Print("  {:<14} {:>12}\n", NameOf(static_cast<Obstacle>(i)),
                 Grouped(evaluations.obstacles[i]));
  }
  output.Print("{:<12} {:>10.3f} s  {:.3f} s for 100 MB, {} a second; {:.3f} s to open\n", "time",
               figures.seconds, figures.seconds * per_100_mb,
               Grouped(static_cast<std::uint64_t>(size / figures.seconds)), figures.open_seconds);
  output.Print("{:<12} {:>10.3f} s  {:.3f} s for 100 MB: what it took of the processor\n", "",
               figures.processor_seconds, figures.processor_seconds * per_100_mb);
  output.Print("{:<12} {:>12}  {:.1f} bytes each, {} worked out, {} kept\n", "results",
               Megabytes(static_cast<double>(evaluations.bytes())),
               static_cast<double>(evaluations.bytes()) / size, Grouped(evaluations.worked_out),
               Grouped(evaluations.kept()));
  output.Print("{:<12} {:>12}  anonymous, at most; {} shapes of types\n", "memory",
               Megabytes(static_cast<double>(figures.anonymous_bytes)), Grouped(figures.shapes));
  output.Print("{:<12} {:>12}  what evaluates is linked without a parser\n", "ASTs grown", 0);
}

// Says which module is the first that cannot be read.
void PrintDamage(const Index& index) {
  for (uint32_t file = 0; file < index.file_count(); ++file) {
    const Result<SummaryView> view = index.summary(ModuleRef{file});
    if (view) continue;
    PrintError(Printable(view.error().message));
    return;
  }
}

int Run(const Call& call) {
  Figures figures;
  const auto start = std::chrono::steady_clock::now();
  const Result<std::shared_ptr<const Index>> index = OpenIndex(call.index);
  if (!index) return Fail(index.error());
  const auto finder = ModuleFinder::Make(*index, call.profile.value_or(SearchProfile::kPyright));
  if (!finder) return Fail(finder.error());
  figures.open_seconds = Since(start);

  AnonymousMemory memory;
  const auto begin = std::chrono::steady_clock::now();
  const double processor_begin = ProcessorSeconds();
  NameResolver resolver(*finder);
  TypeEvaluator evaluator(resolver);
  const Evaluations evaluations = EvaluateAll(evaluator, [&memory, files = 0u]() mutable {
    if (files++ % 16 == 0) memory.Look();
  });
  figures.seconds = Since(begin);
  figures.processor_seconds = ProcessorSeconds() - processor_begin;
  memory.Look();
  figures.anonymous_bytes = memory.most();
  figures.shapes = evaluator.types().size();

  Output output;
  if (call.json) {
    PrintJson(evaluations, figures, output);
  } else {
    PrintTable(evaluations, figures, output);
  }
  if (evaluations.damaged == 0) return output.Finish();
  PrintDamage(**index);
  return output.Finish(kFailed);
}

}  // namespace

Action DeclareEval(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("INDEX", call->index)->required();
  AddProfileOption(app, call->profile);
  app.add_flag("--json", call->json);
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
