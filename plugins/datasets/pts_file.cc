#include "plugins/datasets/pts_file.h"

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"
#include "plugins/lists/text_lines.h"

namespace facet {
namespace {

constexpr int64_t kNumPoints = 68;

bool IsComment(const TextLine& line) {
  return line.fields[0][0] == '#' || absl::StartsWith(line.fields[0], "//");
}

// "n_points: 68", "n_points:68", "68" -> 68; no number: nothing.
bool IsCount(const std::string& text, int64_t* count) {
  absl::string_view number = text;
  absl::ConsumePrefix(&number, "n_points:");
  return absl::SimpleAtoi(number, count);
}

bool IsPoint(const std::string& text, Point* point) {
  const std::vector<std::string> numbers =
      absl::StrSplit(text, absl::ByAnyChar(" ,;"), absl::SkipEmpty());
  return numbers.size() == 2 && absl::SimpleAtod(numbers[0], &point->x) &&
         absl::SimpleAtod(numbers[1], &point->y) && std::isfinite(point->x) &&
         std::isfinite(point->y);
}

absl::Status OtherNumber(const std::string& path, int64_t line, const std::string& what) {
  return LineError(path, line,
                   absl::StrCat(what,
                                "; here a face has 68, as 300-W has them: add what is missing, "
                                "or move the file away. Faces with 2, 5 or 9 points are for "
                                "image_list, as columns lx1, ly1, ..."));
}

}  // namespace

absl::StatusOr<std::vector<Point>> ReadPts68(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::vector<TextLine> lines, ReadFields(path));
  std::vector<Point> points;
  bool open = false, closed = false;
  int64_t last = 1;
  for (const TextLine& line : lines) {
    if (IsComment(line)) continue;
    last = line.number;
    const std::string text = absl::StrJoin(line.fields, " ");
    const bool in_head = points.empty() && !open;
    int64_t count;
    Point point;
    if (closed) return LineError(path, last, "text follows the \"}\" that ends the points");
    if (in_head && (text == "{" || absl::StartsWith(text, "version:"))) {
      open = text == "{";
    } else if (in_head && IsCount(text, &count)) {
      if (count != kNumPoints) return OtherNumber(path, last, absl::StrCat(count, " points"));
    } else if (open && text == "}") {
      closed = true;
    } else if (IsPoint(text, &point)) {
      points.push_back({point.x - 1, point.y - 1});
    } else {
      return LineError(path, last,
                       in_head ? "expected \"version: 1\", \"n_points: 68\", \"{\" or a point"
                               : "a point is two numbers, x and y");
    }
  }
  if (static_cast<int64_t>(points.size()) != kNumPoints) {
    return OtherNumber(path, last, absl::StrCat("the list ends after ", points.size(), " points"));
  }
  if (open && !closed) return LineError(path, last, "the list of points has no end \"}\"");
  return points;
}

}  // namespace facet
