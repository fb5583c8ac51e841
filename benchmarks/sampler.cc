// Samplers: drawn images per second.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/sampler --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=random] [--sizes=1000000]
//
// sampler/<name>/images:<N>: one epoch in batches of 64 of N images, of people with 1 to 49 images
// each, 25 on average; sizes are N, 10,000 and 100,000 by default.
//   Time               one epoch
//   items_per_second   images drawn/s
// A sampler that cannot make such batches ends with an error that says why.
#include "core/api/sampler.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/measured_case.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace facet::bench {
namespace {

constexpr int64_t kBatch = 64;
constexpr uint64_t kMaxImagesEach = 49;

std::vector<int64_t> Labels(int64_t num_images) {
  Random random(1);
  std::vector<int64_t> labels;
  for (int64_t person = 0; static_cast<int64_t>(labels.size()) < num_images; ++person) {
    labels.insert(labels.end(), 1 + random.Index(kMaxImagesEach), person);
  }
  labels.resize(static_cast<size_t>(num_images));
  return labels;
}

absl::Status DrawEpochs(const Subject& subject, int64_t num_images, benchmark::State& state) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Sampler> sampler, subject.Make<Sampler>());
  const std::vector<int64_t> labels = Labels(num_images);
  FACET_RETURN_IF_ERROR(sampler->Check(labels, kBatch));
  uint64_t seed = 0;
  int64_t num_drawn = 0;
  for (auto _ : state) {
    num_drawn += static_cast<int64_t>(sampler->Epoch(labels, kBatch, ++seed).size());
  }
  state.SetItemsProcessed(num_drawn);
  return absl::OkStatus();
}

absl::Status Register(const Request& request, const Subject& subject) {
  FACET_RETURN_IF_ERROR(subject.Make<Sampler>().status());
  for (const int64_t num_images : request.SizesOr({10'000, 100'000})) {
    AddCase(subject, absl::StrCat("images:", num_images), benchmark::kMillisecond,
            [&subject, num_images](benchmark::State& state) {
              return DrawEpochs(subject, num_images, state);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Main(argc, argv, facet::Sampler::kKind, "images in the set",
                            &facet::bench::Register);
}
