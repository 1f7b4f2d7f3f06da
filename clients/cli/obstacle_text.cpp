#include "clients/cli/obstacle_text.h"

namespace coppice::cli {
namespace {

template <class Use>
void ForEach(Obstacles obstacles, const Use& use) {
  for (std::uint32_t i = 0; i < kObstacleCount; ++i) {
    if (obstacles.has(static_cast<Obstacle>(i))) use(static_cast<Obstacle>(i));
  }
}

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

std::string NamesOf(Obstacles obstacles) {
  std::string text;
  ForEach(obstacles,
          [&text](Obstacle each) { text.append(text.empty() ? "" : ", ").append(NameOf(each)); });
  return text;
}

void WriteNames(Json& json, Obstacles obstacles) {
  json.BeginArray();
  ForEach(obstacles, [&json](Obstacle each) { json.String(NameOf(each)); });
  json.EndArray();
}

}  // namespace coppice::cli
