// Evaluators: pairs per second.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/evaluator --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=det,tar_at_far] [--sizes=6000]
//     [--option=draws=100]
//
// Each is given what it declares that it takes, made in memory: N images of N / 2 people, two each,
// in ten folds of people; sizes are N, 600 and 2,000 by default (LFW has 6,000 pairs).
//   evaluator/<name>/pairs:<N>     descriptors of 128 numbers; N pairs, half of them genuine
//   evaluator/<name>/images:<N>    of those that do not need pairs: the same descriptors and pairs,
//                                  with identities; or what a detector or an aligner found in N
//                                  images (a face in four of five)
//   evaluator/<name>/metrics:12    what a curator measured, whatever the sizes
//   Time               one evaluation
//   items_per_second   pairs/s, images/s, metrics/s
// What costs most is often the bootstrap: the option `draws`, where there is one.
#include "core/api/evaluator.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/measured_case.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace facet::bench {
namespace {

constexpr int64_t kDimension = 128, kFolds = 10, kMetrics = 12;
// A genuine pair's descriptors are nearer than others, and not always.
constexpr double kSpread = 1.2;

// What evaluators take, of all sorts at once.
struct Findings {
  DatasetContents data;
  std::vector<float> descriptors;
  std::vector<Detections> detections;
  std::vector<FoundLandmarks> landmarks;
};

// Two images of a person: a face of 40 px, of which the detector finds four of five, a little beside
// the truth, and in every fourth image a false one.
void AddImage(int64_t person, int64_t number, int64_t fold, Random& random, Findings* all) {
  Sample sample;
  sample.identity = absl::StrCat("person ", person);
  sample.key = sample.path = absl::StrCat(person, "/", number);
  sample.fold = fold;
  sample.box = Box{30, 20, 40, 40};
  sample.landmarks = {LandmarkScheme::kPoints5, {{42, 34}, {58, 34}, {50, 42}, {44, 50}, {56, 50}}};
  const auto index = static_cast<int64_t>(all->data.samples.size());
  Detections detections{true, 100, 80, {}};
  FoundLandmarks found;
  if (index % 5 != 0) {
    Face face;
    face.box = {30 + random.Normal(), 20 + random.Normal(), 40, 40};
    face.score = 2 + random.Uniform();
    detections.faces.push_back(face);
    found.has_face = true;
    found.box = face.box;
    found.alignment = CropOfBox(face.box, 1.0);
    found.alignment.landmarks = sample.landmarks;
    for (Point& point : found.alignment.landmarks.points) point.x += random.Normal();
  }
  if (index % 4 == 0) {
    Face wrong;
    wrong.box = {0, 0, 15, 15};
    wrong.score = random.Uniform();
    detections.faces.push_back(wrong);
  }
  all->data.protocol.templates.push_back({sample.key, {index}});
  all->data.samples.push_back(std::move(sample));
  all->detections.push_back(std::move(detections));
  all->landmarks.push_back(std::move(found));
}

// Person i is the impostor of the next one of its fold.
Findings MakeFindings(int64_t num_images) {
  Findings all;
  Random random(1);
  Protocol& protocol = all.data.protocol;
  protocol.kind = Protocol::Kind::kFolds;
  protocol.name = "benchmark";
  protocol.num_folds = kFolds;
  const int64_t people = num_images / 2;
  for (int64_t person = 0; person < people; ++person) {
    const int64_t fold = person * kFolds / people;
    std::vector<double> centre(kDimension);
    for (double& value : centre) value = random.Normal();
    for (int64_t number = 0; number < 2; ++number) {
      AddImage(person, number, fold, random, &all);
      for (const double value : centre) {
        all.descriptors.push_back(static_cast<float>(value + kSpread * random.Normal()));
      }
    }
    const bool is_last = person + 1 == people || (person + 1) * kFolds / people != fold;
    const int64_t other = is_last ? person - 1 : person + 1;
    protocol.pairs.push_back({2 * person, 2 * person + 1, true, fold});
    protocol.pairs.push_back({2 * person, 2 * other + 1, false, fold});
  }
  return all;
}

absl::Status Evaluate(const Subject& subject, const EvaluationInput& input, int64_t num_items,
                      benchmark::State& state) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Evaluator> evaluator, subject.Make<Evaluator>());
  for (auto _ : state) FACET_RETURN_IF_ERROR(evaluator->Evaluate(input).status());
  state.SetItemsProcessed(state.iterations() * num_items);
  return absl::OkStatus();
}

absl::Status EvaluateImages(const Subject& subject, int64_t num_images, benchmark::State& state) {
  Findings all = MakeFindings(num_images);
  const Traits traits = subject.info().traits;
  EvaluationInput input;
  input.seed = 1;
  input.data = &all.data;
  if (traits.Has(Trait::kScoresDetections)) input.detections = std::move(all.detections);
  if (traits.Has(Trait::kScoresLandmarks)) input.landmarks = std::move(all.landmarks);
  if (!traits.HasAny({Trait::kScoresDetections, Trait::kScoresLandmarks})) {
    input.descriptors = {{num_images, kDimension, all.descriptors.data()}};
  }
  return Evaluate(subject, input, num_images, state);
}

absl::Status EvaluateCuration(const Subject& subject, benchmark::State& state) {
  EvaluationInput input;
  input.seed = 1;
  for (int64_t i = 0; i < kMetrics; ++i) {
    input.curation.push_back(CountedMetric(absl::StrCat("metric ", i), 1.0, "1", 1));
  }
  return Evaluate(subject, input, kMetrics, state);
}

absl::Status Register(const Request& request, const Subject& subject) {
  FACET_RETURN_IF_ERROR(subject.Make<Evaluator>().status());
  const Traits traits = subject.info().traits;
  if (traits.Has(Trait::kShowsCuration)) {
    AddCase(subject, absl::StrCat("metrics:", kMetrics), benchmark::kMicrosecond,
            [&subject](benchmark::State& state) { return EvaluateCuration(subject, state); });
    return absl::OkStatus();
  }
  const bool without_pairs =
      traits.HasAny({Trait::kScoresDetections, Trait::kScoresLandmarks, Trait::kScoresIdentities});
  for (const int64_t size : request.SizesOr({600, 2'000})) {
    // Two people a fold at least, two images each.
    const int64_t rounded = std::max(4 * kFolds, size / 2 * 2);
    AddCase(subject, absl::StrCat(without_pairs ? "images:" : "pairs:", rounded),
            benchmark::kMillisecond, [&subject, rounded](benchmark::State& state) {
              return EvaluateImages(subject, rounded, state);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Main(argc, argv, facet::Evaluator::kKind, "pairs, or images without pairs",
                            &facet::bench::Register);
}
