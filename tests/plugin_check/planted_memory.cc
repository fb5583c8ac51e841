// Detectors whose results are right, by what their memory happens to hold.
#include <memory>
#include <vector>

#include "core/api/detector.h"

namespace facet {
namespace {

struct Planted : Detector {
  explicit Planted(const NoOptions&) {}
};

struct Right final : Planted {
  using Planted::Planted;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    return std::vector<Face>();
  }
};

// One pixel past the last.
struct ReadsPastTheEnd final : Planted {
  using Planted::Planted;
  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    const uint8_t* const end = image.bgr.data() + image.bgr.size();
    volatile int sum = 0;
    if (!image.bgr.empty()) sum = sum + end[0] + end[1] + end[2];
    return std::vector<Face>();
  }
};

struct WritesAfterFree final : Planted {
  using Planted::Planted;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    auto row = std::make_unique<int[]>(16);
    volatile int* const kept = row.get();
    row.reset();
    kept[3] = 1;
    return std::vector<Face>();
  }
};

// Decides by what was never written.
struct ReadsBeforeItWrites final : Planted {
  using Planted::Planted;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    const std::unique_ptr<double[]> scores(new double[16]);
    if (scores[3] > 1e300) return absl::InvalidArgumentError("a score is large");
    return std::vector<Face>();
  }
};

}  // namespace
}  // namespace facet

#define PLANTED(Class, name)                                                                  \
  FACET_COMPONENT(facet::Detector, facet::Class, facet::NoOptions, name, "broken on purpose", \
                  "none")

FACET_PLUGIN_COMPONENTS(PLANTED(Right, "right"), PLANTED(ReadsPastTheEnd, "reads_past_the_end"),
                        PLANTED(WritesAfterFree, "writes_after_free"),
                        PLANTED(ReadsBeforeItWrites, "reads_before_it_writes"))
