// A square in the middle of every image: for data that is cropped already, and as a baseline.
//
// Out: one face per image, side `side` times the shorter side of the image, score 0, pose unknown.
//      The box is canonical as it is.
// Example: detector = { use = "central", side = 0.8 }
// Source: none. LFW's images are Viola-Jones detections enlarged by 2.2, so that the original
//      detection is the middle 250 / 2.2 = 113.6 of 250 px: the default.
#include <algorithm>
#include <vector>

#include "core/api/detector.h"

namespace facet {
namespace {

struct Options {
  double side = 0.454;
  void Visit(OptionVisitor& v) {
    v("side", side, AboveUpTo(0, 1), "side of the box [shorter image sides]");
  }
};

class Central final : public Detector {
 public:
  explicit Central(const Options& options) : options_(options) {}

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    if (image.width == 0 || image.height == 0) return std::vector<Face>();
    const double side = options_.side * std::min(image.width, image.height);
    Face face;
    face.box = {(image.width - 1 - side) / 2, (image.height - 1 - side) / 2, side, side};
    return std::vector<Face>{face};
  }

 private:
  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::Central, facet::Options, "central",
             "a square in the middle of every image", "none")
