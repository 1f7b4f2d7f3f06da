// Evaluates conditions for target_oracle.py: reads "MINOR CONDITION" lines, prints "true", "false"
// or "unknown" for each, for Python 3.MINOR on Linux.
#include <iostream>
#include <string>

#include "summaries/resolution/expressions/target.h"

int main() {
  using namespace coppice;
  ExpressionParser parser;
  Target target;
  target.type_checking = false;
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t space = line.find(' ');
    target.minor = static_cast<uint32_t>(std::stoul(line.substr(0, space)));
    parser.Parse(std::string_view(line).substr(space + 1));
    switch (EvaluateCondition(parser, target)) {
      case Truth::kTrue:
        std::cout << "true\n";
        break;
      case Truth::kFalse:
        std::cout << "false\n";
        break;
      case Truth::kUnknown:
        std::cout << "unknown\n";
        break;
    }
  }
}
