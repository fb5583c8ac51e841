// Augmentations: images per second.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/augmentation --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=blur,jpeg] [--sizes=64]
//     [--option=probability=1]
//
// augmentation/<name>/<side>x<side>: visits of stored crops (rendered faces) with this one step, as
// training makes them (core/training/augmenter.h), for a network that sees <side> px; a stored
// crop's side is 8/7 of it, as 256 is of 224. Sizes are sides, 112 and 224 by default.
//   Time               one visit (one thread)
//   items_per_second   images/s
// A visit costs what the host does for the step, too: the copy of the crop that steps of colour and
// pixels change, the resampling of a view. Options are the components' own, `probability` among
// them: --option=probability=1 has every visit changed.
#include "core/api/augmentation.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/measured_case.h"
#include "benchmarks/photographs.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/training/augmenter.h"

namespace facet::bench {
namespace {

absl::Status Visit(const Request& request, const Subject& subject, int64_t side_px,
                   benchmark::State& state) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Augmentation> step, subject.Make<Augmentation>());
  FACET_ASSIGN_OR_RETURN(const Photographs* crops, RenderedPhotographs(request, side_px * 8 / 7));
  const Augmenter augmenter({{subject.name(), step.get()}}, side_px);
  Random random(1);
  Window window;
  Image scratch;
  size_t next = 0;
  for (auto _ : state) {
    FACET_RETURN_IF_ERROR(augmenter.Draw((*crops)[next].image, random, &window, &scratch).status());
    next = (next + 1) % crops->size();
  }
  state.SetItemsProcessed(state.iterations());
  return absl::OkStatus();
}

absl::Status Register(const Request& request, const Subject& subject) {
  UseOneThread();
  FACET_RETURN_IF_ERROR(subject.Make<Augmentation>().status());
  for (const int64_t side_px : request.SizesOr({112, 224})) {
    AddCase(subject, absl::StrCat(side_px, "x", side_px), benchmark::kMicrosecond,
            [&request, &subject, side_px](benchmark::State& state) {
              return Visit(request, subject, side_px, state);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Main(argc, argv, facet::Augmentation::kKind,
                            "sides of the network's input [px]", &facet::bench::Register);
}
