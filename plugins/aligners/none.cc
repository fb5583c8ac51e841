// No alignment: the box, extended about its centre, aspect kept.
//
// Out: CropOfBox(box, extend), `aligned` false, the face's own landmarks passed on, confidence the
//      face's score.
// Example: aligner = { use = "none", extend = 1.3 }
// Source: the crop of the paper's released code (VGG-Face, faceCrop.m), which extends the
//      detection by 10 %.
#include "core/api/aligner.h"

namespace facet {
namespace {

struct Options {
  double extend = 1.1;
  void Visit(OptionVisitor& v) {
    v("extend", extend, AboveUpTo(0, 10), "side of the crop over the canonical box [1]");
  }
};

class None final : public Aligner {
 public:
  explicit None(const Options& options) : options_(options) {}

  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    Alignment alignment = CropOfBox(face.box, options_.extend);
    alignment.landmarks = face.landmarks;
    alignment.confidence = face.score;
    return alignment;
  }

 private:
  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Aligner, facet::None, facet::Options, "none",
             "the box extended by a factor, aspect kept", "Parkhi et al., BMVC 2015 (release)")
