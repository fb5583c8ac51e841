// Components that load, each with one fault of a sort that ends a process or needs a comparison.
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/api/augmentation.h"
#include "core/api/detector.h"
#include "core/api/evaluator.h"
#include "core/api/sampler.h"
#include "core/api/schedule.h"

namespace facet {
namespace {

struct PlantedDetector : Detector {
  explicit PlantedDetector(const NoOptions&) {}
};

// Where the image is wide and more than a line it writes to where nothing is.
struct Crashes final : PlantedDetector {
  using PlantedDetector::PlantedDetector;
  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    volatile int* const nowhere = nullptr;
    if (image.width > 3000 && image.height > 1) *nowhere = 1;
    return std::vector<Face>();
  }
};

struct Right final : PlantedDetector {
  using PlantedDetector::PlantedDetector;
  absl::StatusOr<std::vector<Face>> Detect(const Image&, const Sample&) override {
    return std::vector<Face>();
  }
};

// The last image's faces: order dependence.
struct RemembersTheLast final : PlantedDetector {
  using PlantedDetector::PlantedDetector;
  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    Face face;
    face.box = {1, 1, 5, 5};
    face.score = last_;
    last_ = image.width;
    return std::vector<Face>{face};
  }
  int last_ = 200;
};

struct Hangs final : Sampler {
  explicit Hangs(const NoOptions&) {}
  std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t, uint64_t) const override {
    for (;;) ::usleep(1000 + static_cast<unsigned>(labels.size()));
  }
  bool repeats() const override { return false; }
};

struct EndsTheProcess final : Schedule {
  explicit EndsTheProcess(const NoOptions&) {}
  double Rate(const ScheduleSpan&, int64_t step, const std::vector<double>&) const override {
    if (step > 0) std::_Exit(0);
    return 0.1;
  }
};

struct RateOfNan final : Schedule {
  explicit RateOfNan(const NoOptions&) {}
  double Rate(const ScheduleSpan&, int64_t, const std::vector<double>& scores) const override {
    return scores.empty() ? 0.1 : 0.1 * (1 + scores.back());
  }
};

struct Prints final : Augmentation {
  struct Options {
    double probability = 0.5;
    void Visit(OptionVisitor& v) { v("probability", probability, Range(0, 1), "of a visit [1]"); }
  };
  explicit Prints(const Options& options) : options_(options) {}
  AugmentationSort sort() const override { return AugmentationSort::kPixels; }
  void Change(Random& random, Image* image) const override {
    if (!Happens(options_.probability, random)) return;
    std::puts("changing an image");
    for (uint8_t& value : image->bgr) value = static_cast<uint8_t>(255 - value);
  }
  const Options options_;
};

double Distance(const EvaluationInput& input, const Pair& pair) {
  const MatrixView& matrix = input.ForFold(pair.fold);
  double sum = 0;
  for (int64_t i = 0; i < matrix.columns; ++i) {
    sum += std::pow(matrix.Row(pair.first)[i] - matrix.Row(pair.second)[i], 2);
  }
  return std::sqrt(sum);
}

// The share of pairs that the threshold judges right.
absl::StatusOr<Evaluation> Accuracy(const EvaluationInput& input, double threshold) {
  const std::vector<Pair>& pairs = input.data->protocol.pairs;
  if (pairs.empty()) return absl::InvalidArgumentError("there are no pairs");
  double right = 0;
  for (const Pair& pair : pairs) {
    const double distance = Distance(input, pair);
    if (!std::isfinite(distance)) return absl::InvalidArgumentError("a distance is not finite");
    right += (distance < threshold) == pair.genuine ? 1 : 0;
  }
  const double n = static_cast<double>(pairs.size());
  Evaluation evaluation;
  evaluation.metrics = {
      {"accuracy", 100 * right / n, -1, "", "%", static_cast<int64_t>(pairs.size())}};
  return evaluation;
}

// The first pair's distance is the threshold.
struct AsksTheFirstPair final : Evaluator {
  explicit AsksTheFirstPair(const NoOptions&) {}
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    if (input.data->protocol.pairs.empty()) return absl::InvalidArgumentError("there are no pairs");
    return Accuracy(input, 1.001 * Distance(input, input.data->protocol.pairs[0]));
  }
};

// Takes everyone for one person.
struct HalfRight final : Evaluator {
  explicit HalfRight(const NoOptions&) {}
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    return Accuracy(input, 1e30);
  }
};

}  // namespace
}  // namespace facet

#define PLANTED(Kind, Class, name) \
  FACET_COMPONENT(facet::Kind, facet::Class, facet::NoOptions, name, "broken on purpose", "none")

FACET_PLUGIN_COMPONENTS(PLANTED(Detector, Crashes, "crashes"), PLANTED(Detector, Right, "right"),
                        PLANTED(Detector, RemembersTheLast, "remembers_the_last"),
                        PLANTED(Sampler, Hangs, "hangs"),
                        PLANTED(Schedule, EndsTheProcess, "ends_the_process"),
                        PLANTED(Schedule, RateOfNan, "rate_of_nan"),
                        FACET_COMPONENT(facet::Augmentation, facet::Prints, facet::Prints::Options,
                                        "prints", "broken on purpose", "none"),
                        PLANTED(Evaluator, AsksTheFirstPair, "asks_the_first_pair"),
                        PLANTED(Evaluator, HalfRight, "half_right"))
