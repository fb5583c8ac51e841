// The box that comes with the data, with the pose, landmarks and score that the data set gives.
//
// Out: one face, in the data set's own kind of box; none for a sample without a box (it is counted
//      and treated like any image without a face). What kind of box that is, only the data set
//      knows: `box_scale` and its companions bring it to the canonical one. The default leaves it,
//      which is right for data sets whose boxes are canonical already.
// Example: detector = { use = "given", box_scale = 1.1 }
// Source: none; the VGG-Face release lists a box per image.
#include <vector>

#include "core/api/detector.h"

namespace facet {
namespace {

struct Options {
  BoxConvention convention;
  void Visit(OptionVisitor& v) { convention.Visit(v); }
};

class Given final : public Detector {
 public:
  explicit Given(const Options& options) : options_(options) {}

  BoxConvention convention() const override { return options_.convention; }

  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample& sample) override {
    // Negated, so that a box of NaNs is none.
    if (!sample.box || !(sample.box->width > 0 && sample.box->height > 0)) {
      return std::vector<Face>();
    }
    Face face;
    face.box = *sample.box;
    face.score = sample.score;
    face.pose = sample.pose;
    face.landmarks = sample.landmarks;
    return std::vector<Face>{face};
  }

 private:
  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::Given, facet::Options, "given",
             "the box, pose and landmarks that come with the data", "none")
