#include "core/config/named_slots.h"

#include <cctype>
#include <functional>
#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace facet {
namespace {

// Goes down a slot's path in a tree; a name of the row may lead on in several ways.
class Walk {
 public:
  // Called with each path above a `*`, and what the tree has there, if anything.
  std::function<void(const std::string& path, const Node* node)> at_names;
  // Called with each path of the slot in the tree; names that the row does not have lead nowhere.
  std::function<void(const std::string& path)> at_slot;

  void Along(const std::string& slot_path, const Node& tree) const {
    Step(absl::StrSplit(slot_path, '.'), 0, "", &tree);
  }

 private:
  void Step(const std::vector<std::string>& pattern, size_t depth, const std::string& path,
            const Node* node) const {
    if (depth == pattern.size()) {
      if (at_slot) at_slot(path);
      return;
    }
    if (pattern[depth] != "*") {
      const Node* member = node == nullptr ? nullptr : node->Find(pattern[depth]);
      return Step(pattern, depth + 1, JoinPath(path, pattern[depth]), member);
    }
    if (at_names) at_names(path, node);
    if (node == nullptr) return;
    for (const std::string& name : node->names) {
      if (IsSlotName(name)) Step(pattern, depth + 1, JoinPath(path, name), node->Find(name));
    }
  }
};

// Of a path that the tree has.
Node* FindMutable(const std::string& path, Node* node) {
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    node = &node->members.Own().at(std::string(name));
  }
  return node;
}

Node DefaultNode() {
  Node node;
  node.key.origin = node.value.origin = {"default", 0, 0};
  node.by_default = true;
  return node;
}

Node* AddPath(const std::string& path, Node* node) {
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    const bool is_new = node->Find(std::string(name)) == nullptr;
    node = &node->Add(std::string(name));
    if (is_new) *node = DefaultNode();
  }
  return node;
}

void AddUse(const std::string& name, const Place& place, Node* component) {
  Node& use = component->Add("use");
  use.type = Node::Type::kScalar;
  use.scalar = name;
  use.key = use.value = place;
  use.by_default = component->by_default;
  use.by_row = component->by_row;
}

bool SaidByRow(const Node& node) {
  return node.by_row ||
         absl::c_any_of(node.members, [](const auto& member) { return SaidByRow(member.second); });
}

}  // namespace

bool IsSlotName(const std::string& name) {
  return !name.empty() && name != "use" && absl::c_all_of(name, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

std::vector<Slot> SlotsOf(const ExperimentLayout& layout, const Node& tree) {
  std::vector<Slot> slots;
  for (const Slot& slot : layout.slots) {
    Walk walk;
    walk.at_slot = [&](const std::string& path) {
      slots.push_back(slot);
      slots.back().path = path;
    };
    walk.Along(slot.path, tree);
  }
  return slots;
}

std::map<std::string, std::vector<std::string>> NamesOf(const ExperimentLayout& layout,
                                                        const Node& tree) {
  std::map<std::string, std::vector<std::string>> names;
  Walk walk;
  walk.at_names = [&](const std::string& path, const Node* node) {
    std::vector<std::string>& here = names[path];
    here.clear();
    if (node == nullptr) return;
    absl::c_copy_if(node->names, std::back_inserter(here), IsSlotName);
  };
  for (const Slot& slot : layout.slots) {
    if (absl::StrContains(slot.path, '*')) walk.Along(slot.path, tree);
  }
  return names;
}

Node DefaultTree(const ExperimentLayout& layout) {
  Node tree;
  for (const Slot& slot : layout.slots) {
    if (slot.default_use.empty()) continue;
    if (!absl::EndsWith(slot.path, ".*")) {
      Node* component = AddPath(slot.path, &tree);
      AddUse(slot.default_use, component->key, component);
      continue;
    }
    const std::string parent = ParentOf(slot.path);
    for (const absl::string_view name : absl::StrSplit(slot.default_use, ' ')) {
      AddPath(JoinPath(parent, std::string(name)), &tree);
    }
  }
  FillUses(layout, &tree);
  return tree;
}

void FillUses(const ExperimentLayout& layout, Node* tree) {
  for (const Slot& slot : layout.slots) {
    if (slot.fill != Slot::Fill::kComponent || !absl::EndsWith(slot.path, ".*")) continue;
    Walk walk;
    walk.at_slot = [&](const std::string& path) {
      const Node* said = FindPath(*tree, path);
      if (!said->is_table() || said->Find("use") != nullptr) return;
      Node* component = FindMutable(path, tree);
      AddUse(LastName(path), component->key, component);
    };
    walk.Along(slot.path, *tree);
  }
}

bool HasGroup(const ExperimentLayout& layout, const Node& slots, const std::string& group) {
  const Node* node = FindPath(slots, group);
  if (node == nullptr) return false;
  if (SaidByRow(*node)) return true;
  ExperimentLayout components;
  absl::c_copy_if(layout.slots, std::back_inserter(components.slots), [&](const Slot& slot) {
    return slot.optional_group == group && slot.fill == Slot::Fill::kComponent;
  });
  return absl::c_any_of(SlotsOf(components, slots), [&](const Slot& slot) {
    const Node* component = FindPath(slots, slot.path);
    return component != nullptr && !component->by_default;
  });
}

}  // namespace facet
