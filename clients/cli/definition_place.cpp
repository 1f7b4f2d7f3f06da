#include "clients/cli/definition_place.h"

namespace coppice::cli {

DefinitionPlace PlaceOf(const ModuleFinder& finder, const RootDirectories& roots,
                        Definition definition) {
  DefinitionPlace place;
  place.module = finder.name(definition.module);
  place.kind = "module";
  const ModuleForm form = finder.form(definition.module);
  if (form != ModuleForm::kFile) {
    place.kind = form == ModuleForm::kNamespace ? "namespace" : "compiled";
    return place;
  }
  if (const Result<ModuleInfo> info = finder.index().file(definition.module)) {
    place.path = roots.Path(*info);
  }
  const Result<SummaryView> view = finder.index().summary(definition.module);
  if (definition.is_module() || !view) return place;
  const Symbol symbol = view->symbol(definition.row);
  place.qualname = symbol.qualname();
  place.kind = KindName(symbol.kind());
  place.line = symbol.line();
  place.column = symbol.column();
  return place;
}

void WritePlaceFields(Json& json, const DefinitionPlace& place) {
  json.Key("module").Bytes(place.module);
  json.Key("qualname").Bytes(place.qualname);
  json.Key("kind").String(place.kind);
  json.Key("path").Bytes(place.path);
  json.Key("line").Number(place.line);
  json.Key("col").Number(place.column);
}

}  // namespace coppice::cli
