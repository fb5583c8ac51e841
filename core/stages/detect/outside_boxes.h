// Faces whose boxes do not lie in their images: boxes that came with the data (detector `given`)
// and were made for images of another size.
#ifndef FACET_CORE_STAGES_DETECT_OUTSIDE_BOXES_H_
#define FACET_CORE_STAGES_DETECT_OUTSIDE_BOXES_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "core/pipeline/context.h"
#include "core/records/faces.h"

namespace facet {

// The share of a box's area that lies in the image.
double ShareInside(const Box& box, int width, int height);

class OutsideBoxes {
 public:
  // Less of a box in the image is counted.
  static constexpr double kLeastShare = 0.5;

  // A face that was found.
  void Take(const FaceRecord& record, const std::string& key);
  // Counts and a notice, where there are any. InvalidArgument where no face of `num_found` shows
  // anything of its image.
  absl::Status Conclude(const std::string& detector, int64_t num_found,
                        StageContext& context) const;

 private:
  int64_t wholly_ = 0, mostly_ = 0;
  std::string first_;
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_DETECT_OUTSIDE_BOXES_H_
