#include "plugins/curators/duplicates/truth.h"

#include <algorithm>

#include "absl/strings/str_split.h"

namespace facet {

void DuplicateFamilies::Add(int64_t image, int64_t identity, bool removed) {
  families_[{identity, RootOf(image)}].push_back({image, removed});
}

int64_t DuplicateFamilies::RootOf(int64_t image) const {
  // A copy of a copy; the bound is for a table that runs in circles.
  for (size_t steps = 0; steps <= truth_.size(); ++steps) {
    const auto found = truth_.find(image);
    if (found == truth_.end() || found->second.original < 0) break;
    image = found->second.original;
  }
  return image;
}

DuplicateScore DuplicateFamilies::Score() const {
  DuplicateScore score;
  for (const auto& [key, members] : families_) {
    ++score.distinct;
    const int64_t root = key.second;
    const auto left = std::find_if(members.begin(), members.end(),
                                   [](const Member& member) { return !member.removed; });
    if (left == members.end()) {
      ++score.distinct_lost;
      score.lost.push_back(members.front().image);
    }
    // Which one is not a duplicate: the original where it is left, or else the first that is left,
    // of a family that is lost the first. Its own change says nothing.
    const auto original = std::find_if(members.begin(), members.end(), [&](const Member& member) {
      return member.image == root && !member.removed;
    });
    const auto kept = original != members.end() ? original
                      : left != members.end()   ? left
                                                : members.begin();
    // If a copy is kept, the original stands for it.
    for (auto member = members.begin(); member != members.end(); ++member) {
      if (member == kept) continue;
      const int64_t copy = member->image == root ? kept->image : member->image;
      ++score.duplicates;
      score.found += member->removed;
      if (!member->removed) score.missed.push_back(member->image);
      const auto how = truth_.find(copy);
      if (how == truth_.end() || how->second.exact) continue;
      ++score.near;
      score.near_found += member->removed;
      for (const auto change : absl::StrSplit(how->second.detail, ", ", absl::SkipEmpty())) {
        auto& [all, found] = score.changes[std::string(change)];
        ++all;
        found += member->removed;
      }
    }
  }
  return score;
}

}  // namespace facet
