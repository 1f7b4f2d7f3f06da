// What dotted names mean across the modules of an index: definitions, members, orders, signatures.

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/definition_place.h"
#include "clients/cli/json.h"
#include "clients/cli/near_names.h"
#include "clients/cli/obstacle_text.h"
#include "clients/cli/query.h"
#include "clients/cli/symbol_text.h"
#include "summaries/resolution/classes/signature.h"
#include "summaries/unicode.h"

namespace coppice::cli {
namespace {

std::string_view NameOf(Step::Kind kind) {
  switch (kind) {
    case Step::Kind::kImport:
      return "import";
    case Step::Kind::kStar:
      return "star";
    case Step::Kind::kAlias:
      return "alias";
    case Step::Kind::kSubmodule:
      return "submodule";
    case Step::Kind::kGetattr:
      return "getattr";
    case Step::Kind::kBuiltin:
      return "builtin";
    case Step::Kind::kStub:
      return "stub";
    case Step::Kind::kMember:
      return "member";
  }
  return "";
}

std::string_view NameOf(FieldForm form) {
  switch (form) {
    case FieldForm::kNone:
      return "";
    case FieldForm::kDataclass:
      return "dataclass";
    case FieldForm::kAttrs:
      return "attrs";
    case FieldForm::kNamedTuple:
      return "named_tuple";
    case FieldForm::kTypedDict:
      return "typed_dict";
  }
  return "";
}

constexpr std::string_view kNoOrder = "there is no order that keeps that of every base";

// Of a signature: why it is not known.
std::string_view InWords(std::string_view why) {
  if (why == GapName(SignatureGap::kNotCallable)) return "it cannot be called";
  if (why == GapName(SignatureGap::kUnknownValue)) return "how it is called is not known";
  if (why == GapName(SignatureGap::kDecorated)) {
    return "decorators may change how it is called: this is as it is written";
  }
  if (why == GapName(SignatureGap::kNoOrder)) return kNoOrder;
  if (why == GapName(SignatureGap::kUnknownBase)) {
    return "some base is not known, which may say how it is called";
  }
  if (why == GapName(SignatureGap::kFields)) return "which fields it has is not known for sure";
  return "this is one of several that may be meant";
}

class NameQuery {
 public:
  NameQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
            const RootDirectories& roots)
      : query_(query), finder_(*finder), roots_(roots), resolver_(finder), classes_(resolver_) {}

  // Prints what is known of a name and returns the exit code.
  int Ask(const std::string& name) {
    Json json(output_);
    json_ = &json;
    name_ = NormalFormKc(name).value_or(name);
    damaged_ = false;
    const bool found = query_.what == "resolve"   ? Resolve(name)
                       : query_.what == "members" ? Members(name)
                       : query_.what == "mro"     ? Order(name)
                                                  : Signature(name);
    if (query_.json) output_.Put('\n');
    return damaged_ ? kFailed : found ? kDone : kNothingFound;
  }
  int Finish(int code) { return output_.Finish(code); }

 private:
  DefinitionPlace PlaceOf(Definition definition) const {
    return cli::PlaceOf(finder_, roots_, definition);
  }
  void WriteDefinition(Definition definition) {
    json_->BeginObject();
    WritePlaceFields(*json_, PlaceOf(definition));
    json_->EndObject();
  }
  void PrintPlace(Definition definition, std::string_view note = {}) {
    const DefinitionPlace place = PlaceOf(definition);
    output_.Print("{}:{}:{}  {} {}{}\n", Printable(place.path.empty() ? "-" : place.path),
                  place.line, place.column, place.kind, Printable(place.FullName()), note);
  }
  // After what else there is in the object of a name.
  void WriteObstacles(Obstacles obstacles) {
    json_->Key("obstacles");
    WriteNames(*json_, obstacles);
  }
  // Says so: for one NAME with --json too, as the other queries do.
  void PrintMeansNothing(Obstacles obstacles) {
    const bool one = query_.name != "-";
    if (query_.json && !one) return;
    const bool of_instances = IsOfInstances();
    std::string text = fmt::format("nothing found: '{}' means nothing in {}: {}", Printable(name_),
                                   Printable(query_.index),
                                   of_instances ? "only instances have it" : WordsOf(obstacles));
    if (one && !of_instances) text += Proposal(NearDefinitions(classes_, name_));
    PrintNote(text);
  }
  // Whether the name is that of what only the instances of a class have.
  bool IsOfInstances() {
    Answer owner;
    const std::optional<ClassMember> member = MemberMeant(owner);
    return member && member->kind == MemberKind::kInstance;
  }

  // As the resolver has it; nothing for what is no dotted name, as "json.".
  Answer Meant(std::string_view name) {
    Answer answer;
    if (("." + std::string(name) + ".").find("..") != std::string::npos) {
      answer.obstacles.add(Obstacle::kMissingName);
    } else {
      answer = resolver_.Resolve(name);
    }
    damaged_ = damaged_ || answer.obstacles.has(Obstacle::kDamaged);
    return answer;
  }

  // Beside `chosen`, of which the rest of the object is.
  void WriteOthers(const Answer& answer, Definition chosen) {
    json_->Key("others").BeginArray();
    for (const Definition& each : answer.definitions) {
      if (each != chosen) WriteDefinition(each);
    }
    json_->EndArray();
    WriteObstacles(answer.obstacles);
  }
  void PrintOthers(const Answer& answer, Definition chosen) {
    for (const Definition& each : answer.definitions) {
      if (each == chosen) continue;
      const DefinitionPlace place = PlaceOf(each);
      PrintNote(fmt::format("'{}' may also be the {} at {}:{}", Printable(name_), place.kind,
                            Printable(place.path.empty() ? place.module : place.path), place.line));
    }
    if (!answer.obstacles.empty()) PrintNote("there may be more: " + WordsOf(answer.obstacles));
  }

  bool Resolve(const std::string& name) {
    const Answer answer = Meant(name_);
    std::vector<ExplainedDefinition> explained;
    if (query_.explain && !answer.definitions.empty()) {
      explained = resolver_.Explain(name_);
    } else {
      for (const Definition& each : answer.definitions) explained.push_back({each, {}});
    }
    if (!query_.json) {
      for (const ExplainedDefinition& each : explained) {
        PrintPlace(each.definition);
        for (const Step& step : each.steps) {
          output_.Print("    {} in {}{}{}\n", NameOf(step.kind),
                        Printable(finder_.name(step.module)),
                        step.line == 0 ? std::string() : fmt::format(":{}", step.line),
                        step.name.empty() ? "" : " to " + Printable(step.name));
        }
      }
      if (!explained.empty() && !answer.obstacles.empty()) {
        PrintNote("there may be more: " + WordsOf(answer.obstacles));
      }
      if (explained.empty()) PrintMeansNothing(answer.obstacles);
      return !explained.empty();
    }
    json_->BeginObject();
    json_->Key("name").Bytes(name);
    json_->Key("definitions").BeginArray();
    for (const ExplainedDefinition& each : explained) {
      json_->BeginObject();
      WritePlaceFields(*json_, PlaceOf(each.definition));
      if (query_.explain) {
        json_->Key("steps").BeginArray();
        for (const Step& step : each.steps) {
          json_->BeginObject();
          json_->Key("kind").String(NameOf(step.kind));
          json_->Key("module").Bytes(finder_.name(step.module));
          json_->Key("line").Number(step.line);
          json_->Key("name").Bytes(step.name);
          json_->EndObject();
        }
        json_->EndArray();
      }
      json_->EndObject();
    }
    json_->EndArray();
    WriteObstacles(answer.obstacles);
    json_->EndObject();
    if (explained.empty()) PrintMeansNothing(answer.obstacles);
    return !explained.empty();
  }

  // A class, and all that its name can mean.
  struct FoundClass {
    Definition definition;
    Answer meant;

    bool is_certain() const { return meant.definitions.size() == 1; }
  };

  // The first class that the name means; says so if there is none.
  std::optional<FoundClass> FindClass(const std::string& name) {
    const Answer answer = Meant(name_);
    for (const Definition& each : answer.definitions) {
      if (classes_.views().IsA(each, SymbolKind::kClass)) return FoundClass{each, answer};
    }
    if (query_.json) {
      json_->BeginObject();
      json_->Key("name").Bytes(name);
      json_->Key("class").Null();
      json_->Key("definition");
      if (answer.definitions.empty()) {
        json_->Null();
      } else {
        WriteDefinition(answer.definitions[0]);
      }
      WriteObstacles(answer.obstacles);
      json_->EndObject();
    }
    if (answer.definitions.empty()) {
      PrintMeansNothing(answer.obstacles);
    } else if (!query_.json) {
      PrintIsNoClass(answer);
    }
    return std::nullopt;
  }
  void PrintIsNoClass(const Answer& answer) {
    const std::string_view kind = PlaceOf(answer.definitions[0]).kind;
    const bool is_known = kind != KindName(SymbolKind::kVariable) &&
                          kind != KindName(SymbolKind::kAttribute) && kind != "compiled" &&
                          !answer.obstacles.has(Obstacle::kModuleGetattr);
    const std::string name = "'" + Printable(name_) + "'";
    PrintNote(is_known ? name + " is no class" : "whether " + name + " is a class is not known");
  }

  bool Members(const std::string& name) {
    const std::optional<FoundClass> found = FindClass(name);
    if (!found) return false;
    const std::vector<ClassMember> members = classes_.Members(found->definition);
    const ClassTraits& traits = classes_.TraitsOf(found->definition);
    const ClassFields& fields = classes_.FieldsOf(found->definition);
    if (!query_.json) {
      for (const ClassMember& member : members) {
        PrintPlace(member.definition,
                   fmt::format("  {} {} of {}", KindName(member.kind), Printable(member.name),
                               Printable(PlaceOf(member.owner).FullName())));
      }
      if (!traits.has_order) PrintNote(std::string(kNoOrder));
      if (!traits.knows_bases) PrintNote("some base is not known: there may be more");
      if (traits.is_cut) PrintNote("it has more bases than are looked at: there may be more");
      PrintOthers(found->meant, found->definition);
      return true;
    }
    json_->BeginObject();
    json_->Key("name").Bytes(name);
    json_->Key("class");
    WriteDefinition(found->definition);
    WriteOthers(found->meant, found->definition);
    json_->Key("complete").Bool(traits.SeesAll() && found->is_certain());
    json_->Key("enum").Bool(traits.is_enum);
    json_->Key("protocol").Bool(traits.is_protocol);
    json_->Key("typed_dict").Bool(traits.is_typed_dict);
    json_->Key("named_tuple").Bool(traits.is_named_tuple);
    json_->Key("metaclass");
    if (traits.metaclass) {
      WriteDefinition(*traits.metaclass);
    } else {
      json_->Null();
    }
    json_->Key("members").BeginArray();
    for (const ClassMember& member : members) {
      json_->BeginObject();
      json_->Key("name").Bytes(member.name);
      json_->Key("kind").String(KindName(member.kind));
      json_->Key("owner").Bytes(PlaceOf(member.owner).FullName());
      json_->Key("definition");
      WriteDefinition(member.definition);
      json_->EndObject();
    }
    json_->EndArray();
    json_->Key("field_form").String(NameOf(fields.form));
    json_->Key("fields_complete").Bool(fields.complete);
    json_->Key("fields").BeginArray();
    for (const auto& each : fields.fields) {
      const ClassField& field = *each;
      if (field.class_variable) continue;
      json_->BeginObject();
      json_->Key("name").Bytes(field.name);
      json_->Key("parameter").Bytes(field.parameter);
      json_->OptionalField("annotation", field.annotation);
      json_->OptionalField("default", field.default_text);
      json_->Key("has_default").Bool(field.has_default);
      json_->Key("in_constructor").Bool(field.in_constructor);
      json_->Key("only_in_constructor").Bool(field.only_in_constructor);
      json_->Key("keyword_only").Bool(field.keyword_only);
      if (fields.form == FieldForm::kTypedDict) {
        json_->Key("required").Bool(field.required);
        json_->Key("read_only").Bool(field.read_only);
      }
      json_->EndObject();
    }
    json_->EndArray();
    json_->EndObject();
    return true;
  }

  bool Order(const std::string& name) {
    const std::optional<FoundClass> found = FindClass(name);
    if (!found) return false;
    const Mro mro = resolver_.MroOf(found->definition);
    const std::string_view why = !mro.consistent        ? "inconsistent"
                                 : mro.cut              ? "too_many"
                                 : !mro.complete        ? "unknown_base"
                                 : !found->is_certain() ? "ambiguous"
                                                        : "";
    if (!query_.json) {
      for (const Definition& each : mro.classes) PrintPlace(each);
      if (!mro.consistent) PrintNote(std::string(kNoOrder));
      if (mro.cut) {
        PrintNote("there are too many classes: these are the first of them");
      } else if (!mro.complete) {
        PrintNote("some base is not known: these are the classes that are");
      }
      PrintOthers(found->meant, found->definition);
      return true;
    }
    json_->BeginObject();
    json_->Key("name").Bytes(name);
    json_->Key("class");
    WriteDefinition(found->definition);
    WriteOthers(found->meant, found->definition);
    json_->Key("mro").BeginArray();
    for (const Definition& each : mro.classes) WriteDefinition(each);
    json_->EndArray();
    json_->Key("complete").Bool(mro.complete && found->is_certain());
    json_->Key("consistent").Bool(mro.consistent);
    json_->Key("why").String(why);
    json_->EndObject();
    return true;
  }

  // What the class has that all but the last part of the name means. None: that means none.
  std::optional<ClassMember> MemberMeant(Answer& owner) {
    const std::size_t dot = name_.rfind('.');
    if (dot == std::string::npos) return std::nullopt;
    owner = Meant(std::string_view(name_).substr(0, dot));
    if (owner.definitions.empty() ||
        !classes_.views().IsA(owner.definitions[0], SymbolKind::kClass)) {
      return std::nullopt;
    }
    return classes_.Member(owner.definitions[0], std::string_view(name_).substr(dot + 1));
  }

  bool Signature(const std::string& name) {
    Answer answer = Meant(name_);
    Answer owner;
    const std::optional<ClassMember> member = MemberMeant(owner);
    // What only says which type the name has is no other thing to call.
    std::vector<Definition> bound;
    if (member && member->IsMade()) {
      bound.push_back(member->definition);
      const std::span<const Definition> owners = owner.definitions.subspan(1);
      bound.insert(bound.end(), owners.begin(), owners.end());
      answer = {bound, owner.obstacles};
    } else {
      std::ranges::remove_copy_if(
          answer.definitions, std::back_inserter(bound),
          [this](const Definition& each) { return classes_.views().IsDeclaration(each); });
      if (!bound.empty()) answer.definitions = bound;
    }
    if (answer.definitions.empty()) {
      if (query_.json) {
        json_->BeginObject();
        json_->Key("name").Bytes(name);
        json_->Key("definition").Null();
        WriteObstacles(answer.obstacles);
        json_->EndObject();
      }
      PrintMeansNothing(answer.obstacles);
      return false;
    }
    const Definition definition = answer.definitions[0];
    // What a module's __getattr__ returns is called otherwise than that.
    const bool by_getattr = answer.obstacles.has(Obstacle::kModuleGetattr);
    const MethodBinding binding = query_.bound ? MethodBinding::kBound : MethodBinding::kUnbound;
    const Signatures signatures = by_getattr ? Signatures{{}, SignatureGap::kUnknownValue}
                                  : member   ? SignaturesOf(classes_, *member, binding)
                                             : SignaturesOf(classes_, definition, binding);
    const std::string_view why = signatures.gap != SignatureGap::kNone ? GapName(signatures.gap)
                                 : answer.definitions.size() > 1       ? "ambiguous"
                                                                       : "";
    const bool known = why.empty();
    const bool found = !signatures.overloads.empty();
    if (!query_.json) {
      for (const coppice::Signature& each : signatures.overloads) {
        PrintPlace(each.definition, Printable(SignatureText(each)));
      }
      if (!known) PrintNote(InWords(why));
      PrintOthers(answer, definition);
      return found;
    }
    json_->BeginObject();
    json_->Key("name").Bytes(name);
    json_->Key("definition");
    WriteDefinition(definition);
    WriteOthers(answer, definition);
    json_->Key("known").Bool(known);
    json_->Key("why").String(why);
    json_->Key("overloads").BeginArray();
    for (const coppice::Signature& each : signatures.overloads) {
      json_->BeginObject();
      json_->Key("definition");
      WriteDefinition(each.definition);
      json_->Key("text").Bytes(SignatureText(each));
      json_->Key("parameters").BeginArray();
      for (const SignatureParameter& parameter : each.parameters) {
        json_->BeginObject();
        json_->Key("name").Bytes(parameter.name);
        json_->Key("kind").String(KindName(parameter.kind));
        json_->OptionalField("annotation", parameter.annotation);
        json_->OptionalField("default", parameter.default_text);
        json_->Key("has_default").Bool(parameter.has_default);
        json_->EndObject();
      }
      json_->EndArray();
      json_->OptionalField("returns", each.returns);
      json_->EndObject();
    }
    json_->EndArray();
    json_->EndObject();
    return found;
  }

  const Query& query_;
  const ModuleFinder& finder_;
  const RootDirectories& roots_;
  NameResolver resolver_;
  ClassTable classes_;
  Output output_;
  Json* json_ = nullptr;
  std::string name_;      // that is asked for, in normal form
  bool damaged_ = false;  // what it may mean lies in a module that cannot be read
};

}  // namespace

int RunNameQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
                 const RootDirectories& roots) {
  NameQuery answers(query, finder, roots);
  if (query.name != "-") return answers.Finish(answers.Ask(query.name));
  int code = kDone;
  std::string name;
  while (std::getline(std::cin, name)) {
    if (name.ends_with('\r')) name.pop_back();
    code = std::max(code, answers.Ask(name));
  }
  return answers.Finish(code);
}

}  // namespace coppice::cli
