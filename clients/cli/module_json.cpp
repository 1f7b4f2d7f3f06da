#include "clients/cli/module_json.h"

#include <utility>

namespace coppice::cli {
namespace {

std::string_view SyntaxName(SyntaxState state) {
  switch (state) {
    case SyntaxState::kClean:
      return "clean";
    case SyntaxState::kErrors:
      return "errors";
    case SyntaxState::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view Trimmed(std::string_view line) {
  constexpr std::string_view kSpace = " \t\n\r\f\v";
  const std::size_t first = line.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kSpace) - first + 1);
}

// The first line that is not blank.
std::string FirstLine(std::string_view doc) {
  while (!doc.empty()) {
    const std::size_t end = doc.find('\n');
    const std::string_view line = Trimmed(doc.substr(0, end));
    if (!line.empty()) return std::string(line);
    doc = end == std::string_view::npos ? std::string_view() : doc.substr(end + 1);
  }
  return {};
}

void WriteGuards(Json& json, const SummaryView& summary, std::optional<std::uint32_t> guard) {
  json.Key("guards").BeginArray();
  for (const Guard& condition : summary.guards(guard)) {
    json.BeginObject();
    json.Key("kind").String(KindName(condition.kind));
    json.Key("test").String(condition.test);
    json.Key("branch").Number(condition.branch);
    json.EndObject();
  }
  json.EndArray();
}

void WriteTexts(Json& json, std::string_view key, const DetailList<std::string_view>& texts) {
  json.Key(key).BeginArray();
  for (const std::string_view text : texts) json.String(text);
  json.EndArray();
}

void WriteParameters(Json& json, const DetailList<Parameter>& parameters) {
  json.Key("params").BeginArray();
  for (const Parameter& parameter : parameters) {
    json.BeginObject();
    json.Key("name").String(parameter.name);
    json.Key("kind").String(KindName(parameter.kind));
    json.OptionalField("annotation", parameter.annotation);
    json.OptionalField("default", parameter.default_value);
    json.EndObject();
  }
  json.EndArray();
}

// Lists that apply to the kind are there even if empty; single texts only if the source has them.
void WriteDetails(Json& json, SymbolKind kind, const SymbolDetails& details) {
  const bool is_class = kind == SymbolKind::kClass;
  const bool is_function = kind == SymbolKind::kFunction;
  if (is_class || is_function) WriteTexts(json, "decorators", details.decorators);
  if (is_class) {
    WriteTexts(json, "bases", details.bases);
    json.Key("keywords").BeginObject();
    for (const Keyword& keyword : details.keywords) json.Key(keyword.name).String(keyword.text);
    json.EndObject();
  }
  if (is_function) WriteParameters(json, details.params);
  json.OptionalField("returns", details.returns);
  json.OptionalField("annotation", details.annotation);
  if (details.value_form == ValueForm::kText) json.Key("value").String(details.value);
  if (details.value_form == ValueForm::kOpaque) json.Key("value").Null();
  if (is_class || is_function || kind == SymbolKind::kTypeAlias) {
    WriteTexts(json, "type_params", details.type_params);
  }
}

void WriteAll(Json& json, const SummaryView& summary) {
  json.Key("all");
  if (!summary.has_all()) {
    json.Null();
  } else {
    json.BeginArray();
    for (std::uint32_t row = 0; row < summary.export_count(); ++row) {
      const Export exported = summary.exported(row);
      if (exported.from_module) {
        json.BeginObject();
        json.Key("from").String(exported.text);
        json.EndObject();
      } else {
        json.String(exported.text);
      }
    }
    json.EndArray();
  }
  json.Key("all_complete").Bool(summary.all_complete());
}

}  // namespace

std::string_view LoadedModule::module_doc() const {
  return summary.has_doc() && !docs.empty() ? std::string_view(docs.front()) : std::string_view();
}

Result<LoadedModule> LoadModule(const Pack& pack, ModuleId id, DocsReader* docs) {
  const Result<ModuleInfo> info = pack.module(id);
  if (!info) return info.error();
  const Result<SummaryView> summary = pack.summary(id);
  if (!summary) return summary.error();
  LoadedModule module{info->name(), *info, *summary, {}};
  module.docs.resize(summary->doc_count());
  if (docs == nullptr || !pack.info().has_docs || module.docs.empty()) return module;
  const Result<ModuleDocs> texts = docs->Read(id);
  if (!texts) return texts.error();
  for (std::size_t i = 0; i < texts->size() && i < module.docs.size(); ++i) {
    module.docs[i] = FirstLine((*texts)[i]);
  }
  return module;
}

std::vector<std::int32_t> DocIndexes(const SummaryView& summary) {
  std::vector<std::int32_t> indexes(summary.symbol_count(), -1);
  std::int32_t next = summary.has_doc() ? 1 : 0;
  for (std::uint32_t row = 0; row < summary.symbol_count(); ++row) {
    if (summary.symbol(row).has_doc()) indexes[row] = next++;
  }
  return indexes;
}

void WriteImportFields(Json& json, const SummaryView& summary, const Import& import) {
  json.Key("module").String(import.module);
  json.Key("level").Number(import.level);
  json.Key("name");
  if (import.name) {
    json.String(*import.name);
  } else {
    json.Null();
  }
  json.Key("binds").String(import.binds);
  json.Key("alias").Bool(import.alias);
  json.Key("line").Number(import.line);
  json.Key("scope").String(ScopeName(import.scope));
  json.Key("order").Number(import.order);
  WriteGuards(json, summary, import.guard);
}

void WriteSymbolFields(Json& json, const SummaryView& summary, const Symbol& symbol,
                       std::string_view doc, const JsonOptions& options) {
  json.Key("qualname").String(symbol.qualname());
  json.Key("kind").String(KindName(symbol.kind()));
  json.Key("line").Number(symbol.line());
  json.Key("col").Number(options.columns == ColumnUnit::kUtf16 ? symbol.utf16_column()
                                                               : symbol.column());
  json.Key("end_line").Number(symbol.end_line());
  json.Key("order").Number(symbol.order());
  WriteGuards(json, summary, symbol.guard());
  json.Key("flags").BeginArray();
  symbol.flags().ForEach([&](SymbolFlag flag) { json.String(FlagName(flag)); });
  json.EndArray();
  WriteDetails(json, symbol.kind(), symbol.details());
  if (!doc.empty()) json.Key("doc").String(doc);
}

void WriteModule(Json& json, const LoadedModule& module, std::string_view root,
                 const JsonOptions& options) {
  const ModuleInfo& info = module.info;
  const SummaryView& summary = module.summary;
  json.BeginObject();
  json.Key("module").Bytes(module.name);
  json.Key("root").Bytes(root);
  json.Key("path").Bytes(info.path);
  json.Key("package").Bool(info.is_package());
  json.Key("stub").Bool(info.is_stub());
  json.Key("hash").Hash(info.content_hash.high, info.content_hash.low);
  json.Key("interface_hash").Hash(info.interface_hash);
  json.Key("syntax").String(SyntaxName(info.syntax));
  json.Key("doc");
  if (const std::string_view doc = module.module_doc(); !doc.empty()) {
    json.String(doc);
  } else {
    json.Null();
  }
  WriteAll(json, summary);
  json.Key("imports").BeginArray();
  for (std::uint32_t row = 0; row < summary.import_count(); ++row) {
    json.BeginObject();
    WriteImportFields(json, summary, summary.import(row));
    json.EndObject();
  }
  json.EndArray();

  const std::vector<std::int32_t> doc_indexes = DocIndexes(summary);
  json.Key("symbols").BeginArray();
  for (const std::uint32_t row : summary.RowsByPosition()) {
    const std::int32_t doc = doc_indexes[row];
    json.BeginObject();
    WriteSymbolFields(json, summary, summary.symbol(row),
                      doc < 0 ? std::string_view() : module.docs[static_cast<std::size_t>(doc)],
                      options);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

}  // namespace coppice::cli
