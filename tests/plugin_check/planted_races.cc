// Components that two threads disturb: a right one, one that counts in a method which several
// threads call, and one that starts such threads itself.
#include <thread>
#include <vector>

#include "core/api/augmentation.h"
#include "core/api/detector.h"

namespace facet {
namespace {

struct Options {
  double probability = 0.5;
  void Visit(OptionVisitor& v) { v("probability", probability, Range(0, 1), "of a visit [1]"); }
};

struct Inverts : Augmentation {
  explicit Inverts(const Options& options) : options_(options) {}
  AugmentationSort sort() const override { return AugmentationSort::kPixels; }
  void Change(Random& random, Image* image) const override {
    if (!Happens(options_.probability, random)) return;
    for (uint8_t& value : image->bgr) value = static_cast<uint8_t>(255 - value);
  }
  const Options options_;
};

struct Right final : Inverts {
  using Inverts::Inverts;
};

struct CountsVisits final : Inverts {
  using Inverts::Inverts;
  void Change(Random& random, Image* image) const override {
    visits_ = visits_ + 1;
    Inverts::Change(random, image);
  }
  mutable volatile int visits_ = 0;
};

struct SumsInThreads final : Detector {
  explicit SumsInThreads(const NoOptions&) {}
  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    volatile int64_t sum = 0;
    const auto add = [&](size_t first) {
      for (size_t i = first; i < image.bgr.size(); i += 2) sum = sum + image.bgr[i];
    };
    std::thread other(add, 1);
    add(0);
    other.join();
    return std::vector<Face>();
  }
};

}  // namespace
}  // namespace facet

FACET_PLUGIN_COMPONENTS(FACET_COMPONENT(facet::Augmentation, facet::Right, facet::Options, "right",
                                        "not broken at all", "none"),
                        FACET_COMPONENT(facet::Augmentation, facet::CountsVisits, facet::Options,
                                        "counts_visits", "broken on purpose", "none"),
                        FACET_COMPONENT(facet::Detector, facet::SumsInThreads, facet::NoOptions,
                                        "sums_in_threads", "broken on purpose", "none"))
