// Symbols as text for people and for editors.

#pragma once

#include <string>
#include <string_view>

#include "summaries/resolution/classes/signature.h"
#include "summaries/summary_view.h"

namespace coppice::cli {

// The name as the source has it, in normal form: private names of classes are mangled in summaries.
std::string_view WrittenName(const SummaryView& summary, const Symbol& symbol);

// "(self, key: str, *, default=None) -> int"; empty for what is no function.
std::string SignatureText(const Symbol& symbol);
// The same of one way of calling; "..." for defaults whose text is not kept.
std::string SignatureText(const Signature& signature);

// "from .decoder import JSONDecoder as D", one name.
std::string ImportText(const Import& import);

}  // namespace coppice::cli
