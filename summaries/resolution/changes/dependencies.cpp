#include "summaries/resolution/changes/dependencies.h"

#include <algorithm>
#include <utility>

#include "summaries/resolution/changes/index_change.h"

namespace coppice {

Dependencies::Dependencies() {
  AddNode({kNoModule, 0, names_.Intern({}), DependencyKind::kEvery});  // kNobody
  AddNode({kNoModule, 0, names_.Intern({}), DependencyKind::kEvery});
}

uint32_t Dependencies::AddNode(const Key& key) {
  keys_.push_back(key);
  last_use_.push_back(kNone);
  return static_cast<uint32_t>(keys_.size() - 1);
}

void Dependencies::AddUse(uint32_t used, uint32_t user) {
  if (user == kNobody) return;
  uint32_t& last = last_use_[used];
  if (last != kNone && uses_[last].user == user) return;
  uses_.push_back({user, last});
  last = static_cast<uint32_t>(uses_.size() - 1);
}

Dependencies::Node Dependencies::AddAnswer(const Dependency& answer) {
  return Node{AddNode({answer.module, answer.row, names_.Intern(answer.name), answer.kind})};
}

Dependencies::Node Dependencies::Enter(const Dependency& answer) {
  const Key key{answer.module, answer.row, names_.Intern(answer.name), answer.kind};
  const auto [found, fresh] = found_.try_emplace(key, static_cast<uint32_t>(keys_.size()));
  const uint32_t node = found->second;
  if (fresh) AddNode(key);
  AddUse(node, current_);
  if (fresh && answer.module != kNoModule) {  // without which there is nothing to ask
    const Recording recording(this, Node{node});
    const bool in_class =
        answer.kind == DependencyKind::kEvaluation && answer.row != Dependency::kModuleScope;
    if (in_class) {
      Read({DependencyKind::kScope, answer.module, answer.row});
    } else {
      Read({DependencyKind::kModule, answer.module});
    }
  }
  return Node{node};
}

void Dependencies::Read(const Dependency& input) {
  if (current_ == kNobody) return;
  const Key key{input.module, input.row, names_.Intern(input.name), input.kind};
  const auto [found, fresh] = found_.try_emplace(key, static_cast<uint32_t>(keys_.size()));
  const uint32_t node = found->second;
  if (fresh) {
    AddNode(key);
    switch (input.kind) {
      case DependencyKind::kLookup:
      case DependencyKind::kChild:
      case DependencyKind::kStub:
        lookups_.push_back(node);
        break;
      default:
        break;
    }
    // What is said of a scope is nothing without the scope, nor of a module without the module.
    const uint32_t user = std::exchange(current_, node);
    if (input.row != Dependency::kModuleScope &&
        (input.kind == DependencyKind::kBindings || input.kind == DependencyKind::kNames ||
         input.kind == DependencyKind::kMembers)) {
      Read({DependencyKind::kScope, input.module, input.row});
    } else if (input.module != kNoModule && input.kind != DependencyKind::kModule) {
      Read({DependencyKind::kModule, input.module});
    }
    current_ = user;
  }
  AddUse(node, current_);
}

const uint32_t* Dependencies::FindInput(const Dependency& input) const {
  const NameId* const name = names_.Find(input.name);
  if (name == nullptr) return nullptr;
  const auto found = found_.find({input.module, input.row, *name, input.kind});
  return found == found_.end() ? nullptr : &found->second;
}

std::vector<Dependencies::Node> Dependencies::Changed(const IndexChange& change) const {
  std::vector<Node> changed;
  for (const Dependency& input : change.inputs()) {
    if (const uint32_t* const node = FindInput(input)) changed.push_back(Node{*node});
  }
  if (change.moves_modules()) {
    for (const uint32_t lookup : lookups_) {
      if (change.IsFoundElsewhere(Describe(Node{lookup}))) changed.push_back(Node{lookup});
    }
  }
  return changed;
}

std::vector<Dependencies::Node> Dependencies::Reached(std::span<const Node> changed) const {
  std::vector<bool> seen(keys_.size());
  std::vector<Node> reached;
  std::vector<Node> pending(changed.begin(), changed.end());
  while (!pending.empty()) {
    const Node node = pending.back();
    pending.pop_back();
    if (seen[static_cast<uint32_t>(node)]) continue;
    seen[static_cast<uint32_t>(node)] = true;
    if (node == kEveryAnswer) {
      reached.clear();
      for (uint32_t each = static_cast<uint32_t>(kEveryAnswer) + 1; each < keys_.size(); ++each) {
        if (IsAnswer(Node{each})) reached.push_back(Node{each});
      }
      return reached;
    }
    if (IsAnswer(node)) reached.push_back(node);
    ForEachUser(node, [&](Node user) { pending.push_back(user); });
  }
  std::sort(reached.begin(), reached.end());
  return reached;
}

Dependency Dependencies::Describe(Node node) const {
  const Key& key = keys_[static_cast<uint32_t>(node)];
  return {key.kind, key.module, key.row, names_.name(key.name)};
}

std::size_t Dependencies::bytes() const {
  return keys_.capacity() * sizeof(Key) + last_use_.capacity() * sizeof(uint32_t) +
         uses_.capacity() * sizeof(UseLink) + found_.bucket_count() * sizeof(*found_.begin()) +
         lookups_.capacity() * sizeof(uint32_t) + names_.bytes();
}

}  // namespace coppice
