#include "plugins/datasets/pts_file.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/lists/text_lines.h"

namespace facet {
namespace {

constexpr size_t kNumPoints = 68;

}  // namespace

absl::StatusOr<std::vector<Point>> ReadPts68(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  size_t next = 0;
  for (; next < lines.size() && lines[next].fields[0] != "{"; ++next) {
    const std::vector<std::string>& fields = lines[next].fields;
    const bool count = fields.size() == 2 && fields[0] == "n_points:";
    if (count && fields[1] != "68") {
      return LineError(path, lines[next].number,
                       absl::StrCat("expected 68 points, got ", fields[1]));
    }
    if (!count && !(fields.size() == 2 && fields[0] == "version:")) {
      return LineError(path, lines[next].number,
                       "expected \"version: 1\", \"n_points: 68\" or \"{\"");
    }
  }
  std::vector<Point> points;
  const int64_t last = lines.empty() ? 1 : lines.back().number;
  for (++next; next < lines.size() && lines[next].fields[0] != "}"; ++next) {
    const std::vector<std::string>& fields = lines[next].fields;
    Point point;
    if (fields.size() != 2 || !absl::SimpleAtod(fields[0], &point.x) ||
        !absl::SimpleAtod(fields[1], &point.y) || !std::isfinite(point.x) ||
        !std::isfinite(point.y)) {
      return LineError(path, lines[next].number, "a point is two numbers, x and y");
    }
    points.push_back({point.x - 1, point.y - 1});
    if (points.size() > kNumPoints) {
      return LineError(path, lines[next].number, "more than 68 points");
    }
  }
  if (next >= lines.size()) return LineError(path, last, "the list of points has no end \"}\"");
  if (points.size() != kNumPoints) {
    return LineError(path, lines[next].number,
                     absl::StrCat("the list ends after ", points.size(), " of 68 points"));
  }
  return points;
}

}  // namespace facet
