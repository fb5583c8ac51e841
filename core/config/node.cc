#include "core/config/node.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace facet {

std::string JoinPath(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : absl::StrCat(prefix, ".", name);
}

const Node* FindPath(const Node& root, const std::string& path) {
  const Node* node = &root;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    node = node->Find(std::string(name));
    if (node == nullptr) return nullptr;
  }
  return node;
}

void Merge(const Node& over, Node* under) {
  const Node* new_use = over.Find("use");
  const Node* old_use = under->Find("use");
  const bool other_component =
      new_use != nullptr && old_use != nullptr && new_use->scalar != old_use->scalar;
  if (!over.is_table() || !under->is_table() || other_component) {
    *under = over;
    return;
  }
  for (const auto& [name, member] : over.members) {
    const auto [found, is_new] = under->members.try_emplace(name, member);
    if (!is_new) Merge(member, &found->second);
  }
  under->by_row |= over.by_row;
}

bool Remove(const std::string& path, Node* root) {
  const size_t dot = path.find('.');
  const auto found = root->members.find(path.substr(0, dot));
  if (!root->is_table() || found == root->members.end()) return false;
  if (dot != std::string::npos) return Remove(path.substr(dot + 1), &found->second);
  root->members.erase(found);
  return true;
}

}  // namespace facet
