#include <ATen/ATen.h>

#include <set>

#include "core/api/architecture.h"
#include "tests/contracts/contract_checks.h"
#include "tests/contracts/tensor_copies.h"

namespace facet {

namespace {

// Inference is a function of weights and images, and changes neither them nor the buffers.
void CheckInference(Contract& contract, Architecture& net, const at::Tensor& images,
                    const at::Tensor& output) {
  const std::vector<at::Tensor> before = Copies(net.Buffers());
  const at::Tensor input = images.clone();
  at::manual_seed(1);
  const at::Tensor again = net.Forward(input, /*training=*/false);
  at::manual_seed(2);
  contract.Expect(at::equal(net.Forward(input, false), again) && at::equal(again, output),
                  "inference is the same each time");
  contract.Expect(at::equal(input, images), "the images stay as they are");
  const std::vector<NamedTensor> buffers = net.Buffers();
  for (size_t i = 0; i < buffers.size(); ++i) {
    contract.Expect(at::equal(buffers[i].tensor, before[i]),
                    absl::StrCat("inference leaves ", buffers[i].name, " as it is"));
  }
}

// A step's bits: two networks with equal weights, and the generator at one seed.
void CheckTraining(Contract& contract, Architecture& first, Architecture& second,
                   const at::Tensor& images) {
  const at::Tensor input = images.clone();
  at::manual_seed(3);
  const at::Tensor one = first.Forward(input, /*training=*/true);
  contract.Expect(at::equal(input, images), "training leaves the images as they are");
  at::manual_seed(3);
  const at::Tensor other = second.Forward(images, /*training=*/true);
  bool equal = at::equal(one, other);
  const std::vector<NamedTensor> buffers = first.Buffers(), others = second.Buffers();
  for (size_t i = 0; i < buffers.size(); ++i) {
    equal = equal && at::equal(buffers[i].tensor, others[i].tensor);
    contract.Expect(at::isfinite(buffers[i].tensor).all().item<bool>(),
                    buffers[i].name + " stays finite");
  }
  contract.Expect(equal, "training depends on weights, images and the generator alone");
  one.sum().backward();
  for (const NamedTensor& parameter : first.Parameters()) {
    contract.Expect(parameter.tensor.grad().defined(), parameter.name + " gets a gradient");
  }
}

}  // namespace

void CheckArchitecture(Contract& contract) {
  const auto first = contract.Make<Architecture>();
  if (first == nullptr) return;
  first->Initialize(5);
  const NetworkInput input = first->input();
  contract.Expect(input.size_px > 0 && first->dimension() > 0, "input and output have a size");
  contract.Expect(input.mean_bgr.empty() || input.mean_bgr.size() == 3,
                  "a mean has three channels or is left to the host");
  const at::Generator generator = at::detail::createCPUGenerator(17);
  const at::Tensor images = 40 * at::randn({3, 3, input.size_px, input.size_px}, generator);
  const at::Tensor output = first->Forward(images.clone(), /*training=*/false);
  if (!contract.Expect(
          output.dim() == 2 && output.size(0) == 3 && output.size(1) == first->dimension(),
          "the output is [N, dimension()]")) {
    return;
  }
  contract.Expect(at::isfinite(output).all().item<bool>(), "the output is finite");
  CheckInference(contract, *first, images, output);
  const at::Tensor alone = first->Forward(images.slice(0, 1, 2).clone(), false);
  contract.Expect(at::allclose(alone[0], output[1], 1e-3, 1e-4),
                  "an image's descriptor does not depend on the rest of its batch");
  const auto second = contract.Make<Architecture>();
  second->Initialize(5);
  contract.Expect(at::equal(second->Forward(images.clone(), false), output),
                  "equal seeds give equal networks");
  std::set<std::string> names;
  for (const NamedTensor& parameter : first->Parameters()) {
    contract.Expect(names.insert(parameter.name).second, parameter.name + " is named once");
    contract.Expect(parameter.tensor.requires_grad() && parameter.tensor.is_leaf(),
                    parameter.name + " is a leaf with a gradient");
  }
  for (const NamedTensor& buffer : first->Buffers()) {
    contract.Expect(names.insert(buffer.name).second, buffer.name + " is named once");
    contract.Expect(!buffer.tensor.requires_grad() && buffer.tensor.scalar_type() == at::kFloat,
                    buffer.name + " is float32 and not learned");
  }
  contract.Expect(first->trainable() != contract.HasTrait(Trait::kFixed),
                  "a network that cannot be trained has the trait \"fixed\", and no other has");
  contract.Expect(first->trainable() == !first->Parameters().empty(),
                  "a trainable network has parameters, another has none");
  if (!first->trainable()) return;
  CheckTraining(contract, *first, *second, images);
}

}  // namespace facet
