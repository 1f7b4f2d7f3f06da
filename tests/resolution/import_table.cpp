#include "tests/resolution/import_table.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>

namespace coppice::test {
namespace {

const std::map<std::string_view, RootRole> kRoles = {
    {"stubs", RootRole::kExtraStubs},         {"project", RootRole::kProject},
    {"project2", RootRole::kProject},         {"typeshed", RootRole::kTypeshed},
    {"stdlib", RootRole::kStandardLibrary},   {"site", RootRole::kSitePackages},
    {"site2", RootRole::kSitePackages},       {"editable", RootRole::kSitePackages},
    {"thirdparty", RootRole::kTypeshedStubs},
};

SearchRoot& RootOf(Case& tree, const std::string& name) {
  for (SearchRoot& root : tree.environment.roots) {
    if (root.name == name) return root;
  }
  tree.environment.roots.push_back({name, {}, kRoles.at(name), {}, {}});
  return tree.environment.roots.back();
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

void Replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at != text.npos) text.replace(at, from.size(), to);
}

void AddFile(Case& to, const std::string& root_name, std::string path) {
  SearchRoot& root = RootOf(to, root_name);
  const std::size_t text = path.find('=');
  const bool partial = text != path.npos && path.substr(text) == "=partial";
  path.resize(std::min(text, path.size()));
  Replace(path, ".EXT", ".cpython-313-x86_64-linux-gnu.so");
  if (path.ends_with("/py.typed")) {
    path.resize(path.size() - std::string_view("/py.typed").size());
    root.extras.typed.push_back(path);
    if (partial) root.extras.partial.push_back(path);
  } else if (path.ends_with(".so")) {
    root.extras.compiled.push_back(path);
  } else {
    to.files.emplace_back(root_name, path);
  }
}

void AddVersions(Case& to, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    VersionRange range{words[i].substr(0, words[i].size() - 1), 0, {}};
    const std::size_t dash = words[i + 1].find('-');
    range.first_minor = static_cast<uint32_t>(std::stoul(words[i + 1].substr(2, dash - 2)));
    if (dash + 1 < words[i + 1].size()) {
      range.last_minor = static_cast<uint32_t>(std::stoul(words[i + 1].substr(dash + 3)));
    }
    to.environment.versions.push_back(range);
  }
}

Ask ParseAsk(const std::string& text) {
  Ask ask;
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::vector<std::string> question = Words(text.substr(0, equals));
  ask.name = question.at(0);
  if (question.size() == 3) ask.importer = question[2];
  std::vector<std::string> answers;
  for (const std::string& word : Words(text.substr(std::min(equals + 1, text.size())))) {
    if (word != "|") answers.push_back(word.starts_with('~') ? word.substr(1) : word);
  }
  if (answers.empty()) return ask;
  for (std::size_t i = 0; i < 3; ++i) ask.answers[i] = answers.at(answers.size() == 1 ? 0 : i);
  return ask;
}

ModuleRef FindAs(const ModuleFinder& finder, const Ask& ask) {
  const std::size_t level = std::min(ask.name.find_first_not_of('.'), ask.name.size());
  if (level == 0) return finder.Find(ask.name);
  const std::size_t slash = ask.importer.find('/');
  const auto importer =
      finder.index().FindFile(ask.importer.substr(0, slash), ask.importer.substr(slash + 1));
  if (!importer || !*importer) throw std::out_of_range(ask.importer);
  return finder.FindFrom(**importer, static_cast<uint32_t>(level), ask.name.substr(level));
}

}  // namespace

std::vector<Case> ReadTable(std::istream& stream) {
  std::vector<Case> cases;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t space = line.find(' ');
    const std::string word = line.substr(0, space);
    const std::string rest = line.substr(space + 1);
    if (word == "case") {
      cases.emplace_back().title = rest;
    } else if (word == "?") {
      cases.back().asks.push_back(ParseAsk(rest));
    } else if (word == "builtins") {
      cases.back().environment.builtins = Words(rest);
    } else if (word == "versions") {
      AddVersions(cases.back(), Words(rest));
    } else if (word == "only") {
      const std::vector<std::string> words = Words(rest);
      RootOf(cases.back(), words.at(0)).only.assign(words.begin() + 1, words.end());
    } else {
      for (const std::string& path : Words(rest)) AddFile(cases.back(), word, path);
    }
  }
  return cases;
}

std::string FileName(const Index& index, ModuleRef file) {
  const auto info = index.file(file);
  return info ? std::string(info->root) + "/" + std::string(info->path) : info.error().message;
}

std::string AnswerOf(const ModuleFinder& finder, const Ask& ask) {
  const ModuleRef found = FindAs(finder, ask);
  if (found == kNoModule) return "-";
  switch (finder.form(found)) {
    case ModuleForm::kCompiled:
      return "compiled";
    case ModuleForm::kNamespace:
      return "namespace";
    case ModuleForm::kFile:
      break;
  }
  return FileName(finder.index(), found);
}

}  // namespace coppice::test
