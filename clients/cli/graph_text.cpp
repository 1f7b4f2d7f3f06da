// Pictures of import graphs as Graphviz' language and as SVG.

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

#include "clients/cli/console.h"
#include "clients/cli/graph_picture.h"
#include "clients/cli/layered_layout.h"
#include "summaries/hash.h"

namespace coppice::cli {
namespace {

// Sizes in pixels, for 12 pixel monospace text.
constexpr double kCharacterWidth = 7.3;
constexpr double kNodeHeight = 24;
constexpr double kMargin = 20;
constexpr double kLayerDistance = 76;
constexpr double kGap = 16;

std::string NodeText(const PictureNode& node) {
  std::string text = Printable(node.name);
  if (node.modules > 1) text += fmt::format(" ({})", Grouped(node.modules));
  return text;
}

// A hue of its own for each top-level package.
unsigned Hue(std::string_view name) {
  return static_cast<unsigned>(Hash64(name.substr(0, name.find_first_of("./"))) % 360);
}

std::string_view LineOf(ImportLabels labels) {
  if (labels.has(ImportLabel::kTypeChecking)) return "dotted";
  if (labels.has(ImportLabel::kDeferred)) return "dashed";
  return "solid";
}

std::string DotQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') quoted += '\\';
    quoted += character;
  }
  return quoted + '"';
}

std::string XmlText(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\xef':
        // U+FFFE and U+FFFF are no characters of XML.
        if (text.substr(i).starts_with("\xef\xbf\xbe") ||
            text.substr(i).starts_with("\xef\xbf\xbf")) {
          escaped += "\xef\xbf\xbd";
          i += 2;
          break;
        }
        [[fallthrough]];
      default:
        escaped += text[i];
    }
  }
  return escaped;
}

std::size_t CharacterCount(std::string_view text) {
  std::size_t count = 0;
  for (const char character : text) count += (static_cast<unsigned char>(character) & 0xc0) != 0x80;
  return count;
}

constexpr std::string_view kStyle = R"(<style>
  rect { stroke-width: 1; }
  text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1c1c1c;
         text-anchor: middle; dominant-baseline: central; }
  path { fill: none; stroke: #8a8f98; stroke-width: 1; marker-end: url(#arrow); }
  path.dashed { stroke-dasharray: 6 3; }
  path.dotted { stroke-dasharray: 1.5 3; }
  path.cycle { stroke: #c62828; stroke-width: 1.5; marker-end: url(#cycle-arrow); }
  rect.cycle { stroke: #c62828; stroke-width: 2; }
  .arrow { fill: #8a8f98; } .cycle-arrow { fill: #c62828; }
</style>
<defs>
  <marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrow" style="stroke:none;marker-end:none;fill:#8a8f98" d="M0 1 8 4 0 7z"/></marker>
  <marker id="cycle-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path style="stroke:none;marker-end:none;fill:#c62828" d="M0 1 8 4 0 7z"/></marker>
</defs>
)";

// From the side of one node to that of another, smoothly past the bends.
std::string RoutePath(std::vector<Point> route) {
  const double half = kNodeHeight / 2;
  route.front().y += route[1].y > route.front().y ? half : -half;
  const Point& last_bend = route[route.size() - 2];
  route.back().y += last_bend.y < route.back().y ? -half : half;
  std::string path = fmt::format("M{:.1f} {:.1f}", route[0].x, route[0].y);
  for (std::size_t i = 1; i < route.size(); ++i) {
    const double middle = (route[i - 1].y + route[i].y) / 2;
    fmt::format_to(std::back_inserter(path), "C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}",
                   route[i - 1].x, middle, route[i].x, middle, route[i].x, route[i].y);
  }
  return path;
}

}  // namespace

std::string DotText(const Picture& picture) {
  std::string text =
      "digraph imports {\n"
      "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f6f7f9\", fontname=\"monospace\", "
      "fontsize=10];\n"
      "  edge [color=\"#8a8f98\", arrowsize=0.6];\n";
  for (const PictureNode& node : picture.nodes) {
    text += "  " + DotQuoted(Printable(node.name));
    std::string attributes;
    if (node.modules > 1) attributes += "label=" + DotQuoted(NodeText(node));
    if (node.in_cycle) {
      attributes += attributes.empty() ? "" : ", ";
      attributes += "color=\"#c62828\"";
    }
    text += attributes.empty() ? ";\n" : " [" + attributes + "];\n";
  }
  for (const PictureEdge& edge : picture.edges) {
    text += "  " + DotQuoted(Printable(picture.nodes[edge.from].name)) + " -> " +
            DotQuoted(Printable(picture.nodes[edge.to].name));
    std::string attributes;
    if (LineOf(edge.labels) != "solid") attributes += fmt::format("style={}", LineOf(edge.labels));
    if (edge.in_cycle) {
      attributes += attributes.empty() ? "" : ", ";
      attributes += "color=\"#c62828\"";
    }
    text += attributes.empty() ? ";\n" : " [" + attributes + "];\n";
  }
  return text + "}\n";
}

std::string SvgText(const Picture& picture) {
  LayoutInput input;
  input.layer_distance = kLayerDistance;
  input.gap = kGap;
  for (const PictureNode& node : picture.nodes) {
    input.widths.push_back(static_cast<double>(CharacterCount(NodeText(node))) * kCharacterWidth +
                           16);
  }
  for (const PictureEdge& edge : picture.edges) input.edges.emplace_back(edge.from, edge.to);
  const Layout layout = LayOut(input);
  const double width = layout.size.x + 2 * kMargin;
  const double height = layout.size.y + 2 * kMargin;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"{2:.0f} {2:.0f} {0:.0f} {1:.0f}\" role=\"img\" aria-label=\"Import graph: {3} "
      "nodes, {4} imports\">\n",
      width, height, -kMargin, picture.nodes.size(), picture.edges.size());
  svg += kStyle;
  fmt::format_to(std::back_inserter(svg),
                 "<rect x=\"{0:.0f}\" y=\"{0:.0f}\" width=\"{1:.0f}\" height=\"{2:.0f}\" "
                 "fill=\"#fff\"/>\n<g>\n",
                 -kMargin, width, height);
  for (std::size_t i = 0; i < picture.edges.size(); ++i) {
    const PictureEdge& edge = picture.edges[i];
    fmt::format_to(std::back_inserter(svg),
                   "<path class=\"{}{}\" d=\"{}\"><title>{} imports {}</title></path>\n",
                   LineOf(edge.labels), edge.in_cycle ? " cycle" : "", RoutePath(layout.routes[i]),
                   XmlText(Printable(picture.nodes[edge.from].name)),
                   XmlText(Printable(picture.nodes[edge.to].name)));
  }
  svg += "</g>\n<g>\n";
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
    const PictureNode& node = picture.nodes[i];
    const Point centre = layout.centres[i];
    const unsigned hue = Hue(node.name);
    fmt::format_to(std::back_inserter(svg),
                   "<g><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.0f}\" rx=\"5\" "
                   "fill=\"hsl({},55%,93%)\" stroke=\"hsl({},35%,55%)\"{}/><text x=\"{:.1f}\" "
                   "y=\"{:.1f}\">{}</text></g>\n",
                   centre.x - input.widths[i] / 2, centre.y - kNodeHeight / 2, input.widths[i],
                   kNodeHeight, hue, hue, node.in_cycle ? " class=\"cycle\"" : "", centre.x,
                   centre.y, XmlText(NodeText(node)));
  }
  return svg + "</g>\n</svg>\n";
}

}  // namespace coppice::cli
