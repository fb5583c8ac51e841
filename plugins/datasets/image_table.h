// Tables of a user's own images and pairs (csv.h: comma, semicolon or tab, by the header).
//
// Images, one face a row; several rows of one path are several faces of one image:
//   path, identity           needed; identity may be empty (unknown). "./a.jpg" is "a.jpg"
//   key                      unique; else the path, with "#2", "#3" for further faces of it
//   x, y, width, height      box, px; all four or, in a row, none
//   lx1, ly1, lx2, ...       2, 5, 9 or 68 landmarks in the order of core/api/geometry.h, px; in a
//                            row all or none
//   score, pose, rank, curated, video, frame, fold    as in core/api/dataset.h; fold from 0
//
// Pairs:
//   first, second            keys of images, or names of videos (a template is then all its
//                            frames); what is none is taken without "./"
//   genuine                  0, 1, false, true
//   fold                     from 0; without the column, `num_folds` equal runs in order
//
// There are no comments. A row of an image and face that an earlier row has, and a pair that occurs
// again, count as often as they stand there, which a notice says. Errors are InvalidArgument and
// begin with "<file>:<line>".
#ifndef FACET_PLUGINS_DATASETS_IMAGE_TABLE_H_
#define FACET_PLUGINS_DATASETS_IMAGE_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/dataset.h"

namespace facet {

// In the file's order. Refused besides: unknown columns (`ignore` names columns to pass over),
// absolute paths and those with "..", a key that occurs twice.
absl::StatusOr<std::vector<Sample>> ReadImageTable(const std::string& path,
                                                   const std::vector<std::string>& ignore,
                                                   std::vector<std::string>* notices);

struct PairTable {
  Protocol protocol;
  bool names_folds = false;  // a column `fold`
};

// Templates and pairs over `samples`; kind kFolds or, with `split`, kSplit. Refused besides: names
// that are none, a pair of a template with itself, genuine that contradicts the identities, folds
// without pairs.
absl::StatusOr<PairTable> ReadPairTable(const std::string& path, bool split, int64_t num_folds,
                                        const std::vector<Sample>& samples,
                                        std::vector<std::string>* notices);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_IMAGE_TABLE_H_
