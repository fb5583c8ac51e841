// Losses: embeddings per second, forward and backward.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/loss --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=arcface,mine --plugins=DIR:DIR] [--sizes=64]
//
// loss/<name>/B:<B>/D:128[/C:1000][/T:<T>]: the loss of a batch of B embeddings of dimension 128, as
// training reduces it, and its gradient by the embeddings and by what the loss learns. Four
// embeddings a person, so that there are pairs; C: classes, of a loss that learns; T: triplets or
// pairs, of a loss that needs a miner: for each embedding and each other one of the person one of
// somebody else. A loss of pairs that needs no miner takes all of the batch. Sizes are B, 64 and
// 256 by default.
//   Time               one batch
//   items_per_second   embeddings/s
#include "core/api/loss.h"

#include <ATen/ATen.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/tensor_step.h"
#include "core/base/status.h"
#include "core/training/reduce.h"
#include "core/training/tuples.h"

namespace facet::bench {
namespace {

constexpr int64_t kDimension = 128;
constexpr int64_t kClasses = 1000;

class LossStep final : public TensorStep {
 public:
  LossStep(std::unique_ptr<Loss> loss, int64_t size)
      : loss_(std::move(loss)), learned_(loss_->Parameters()) {
    input_.embeddings = EmbeddingsOfPeople(size, kDimension).set_requires_grad(true);
    input_.labels = LabelsOfPeople(size).remainder(kClasses);
    if (!loss_->needs_miner()) return;
    tuples_ = ConvertTuples(TripletsOfPeople(size), loss_->takes());
    input_.tuples = &tuples_;
  }

  absl::Status Run() override {
    input_.embeddings.mutable_grad() = at::Tensor();
    for (NamedTensor& named : learned_) named.tensor.mutable_grad() = at::Tensor();
    FACET_ASSIGN_OR_RETURN(const std::vector<LossGroup> groups, loss_->Compute(input_));
    FACET_ASSIGN_OR_RETURN(const at::Tensor loss, ReduceGroups(groups));
    loss.backward();
    return absl::OkStatus();
  }

 private:
  const std::unique_ptr<Loss> loss_;
  std::vector<NamedTensor> learned_;
  Tuples tuples_;
  LossInput input_;
};

absl::StatusOr<std::unique_ptr<Loss>> Make(const Subject& subject) {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<Loss> loss, subject.Make<Loss>());
  FACET_RETURN_IF_ERROR(loss->Initialize(kDimension, kClasses, /*seed=*/1));
  return loss;
}

absl::Status Register(const Request& request, const Subject& subject) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Loss> loss, Make(subject));
  for (const int64_t size : request.SizesOr({64, 256})) {
    std::string name = absl::StrCat("B:", size, "/D:", kDimension);
    if (!loss->Parameters().empty()) absl::StrAppend(&name, "/C:", kClasses);
    if (loss->needs_miner()) {
      if (size < 8) {
        return absl::InvalidArgumentError(
            "it needs triplets, for which a batch must have two persons of four: --sizes from 8");
      }
      absl::StrAppend(&name, "/T:", TripletsOfPeople(size).anchors.numel());
    }
    AddStep(subject, name, benchmark::kMicrosecond, size,
            [&subject, size]() -> absl::StatusOr<std::unique_ptr<TensorStep>> {
              FACET_ASSIGN_OR_RETURN(auto made, Make(subject));
              return std::make_unique<LossStep>(std::move(made), size);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  facet::bench::PrepareTensors();
  return facet::bench::Main(argc, argv, facet::Loss::kKind, "embeddings a batch",
                            &facet::bench::Register);
}
