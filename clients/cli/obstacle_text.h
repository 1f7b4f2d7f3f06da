// Why names lead nowhere, as JSON and people see it.

#pragma once

#include <string>
#include <string_view>

#include "clients/cli/json.h"
#include "summaries/resolution/names/definition.h"

namespace coppice::cli {

// "missing_module", ... Static storage.
std::string_view NameOf(Obstacle obstacle);
// For people: "no module of that name is found; the name leads back to itself"
std::string WordsOf(Obstacles obstacles);
// An array of them.
void WriteNames(Json& json, Obstacles obstacles);

}  // namespace coppice::cli
