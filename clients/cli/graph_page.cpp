#include "clients/cli/graph_page.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "clients/cli/console.h"
#include "clients/cli/graph_picture.h"
#include "graph_page_files.h"
#include "summaries/resolution/graph/components.h"

namespace coppice::cli {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
// Labels that the page lets its reader choose, and their bits there.
constexpr uint32_t kTypeChecking = 1;
constexpr uint32_t kDeferred = 2;
constexpr uint32_t kChoices = 4;

uint32_t BitsOf(ImportLabels labels) {
  return (labels.has(ImportLabel::kTypeChecking) ? kTypeChecking : 0) |
         (labels.has(ImportLabel::kDeferred) ? kDeferred : 0);
}

// The names of a picture's nodes as a tree, parents before children.
struct NameTree {
  struct Node {
    std::string name;  // last component
    uint32_t parent = kNone;
    bool module = false;
  };
  std::vector<Node> nodes;
  std::vector<uint32_t> of_picture;  // the tree's node of each of the picture's
};

// The components of a name; a file's that has no dotted name are its root and its path.
std::vector<std::string_view> Components(std::string_view name) {
  if (const std::size_t slash = name.find('/'); slash != name.npos) {
    return {name.substr(0, slash + 1), name.substr(slash + 1)};
  }
  std::vector<std::string_view> components;
  for (std::size_t dot = 0; dot != name.npos; name.remove_prefix(dot + 1)) {
    dot = name.find('.');
    components.push_back(name.substr(0, dot));
    if (dot == name.npos) break;
  }
  return components;
}

// Sorted by components, so that what lies below a name follows it.
NameTree MakeTree(const Picture& picture) {
  std::vector<std::pair<std::vector<std::string_view>, uint32_t>> sorted;
  for (uint32_t node = 0; node < picture.nodes.size(); ++node) {
    sorted.emplace_back(Components(picture.nodes[node].name), node);
  }
  std::ranges::sort(sorted);
  NameTree tree;
  tree.of_picture.resize(picture.nodes.size());
  std::vector<uint32_t> path;  // nodes from the top to the last one
  for (const auto& [components, node] : sorted) {
    std::size_t common = 0;
    while (common < path.size() && common < components.size() &&
           tree.nodes[path[common]].name == Printable(components[common])) {
      ++common;
    }
    path.resize(common);
    for (; common < components.size(); ++common) {
      const uint32_t parent = path.empty() ? kNone : path.back();
      path.push_back(static_cast<uint32_t>(tree.nodes.size()));
      tree.nodes.push_back({Printable(components[common]), parent, false});
    }
    tree.nodes[path.back()].module = true;
    tree.of_picture[node] = path.back();
  }
  return tree;
}

// The picture's edges by the tree's nodes, in rows.
struct PageEdges {
  explicit PageEdges(const Picture& picture, const NameTree& tree)
      : first(tree.nodes.size() + 1), targets(picture.edges.size()) {
    for (const PictureEdge& edge : picture.edges) ++first[tree.of_picture[edge.from] + 1];
    for (std::size_t node = 1; node < first.size(); ++node) first[node] += first[node - 1];
    std::vector<uint32_t> next(first.begin(), first.end() - 1);
    for (const PictureEdge& edge : picture.edges) {
      targets[next[tree.of_picture[edge.from]]++] =
          tree.of_picture[edge.to] * kChoices + BitsOf(edge.labels);
    }
  }

  std::vector<std::vector<uint32_t>> Cycles(uint32_t allowed) const {
    std::vector<uint32_t> allowed_first = {0};
    std::vector<uint32_t> allowed_targets;
    for (std::size_t node = 0; node + 1 < first.size(); ++node) {
      for (uint32_t edge = first[node]; edge < first[node + 1]; ++edge) {
        if ((targets[edge] % kChoices & ~allowed) == 0) {
          allowed_targets.push_back(targets[edge] / kChoices);
        }
      }
      allowed_first.push_back(static_cast<uint32_t>(allowed_targets.size()));
    }
    return StronglyConnected(allowed_first, allowed_targets);
  }

  std::vector<uint32_t> first;
  std::vector<uint32_t> targets;  // kChoices * node + labels
};

class PageData {
 public:
  explicit PageData(const Picture& picture)
      : tree_(MakeTree(picture)), edges_(picture, tree_), writer_(text_) {}

  std::string Write(std::optional<std::string_view> unfolded) {
    writer_.StartObject();
    Key("name");
    writer_.StartArray();
    for (const auto& node : tree_.nodes) String(node.name);
    writer_.EndArray();
    Key("parent");
    writer_.StartArray();
    for (const auto& node : tree_.nodes) {
      writer_.Int64(node.parent == kNone ? -1 : int64_t{node.parent});
    }
    writer_.EndArray();
    Key("module");
    std::string modules;
    for (const auto& node : tree_.nodes) modules += node.module ? '1' : '0';
    String(modules);
    Numbers("first", edges_.first);
    Numbers("edges", edges_.targets);
    Key("cycles");
    writer_.StartArray();
    for (uint32_t allowed = 0; allowed < kChoices; ++allowed) {
      writer_.StartArray();
      for (const auto& members : edges_.Cycles(allowed)) Array(members);
      writer_.EndArray();
    }
    writer_.EndArray();
    Numbers("unfolded", unfolded ? PathTo(*unfolded) : std::vector<uint32_t>());
    writer_.EndObject();
    return Embeddable({text_.GetString(), text_.GetSize()});
  }

 private:
  void Key(std::string_view key) {
    writer_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  }
  void String(std::string_view text) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void Array(const std::vector<uint32_t>& numbers) {
    writer_.StartArray();
    for (const uint32_t number : numbers) writer_.Uint(number);
    writer_.EndArray();
  }
  void Numbers(std::string_view key, const std::vector<uint32_t>& numbers) {
    Key(key);
    Array(numbers);
  }

  // The nodes with children on the way down to that name.
  std::vector<uint32_t> PathTo(std::string_view name) const {
    std::vector<uint32_t> path;
    uint32_t node = 0;
    for (const std::string_view component : Components(name)) {
      const uint32_t parent = path.empty() ? kNone : path.back();
      while (node < tree_.nodes.size() &&
             (tree_.nodes[node].parent != parent || tree_.nodes[node].name != component)) {
        ++node;
      }
      if (node == tree_.nodes.size()) break;
      path.push_back(node);
    }
    return path;
  }

  // As it may stand in a script element, and in JavaScript before ECMAScript 2019: `<` and the line
  // separators occur in strings alone.
  static std::string Embeddable(std::string_view json) {
    std::string text;
    text.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
      const std::string_view rest = json.substr(i);
      if (json[i] == '<') {
        text += "\\u003c";
      } else if (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9")) {
        text += rest[2] == '\xa8' ? "\\u2028" : "\\u2029";
        i += 2;
      } else {
        text += json[i];
      }
    }
    return text;
  }

  const NameTree tree_;
  const PageEdges edges_;
  rapidjson::StringBuffer text_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

std::string HtmlText(std::string_view text) {
  std::string escaped;
  for (const char character : text) {
    switch (character) {
      case '<':
        escaped += "&lt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      default:
        escaped += character;
    }
  }
  return escaped;
}

}  // namespace

std::string GraphPage(const ModuleFinder& finder, const ImportGraph& graph, ModuleRef of,
                      std::string_view title) {
  PictureOptions options;
  options.allowed = ImportLabels().With(ImportLabel::kTypeChecking).With(ImportLabel::kDeferred);
  options.of = of;
  options.every_label = true;
  std::optional<std::string> unfolded;
  if (of != kNoModule) unfolded = ShownName(finder, of);
  const std::string data = PageData(MakePicture(finder, graph, options)).Write(unfolded);
  const std::string shown_title = HtmlText(Printable(title));
  const std::array<std::pair<std::string_view, std::string_view>, 4> parts = {
      {{"@TITLE@", shown_title}, {"@STYLE@", kPage_css}, {"@DATA@", data}, {"@SCRIPT@", kPage_js}}};

  // In one pass: what is put in may hold such words itself.
  std::string page;
  std::string_view rest = kPage_html;
  while (!rest.empty()) {
    const std::size_t at = std::min(rest.find('@'), rest.size());
    page += rest.substr(0, at);
    rest.remove_prefix(at);
    bool replaced = false;
    for (const auto& [word, text] : parts) {
      if (!rest.starts_with(word)) continue;
      page += text;
      rest.remove_prefix(word.size());
      replaced = true;
      break;
    }
    if (!replaced && !rest.empty()) {
      page += rest.front();
      rest.remove_prefix(1);
    }
  }
  return page;
}

}  // namespace coppice::cli
