// Type variables of classes, and what stands for them.
#include <algorithm>
#include <deque>
#include <utility>

#include "summaries/resolution/types/type_engine.h"

namespace coppice {

// Of a type parameter's text: `*Ts`, `T: int = str`.
std::string_view TypeEvaluator::Engine::ParameterName(std::string_view text) {
  while (text.starts_with('*')) text.remove_prefix(1);
  return text.substr(0, text.find_first_of(":= "));
}

// Adds those that are new, in the order in which they appear.
void TypeEvaluator::Engine::CollectVariables(TypeId type, Parameters& parameters) {
  boost::unordered_flat_set<uint32_t> seen;
  std::vector<TypeId>& variables = parameters.variables;
  const auto walk = [&](const auto& self, TypeId each) -> void {
    if (!types_.has_variables(each) || !seen.insert(static_cast<uint32_t>(each)).second) return;
    const Type shape = types_[each];
    if (shape.form == TypeForm::kTypeVariable || shape.form == TypeForm::kTypeParameter) {
      if (std::ranges::find(variables, each) == variables.end()) variables.push_back(each);
      return;
    }
    if (shape.form == TypeForm::kUnpacked) {
      parameters.single = std::min(parameters.single, variables.size());
    }
    const Types arguments(shape.arguments.begin(), shape.arguments.end());
    for (const TypeId argument : arguments) self(self, argument);
  };
  walk(walk, type);
}

// Those that a class or alias declares in brackets (PEP 695).
TypeEvaluator::Engine::Parameters TypeEvaluator::Engine::DeclaredParameters(Definition definition) {
  Parameters parameters;
  for (const std::string_view text : classes_.views().symbol(definition).details().type_params) {
    if (text.starts_with('*') && !text.starts_with("**")) {
      parameters.single = std::min(parameters.single, parameters.variables.size());
    }
    parameters.variables.push_back(
        types_.Make(TypeForm::kTypeParameter, definition, {}, ParameterName(text)));
  }
  return parameters;
}

TypeEvaluator::Engine::Parameters TypeEvaluator::Engine::FindParameters(
    Definition class_definition) {
  Parameters parameters = DeclaredParameters(class_definition);
  if (!parameters.variables.empty()) return parameters;
  for (const std::string_view text : classes_.views().symbol(class_definition).details().bases) {
    if (!text.ends_with(']')) continue;
    Findings findings = Fresh();
    findings.scope = classes_.ScopeOf(class_definition);
    const KnownName known = classes_.known().Find(resolver_.Base(class_definition, text));
    const Borrowed parser(*this);
    (*parser).Parse(text);
    const ExpressionParser& parsed = *parser;
    if (KindAt(parsed, parsed.root()) != ExpressionKind::kSubscript) continue;
    const uint32_t value = parsed.node(parsed.root()).first_child;
    Parameters own;
    for (const TypeId argument : ArgumentsOf(findings, parsed, parsed.node(value).next_sibling)) {
      CollectVariables(argument, own);
      CollectVariables(argument, parameters);
    }
    if (known == KnownName::kGeneric || (known == KnownName::kProtocol && !own.variables.empty())) {
      return own;
    }
  }
  return parameters;
}

const TypeEvaluator::Engine::Parameters& TypeEvaluator::Engine::ParametersOf(
    Definition class_definition) {
  const Dependencies::Recording recording(
      dependencies_,
      {DependencyKind::kTypeParameters, class_definition.module, class_definition.row});
  if (const auto found = parameters_.find(class_definition); found != parameters_.end())
    return found->second;
  parameters_[class_definition] = {};  // meanwhile, for what leads back here
  Parameters parameters = FindParameters(class_definition);
  if (parameters.variables.size() > TypeTable::kMaxArguments) {
    parameters.variables.resize(TypeTable::kMaxArguments);
  }
  return parameters_[class_definition] = std::move(parameters);
}

TypeId TypeEvaluator::Engine::Substitute(TypeId type, Substitution& substitution) {
  if (!types_.has_variables(type)) return type;
  if (type == TypeId::kSelf) return substitution.self;
  const auto number = static_cast<uint32_t>(type);
  if (const auto found = substitution.done.find(number); found != substitution.done.end()) {
    return found->second;
  }
  const Type shape = types_[type];
  TypeId result = type;
  if (shape.form == TypeForm::kTypeVariable || shape.form == TypeForm::kTypeParameter) {
    const auto found = std::ranges::find(substitution.variables, type);
    if (found != substitution.variables.end()) {
      const auto at = static_cast<size_t>(found - substitution.variables.begin());
      result = at < substitution.values.size() ? substitution.values[at] : TypeId::kUnknown;
    }
  } else {
    const TypeForm form = shape.form;
    const Definition definition = shape.definition;
    Types arguments(shape.arguments.begin(), shape.arguments.end());
    for (TypeId& argument : arguments) argument = Substitute(argument, substitution);
    result = form == TypeForm::kUnion ? types_.MakeUnion(arguments)
                                      : types_.Make(form, definition, arguments);
  }
  substitution.done[number] = result;
  return result;
}

TypeId TypeEvaluator::Engine::Substitute(TypeId type, Definition class_definition,
                                         std::span<const TypeId> arguments, TypeId self) {
  if (!types_.has_variables(type)) return type;
  const Parameters parameters = ParametersOf(class_definition);  // may move meanwhile
  return Substitute(type, parameters, arguments, self);
}

// What stands for a variable that takes any number of arguments, or for one behind it, is not
// worked out; nor is what an unpacked argument gives.
TypeId TypeEvaluator::Engine::Substitute(TypeId type, const Parameters& parameters,
                                         std::span<const TypeId> arguments, TypeId self) {
  const auto unpacked = std::ranges::find_if(
      arguments, [&](TypeId each) { return types_[each].form == TypeForm::kUnpacked; });
  const auto known = std::min(static_cast<size_t>(unpacked - arguments.begin()), parameters.single);
  Substitution substitution{parameters.variables,
                            arguments.first(std::min(known, arguments.size())), self};
  return Substitute(type, substitution);
}

std::vector<TypeId> TypeEvaluator::Engine::ArgumentsFor(TypeId instance, Definition base) {
  const Type shape = types_[instance];
  if (shape.form != TypeForm::kInstance && shape.form != TypeForm::kClassObject) return {};
  struct Reached {
    Definition definition;
    std::vector<TypeId> arguments;
  };
  std::deque<Reached> queue;
  queue.push_back({shape.definition, {shape.arguments.begin(), shape.arguments.end()}});
  boost::unordered_flat_set<Definition> seen;
  while (!queue.empty()) {
    Reached each = std::move(queue.front());
    queue.pop_front();
    if (each.definition == base) return each.arguments;
    if (!seen.insert(each.definition).second) continue;
    if (!classes_.views().IsA(each.definition, SymbolKind::kClass)) continue;
    for (const std::string_view text : classes_.views().symbol(each.definition).details().bases) {
      Findings findings = Fresh();
      findings.scope = classes_.ScopeOf(each.definition);
      findings.declarer = each.definition;
      TypeId described = Read(findings, text, Mode::kAnnotation);
      if (types_.has_variables(described)) {
        described = Substitute(described, each.definition, each.arguments);
      }
      const Type next = types_[described];
      if (next.form == TypeForm::kInstance) {
        queue.push_back({next.definition, {next.arguments.begin(), next.arguments.end()}});
      }
    }
  }
  return {};
}

}  // namespace coppice
