// The list of the images that make a data set's curated snapshot: one path below its root a line.
#ifndef FACET_PLUGINS_DATASETS_CURATED_LIST_H_
#define FACET_PLUGINS_DATASETS_CURATED_LIST_H_

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>

#include "absl/status/statusor.h"

namespace facet {

class CuratedList {
 public:
  // Without a list every image is of the snapshot.
  CuratedList() = default;
  // Images of `excluded` identities (a path's first name) are not looked for. InvalidArgument for a
  // list of nothing, and paths that lead out.
  static absl::StatusOr<CuratedList> Read(const std::string& path,
                                          const std::set<std::string>& excluded);

  // Whether an image that is there belongs to the snapshot; called once for each.
  bool Take(const std::string& image);
  // Those looked for that were not taken.
  int64_t missing() const {
    return static_cast<int64_t>(listed_.size()) - num_excluded_ - num_found_;
  }
  // "2 of 3 images that LIST names are missing."
  std::string MissingNotice() const;
  // "of the 3 paths in LIST, 1 is of an identity that `exclude` names; of the others, 0 are there
  // (they are relative to root)"
  std::string Found() const;

 private:
  std::string path_;
  std::unordered_set<std::string> listed_;
  int64_t num_excluded_ = 0, num_found_ = 0;
};

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_CURATED_LIST_H_
