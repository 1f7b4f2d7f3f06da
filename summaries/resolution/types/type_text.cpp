// Types as Python would write them.
#include "summaries/resolution/types/type_engine.h"

namespace coppice {

std::string TypeEvaluator::Engine::NameOf(Definition definition) {
  if (definition.is_module()) return resolver_.finder().name(definition.module);
  return classes_.views().symbol(definition).qualname();
}

void TypeEvaluator::Engine::Append(TypeId type, std::string& text, size_t limit) {
  if (text.size() >= limit) return;
  const Type shape = types_[type];
  const auto list = [&](std::span<const TypeId> items, const char* separator) {
    const char* before = "";
    for (const TypeId item : items) {
      if (text.size() >= limit) return;
      text += before;
      Append(item, text, limit);
      before = separator;
    }
  };
  switch (shape.form) {
    case TypeForm::kUnknown:
      text += "Unknown";
      return;
    case TypeForm::kAny:
      text += "Any";
      return;
    case TypeForm::kNever:
      text += "Never";
      return;
    case TypeForm::kNone:
      text += "None";
      return;
    case TypeForm::kSelf:
      text += "Self";
      return;
    case TypeForm::kEllipsis:
      text += "...";
      return;
    case TypeForm::kModule:
      text += "Module(" + NameOf(shape.definition) + ")";
      return;
    case TypeForm::kFunction:
    case TypeForm::kMethod:
      text += "def " + NameOf(shape.definition);
      return;
    case TypeForm::kUnpacked:
      text += '*';
      return Append(shape.arguments[0], text, limit);
    case TypeForm::kTypeVariable:
      text += NameOf(shape.definition);
      return;
    case TypeForm::kTypeParameter:
      text += shape.text;
      return;
    case TypeForm::kLiteral:
      text.append("Literal[").append(shape.text).append("]");
      return;
    case TypeForm::kUnion:
      return list(shape.arguments, " | ");
    case TypeForm::kTuple:
      text += "tuple[";
      if (shape.arguments.empty()) text += "()";
      list(shape.arguments, ", ");
      text += ']';
      return;
    case TypeForm::kCallable:
      text += "Callable[";
      if (shape.arguments.size() == 2 && shape.arguments[0] == TypeId::kEllipsis) {
        text += "...";
      } else {
        text += '[';
        list(shape.arguments.first(shape.arguments.size() - 1), ", ");
        text += ']';
      }
      text += ", ";
      Append(shape.arguments.back(), text, limit);
      text += ']';
      return;
    case TypeForm::kClassObject:
      text += "type[";
      [[fallthrough]];
    case TypeForm::kInstance:
      text += NameOf(shape.definition);
      if (!shape.arguments.empty()) {
        text += '[';
        list(shape.arguments, ", ");
        text += ']';
      }
      if (shape.form == TypeForm::kClassObject) text += ']';
      return;
  }
}

std::string TypeEvaluator::Engine::TextOf(TypeId type, size_t limit) {
  std::string text;
  Append(type, text, limit);
  if (text.size() >= limit) text = text.substr(0, limit) + "...";
  return text;
}

}  // namespace coppice
