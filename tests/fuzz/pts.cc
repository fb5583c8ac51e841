// Landmarks of 300-W.
#include <cmath>

#include "core/base/check.h"
#include "plugins/datasets/pts_file.h"
#include "tests/fuzz/fuzz.h"

namespace facet {

void Fuzz(std::string_view bytes) {
  const absl::StatusOr<std::vector<Point>> points = ReadPts68(WriteFuzzFile("face.pts", bytes));
  if (!points.ok()) return;
  FACET_CHECK(points->size() == 68);
  for (const Point& point : *points) FACET_CHECK(std::isfinite(point.x) && std::isfinite(point.y));
}

}  // namespace facet
