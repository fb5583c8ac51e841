// Landmarks in .pts files, as 300-W is released:
//   version: 1
//   n_points: 68
//   {
//   124.82 133.83      one point a line, x then y, px with the upper left pixel at (1, 1)
//   }
#ifndef FACET_PLUGINS_DATASETS_PTS_FILE_H_
#define FACET_PLUGINS_DATASETS_PTS_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/geometry.h"

namespace facet {

// The 68 points, from (0, 0). InvalidArgument names file and line of what is wrong.
absl::StatusOr<std::vector<Point>> ReadPts68(const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PTS_FILE_H_
