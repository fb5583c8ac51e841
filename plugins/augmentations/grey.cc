// Grey: all colour is lost; each pixel becomes its grey level 0.114 B + 0.587 G + 0.299 R.
//
// In, out: a colour map of B, G, R in [0, 255]. The image keeps its three channels.
// Source: SimCLR, Chen et al., arXiv:2002.05709, appendix A (probability 0.2).
// Example:  train.augmentation.grey = { probability = 0.2 }
#include "core/api/augmentation.h"
#include "plugins/augmentations/colour.h"

namespace facet {
namespace {

struct Options {
  double probability = 0.2;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit is grey [1]; SimCLR");
  }
};

class GreyLevels final : public Augmentation {
 public:
  explicit GreyLevels(const Options& options) : probability_(options.probability) {}

  AugmentationSort sort() const override { return AugmentationSort::kColour; }

  ColourMap Colour(const std::array<double, 3>&, Random& random) const override {
    return Happens(probability_, random) ? SaturationMap(0) : kSameColour;
  }

 private:
  const double probability_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::GreyLevels, facet::Options, "grey", "loses all colour",
             "Chen et al., arXiv:2002.05709")
