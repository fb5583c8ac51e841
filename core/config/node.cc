#include "core/config/node.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace facet {

const Node::Members::Map& Node::Members::get() const {
  static const auto* const kNone = new Map();
  return map_ == nullptr ? *kNone : *map_;
}

Node::Members::Map& Node::Members::Own() {
  if (map_ == nullptr) {
    map_ = std::make_shared<Map>();
  } else if (map_.use_count() > 1) {
    map_ = std::make_shared<Map>(*map_);
  }
  return *map_;
}

std::string JoinPath(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : absl::StrCat(prefix, ".", name);
}

std::string ParentOf(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

std::string LastName(const std::string& path) { return path.substr(path.rfind('.') + 1); }

const Node* FindPath(const Node& root, const std::string& path) {
  const Node* node = &root;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    node = node->Find(std::string(name));
    if (node == nullptr) return nullptr;
  }
  return node;
}

Node& Node::Add(const std::string& name) {
  const auto [found, is_new] = members.Own().try_emplace(name);
  if (is_new) names.push_back(name);
  return found->second;
}

void Node::Erase(const std::string& name) {
  if (members.find(name) == members.end()) return;
  members.Own().erase(name);
  names.erase(std::remove(names.begin(), names.end(), name), names.end());
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
  for (const std::string& name : over.names) {
    const Node& member = over.members.at(name);
    if (under->Find(name) == nullptr) {
      under->Add(name) = member;
    } else {
      Merge(member, &under->members.Own().at(name));
    }
  }
  if (under->by_default) {  // it is now said in a file: problems point there
    under->key = over.key;
    under->value = over.value;
  }
  under->by_default = under->by_default && over.by_default;
  under->by_row |= over.by_row;
}

bool Remove(const std::string& path, Node* root) {
  if (FindPath(*root, path) == nullptr) return false;
  const size_t dot = path.find('.');
  if (dot != std::string::npos) {
    return Remove(path.substr(dot + 1), &root->members.Own().at(path.substr(0, dot)));
  }
  root->Erase(path);
  return true;
}

}  // namespace facet
