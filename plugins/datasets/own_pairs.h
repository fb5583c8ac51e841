// Pairs of a user's own, and what is left of official ones where images are missing: folds that
// lost their pairs, folds of one kind alone, and the data set that takes any pairs.
#ifndef FACET_PLUGINS_DATASETS_OWN_PAIRS_H_
#define FACET_PLUGINS_DATASETS_OWN_PAIRS_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "core/api/dataset.h"

namespace facet {

// Folds that have pairs.
template <class Pairs>
int64_t NumFoldsOf(const Pairs& pairs) {
  std::set<int64_t> folds;
  for (const auto& pair : pairs) folds.insert(pair.fold);
  return static_cast<int64_t>(folds.size());
}

// Where pairs were left out: folds without any go, which is counted and said, the others are
// numbered through; a sample of a fold that went has none. NotFound where less than two are left.
absl::Status DropEmptyFolds(DatasetContents* contents);

// What a fold-by-fold error rate cannot be computed of: "fold 3 of 10 (counted from 0) has no
// impostor pair", the first, or how many. Empty: every fold has both kinds.
std::string OneSidedFolds(const Protocol& protocol);
// That as a notice, with what to do about it; where there is no pair of one kind at all, that.
void NoteOneSidedFolds(const std::string& list, const std::string& cure, DatasetContents* contents);

// An image beside `path` of the same name with another ending, "Ann_0001.png"; empty: none.
std::string OtherEnding(const std::string& path);

// A data set for whatever images and pairs, as a line of an experiment, and the tables that it
// takes. `root` holds the images; `videos`: templates are videos.
std::string ImageListAdvice(const std::string& root, bool videos);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_OWN_PAIRS_H_
