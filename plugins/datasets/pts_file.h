// Landmarks in .pts files, as 300-W is released:
//   version: 1
//   n_points: 68
//   {
//   124.82 133.83      one point a line, x then y, px with the upper left pixel at (1, 1)
//   }
// Mirrors leave out the head, the braces or both; some have the number of points alone in the first
// line, or commas between x and y. Blank lines and those that begin with '#' or "//" are passed
// over.
#ifndef FACET_PLUGINS_DATASETS_PTS_FILE_H_
#define FACET_PLUGINS_DATASETS_PTS_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/geometry.h"

namespace facet {

// The 68 points, from (0, 0). InvalidArgument names file and line of what is wrong, and what takes
// points of another number.
absl::StatusOr<std::vector<Point>> ReadPts68(const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PTS_FILE_H_
