#include <ATen/ATen.h>

#include <set>

#include "core/api/architecture.h"
#include "tests/contracts/contract_checks.h"

namespace facet {

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
  const at::Tensor output = first->Forward(images, /*training=*/false);
  if (!contract.Expect(
          output.dim() == 2 && output.size(0) == 3 && output.size(1) == first->dimension(),
          "the output is [N, dimension()]")) {
    return;
  }
  contract.Expect(at::isfinite(output).all().item<bool>(), "the output is finite");
  const at::Tensor alone = first->Forward(images.slice(0, 1, 2), false);
  contract.Expect(at::allclose(alone[0], output[1], 1e-3, 1e-4),
                  "an image's descriptor does not depend on the rest of its batch");
  const auto second = contract.Make<Architecture>();
  second->Initialize(5);
  contract.Expect(at::equal(second->Forward(images, false), output),
                  "equal seeds give equal networks");
  std::set<std::string> names;
  for (const NamedTensor& parameter : first->Parameters()) {
    contract.Expect(names.insert(parameter.name).second, parameter.name + " is named once");
    contract.Expect(parameter.tensor.requires_grad() && parameter.tensor.is_leaf(),
                    parameter.name + " is a leaf with a gradient");
  }
  contract.Expect(first->trainable() == !first->Parameters().empty(),
                  "a trainable network has parameters, another has none");
  if (!first->trainable()) return;
  first->Forward(images, /*training=*/true).sum().backward();
  for (const NamedTensor& parameter : first->Parameters()) {
    contract.Expect(parameter.tensor.grad().defined(), parameter.name + " gets a gradient");
  }
}

KindCheck ArchitectureCheck() { return &CheckArchitecture; }

}  // namespace facet
