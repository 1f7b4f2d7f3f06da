// What dotted names mean across the modules of an index: definitions, members, orders, signatures.

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/definition_place.h"
#include "clients/cli/json.h"
#include "clients/cli/obstacle_text.h"
#include "clients/cli/query.h"
#include "clients/cli/symbol_text.h"
#include "summaries/resolution/signature.h"

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

class NameQuery {
 public:
  NameQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
            const RootDirectories& roots)
      : query_(query), finder_(*finder), roots_(roots), resolver_(finder), classes_(resolver_) {}

  // Whether there is an answer.
  bool Ask(const std::string& name) {
    Json json(output_);
    json_ = &json;
    const bool found = query_.what == "resolve"   ? Resolve(name)
                       : query_.what == "members" ? Members(name)
                       : query_.what == "mro"     ? Order(name)
                                                  : Signature(name);
    if (query_.json) output_.Put('\n');
    return found;
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
  static void PrintMeansNothing(const std::string& name, Obstacles obstacles) {
    PrintNote("'" + Printable(name) + "' means nothing here: " + NamesOf(obstacles));
  }

  bool Resolve(const std::string& name) {
    const Answer answer = resolver_.Resolve(name);
    std::vector<ExplainedDefinition> explained;
    if (query_.explain) {
      explained = resolver_.Explain(name);
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
      if (explained.empty()) {
        PrintMeansNothing(name, answer.obstacles);
      } else if (!answer.obstacles.empty()) {
        PrintNote("there may be more: " + NamesOf(answer.obstacles));
      }
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
    return !explained.empty();
  }

  // The first class that the name means; says so if there is none.
  std::optional<Definition> FindClass(const std::string& name) {
    const Answer answer = resolver_.Resolve(name);
    for (const Definition& each : answer.definitions) {
      if (classes_.views().IsA(each, SymbolKind::kClass)) return each;
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
    } else if (answer.definitions.empty()) {
      PrintMeansNothing(name, answer.obstacles);
    } else {
      PrintNote("'" + Printable(name) + "' is no class");
    }
    return std::nullopt;
  }

  bool Members(const std::string& name) {
    const std::optional<Definition> found = FindClass(name);
    if (!found) return false;
    const std::vector<ClassMember> members = classes_.Members(*found);
    const ClassTraits& traits = classes_.TraitsOf(*found);
    const ClassFields& fields = classes_.FieldsOf(*found);
    if (!query_.json) {
      for (const ClassMember& member : members) {
        PrintPlace(member.definition,
                   fmt::format("  {} {} of {}", KindName(member.kind), Printable(member.name),
                               Printable(PlaceOf(member.owner).FullName())));
      }
      if (!traits.knows_bases) PrintNote("some base is not known: there may be more");
      return true;
    }
    json_->BeginObject();
    json_->Key("name").Bytes(name);
    json_->Key("class");
    WriteDefinition(*found);
    json_->Key("complete").Bool(traits.knows_bases);
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
    for (const ClassField& field : fields.fields) {
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
      json_->Key("required").Bool(field.required);
      json_->Key("read_only").Bool(field.read_only);
      json_->EndObject();
    }
    json_->EndArray();
    json_->EndObject();
    return true;
  }

  bool Order(const std::string& name) {
    const std::optional<Definition> found = FindClass(name);
    if (!found) return false;
    const Mro mro = resolver_.MroOf(*found);
    const std::string_view why = !mro.consistent ? "inconsistent"
                                 : !mro.complete ? "unknown_base"
                                                 : "";
    if (!query_.json) {
      for (const Definition& each : mro.classes) PrintPlace(each);
      if (!mro.consistent) PrintNote("there is no order that keeps that of every base");
      if (!mro.complete) PrintNote("some base is not known: these are the classes that are");
      return true;
    }
    json_->BeginObject();
    json_->Key("name").Bytes(name);
    json_->Key("class");
    WriteDefinition(*found);
    json_->Key("mro").BeginArray();
    for (const Definition& each : mro.classes) WriteDefinition(each);
    json_->EndArray();
    json_->Key("complete").Bool(mro.complete);
    json_->Key("consistent").Bool(mro.consistent);
    json_->Key("why").String(why);
    json_->EndObject();
    return true;
  }

  // As the class has it from which the name takes it, if it does.
  Signatures FindSignatures(const std::string& name, Definition definition) {
    const Binding binding = query_.bound ? Binding::kBound : Binding::kUnbound;
    if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) {
      const Answer owner = resolver_.Resolve(std::string_view(name).substr(0, dot));
      if (!owner.definitions.empty() &&
          classes_.views().IsA(owner.definitions[0], SymbolKind::kClass)) {
        const auto member =
            classes_.Member(owner.definitions[0], std::string_view(name).substr(dot + 1));
        if (member) return SignaturesOf(classes_, *member, binding);
      }
    }
    return SignaturesOf(classes_, definition, binding);
  }

  bool Signature(const std::string& name) {
    const Answer answer = resolver_.Resolve(name);
    if (answer.definitions.empty()) {
      if (query_.json) {
        json_->BeginObject();
        json_->Key("name").Bytes(name);
        json_->Key("definition").Null();
        WriteObstacles(answer.obstacles);
        json_->EndObject();
      } else {
        PrintMeansNothing(name, answer.obstacles);
      }
      return false;
    }
    const Definition definition = answer.definitions[0];
    const Signatures signatures = FindSignatures(name, definition);
    const bool known = signatures.gap == SignatureGap::kNone;
    if (!query_.json) {
      for (const coppice::Signature& each : signatures.overloads) {
        PrintPlace(each.definition, Printable(SignatureText(each)));
      }
      if (!known) PrintNote("not known for sure: " + std::string(GapName(signatures.gap)));
      return known;
    }
    json_->BeginObject();
    json_->Key("name").Bytes(name);
    json_->Key("definition");
    WriteDefinition(definition);
    json_->Key("known").Bool(known);
    json_->Key("why").String(GapName(signatures.gap));
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
    return known;
  }

  const Query& query_;
  const ModuleFinder& finder_;
  const RootDirectories& roots_;
  NameResolver resolver_;
  ClassTable classes_;
  Output output_;
  Json* json_ = nullptr;
};

}  // namespace

int RunNameQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
                 const RootDirectories& roots) {
  NameQuery answers(query, finder, roots);
  bool found = true;
  if (query.name == "-") {
    std::string name;
    while (std::getline(std::cin, name)) found = answers.Ask(name) && found;
  } else {
    found = answers.Ask(query.name);
  }
  return answers.Finish(found ? kDone : kNothingFound);
}

}  // namespace coppice::cli
