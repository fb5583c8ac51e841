#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "core/api/architecture.h"
#include "tests/contracts/contract_checks.h"
#include "tests/contracts/tensor_copies.h"

namespace facet {

namespace {

// Inference is a function of weights and images, and changes neither them nor the buffers.
void CheckInference(Contract& contract, Architecture& net, const at::Tensor& images,
                    const at::Tensor& output) {
  contract.Section("determinism");
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
  contract.Section("training and its gradient");
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

// Two descriptors of one image: kernels differ by the size of a batch.
bool SameDescriptor(const at::Tensor& a, const at::Tensor& b) {
  return at::allclose(a, b, 1e-3, 1e-4);
}

void CheckBatchOrder(Contract& contract, Architecture& net, const at::Tensor& images,
                     const at::Tensor& output) {
  contract.Section("order independence");
  const at::Tensor alone = net.Forward(images.slice(0, 1, 2).clone(), false);
  contract.Expect(SameDescriptor(alone[0], output[1]),
                  "an image's descriptor does not depend on the rest of its batch");
  const at::Tensor turned = net.Forward(images.flip({0}), false);
  contract.Expect(turned.sizes() == output.sizes() && SameDescriptor(turned.flip({0}), output),
                  "the order of a batch changes no descriptor");
}

void CheckOddCrops(Contract& contract, Architecture& net, const at::Tensor& images,
                   const at::Tensor& output) {
  contract.Section("odd inputs");
  at::Tensor odd = images.clone();
  odd[0].fill_(0.0);
  odd[1].fill_(255.0);
  odd[2].fill_(-128.0);
  contract.Expect(at::isfinite(net.Forward(odd, false)).all().item<bool>(),
                  "images of one grey level give finite descriptors");
  at::Tensor with_nan = images.clone();
  with_nan[0].fill_(std::nan(""));
  const at::Tensor beside = net.Forward(with_nan, false);
  contract.Expect(SameDescriptor(beside[1], output[1]) && SameDescriptor(beside[2], output[2]),
                  "an image that is NaN does not spread to the others of its batch");
  try {
    const at::Tensor none = net.Forward(images.slice(0, 0, 0).clone(), false);
    contract.Expect(none.dim() == 2 && none.size(0) == 0,
                    "no image gives no descriptor, or is refused");
  } catch (...) {
    contract.Note("a batch without an image is refused");
  }
}

// Values by name into a network that was drawn otherwise, as a checkpoint does it.
void CheckSaveAndLoad(Contract& contract, Architecture& net, const at::Tensor& images,
                      const at::Tensor& output) {
  contract.Section("save and load");
  const auto other = contract.Make<Architecture>();
  other->Initialize(6);
  const at::NoGradGuard no_grad;
  const auto load = [&](const std::vector<NamedTensor>& saved, std::vector<NamedTensor> loaded) {
    if (!contract.Expect(saved.size() == loaded.size(), "two instances name as many tensors")) {
      return false;
    }
    for (size_t i = 0; i < saved.size(); ++i) {
      const at::Tensor& from = saved[i].tensor;
      if (!contract.Expect(
              saved[i].name == loaded[i].name && from.sizes() == loaded[i].tensor.sizes(),
              saved[i].name + " has its name and shape in each instance")) {
        return false;
      }
      loaded[i].tensor.set_data(from.detach().clone());
    }
    return true;
  };
  if (!load(net.Parameters(), other->Parameters()) || !load(net.Buffers(), other->Buffers())) {
    return;
  }
  contract.Expect(at::equal(other->Forward(images.clone(), false), output),
                  "a network with the named tensors of another gives its output");
}

void CheckNames(Contract& contract, Architecture& net) {
  contract.Section("named tensors");
  std::set<std::string> names;
  for (const NamedTensor& parameter : net.Parameters()) {
    contract.Expect(names.insert(parameter.name).second, parameter.name + " is named once");
    contract.Expect(parameter.tensor.requires_grad() && parameter.tensor.is_leaf(),
                    parameter.name + " is a leaf with a gradient");
  }
  for (const NamedTensor& buffer : net.Buffers()) {
    contract.Expect(names.insert(buffer.name).second, buffer.name + " is named once");
    contract.Expect(!buffer.tensor.requires_grad() && buffer.tensor.scalar_type() == at::kFloat,
                    buffer.name + " is float32 and not learned");
  }
  contract.Expect(net.trainable() != contract.HasTrait(Trait::kFixed),
                  "a network that cannot be trained has the trait \"fixed\", and no other has");
  contract.Expect(net.trainable() == !net.Parameters().empty(),
                  "a trainable network has parameters, another has none");
}

}  // namespace

void CheckArchitecture(Contract& contract) {
  contract.Plan({"shapes and dtype", "determinism", "order independence", "odd inputs",
                 "named tensors", "save and load", "training and its gradient"});
  const auto first = contract.Make<Architecture>();
  if (first == nullptr) return;
  contract.Section("shapes and dtype");
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
  contract.Expect(output.scalar_type() == at::kFloat, "float32 images give float32 descriptors");
  contract.Expect(at::isfinite(output).all().item<bool>(), "the output is finite");
  CheckInference(contract, *first, images, output);
  CheckBatchOrder(contract, *first, images, output);
  contract.Section("determinism");
  const auto second = contract.Make<Architecture>();
  second->Initialize(5);
  contract.Expect(at::equal(second->Forward(images.clone(), false), output),
                  "equal seeds give equal networks");
  CheckNames(contract, *first);
  CheckOddCrops(contract, *first, images, output);
  CheckSaveAndLoad(contract, *first, images, output);
  if (first->trainable()) return CheckTraining(contract, *first, *second, images);
  contract.Section("training and its gradient");
  contract.NotChecked("it cannot be trained");
}

}  // namespace facet
