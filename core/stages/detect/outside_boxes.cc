#include "core/stages/detect/outside_boxes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace facet {

double ShareInside(const Box& box, int width, int height) {
  // Pixel centres have whole coordinates: the image begins at -0.5.
  const double right = std::min(box.x + box.width, width - 0.5);
  const double bottom = std::min(box.y + box.height, height - 0.5);
  const double inside_x = right - std::max(box.x, -0.5), inside_y = bottom - std::max(box.y, -0.5);
  return std::max(0.0, inside_x) * std::max(0.0, inside_y) / (box.width * box.height);
}

void OutsideBoxes::Take(const FaceRecord& record, const std::string& key) {
  const Box& box = record.face.box;
  const double share =
      ShareInside(box, static_cast<int>(record.width), static_cast<int>(record.height));
  if (share >= kLeastShare) return;
  ++(share > 0 ? mostly_ : wholly_);
  if (!first_.empty()) return;
  first_ = absl::StrFormat("%s, %.4g x %.4g px at (%.4g, %.4g) in an image of %d x %d", key,
                           box.width, box.height, box.x, box.y, record.width, record.height);
}

absl::Status OutsideBoxes::Conclude(const std::string& detector, int64_t num_found,
                                    StageContext& context) const {
  if (wholly_ + mostly_ == 0) return absl::OkStatus();
  const std::string what =
      absl::StrCat(detector, ": of ", num_found, " faces ", wholly_, " lie wholly and ", mostly_,
                   " by more than half outside their images (first: ", first_,
                   "); were the boxes made for images of another size?");
  if (wholly_ == num_found) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, " Scale them to these images, or take a detector that looks for the faces"));
  }
  context.Notice(what);
  context.Count("faces wholly outside the image", wholly_);
  context.Count("faces mostly outside the image", mostly_);
  return absl::OkStatus();
}

}  // namespace facet
