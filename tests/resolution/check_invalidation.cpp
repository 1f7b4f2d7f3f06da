// Edits files of an index one by one for invalidation_oracle.py, and compares what is said to be
// invalidated with what is answered afresh.
//
//     check_invalidation INDEX PROFILE SAMPLE < EDITS
//
// Of one module in SAMPLE, and of those that are edited, everything is asked that names can mean.
// An edit is a line "ID ROOT PATH FILE [NAME]" with tabs between: the file's new text is in FILE,
// "-" deletes it. Prints a line of JSON for what recording costs, then one for each edit:
//   {"id", "answers", "differ": of them, "invalidated": of them, "missed": [differ, and are not
//    invalidated], "all_invalidated": the kept answers of the resolver among them,
//    "strangers": [those about other names than NAME, or in other modules than its own and those
//    that import all names from there]}
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "arena/memory_pool.h"
#include "parser/parser.h"
#include "summaries/hash.h"
#include "summaries/pack_writer.h"
#include "summaries/resolution/changes/index_change.h"
#include "summaries/resolution/classes/signature.h"
#include "summaries/resolution/names/name_resolver.h"
#include "summaries/resolution/types/evaluation.h"
#include "summaries/summary_builder.h"
#include "tests/store/temporary_tree.h"

namespace {

using namespace coppice;

template <class Value>
Value OrDie(Result<Value> result) {
  if (result) return *std::move(result);
  std::cerr << "check_invalidation: " << result.error().message << '\n';
  std::exit(1);
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string List(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out.append(out.size() > 1 ? ", " : "").append(Quoted(text));
  return out + "]";
}

enum class Form : uint8_t {
  kNames,
  kResolve,
  kLookup,
  kBase,
  kMember,
  kMro,
  kValue,
  kAnnotation,
  kMembers,
  kFields,
  kSignature,
};

struct Question {
  Form form;
  ModuleRef module;
  std::optional<uint32_t> row;  // of a class
  std::string text;
};

// Definitions for all but kNames.
struct Answered {
  std::vector<Definition> definitions;
  std::vector<std::string> names;
  Obstacles obstacles;
  bool complete = true;
  bool consistent = true;
};

// The names in a text, those of attributes behind dots included.
std::vector<std::string> NamesIn(std::string_view text) {
  std::vector<std::string> names;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
           (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
  };
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_letter(text[end])) ++end;
    const std::string_view name = text.substr(at, end - at);
    if (!name.empty() && name.front() != '.' && name.back() != '.' &&
        (name.front() < '0' || name.front() > '9')) {
      names.emplace_back(name);
    }
    at = end + 1;
  }
  return names;
}

// What is not made of definitions, as text.
class Written {
 public:
  explicit Written(TypeEvaluator& evaluator) : evaluator_(evaluator) {}

  std::string Of(const Evaluation& evaluation) {
    // The order in unions depends on what was asked before.
    std::vector<std::string> names = NamesIn(evaluator_.TextOf(evaluation.type));
    std::ranges::sort(names);
    std::string text(GapName(evaluation.gap));
    for (const std::string& name : names) text += ' ' + name;
    return text + ' ' + std::to_string(evaluation.definition_count);
  }
  Answered Of(const std::vector<ClassMember>& members) {
    Answered answered;
    for (const ClassMember& member : members) {
      answered.names.push_back(std::string(member.name) + ' ' + std::string(KindName(member.kind)));
      answered.definitions.push_back(member.owner);
      answered.definitions.push_back(member.definition);
    }
    return answered;
  }
  Answered Of(const ClassFields& fields) {
    Answered answered;
    answered.complete = fields.complete;
    for (const auto& each : fields.fields) {
      const ClassField& field = *each;
      std::string text = field.name + ' ' + field.parameter;
      for (const auto& part : {field.annotation, field.default_text}) {
        if (part) text.append(1, ' ').append(*part);
      }
      for (const bool flag : {field.has_default, field.in_constructor, field.keyword_only,
                              field.only_in_constructor, field.required}) {
        text += flag ? '1' : '0';
      }
      answered.names.push_back(text);
      answered.definitions.push_back(field.definition);
    }
    return answered;
  }
  Answered Of(const Signatures& signatures) {
    Answered answered;
    for (const Signature& signature : signatures.overloads) {
      std::string text;
      for (const SignatureParameter& parameter : signature.parameters) {
        text += parameter.name + ',';
      }
      answered.names.push_back(text);
    }
    return answered;
  }

 private:
  TypeEvaluator& evaluator_;
};

Answered Ask(TypeEvaluator& evaluator, const Question& question) {
  NameResolver& resolver = evaluator.resolver();
  Written written(evaluator);
  const auto taken = [](const Answer& answer) {
    return Answered{{answer.definitions.begin(), answer.definitions.end()}, {}, answer.obstacles};
  };
  const Scope scope{question.module, question.row};
  switch (question.form) {
    case Form::kNames: {
      const auto names = resolver.NamesOf(question.module);
      return {{}, {names.begin(), names.end()}, {}};
    }
    case Form::kResolve:
      return taken(resolver.Resolve(question.module, question.text));
    case Form::kLookup:
      return taken(resolver.Lookup(scope, question.text));
    case Form::kBase:
      return taken(resolver.Base({question.module, *question.row}, question.text));
    case Form::kMember:
      return taken(resolver.Member({question.module, *question.row}, question.text));
    case Form::kMro: {
      const Mro mro = resolver.MroOf({question.module, *question.row});
      return {{mro.classes.begin(), mro.classes.end()}, {}, {}, mro.complete, mro.consistent};
    }
    case Form::kValue:
    case Form::kAnnotation: {
      const Evaluation evaluation = question.form == Form::kValue
                                        ? evaluator.Value(scope, question.text)
                                        : evaluator.Annotation(scope, question.text);
      Answered answered{{}, {written.Of(evaluation)}, evaluation.obstacles};
      if (evaluation.has_definition()) answered.definitions.push_back(evaluation.definition);
      return answered;
    }
    case Form::kMembers:
      return written.Of(evaluator.classes().Members({question.module, *question.row}));
    case Form::kFields:
      return written.Of(evaluator.classes().FieldsOf({question.module, *question.row}));
    case Form::kSignature:
      return written.Of(SignaturesOf(evaluator.classes(),
                                     Definition{question.module, *question.row},
                                     MethodBinding::kUnbound));
  }
  return {};
}

// All that is asked of an index: what every module binds, what everything that its summaries
// mention means, orders and members of all classes.
class Questions {
 public:
  explicit Questions(NameResolver& resolver) : resolver_(resolver) {}
  std::vector<Question> Take() { return std::move(questions_); }

  // A name that is not there.
  void AddName(ModuleRef module, const std::string& name) {
    questions_.push_back({Form::kResolve, module, {}, name});
    questions_.push_back({Form::kLookup, module, {}, name});
  }

  void AddModule(ModuleRef module) {
    module_ = module;
    const SummaryView view = OrDie(resolver_.finder().index().summary(module));
    questions_.push_back({Form::kNames, module, {}, {}});
    for (const std::string_view name : resolver_.NamesOf(module)) {
      questions_.push_back({Form::kResolve, module, {}, std::string(name)});
    }
    texts_.clear();
    for (uint32_t row = 0; row < view.import_count(); ++row) {
      const Import import = view.import(row);
      if (import.scope == ImportScope::kModule) texts_.insert(std::string(import.binds));
    }
    AddScope(view, view.ModuleSymbols(), {});
    for (uint32_t row = 0; row < view.symbol_count(); ++row) {
      if (view.symbol(row).kind() != SymbolKind::kClass) continue;
      questions_.push_back({Form::kMro, module, row, {}});
      questions_.push_back({Form::kMember, module, row, "__init__"});
      questions_.push_back({Form::kMember, module, row, "no_such_member"});
      questions_.push_back({Form::kMembers, module, row, {}});
      questions_.push_back({Form::kFields, module, row, {}});
      questions_.push_back({Form::kSignature, module, row, {}});
      const RowRange members = view.Members(row);
      for (uint32_t member = members.first; member < members.last; ++member) {
        if (member != members.first && view.symbol(member).name() == view.symbol(member - 1).name())
          continue;
        questions_.push_back({Form::kMember, module, row, std::string(view.symbol(member).name())});
      }
      texts_.clear();
      AddScope(view, members, row);
    }
  }

 private:
  void AddScope(const SummaryView& view, RowRange rows, std::optional<uint32_t> scope) {
    std::vector<SymbolText> symbol_texts;
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      const Symbol symbol = view.symbol(row);
      symbol.texts(symbol_texts);
      for (const SymbolText& text : symbol_texts) {
        for (std::string& name : NamesIn(view.text(text.string))) texts_.insert(std::move(name));
        const bool annotation =
            text.role == TextRole::kAnnotation || text.role == TextRole::kReturns;
        if (text.role != TextRole::kTypeParameter) {
          questions_.push_back({annotation ? Form::kAnnotation : Form::kValue, module_, scope,
                                std::string(view.text(text.string))});
        }
      }
      if (symbol.kind() == SymbolKind::kClass) {
        for (const std::string_view base : symbol.details().bases) {
          questions_.push_back({Form::kBase, module_, row, std::string(base)});
        }
      }
    }
    for (const std::string& text : texts_) {
      questions_.push_back({Form::kLookup, module_, scope, text});
    }
  }

  NameResolver& resolver_;
  std::vector<Question> questions_;
  std::set<std::string> texts_;
  ModuleRef module_ = kNoModule;
};

struct Edit {
  std::string id;
  std::string root;
  std::string path;
  std::string file;
  std::string name;
};

class Editor {
 public:
  explicit Editor(std::shared_ptr<const ModuleFinder> finder) : finder_(std::move(finder)) {}

  std::shared_ptr<const ModuleFinder> Apply(const Edit& edit) {
    const Index& index = finder_->index();
    std::vector<std::shared_ptr<const Pack>> packs(index.packs().begin(), index.packs().end());
    if (edit.file == "-") {
      for (auto& pack : packs) pack = Without(pack, edit);
    } else {
      packs.push_back(Written([&](PackWriter& writer) { Add(writer, edit); }));
    }
    auto changed = OrDie(Index::Make(std::move(packs), index.environment()));
    return OrDie(ModuleFinder::Make(std::move(changed), finder_->profile()));
  }

 private:
  template <class Fill>
  std::shared_ptr<const Pack> Written(Fill fill) {
    auto writer = OrDie(PackWriter::Create(directory_ / "edited.pack"));
    fill(writer);
    OrDie(writer.Finish());
    return OrDie(Pack::Open(directory_ / "edited.pack", Pack::OpenMode::kPrivateCopy));
  }

  void Add(PackWriter& writer, const Edit& edit) {
    std::ifstream file(edit.file, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    const auto tree = parser_.Parse(text.str());
    if (!tree) OrDie(Result<int>(Error{ErrorCode::kInvalidArgument, edit.file}));
    const BuiltSummary& summary = builder_.Build(*tree);
    ModuleRecord record;
    record.root = edit.root;
    record.path = edit.path;
    record.content_hash = HashContent(text.str());
    const auto added =
        writer.Add(record, std::as_bytes(summary.words), summary.docs, summary.names);
    if (!added) OrDie(Result<int>(added.error()));
  }

  std::shared_ptr<const Pack> Without(const std::shared_ptr<const Pack>& pack, const Edit& edit) {
    if (!OrDie(pack->FindFile(edit.root, edit.path))) return pack;
    return Written([&](PackWriter& writer) {
      for (uint32_t row = 0; row < pack->module_count(); ++row) {
        const ModuleInfo info = OrDie(pack->module(ModuleId{row}));
        if (info.root == edit.root && info.path == edit.path) continue;
        ModuleRecord record;
        record.root = info.root;
        record.path = info.path;
        record.content_hash = info.content_hash;
        const auto added = writer.AddFrom(pack, ModuleId{row}, record);
        if (!added) OrDie(Result<int>(added.error()));
      }
    });
  }

  std::shared_ptr<const ModuleFinder> finder_;
  const TemporaryTree directory_;
  MemoryPool pool_;
  Parser parser_{pool_};
  SummaryBuilder builder_;
};

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

class Check {
 public:
  Check(std::shared_ptr<const ModuleFinder> finder, const std::vector<Edit>& edits, uint32_t sample)
      : finder_(std::move(finder)),
        editor_(finder_),
        resolver_(finder_, &dependencies_),
        evaluator_(resolver_) {
    const Index& index = finder_->index();
    {
      NameResolver names(finder_);  // the summaries are checked on first use
      Questions questions(names);
      std::set<ModuleRef> asked;
      for (uint32_t file = 0; file < index.file_count(); file += sample)
        asked.insert(ModuleRef{file});
      for (const Edit& edit : edits) {
        const auto module = OrDie(index.FindFile(edit.root, edit.path));
        if (!module) continue;
        asked.insert(*module);
        if (edit.name.empty()) continue;
        for (const ModuleRef importer : StarImporters(*module)) {
          questions.AddName(importer, edit.name);
        }
        const ModuleRef other{(static_cast<uint32_t>(*module) + 1) % index.file_count()};
        questions.AddName(other, edit.name);  // has nothing to do with it
      }
      for (const ModuleRef module : asked) {
        if (!index.shadowed(module)) questions.AddModule(module);
      }
      questions_ = questions.Take();
    }
    auto since = std::chrono::steady_clock::now();
    {
      NameResolver resolver(finder_);
      TypeEvaluator evaluator(resolver);
      EvaluateAll(evaluator);
    }
    const double without = Seconds(since);
    uint64_t evaluations = 0;
    since = std::chrono::steady_clock::now();
    {
      Dependencies dependencies;
      NameResolver resolver(finder_, &dependencies);
      TypeEvaluator evaluator(resolver);
      evaluations = EvaluateAll(evaluator).size();
      const double with = Seconds(since);
      size_t answers = 0;
      for (uint32_t node = 0; node < dependencies.node_count(); ++node) {
        answers += dependencies.IsAnswer(Dependencies::Node{node}) ? 1 : 0;
      }
      std::cout << "{\"questions\": " << questions_.size() << ", \"seconds\": " << without
                << ", \"seconds_recording\": " << with << ", \"evaluations\": " << evaluations
                << ", \"kept\": " << answers << ", \"nodes\": " << dependencies.node_count()
                << ", \"uses\": " << dependencies.use_count()
                << ", \"bytes\": " << dependencies.bytes() << "}" << std::endl;
    }
    if (sample == 1) EvaluateAll(evaluator_);
    Record();
  }

  void Try(const Edit& edit) {
    const std::shared_ptr<const ModuleFinder> after = editor_.Apply(edit);
    auto since = std::chrono::steady_clock::now();
    const IndexChange change = OrDie(IndexChange::Make(finder_, after));
    const double compared = Seconds(since);
    since = std::chrono::steady_clock::now();
    const std::vector<Dependencies::Node> invalidated = dependencies_.Invalidated(change);
    const double found = Seconds(since);
    std::vector<bool> is_invalidated(questions_.size());
    size_t all = 0;
    size_t of_questions = 0;
    for (const Dependencies::Node node : invalidated) {
      const Dependency answer = dependencies_.Describe(node);
      if (answer.kind == DependencyKind::kCaller) {
        is_invalidated[answer.row] = true;
        ++of_questions;
      } else {
        ++all;
      }
    }
    NameResolver names(after);
    TypeEvaluator fresh(names);
    size_t differ = 0;
    std::vector<std::string> missed;
    for (size_t i = 0; i < questions_.size(); ++i) {
      const bool same = IsSame(questions_[i], answers_[i], fresh, change);
      differ += same ? 0 : 1;
      if (!same && !is_invalidated[i]) missed.push_back(Describe(questions_[i]));
    }
    if (missed.size() > 20) missed.resize(20);
    std::cout << "{\"id\": " << Quoted(edit.id) << ", \"answers\": " << questions_.size()
              << ", \"differ\": " << differ << ", \"invalidated\": " << of_questions
              << ", \"missed\": " << List(missed) << ", \"all_invalidated\": " << all
              << ", \"strangers\": " << List(Strangers(edit, invalidated))
              << ", \"compare_seconds\": " << compared << ", \"find_seconds\": " << found << "}"
              << std::endl;
  }

 private:
  void Record() {
    answers_.reserve(questions_.size());
    for (uint32_t i = 0; i < questions_.size(); ++i) {
      const auto node = dependencies_.AddAnswer({DependencyKind::kCaller, kNoModule, i});
      const Dependencies::Recording recording(&dependencies_, node);
      const Question& question = questions_[i];  // which there is no more without its scope
      dependencies_.Read({question.row ? DependencyKind::kScope : DependencyKind::kModule,
                          question.module, question.row.value_or(Dependency::kModuleScope)});
      answers_.push_back(Ask(evaluator_, questions_[i]));
    }
  }

  // Whether the answer, carried over to the other version, is what is answered there.
  static bool IsSame(const Question& question, const Answered& before, TypeEvaluator& fresh,
                     const IndexChange& change) {
    Question asked = question;
    asked.module = change.After(question.module);
    if (asked.module == kNoModule) return false;
    if (question.row) {
      const auto owner = change.After(Definition{question.module, *question.row});
      if (!owner) return false;
      asked.row = owner->row;
      const SummaryView view = OrDie(fresh.resolver().finder().index().summary(owner->module));
      if (view.symbol(owner->row).kind() != SymbolKind::kClass) return false;
    }
    const Answered after = Ask(fresh, asked);
    std::vector<Definition> carried;
    for (const Definition& definition : before.definitions) {
      if (definition.module == kNoModule) {
        carried.push_back(definition);
        continue;
      }
      const auto there = change.After(definition);
      if (!there) return false;
      carried.push_back(*there);
    }
    std::vector<Definition> found = after.definitions;
    if (after.obstacles.has(Obstacle::kCycle)) {  // then their order depends on what is asked first
      std::ranges::sort(carried);
      std::ranges::sort(found);
    }
    bool same = carried == found && before.names == after.names &&
                before.complete == after.complete && before.consistent == after.consistent;
    for (uint32_t i = 0; i < kObstacleCount; ++i) {
      const auto obstacle = static_cast<Obstacle>(i);
      same &= before.obstacles.has(obstacle) == after.obstacles.has(obstacle);
    }
    return same;
  }

  // Of the edited module and those that import all names from there, or from one that does.
  std::set<ModuleRef> StarImporters(ModuleRef module) {
    if (stars_.empty()) FindStars();
    std::set<ModuleRef> found{module};
    for (bool more = true; more;) {
      more = false;
      for (const auto& [importer, target] : stars_) {
        if (found.contains(target)) more |= found.insert(importer).second;
      }
    }
    return found;
  }

  void FindStars() {
    const Index& index = finder_->index();
    for (uint32_t file = 0; file < index.file_count(); ++file) {
      const ModuleRef module{file};
      const SummaryView view = OrDie(index.summary(module));
      for (uint32_t row = 0; row < view.import_count(); ++row) {
        const Import import = view.import(row);
        if (import.binds == "*") {
          stars_.emplace_back(module, finder_->FindFrom(module, import.level, import.module));
        }
      }
    }
  }

  std::vector<std::string> Strangers(const Edit& edit,
                                     const std::vector<Dependencies::Node>& invalidated) {
    std::vector<std::string> strangers;
    if (edit.name.empty()) return strangers;
    const auto module = OrDie(finder_->index().FindFile(edit.root, edit.path));
    if (!module) return strangers;
    const std::set<ModuleRef> expected = StarImporters(*module);
    for (const Dependencies::Node node : invalidated) {
      Dependency answer = dependencies_.Describe(node);
      std::string name(answer.name);
      if (answer.kind == DependencyKind::kCaller) {
        const Question& question = questions_[answer.row];
        answer.module = question.module;
        name = question.text;
        if (question.form == Form::kNames) name = edit.name;
      }
      if (name != edit.name || !expected.contains(answer.module)) {
        strangers.push_back(finder_->name(answer.module) + ":" + name);
      }
    }
    if (strangers.size() > 20) strangers.resize(20);
    return strangers;
  }

  std::string Describe(const Question& question) const {
    constexpr std::string_view kForms[] = {"names",   "resolve", "lookup",   "base",
                                           "member",  "mro",     "value",    "annotation",
                                           "members", "fields",  "signature"};
    std::string text(kForms[static_cast<size_t>(question.form)]);
    text += " " + finder_->name(question.module);
    if (question.row) {
      const SummaryView view = OrDie(finder_->index().summary(question.module));
      text += ":" + view.symbol(*question.row).qualname();
    }
    return text + " " + question.text;
  }

  std::shared_ptr<const ModuleFinder> finder_;
  Editor editor_;
  Dependencies dependencies_;
  NameResolver resolver_;
  TypeEvaluator evaluator_;
  std::vector<Question> questions_;
  std::vector<Answered> answers_;
  std::vector<std::pair<ModuleRef, ModuleRef>> stars_;  // importer, imported
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "check_invalidation INDEX PROFILE SAMPLE < EDITS\n";
    return 2;
  }
  const std::string_view profile = argv[2];
  const SearchProfile searched = profile == "mypy"      ? SearchProfile::kMypy
                                 : profile == "pyright" ? SearchProfile::kPyright
                                                        : SearchProfile::kRuntime;
  std::vector<Edit> edits;
  for (std::string line; std::getline(std::cin, line);) {
    std::stringstream fields(line);
    Edit& edit = edits.emplace_back();
    std::getline(fields, edit.id, '\t');
    std::getline(fields, edit.root, '\t');
    std::getline(fields, edit.path, '\t');
    std::getline(fields, edit.file, '\t');
    std::getline(fields, edit.name, '\t');
  }
  auto index = OrDie(Index::Open(argv[1]));
  Check check(OrDie(ModuleFinder::Make(std::move(index), searched)), edits,
              static_cast<uint32_t>(std::stoul(argv[3])));
  for (const Edit& edit : edits) check.Try(edit);
}
