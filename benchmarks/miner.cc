// Miners: samples per second.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/miner --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=semi_hard] [--sizes=64,512]
//
// Embeddings are noise of dimension 128 around four samples' person each (tensor_step.h).
//   miner/<name>/B:<B>/D:128         the tuples of one batch of B embeddings
//   miner/<name>/epoch:<B>/D:128     of a miner over data sets (random_violating): a whole epoch over
//                                    B samples whose embeddings are there already
// Sizes are B, 64 and 256 by default.
//   Time               one batch or epoch
//   items_per_second   samples/s
//   tuples             that it makes, pairs or triplets: miners that make more have more to do
#include "core/api/miner.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/tensor_step.h"
#include "core/base/status.h"

namespace facet::bench {
namespace {

constexpr int64_t kDimension = 128;
constexpr int64_t kTuplesAtOnce = 256;  // of an epoch

class MinerStep final : public TensorStep {
 public:
  MinerStep(std::unique_ptr<Miner> miner, int64_t size)
      : miner_(std::move(miner)),
        embeddings_(EmbeddingsOfPeople(size, kDimension)),
        labels_(LabelsOfPeople(size)) {}

  absl::Status Run() override {
    const at::NoGradGuard no_gradient;
    num_tuples_ = 0;
    if (miner_->scope() == MinerScope::kEpoch) return RunEpoch();
    FACET_ASSIGN_OR_RETURN(const Tuples tuples, miner_->Mine(embeddings_, labels_, ++seed_));
    num_tuples_ = Count(tuples);
    return absl::OkStatus();
  }

  void Report(benchmark::State& state) const override {
    state.counters["tuples"] = static_cast<double>(num_tuples_);
  }

 private:
  absl::Status RunEpoch() {
    FACET_RETURN_IF_ERROR(miner_->BeginEpoch(labels_, ++seed_));
    const auto embed = [this](const at::Tensor& indices) {
      return embeddings_.index_select(0, indices);
    };
    for (bool done = false; !done;) {
      FACET_ASSIGN_OR_RETURN(const Tuples tuples, miner_->Next(kTuplesAtOnce, embed, &done));
      num_tuples_ += Count(tuples);
    }
    return absl::OkStatus();
  }

  static int64_t Count(const Tuples& tuples) {
    return tuples.kind == TupleKind::kTriplets
               ? tuples.anchors.numel()
               : tuples.positive_first.numel() + tuples.negative_first.numel();
  }

  const std::unique_ptr<Miner> miner_;
  const at::Tensor embeddings_, labels_;
  uint64_t seed_ = 0;
  int64_t num_tuples_ = 0;  // of the last run
};

absl::Status Register(const Request& request, const Subject& subject) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Miner> miner, subject.Make<Miner>());
  const char* const scope = miner->scope() == MinerScope::kEpoch ? "epoch:" : "B:";
  for (const int64_t size : request.SizesOr({64, 256})) {
    AddStep(subject, absl::StrCat(scope, size, "/D:", kDimension), benchmark::kMicrosecond, size,
            [&subject, size]() -> absl::StatusOr<std::unique_ptr<TensorStep>> {
              FACET_ASSIGN_OR_RETURN(auto made, subject.Make<Miner>());
              return std::make_unique<MinerStep>(std::move(made), size);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  facet::bench::PrepareTensors();
  return facet::bench::Main(argc, argv, facet::Miner::kKind, "embeddings a batch, or samples",
                            &facet::bench::Register);
}
