// Architectures: images per second.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/architecture --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=vgg] [--sizes=32] [--option=vgg.width=0.5]
//
// architecture/<name>/<what>/<precision>/px:<S>[/width:<W>]/D:<D>/B:<B>: a batch of B images of
// S x S px to descriptors of dimension D.
//   forward    descriptors, as `describe` computes them
//   training   forward with dropout and batch statistics, and the gradient of all learned tensors
// Weights are random: they do not change the time. Images lie channels last, as training has them;
// float32 and bfloat16 (statistics in float32) are what training calls so. So that all can be seen
// in a minute, networks are small where they can be: input_px 96, width 0.25 and fc_size 1024,
// unless --option says otherwise. A network that is not trainable has `forward` in float32 alone.
// Sizes are B, 8 by default.
//   Time               one batch
//   items_per_second   images/s
// Processors without bfloat16 products are slow with it.
#include "core/api/architecture.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/tensor_step.h"
#include "core/base/status.h"
#include "core/training/tensors.h"

namespace facet::bench {
namespace {

// Where the component has them and the command line says nothing.
Json SmallOptions(const Subject& subject) {
  Json options = Json::object();
  const Json small = {{"input_px", 96}, {"width", 0.25}, {"fc_size", 1024}};
  for (const auto& [name, value] : small.items()) {
    if (subject.HasOption(name) && !subject.options().contains(name)) options[name] = value;
  }
  return options;
}

absl::StatusOr<std::unique_ptr<Architecture>> Make(const Subject& subject) {
  return subject.Make<Architecture>(SmallOptions(subject));
}

struct Case {
  bool training = false;
  std::string precision;
  int64_t batch = 1;
};

class ArchitectureStep final : public TensorStep {
 public:
  ArchitectureStep(std::unique_ptr<Architecture> network, const Case& c)
      : training_(c.training), network_(std::move(network)) {
    network_->Initialize(/*seed=*/1);
    parameters_ = network_->Parameters();
    Numerics numerics;
    MoveTo(network_->Buffers(), numerics);
    if (c.precision == "bfloat16") numerics.type = at::kBFloat16;
    MoveTo(parameters_, numerics);
    const int64_t px = network_->input().size_px;
    // About what pixels less their mean are.
    images_ = (50 * Noise({c.batch, 3, px, px}, 2))
                  .contiguous(at::MemoryFormat::ChannelsLast)
                  .to(numerics.type);
    gradient_ = Noise({c.batch, network_->dimension()}, 3);
  }

  absl::Status Run() override {
    if (!training_) {
      const at::NoGradGuard no_gradient;
      return Check(network_->Forward(images_, /*training=*/false));
    }
    for (NamedTensor& named : parameters_) named.tensor.mutable_grad() = at::Tensor();
    const at::Tensor output = network_->Forward(images_, /*training=*/true).to(at::kFloat);
    FACET_RETURN_IF_ERROR(Check(output));
    output.backward(gradient_);
    return absl::OkStatus();
  }

 private:
  absl::Status Check(const at::Tensor& output) const {
    if (output.sizes() == gradient_.sizes()) return absl::OkStatus();
    return absl::InternalError("its output is not [N, dimension()]");
  }

  const bool training_;
  const std::unique_ptr<Architecture> network_;
  std::vector<NamedTensor> parameters_;
  at::Tensor images_, gradient_;
};

void Add(const Subject& subject, const Architecture& network, const Case& c) {
  const Json small = SmallOptions(subject);
  std::string name = absl::StrCat(c.training ? "training" : "forward", "/", c.precision,
                                  "/px:", network.input().size_px);
  if (subject.HasOption("width")) {
    const Json& from = subject.options().contains("width") ? subject.options() : small;
    absl::StrAppend(&name, "/width:", from.at("width").get<double>());
  }
  absl::StrAppend(&name, "/D:", network.dimension(), "/B:", c.batch);
  AddStep(subject, name, benchmark::kMillisecond, c.batch,
          [&subject, c]() -> absl::StatusOr<std::unique_ptr<TensorStep>> {
            FACET_ASSIGN_OR_RETURN(auto made, Make(subject));
            return std::make_unique<ArchitectureStep>(std::move(made), c);
          });
}

absl::Status Register(const Request& request, const Subject& subject) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Architecture> network, Make(subject));
  for (const int64_t batch : request.SizesOr({8})) {
    Add(subject, *network, {false, "float32", batch});
    if (!network->trainable()) continue;
    Add(subject, *network, {true, "float32", batch});
    Add(subject, *network, {false, "bfloat16", batch});
    Add(subject, *network, {true, "bfloat16", batch});
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  facet::bench::PrepareTensors();
  return facet::bench::Main(argc, argv, facet::Architecture::kKind, "images a batch",
                            &facet::bench::Register);
}
