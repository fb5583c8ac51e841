// The text files of CelebA (Liu et al. 2015): one image a line, "000001.jpg" and whole numbers,
// separated by blanks.
//
//   identity_CelebA.txt      identity
//   list_eval_partition.txt  0 training, 1 validation, 2 test
//   list_bbox_celeba.txt     x_1 y_1 width height     after the number of images and the names of
//   list_landmarks*.txt      ten coordinates          the columns
#ifndef FACET_PLUGINS_DATASETS_CELEBA_LISTS_H_
#define FACET_PLUGINS_DATASETS_CELEBA_LISTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

// Image -> its `columns` numbers. InvalidArgument, by file and line: another number of fields, a
// field that is no whole number, an image that does not lie below the images' folder, an image that
// occurs twice, as many lines as the head does not say.
using CelebaTable = std::map<std::string, std::vector<int64_t>>;
absl::StatusOr<CelebaTable> ReadCelebaTable(const std::string& path, size_t columns);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_CELEBA_LISTS_H_
