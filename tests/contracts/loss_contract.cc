#include <ATen/ATen.h>

#include <cmath>

#include "core/api/loss.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

constexpr int64_t kDimension = 8;
constexpr int64_t kClasses = 4;

Tuples MakeTuples(TupleKind kind, const std::vector<int64_t>& a, const std::vector<int64_t>& p,
                  const std::vector<int64_t>& n) {
  Tuples tuples;
  tuples.kind = kind;
  tuples.anchors = at::tensor(a, at::kLong);
  tuples.positives = at::tensor(p, at::kLong);
  tuples.negatives = at::tensor(n, at::kLong);
  tuples.positive_first = tuples.negative_first = tuples.anchors;
  tuples.positive_second = tuples.positives;
  tuples.negative_second = tuples.negatives;
  return tuples;
}

at::Tensor Total(const std::vector<LossGroup>& groups, const at::Tensor& embeddings) {
  at::Tensor total = embeddings.sum() * 0.0;
  for (const LossGroup& group : groups) total = total + group.elements.sum();
  return total;
}

// The value, NaN if anything failed; checks that value and gradient are finite.
double Run(Contract& contract, Loss& loss, const at::Tensor& values, const at::Tensor& labels,
           const Tuples& tuples, const std::string& where) {
  const at::Tensor embeddings = values.clone().set_requires_grad(true);
  const LossInput input = {embeddings, labels,
                           loss.takes() == TupleKind::kNone ? nullptr : &tuples};
  const auto groups = loss.Compute(input);
  if (!contract.ExpectOk(groups.status(), where)) return std::nan("");
  for (const LossGroup& group : *groups) {
    contract.Expect(!group.name.empty() && group.elements.dim() == 1,
                    where + ": groups have a name and a vector of elements");
  }
  const at::Tensor total = Total(*groups, embeddings);
  total.backward();
  const double value = total.item<double>();
  contract.Expect(std::isfinite(value), where + ": the loss is finite");
  contract.Expect(embeddings.grad().defined() && at::isfinite(embeddings.grad()).all().item<bool>(),
                  where + ": the gradient is finite");
  return value;
}

}  // namespace

void CheckLoss(Contract& contract) {
  const auto loss = contract.Make<Loss>();
  if (loss == nullptr) return;
  if (!contract.ExpectOk(loss->Initialize(kDimension, kClasses, 7), "it sizes what it learns"))
    return;
  const at::Generator generator = at::detail::createCPUGenerator(11);
  const at::Tensor values = at::randn({12, kDimension}, generator);
  const at::Tensor labels = at::arange(12, at::kLong).remainder(kClasses);
  const Tuples tuples = MakeTuples(loss->takes(), {0, 1, 2, 3}, {4, 5, 6, 7}, {1, 2, 3, 0});
  const Tuples none = MakeTuples(loss->takes(), {}, {}, {});

  const double value = Run(contract, *loss, values, labels, tuples, "random embeddings");
  Run(contract, *loss, at::zeros({12, kDimension}), labels, tuples, "zero vectors");
  Run(contract, *loss, values * 1e3, labels, tuples, "long vectors");
  Run(contract, *loss, values, at::zeros({12}, at::kLong), none, "one class, nothing mined");
  if (loss->takes() != TupleKind::kNone) {
    contract.Expect(Run(contract, *loss, values, labels, none, "an empty selection") == 0.0,
                    "an empty selection costs nothing");
  }
  for (const NamedTensor& parameter : loss->Parameters()) {
    contract.Expect(parameter.tensor.requires_grad() && parameter.tensor.is_leaf(),
                    parameter.name + " is a leaf with a gradient");
  }
  const auto second = contract.Make<Loss>();
  contract.ExpectOk(second->Initialize(kDimension, kClasses, 7), "a second instance");
  contract.Expect(Run(contract, *second, values, labels, tuples, "a second instance") == value,
                  "equal seeds give equal losses");
}

KindCheck LossCheck() { return &CheckLoss; }

}  // namespace facet
