// Optimisers: parameters per second.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/optimizer --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=sgd,lamb] [--sizes=1000000]
//
// optimizer/<name>/<precision>/P:<P>: one step of one learned tensor of P values, as training does
// it: a rule that climbs (two gradients, sam) climbs and steps. With bfloat16 the gradient is
// bfloat16, and what the network computes with is rounded too, by the rule or by its caller. The
// gradient is given: none is computed. Sizes are P, 65536 and 1048576 by default; a larger one
// leaves the processor's caches.
//   Time               one step
//   items_per_second   parameters/s
#include "core/api/optimizer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/tensor_step.h"
#include "core/base/status.h"

namespace facet::bench {
namespace {

class OptimizerStepOfTensor final : public TensorStep {
 public:
  OptimizerStepOfTensor(std::unique_ptr<Optimizer> rule, at::ScalarType type, int64_t size)
      : rule_(std::move(rule)) {
    tensor_.value = Noise({size}, 1);
    tensor_.gradient = Noise({size}, 2).to(type);
    for (size_t i = 0; i < rule_->StateNames().size(); ++i) {
      tensor_.state.push_back(at::zeros({size}));
    }
    if (type != at::kFloat) tensor_.rounded = tensor_.value.to(type);
    gradient_norm_ = tensor_.gradient.norm(2, at::kDouble).item<double>();
  }

  absl::Status Run() override {
    const at::NoGradGuard no_gradient;
    step_.number += 1;
    if (rule_->climbs()) {
      FACET_RETURN_IF_ERROR(rule_->Climb(tensor_, step_, gradient_norm_));
      Round();
    }
    FACET_RETURN_IF_ERROR(rule_->Step(tensor_, step_));
    Round();
    return absl::OkStatus();
  }

 private:
  void Round() {
    if (tensor_.rounded.defined() && !rule_->rounds()) tensor_.rounded.copy_(tensor_.value);
  }

  const std::unique_ptr<Optimizer> rule_;
  OptimizedTensor tensor_;
  // So small that the values stay near their start however many steps are done.
  OptimizerStep step_ = {/*rate=*/1e-6, /*gradient_scale=*/1.0, /*number=*/0};
  double gradient_norm_ = 0.0;
};

absl::Status Register(const Request& request, const Subject& subject) {
  FACET_RETURN_IF_ERROR(subject.Make<Optimizer>().status());
  for (const auto& [precision, type] :
       {std::pair("float32", at::kFloat), std::pair("bfloat16", at::kBFloat16)}) {
    for (const int64_t size : request.SizesOr({1 << 16, 1 << 20})) {
      AddStep(subject, absl::StrCat(precision, "/P:", size), benchmark::kMicrosecond, size,
              [&subject, type = type, size]() -> absl::StatusOr<std::unique_ptr<TensorStep>> {
                FACET_ASSIGN_OR_RETURN(auto rule, subject.Make<Optimizer>());
                return std::make_unique<OptimizerStepOfTensor>(std::move(rule), type, size);
              });
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  facet::bench::PrepareTensors();
  return facet::bench::Main(argc, argv, facet::Optimizer::kKind, "parameters",
                            &facet::bench::Register);
}
