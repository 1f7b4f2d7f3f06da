#include "summaries/symbol_details.h"

#include "summaries/columns.h"
#include "summaries/summary_view.h"

namespace coppice {

template <>
void DetailList<std::string_view>::Iterator::Read() {
  if (left_ != 0) item_ = view_->string(reader_.Next());
}

template <>
void DetailList<Keyword>::Iterator::Read() {
  if (left_ == 0) return;
  item_.name = view_->string(reader_.Next());
  item_.text = view_->string(reader_.Next());
}

template <>
void DetailList<Parameter>::Iterator::Read() {
  if (left_ == 0) return;
  const uint32_t head = reader_.Next();
  item_.name = view_->string(head >> kParameterNameShift);
  item_.kind = static_cast<ParameterKind>(head & kParameterKindMask);
  item_.annotation.reset();
  item_.default_value.reset();
  if (head & kParameterAnnotationBit) item_.annotation = view_->string(reader_.Next());
  if (head & kParameterDefaultBit) item_.default_value = view_->string(reader_.Next());
}

namespace {

template <class Item>
DetailList<Item> TakeList(const SummaryView* view, DetailReader& reader, uint32_t size,
                          uint32_t numbers_each) {
  const DetailList<Item> list(view, reader, size);
  for (uint32_t left = size * numbers_each; left != 0; --left) reader.Next();
  return list;
}

}  // namespace

SymbolDetails Symbol::details() const {
  SymbolDetails details;
  const uint32_t at = view_->Get<Column::kSymbolDetail>(row_);
  if (at == 0) return details;
  DetailReader reader(view_->cells_.details() + at - 1);
  const uint32_t head = reader.Next();
  const auto strings = [&](uint32_t size) {
    return TakeList<std::string_view>(view_, reader, size, 1);
  };
  const DetailForm form = static_cast<DetailForm>(head & kDetailFormMask);
  if (form == DetailForm::kValue) {
    details.value_form = static_cast<ValueForm>(head >> kDetailValueShift & kDetailValueMask);
    if (head & kDetailTypeParamsBit) details.type_params = strings(reader.Next());
    if (head & kDetailAnnotationBit) details.annotation = view_->string(reader.Next());
    if (details.value_form == ValueForm::kText) details.value = view_->string(reader.Next());
    return details;
  }
  const uint32_t count = head >> kDetailCountShift;
  if (head & kDetailDecoratorsBit) details.decorators = strings(reader.Next());
  if (head & kDetailTypeParamsBit) details.type_params = strings(reader.Next());
  if (form == DetailForm::kClass) {
    details.bases = strings(count);
    if (head & kDetailKeywordsBit) {
      details.keywords = TakeList<Keyword>(view_, reader, reader.Next(), 2);
    }
    return details;
  }
  details.params = DetailList<Parameter>(view_, reader, count);
  for (uint32_t left = count; left != 0; --left) {
    const uint32_t parameter = reader.Next();
    if (parameter & kParameterAnnotationBit) reader.Next();
    if (parameter & kParameterDefaultBit) reader.Next();
  }
  if (head & kDetailReturnsBit) details.returns = view_->string(reader.Next());
  return details;
}

void Symbol::texts(std::vector<SymbolText>& texts) const {
  texts.clear();
  const uint32_t at = view_->Get<Column::kSymbolDetail>(row_);
  if (at == 0) return;
  DetailReader reader(view_->cells_.details() + at - 1);
  const uint32_t head = reader.Next();
  const auto add = [&](TextRole role) { texts.push_back({role, reader.Next()}); };
  const auto add_list = [&](TextRole role) {
    for (uint32_t left = reader.Next(); left != 0; --left) add(role);
  };
  const DetailForm form = static_cast<DetailForm>(head & kDetailFormMask);
  if (form == DetailForm::kValue) {
    if (head & kDetailTypeParamsBit) add_list(TextRole::kTypeParameter);
    if (head & kDetailAnnotationBit) add(TextRole::kAnnotation);
    const auto value = static_cast<ValueForm>(head >> kDetailValueShift & kDetailValueMask);
    if (value == ValueForm::kText) add(TextRole::kValue);
    return;
  }
  if (head & kDetailDecoratorsBit) add_list(TextRole::kDecorator);
  if (head & kDetailTypeParamsBit) add_list(TextRole::kTypeParameter);
  const uint32_t count = head >> kDetailCountShift;
  if (form == DetailForm::kClass) {
    for (uint32_t left = count; left != 0; --left) add(TextRole::kBase);
    if ((head & kDetailKeywordsBit) == 0) return;
    for (uint32_t left = reader.Next(); left != 0; --left) {
      reader.Next();
      add(TextRole::kKeyword);
    }
    return;
  }
  for (uint32_t left = count; left != 0; --left) {
    const uint32_t parameter = reader.Next();
    if (parameter & kParameterAnnotationBit) add(TextRole::kAnnotation);
    if (parameter & kParameterDefaultBit) add(TextRole::kDefault);
  }
  if (head & kDetailReturnsBit) add(TextRole::kReturns);
}

}  // namespace coppice
