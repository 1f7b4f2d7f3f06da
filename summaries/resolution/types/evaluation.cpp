#include "summaries/resolution/types/evaluation.h"

#include <algorithm>
#include <bit>

#include "summaries/resolution/expressions/expression_parts.h"

namespace coppice {

std::string_view KindName(EvaluationKind kind) {
  constexpr std::array<std::string_view, kEvaluationKindCount> kNames = {
      "import", "base", "decorator", "annotation", "default", "alias", "value"};
  return kNames[static_cast<size_t>(kind)];
}

std::size_t Evaluations::bytes() const {
  return occurrences_.capacity() * sizeof(uint32_t) + first_of_file_.capacity() * sizeof(uint64_t) +
         results_.capacity() * sizeof(Evaluation);
}

// One after another: what is kept of a module's texts serves that module alone.
class ModuleEvaluator {
 public:
  ModuleEvaluator(TypeEvaluator& evaluator, Evaluations& evaluations)
      : evaluator_(evaluator),
        dependencies_(evaluator.resolver().dependencies()),
        views_(evaluator.classes().views()),
        evaluations_(evaluations) {}

  // The results of what comes next belong to the next file.
  void BeginFile() { evaluations_.first_of_file_.push_back(evaluations_.size()); }

  void Evaluate(ModuleRef module) {
    const SummaryView* const view = views_.Find(module);
    if (view == nullptr) {
      ++evaluations_.damaged;
      return;
    }
    module_ = module;
    view_ = view;
    for (std::vector<Kept>& kept : kept_) kept.assign(view->string_count(), {});
    class_imports_ = views_.has_class_imports(module);
    for (uint32_t row = 0; row < view->import_count(); ++row) EvaluateImport(row);
    EvaluateScope(view->ModuleSymbols(), std::nullopt);
    for (uint32_t row = 0; row < view->symbol_count(); ++row) {
      if (view->symbol(row).kind() != SymbolKind::kClass) continue;
      const RowRange members = view->Members(row);
      if (!members.empty()) EvaluateScope(members, row);
    }
  }

 private:
  enum Mode : size_t { kAsValue, kAsAnnotation, kOfInstance, kModeCount };
  // For each string: in which scope it was evaluated last, and to what.
  struct Kept {
    uint32_t scope = 0;  // 0: not yet; 1: the module's; else a class's row + 2
    uint32_t result = 0;
    uint32_t unbound_in = 0;  // the scope of a class that binds no name in it
  };

  void EvaluateImport(uint32_t row) {
    const Import import = view_->import(row);
    const ModuleFinder& finder = evaluator_.resolver().finder();
    const Dependencies::Recording recording(
        dependencies_, {DependencyKind::kEvaluation, module_,
                        import.owner.value_or(Dependency::kModuleScope), import.binds});
    ReadImport(import);
    const ModuleRef target = finder.FindFrom(module_, import.level, import.module);
    Evaluation evaluation;
    if (target == kNoModule) {
      evaluation.gap = TypeGap::kName;
      evaluation.obstacles.add(Obstacle::kMissingModule);
    } else if (!import.name || *import.name == "*") {
      evaluation = evaluator_.TypeOf({target});
    } else {
      evaluation = evaluator_.ValueOf(evaluator_.resolver().Resolve(target, *import.name));
    }
    ++evaluations_.worked_out;
    Add(EvaluationKind::kImport, Number(evaluation));
  }

  void ReadImport(const Import& import) {
    if (dependencies_ == nullptr) return;
    if (import.scope == ImportScope::kFunction) {
      dependencies_->Read(
          {DependencyKind::kCallImports, module_, Dependency::kModuleScope, import.binds});
    } else if (import.binds == "*") {
      dependencies_->Read({DependencyKind::kStars, module_});
    } else {
      dependencies_->Read({DependencyKind::kBindings, module_,
                           import.owner.value_or(Dependency::kModuleScope), import.binds});
    }
    const ModuleRef importer = import.level == 0 ? kNoModule : module_;
    dependencies_->Read({DependencyKind::kLookup, importer, import.level, import.module});
  }

  void EvaluateScope(RowRange rows, std::optional<uint32_t> class_row) {
    class_row_ = class_row;
    scope_rows_ = rows;
    class_letters_ = 0;
    if (class_row) {
      for (uint32_t row = rows.first; row < rows.last; ++row) {
        class_letters_ |= LettersOf(view_->symbol(row).name());
      }
    }
    class_generic_ = class_row && !view_->symbol(*class_row).details().type_params.empty();
    for (uint32_t row = rows.first; row < rows.last; ++row) EvaluateSymbol(row);
  }

  void EvaluateSymbol(uint32_t row) {
    const Symbol symbol = view_->symbol(row);
    symbol.texts(texts_);
    if (texts_.empty()) return;
    const SymbolKind kind = symbol.kind();
    const bool of_instance = kind == SymbolKind::kAttribute;
    Definition declarer;
    for (const SymbolText& text : texts_) {
      if (text.role == TextRole::kTypeParameter) declarer = {module_, row};
    }
    for (const SymbolText& text : texts_) {
      switch (text.role) {
        case TextRole::kTypeParameter:
          break;
        case TextRole::kDecorator:
          Add(EvaluationKind::kDecorator, Find(kAsValue, text.string, declarer));
          break;
        case TextRole::kBase:
        case TextRole::kKeyword:
          Add(EvaluationKind::kBase, Find(kAsValue, text.string, declarer));
          break;
        case TextRole::kDefault:
          Add(EvaluationKind::kDefault, Find(kAsValue, text.string, declarer));
          break;
        case TextRole::kAnnotation:
        case TextRole::kReturns:
          Add(EvaluationKind::kAnnotation, Find(kAsAnnotation, text.string, declarer));
          break;
        case TextRole::kValue: {
          const bool alias =
              kind == SymbolKind::kTypeAlias || IsDottedName(view_->text(text.string));
          const Mode mode = kind == SymbolKind::kTypeAlias ? kAsAnnotation
                            : of_instance                  ? kOfInstance
                                                           : kAsValue;
          Add(alias ? EvaluationKind::kAlias : EvaluationKind::kValue,
              Find(mode, text.string, declarer));
          break;
        }
      }
    }
  }

  // The number of the result.
  uint32_t Find(Mode mode, uint32_t string, Definition declarer) {
    Kept unkept;
    Kept& kept = declarer.module == kNoModule ? kept_[mode][string] : unkept;
    uint32_t scope = class_row_ ? *class_row_ + 2 : 1;
    if (kept.scope == scope) return kept.result;
    const std::string_view text = view_->text(string);
    std::optional<uint32_t> read_in = class_row_;
    // What no class binds means in its body what it means around it. But one answer is not made of
    // what the other is made of.
    if (dependencies_ == nullptr && class_row_ && mode != kOfInstance &&
        (kept.unbound_in == scope || !MayBeBoundInClass(text))) {
      kept.unbound_in = scope;
      if (kept.scope == 1) return kept.result;
      read_in.reset();
      scope = 1;
    }
    const Dependencies::Recording recording(dependencies_,
                                            {DependencyKind::kEvaluation, module_,
                                             class_row_.value_or(Dependency::kModuleScope), text});
    kept.result = Number(WorkOut(mode, {module_, read_in}, text, declarer));
    kept.scope = scope;
    ++evaluations_.worked_out;
    return kept.result;
  }

  Evaluation WorkOut(Mode mode, const Scope& scope, std::string_view text, Definition declarer) {
    switch (mode) {
      case kAsValue:
        return evaluator_.Value(scope, text, declarer);
      case kAsAnnotation:
        return evaluator_.Annotation(scope, text, declarer);
      default:
        return evaluator_.AttributeValue({module_, *class_row_}, text);
    }
  }

  // One of 64 bits, by the first and the last letter and the length.
  static uint64_t LettersOf(std::string_view name) {
    if (name.empty()) return 1;
    const auto first = static_cast<uint8_t>(name.front());
    const auto last = static_cast<uint8_t>(name.back());
    return uint64_t{1} << ((first + 5 * last + 11 * name.size()) % 64);
  }

  // Whether some name in it may be one of the class's.
  bool MayBeBoundInClass(std::string_view text) const {
    if (class_imports_ || class_generic_) return true;
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
             (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    };
    for (size_t at = 0; at < text.size();) {
      if (!is_letter(text[at])) {
        ++at;
        continue;
      }
      size_t end = at + 1;
      while (end < text.size() && is_letter(text[end])) ++end;
      const bool attribute = at != 0 && text[at - 1] == '.';
      const std::string_view name = text.substr(at, end - at);
      if (!attribute && (class_letters_ & LettersOf(name)) != 0 &&
          !view_->FindSymbols(scope_rows_, name).empty()) {
        return true;
      }
      at = end;
    }
    return false;
  }

  // Where the result is kept. What was kept lately is not kept again.
  uint32_t Number(const Evaluation& evaluation) {
    using Words = std::array<uint64_t, 2>;
    const auto words = std::bit_cast<Words>(evaluation);
    const uint64_t hash = (words[0] ^ words[1] * 0xc2b2ae3d27d4eb4f) * 0x9e3779b97f4a7c15;
    uint32_t& recent = recent_[hash >> (64 - kRecentBits)];
    std::vector<Evaluation>& results = evaluations_.results_;
    if (recent >= results.size() || std::bit_cast<Words>(results[recent]) != words) {
      recent = static_cast<uint32_t>(results.size());
      results.push_back(evaluation);
    }
    return recent;
  }

  void Add(EvaluationKind kind, uint32_t number) {
    evaluations_.occurrences_.push_back(number);
    const Evaluation& evaluation = evaluations_.results_[number];
    EvaluationCounts& counts = evaluations_.counts[static_cast<size_t>(kind)];
    ++counts.total;
    if (evaluation.type != TypeId::kUnknown) {
      ++counts.typed;
      return;
    }
    if (evaluation.has_definition()) {
      ++counts.named;
      return;
    }
    ++evaluations_.gaps[static_cast<size_t>(evaluation.gap)];
    for (uint32_t i = 0; i < kObstacleCount; ++i) {
      if (evaluation.obstacles.has(static_cast<Obstacle>(i))) ++evaluations_.obstacles[i];
    }
  }

  TypeEvaluator& evaluator_;
  Dependencies* const dependencies_;  // may be null
  ModuleViews& views_;
  Evaluations& evaluations_;
  ModuleRef module_ = kNoModule;
  const SummaryView* view_ = nullptr;
  RowRange scope_rows_;  // of what is evaluated: the module's, or those of a class
  std::optional<uint32_t> class_row_;
  uint64_t class_letters_ = 0;  // LettersOf all names that the class binds
  bool class_imports_ = false;  // some class of the module imports into its body
  bool class_generic_ = false;  // the class has type parameters of its own (PEP 695)
  std::vector<SymbolText> texts_;
  std::array<std::vector<Kept>, kModeCount> kept_;
  static constexpr uint32_t kRecentBits = 14;
  std::vector<uint32_t> recent_ = std::vector<uint32_t>(size_t{1} << kRecentBits);
};

Evaluations EvaluateAll(TypeEvaluator& evaluator, const std::function<void()>& after_each) {
  Evaluations evaluations;
  const Index& index = evaluator.resolver().finder().index();
  ModuleEvaluator modules(evaluator, evaluations);
  for (uint32_t number = 0; number < index.file_count(); ++number) {
    const ModuleRef file{number};
    modules.BeginFile();
    if (!index.shadowed(file)) {
      if (const Result<ModuleInfo> info = index.file(file)) {
        evaluations.source_bytes += info->source_bytes;
      }
      ++evaluations.modules;
      modules.Evaluate(file);
    }
    if (after_each) after_each();
  }
  modules.BeginFile();
  return evaluations;
}

}  // namespace coppice
