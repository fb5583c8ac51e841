#include "core/api/kinds.h"

namespace facet {

const KindInfo* FindKind(std::string_view name) {
  for (const KindInfo& kind : Kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (const KindInfo& kind : Kinds()) names.push_back(kind.name);
  return names;
}

std::string PluralOf(std::string_view name) {
  const KindInfo* kind = FindKind(name);
  return kind == nullptr ? std::string(name) : kind->folder;
}

}  // namespace facet
