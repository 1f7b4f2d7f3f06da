#include "clients/cli/obstacle_text.h"

namespace coppice::cli {
namespace {

template <class Use>
void ForEach(Obstacles obstacles, const Use& use) {
  for (std::uint32_t i = 0; i < kObstacleCount; ++i) {
    if (obstacles.has(static_cast<Obstacle>(i))) use(static_cast<Obstacle>(i));
  }
}

std::string_view InWords(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::kMissingModule:
      return "a module on the way is not found";
    case Obstacle::kMissingName:
      return "nothing binds it there";
    case Obstacle::kOpaqueModule:
      return "it may be in a compiled module of which nothing is known";
    case Obstacle::kModuleGetattr:
      return "a module's __getattr__ decides what it is";
    case Obstacle::kIncompleteAll:
      return "it may come from a star import of what is not known";
    case Obstacle::kConditional:
      return "conditions decide whether it is bound";
    case Obstacle::kValue:
      return "it is an attribute of a value";
    case Obstacle::kUnknownBase:
      return "it may come from a base that is not known";
    case Obstacle::kCycle:
      return "it leads back to itself";
    case Obstacle::kTooMany:
      return "there are more than are kept";
    case Obstacle::kDamaged:
      return "the index is damaged (coppice verify says where)";
  }
  return "";
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

std::string WordsOf(Obstacles obstacles) {
  std::string text;
  ForEach(obstacles,
          [&text](Obstacle each) { text.append(text.empty() ? "" : "; ").append(InWords(each)); });
  return text;
}

void WriteNames(Json& json, Obstacles obstacles) {
  json.BeginArray();
  ForEach(obstacles, [&json](Obstacle each) { json.String(NameOf(each)); });
  json.EndArray();
}

}  // namespace coppice::cli
