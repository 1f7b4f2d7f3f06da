#include "summaries/resolution/types/type_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <boost/container/small_vector.hpp>

namespace coppice {
namespace {

using Arguments = boost::container::small_vector<TypeId, 16>;

size_t Mix(size_t hash, size_t value) { return (hash ^ value) * 0x9e3779b97f4a7c15 + (hash >> 29); }

}  // namespace

size_t TypeTable::Hash::operator()(const Type& type) const {
  size_t hash = Mix(static_cast<size_t>(type.form), static_cast<uint32_t>(type.definition.module));
  hash = Mix(hash, type.definition.row);
  for (const TypeId argument : type.arguments) hash = Mix(hash, static_cast<uint32_t>(argument));
  if (!type.text.empty()) hash = Mix(hash, std::hash<std::string_view>()(type.text));
  return hash;
}

bool TypeTable::Equal::operator()(const Type& a, uint32_t b) const {
  const Type other = (*table)[TypeId{b}];
  return a.form == other.form && a.definition == other.definition && a.text == other.text &&
         std::ranges::equal(a.arguments, other.arguments);
}

TypeTable::TypeTable() : numbers_(0, Hash{this}, Equal{this}) {
  for (const TypeForm form : {TypeForm::kUnknown, TypeForm::kAny, TypeForm::kNever, TypeForm::kNone,
                              TypeForm::kSelf, TypeForm::kEllipsis}) {
    Make(form, {});
  }
  shapes_[static_cast<uint32_t>(TypeId::kSelf)].variables = true;
}

Type TypeTable::operator[](TypeId id) const {
  const Shape& shape = shapes_[static_cast<uint32_t>(id)];
  return {shape.form,
          shape.definition,
          {arguments_.data() + shape.first, shape.argument_count},
          std::string_view(texts_).substr(shape.text, shape.text_size)};
}

TypeId TypeTable::Make(TypeForm form, Definition definition, std::span<const TypeId> arguments,
                       std::string_view text) {
  if (arguments.size() > kMaxArguments || text.size() > UINT16_MAX) return TypeId::kUnknown;
  const Type type{form, definition, arguments, text};
  if (const auto found = numbers_.find(type); found != numbers_.end()) return TypeId{*found};
  Shape shape;
  shape.definition = definition;
  shape.form = form;
  shape.variables = form == TypeForm::kTypeVariable || form == TypeForm::kTypeParameter;
  for (const TypeId argument : arguments) {
    const Shape& inner = shapes_[static_cast<uint32_t>(argument)];
    shape.depth = std::max<uint8_t>(shape.depth, static_cast<uint8_t>(inner.depth + 1));
    shape.variables |= inner.variables;
  }
  if (shape.depth > kMaxDepth) return TypeId::kUnknown;
  const Arguments copy(arguments.begin(), arguments.end());  // they may lie in what grows
  shape.first = static_cast<uint32_t>(arguments_.size());
  shape.argument_count = static_cast<uint8_t>(copy.size());
  arguments_.insert(arguments_.end(), copy.begin(), copy.end());
  shape.text = static_cast<uint32_t>(texts_.size());
  shape.text_size = static_cast<uint16_t>(text.size());
  texts_.append(text);
  shapes_.push_back(shape);
  const auto number = static_cast<uint32_t>(shapes_.size() - 1);
  numbers_.insert(number);
  return TypeId{number};
}

// Equal parts are known by their numbers, so that only the first that differ are looked into.
bool TypeTable::Precedes(TypeId a, TypeId b) const {
  while (a != b) {
    const Type left = (*this)[a];
    const Type right = (*this)[b];
    const auto key = [](const Type& type) {
      return std::tuple(type.form == TypeForm::kNone, type.form, type.definition.module,
                        type.definition.row, type.text, type.arguments.size());
    };
    const auto left_key = key(left);
    const auto right_key = key(right);
    if (left_key != right_key) return left_key < right_key;
    const auto [in_left, in_right] = std::ranges::mismatch(left.arguments, right.arguments);
    a = *in_left;
    b = *in_right;
  }
  return false;
}

TypeId TypeTable::MakeUnion(std::span<const TypeId> types) {
  Arguments members;
  for (const TypeId type : types) {
    if (type == TypeId::kUnknown || type == TypeId::kAny) return type;
    const Type shape = (*this)[type];
    if (shape.form == TypeForm::kUnion) {
      members.insert(members.end(), shape.arguments.begin(), shape.arguments.end());
    } else if (type != TypeId::kNever) {
      members.push_back(type);
    }
    if (members.size() > 2 * kMaxArguments) return TypeId::kUnknown;
  }
  std::ranges::sort(members, [this](TypeId a, TypeId b) { return Precedes(a, b); });
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (members.empty()) return TypeId::kNever;
  if (members.size() == 1) return members[0];
  return Make(TypeForm::kUnion, {}, members);
}

size_t TypeTable::bytes() const {
  return shapes_.capacity() * sizeof(Shape) + arguments_.capacity() * sizeof(TypeId) +
         texts_.capacity() + numbers_.bucket_count() * sizeof(uint32_t) * 16 / 15;
}

}  // namespace coppice
