#include "clients/cli/resolution_query.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <optional>

#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/json.h"
#include "summaries/resolution/signature.h"

namespace coppice::cli {
namespace {

constexpr std::array<std::string_view, 4> kQueries = {"resolve", "members", "mro", "signature"};

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

class ResolutionQuery {
 public:
  ResolutionQuery(std::shared_ptr<const ModuleFinder> finder, const ResolutionCall& call)
      : finder_(std::move(finder)), resolver_(finder_), classes_(resolver_), call_(call) {
    for (const SearchRoot& root : finder_->index().environment().roots) {
      directories_[root.name] = root.directory;
    }
  }

  // Whether there is an answer.
  bool Answer(const std::string& name) {
    Json json(output_);
    json_ = &json;
    const bool found = call_.what == "resolve"   ? Resolve(name)
                       : call_.what == "members" ? Members(name)
                       : call_.what == "mro"     ? Order(name)
                                                 : Signature(name);
    if (call_.json) output_.Put('\n');
    return found;
  }
  int Finish(int code) { return output_.Finish(code); }

 private:
  std::string Path(const ModuleInfo& info) const {
    const auto directory = directories_.find(info.root);
    const std::string_view base = directory == directories_.end() || directory->second.empty()
                                      ? info.root
                                      : directory->second;
    return std::string(base).append("/").append(info.path);
  }

  struct Place {
    std::string module;
    std::string qualname;
    std::string_view kind;
    std::string path;  // empty: it has no file
    uint32_t line = 1;
    uint32_t column = 0;
  };
  Place PlaceOf(Definition definition) {
    Place place;
    place.module = finder_->name(definition.module);
    place.kind = "module";
    if (finder_->form(definition.module) != ModuleForm::kFile) {
      place.kind =
          finder_->form(definition.module) == ModuleForm::kNamespace ? "namespace" : "compiled";
      return place;
    }
    if (const Result<ModuleInfo> info = finder_->index().file(definition.module)) {
      place.path = Path(*info);
    }
    if (definition.is_module()) return place;
    const Symbol symbol = classes_.views().symbol(definition);
    place.qualname = symbol.qualname();
    place.kind = KindName(symbol.kind());
    place.line = symbol.line();
    place.column = symbol.column();
    return place;
  }
  void WritePlaceFields(const Place& place) {
    json_->Key("module").Bytes(place.module);
    json_->Key("qualname").Bytes(place.qualname);
    json_->Key("kind").String(place.kind);
    json_->Key("path").Bytes(place.path);
    json_->Key("line").Number(place.line);
    json_->Key("col").Number(place.column);
  }
  void WriteDefinition(Definition definition) {
    json_->BeginObject();
    WritePlaceFields(PlaceOf(definition));
    json_->EndObject();
  }
  void PrintPlace(Definition definition, std::string_view note = {}) {
    const Place place = PlaceOf(definition);
    output_.Print("{}:{}:{}  {} {}{}{}\n", Printable(place.path.empty() ? "-" : place.path),
                  place.line, place.column, place.kind, Printable(place.module),
                  place.qualname.empty() ? "" : "." + Printable(place.qualname), note);
  }
  void WriteObstacles(Obstacles obstacles) {
    json_->Key("obstacles").BeginArray();
    ForEachObstacle(obstacles, [&](Obstacle each) { json_->String(cli::NameOf(each)); });
    json_->EndArray();
  }
  template <class Use>
  static void ForEachObstacle(Obstacles obstacles, Use use) {
    for (uint32_t i = 0; i < kObstacleCount; ++i) {
      if (obstacles.has(static_cast<Obstacle>(i))) use(static_cast<Obstacle>(i));
    }
  }
  static std::string Listed(Obstacles obstacles) {
    std::string text;
    ForEachObstacle(obstacles, [&](Obstacle each) {
      text.append(text.empty() ? "" : ", ").append(cli::NameOf(each));
    });
    return text;
  }

  bool Resolve(const std::string& name) {
    const coppice::Answer answer = resolver_.Resolve(name);
    std::vector<ExplainedDefinition> explained;
    if (call_.explain) {
      explained = resolver_.Explain(name);
    } else {
      for (const Definition& each : answer.definitions) explained.push_back({each, {}});
    }
    if (!call_.json) {
      for (const ExplainedDefinition& each : explained) {
        PrintPlace(each.definition);
        for (const Step& step : each.steps) {
          output_.Print("    {} in {}{}{}\n", NameOf(step.kind),
                        Printable(finder_->name(step.module)),
                        step.line == 0 ? std::string() : fmt::format(":{}", step.line),
                        step.name.empty() ? "" : " to " + Printable(step.name));
        }
      }
      if (explained.empty()) {
        PrintNote("'" + Printable(name) + "' means nothing here: " + Listed(answer.obstacles));
      } else if (!answer.obstacles.empty()) {
        PrintNote("there may be more: " + Listed(answer.obstacles));
      }
      return !explained.empty();
    }
    json_->BeginObject();
    json_->Key("name").Bytes(name);
    json_->Key("definitions").BeginArray();
    for (const ExplainedDefinition& each : explained) {
      json_->BeginObject();
      WritePlaceFields(PlaceOf(each.definition));
      if (call_.explain) {
        json_->Key("steps").BeginArray();
        for (const Step& step : each.steps) {
          json_->BeginObject();
          json_->Key("kind").String(NameOf(step.kind));
          json_->Key("module").Bytes(finder_->name(step.module));
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
    const coppice::Answer answer = resolver_.Resolve(name);
    for (const Definition& each : answer.definitions) {
      if (classes_.views().IsA(each, SymbolKind::kClass)) return each;
    }
    if (call_.json) {
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
      PrintNote("'" + Printable(name) + "' means nothing here: " + Listed(answer.obstacles));
    } else {
      PrintNote("'" + Printable(name) + "' is no class");
    }
    return std::nullopt;
  }

  std::string FullName(Definition definition) {
    const Place place = PlaceOf(definition);
    return place.qualname.empty() ? place.module : place.module + "." + place.qualname;
  }

  bool Members(const std::string& name) {
    const std::optional<Definition> found = FindClass(name);
    if (!found) return false;
    const std::vector<ClassMember> members = classes_.Members(*found);
    const ClassTraits& traits = classes_.TraitsOf(*found);
    const ClassFields& fields = classes_.FieldsOf(*found);
    if (!call_.json) {
      for (const ClassMember& member : members) {
        PrintPlace(member.definition,
                   fmt::format("  {} {} of {}", KindName(member.kind), Printable(member.name),
                               Printable(FullName(member.owner))));
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
      json_->Key("owner").Bytes(FullName(member.owner));
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
    if (!call_.json) {
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

  static std::string TextOf(const coppice::Signature& signature) {
    std::string text = "(";
    bool after_positional_only = false;
    bool star_written = false;
    const auto separate = [&text] {
      if (text.size() > 1) text += ", ";
    };
    for (const SignatureParameter& parameter : signature.parameters) {
      if (after_positional_only && parameter.kind != ParameterKind::kPositionalOnly) {
        text += ", /";
        after_positional_only = false;
      }
      if (parameter.kind == ParameterKind::kKeywordOnly && !star_written) {
        separate();
        text += '*';
        star_written = true;
      }
      separate();
      if (parameter.kind == ParameterKind::kVarargs) {
        text += '*';
        star_written = true;
      }
      if (parameter.kind == ParameterKind::kKwargs) text += "**";
      text += parameter.name;
      if (parameter.annotation) text.append(": ").append(*parameter.annotation);
      if (parameter.has_default) {
        text.append(parameter.annotation ? " = " : "=")
            .append(parameter.default_text.value_or("..."));
      }
      if (parameter.kind == ParameterKind::kPositionalOnly) after_positional_only = true;
    }
    if (after_positional_only) text += ", /";
    text += ')';
    if (signature.returns) text.append(" -> ").append(*signature.returns);
    return text;
  }

  // As the class has it from which the name takes it, if it does.
  Signatures FindSignatures(const std::string& name, Definition definition) {
    const Binding binding = call_.bound ? Binding::kBound : Binding::kUnbound;
    if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) {
      const coppice::Answer owner = resolver_.Resolve(std::string_view(name).substr(0, dot));
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
    const coppice::Answer answer = resolver_.Resolve(name);
    if (answer.definitions.empty()) {
      if (call_.json) {
        json_->BeginObject();
        json_->Key("name").Bytes(name);
        json_->Key("definition").Null();
        WriteObstacles(answer.obstacles);
        json_->EndObject();
      } else {
        PrintNote("'" + Printable(name) + "' means nothing here: " + Listed(answer.obstacles));
      }
      return false;
    }
    const Definition definition = answer.definitions[0];
    const Signatures signatures = FindSignatures(name, definition);
    const bool known = signatures.gap == SignatureGap::kNone;
    if (!call_.json) {
      for (const coppice::Signature& each : signatures.overloads) {
        PrintPlace(each.definition, Printable(TextOf(each)));
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
      json_->Key("text").Bytes(TextOf(each));
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

  std::shared_ptr<const ModuleFinder> finder_;
  NameResolver resolver_;
  ClassTable classes_;
  const ResolutionCall& call_;
  std::map<std::string, std::string, std::less<>> directories_;
  Output output_;
  Json* json_ = nullptr;
};

}  // namespace

std::string_view NameOf(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::kMissingModule:
      return "missing_module";
    case Obstacle::kMissingName:
      return "missing_name";
    case Obstacle::kOpaqueModule:
      return "opaque_module";
    case Obstacle::kModuleGetattr:
      return "module_getattr";
    case Obstacle::kIncompleteAll:
      return "incomplete_all";
    case Obstacle::kValue:
      return "value";
    case Obstacle::kUnknownBase:
      return "unknown_base";
    case Obstacle::kCycle:
      return "cycle";
    case Obstacle::kConditional:
      return "conditional";
    case Obstacle::kTooMany:
      return "too_many";
    case Obstacle::kDamaged:
      return "damaged";
  }
  return "";
}

bool IsResolutionQuery(std::string_view word) {
  return std::ranges::find(kQueries, word) != kQueries.end();
}

Result<std::shared_ptr<const ModuleFinder>> OpenFinder(const std::string& path,
                                                       std::string_view profile) {
  Result<std::shared_ptr<const Index>> index = Index::Open(path);
  if (!index) return index.error();
  const SearchProfile chosen = profile == "mypy"      ? SearchProfile::kMypy
                               : profile == "pyright" ? SearchProfile::kPyright
                                                      : SearchProfile::kRuntime;
  return ModuleFinder::Make(std::move(*index), chosen);
}

int RunResolutionQuery(const ResolutionCall& call) {
  Result<std::shared_ptr<const ModuleFinder>> finder = OpenFinder(call.index, call.profile);
  if (!finder) return Fail(finder.error());
  ResolutionQuery query(std::move(*finder), call);
  bool found = true;
  if (call.name == "-") {
    std::string name;
    while (std::getline(std::cin, name)) found = query.Answer(name) && found;
  } else {
    found = query.Answer(call.name);
  }
  return query.Finish(found ? kDone : kNothingFound);
}

}  // namespace coppice::cli
