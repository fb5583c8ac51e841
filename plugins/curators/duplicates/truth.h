// How well duplicates were found, where it is known which images repeat which.
//
// An image and all copies of it (and copies of these) that a stage was given under one name are a
// family; it may keep any one of them. Of a family of n, n - 1 are duplicates.
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_TRUTH_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_TRUTH_H_

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plugins/curators/stage/summary.h"

namespace facet {

struct DuplicateScore {
  int64_t duplicates = 0, found = 0;        // sum of n - 1 over families; of them removed
  int64_t near = 0, near_found = 0;         // of these, those that are not byte for byte the same
  int64_t distinct = 0, distinct_lost = 0;  // families; those of which nothing is left
  // By change ("captioned"): near duplicates, found ones. One with several changes counts for each.
  std::map<std::string, std::pair<int64_t, int64_t>> changes;
  std::vector<int64_t> missed, lost;  // images: copies left beside another one; removed distinct
};

class DuplicateFamilies {
 public:
  explicit DuplicateFamilies(const std::unordered_map<int64_t, ImageTruth>& truth)
      : truth_(truth) {}
  // An image that the stage was given; in order of id.
  void Add(int64_t image, int64_t identity, bool removed);
  DuplicateScore Score() const;

 private:
  struct Member {
    int64_t image = 0;
    bool removed = false;
  };
  int64_t RootOf(int64_t image) const;

  const std::unordered_map<int64_t, ImageTruth>& truth_;
  std::map<std::pair<int64_t, int64_t>, std::vector<Member>> families_;  // identity, root
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_TRUTH_H_
