#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "core/api/loss.h"
#include "tests/contracts/contract_checks.h"
#include "tests/contracts/tensor_copies.h"

namespace facet {
namespace {

constexpr int64_t kDimension = 8;
constexpr int64_t kClasses = 4;
constexpr int64_t kRows = 12;

using Indices = std::vector<int64_t>;

// Of row a the positive p and the negative n, as triplets and as pairs. Without `negatives`: what a
// batch of one class has, which is no triplet but positive pairs.
Tuples MakeTuples(TupleKind kind, const Indices& a, const Indices& p, const Indices& negatives) {
  const auto tensor = [](const Indices& indices) { return at::tensor(indices, at::kLong); };
  const bool triplets = !negatives.empty();
  Tuples tuples;
  tuples.kind = kind;
  tuples.anchors = tensor(triplets ? a : Indices());
  tuples.positives = tensor(triplets ? p : Indices());
  tuples.negatives = tuples.negative_second = tensor(negatives);
  tuples.positive_first = tensor(a);
  tuples.positive_second = tensor(p);
  tuples.negative_first = tuples.anchors;
  return tuples;
}

struct Case {
  std::string name;
  at::Tensor embeddings, labels;
  Tuples tuples;  // of the kind that the loss takes
  bool costs_nothing = false;
  bool needs_tuples = false;  // without them the case would be another one
};

std::vector<Case> Cases(TupleKind kind) {
  const at::Generator generator = at::detail::createCPUGenerator(11);
  const at::Tensor random = at::randn({kRows, kDimension}, generator);
  const at::Tensor labels = at::arange(kRows, at::kLong).remainder(kClasses);
  const at::Tensor one_class = at::zeros({kRows}, at::kLong);
  const Tuples mined = MakeTuples(kind, {0, 1, 2, 3}, {4, 5, 6, 7}, {1, 2, 3, 0});
  const Tuples positive = MakeTuples(kind, {0, 1, 2, 3}, {4, 5, 6, 7}, {});
  const Tuples none = MakeTuples(kind, {}, {}, {});
  std::vector<Case> cases = {
      {"random embeddings", random, labels, mined},
      {"zero vectors", at::zeros_like(random), labels, mined},
      {"equal vectors", at::ones_like(random), labels, mined},
      {"long vectors", random * 1e3, labels, mined},
      {"one class in the batch", random, one_class, positive},
      {"an empty batch", random.slice(0, 0, 0), labels.slice(0, 0, 0), none, true},
  };
  if (kind != TupleKind::kNone)
    cases.push_back({"an empty selection", random, labels, none, true, true});
  return cases;
}

bool AreAs(const std::vector<NamedTensor>& tensors, const std::vector<at::Tensor>& copies) {
  if (tensors.size() != copies.size()) return false;
  for (size_t i = 0; i < copies.size(); ++i) {
    if (!at::equal(tensors[i].tensor.detach(), copies[i])) return false;
  }
  return true;
}

void PutBack(const std::vector<NamedTensor>& tensors, const std::vector<at::Tensor>& copies) {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < copies.size(); ++i) tensors[i].tensor.copy_(copies[i]);
}

// All index tensors of the tuples, so that a change is found.
std::vector<NamedTensor> TensorsOf(const LossInput& input) {
  std::vector<NamedTensor> tensors = {{"embeddings", input.embeddings}, {"labels", input.labels}};
  if (input.tuples == nullptr) return tensors;
  const Tuples& t = *input.tuples;
  for (const at::Tensor& index : {t.anchors, t.positives, t.negatives, t.positive_first,
                                  t.positive_second, t.negative_first, t.negative_second}) {
    tensors.push_back({"tuples", index});
  }
  return tensors;
}

// The sum of all elements, undefined if anything failed; the loss's state is as before.
at::Tensor Total(Contract& contract, Loss& loss, const LossInput& input, const std::string& where) {
  const std::vector<at::Tensor> given = Copies(TensorsOf(input));
  const std::vector<at::Tensor> state = Copies(loss.Buffers());
  const auto groups = loss.Compute(input);
  PutBack(loss.Buffers(), state);
  if (!contract.ExpectOk(groups.status(), where)) return {};
  if (!contract.Expect(AreAs(TensorsOf(input), given), where + ": it leaves its input as it is"))
    return {};
  if (!contract.Expect(!groups->empty(), where + ": there is a group")) return {};
  at::Tensor total;
  for (const LossGroup& group : *groups) {
    if (!contract.Expect(
            !group.name.empty() && group.elements.defined() && group.elements.dim() == 1,
            where + ": groups have a name and a vector of elements")) {
      return {};
    }
    const at::Tensor sum = group.elements.sum();
    total = total.defined() ? total + sum : sum;
  }
  return total;
}

// The value, NaN if anything failed; checks value, gradient and repetition.
double Run(Contract& contract, Loss& loss, const Case& c, const Tuples* tuples) {
  const std::string where =
      c.name + (tuples == nullptr && loss.takes() != TupleKind::kNone ? ", without a miner" : "");
  const at::Tensor embeddings = c.embeddings.clone().set_requires_grad(true);
  const LossInput input = {embeddings, c.labels, tuples};
  const at::Tensor total = Total(contract, loss, input, where);
  if (!total.defined()) return std::nan("");
  const double value = total.item<double>();
  if (!contract.Expect(std::isfinite(value), where + ": the loss is finite, not " +
                                                 (std::isnan(value) ? "NaN" : "infinite"))) {
    return value;
  }
  if (c.costs_nothing) contract.Expect(value == 0.0, c.name + " costs nothing");
  const at::Tensor again = Total(contract, loss, input, where);
  contract.Expect(again.defined() && again.item<double>() == value,
                  where + ": the same input and state give the same loss each time");
  if (!contract.Expect(total.requires_grad(), where + ": a gradient leads back")) return value;
  total.backward();
  contract.Expect(
      !embeddings.grad().defined() || at::isfinite(embeddings.grad()).all().item<bool>(),
      where + ": the gradient is finite");
  return value;
}

// After a step with gradients: what is reported as learned is a leaf that the loss depends on.
void CheckParameters(Contract& contract, Loss& loss) {
  for (const NamedTensor& parameter : loss.Parameters()) {
    const at::Tensor& tensor = parameter.tensor;
    contract.Expect(tensor.requires_grad() && tensor.is_leaf(),
                    parameter.name + " is a leaf with a gradient");
    if (contract.Expect(tensor.grad().defined(),
                        parameter.name + " is reported as learned, so the loss depends on it")) {
      contract.Expect(at::isfinite(tensor.grad()).all().item<bool>(),
                      parameter.name + ": the gradient is finite");
    }
  }
}

void CheckBuffers(Contract& contract, Loss& loss, const LossInput& input) {
  for (const NamedTensor& buffer : loss.Buffers()) {
    contract.Expect(buffer.tensor.scalar_type() == at::kFloat && !buffer.tensor.requires_grad(),
                    buffer.name + " is float32 without a gradient");
  }
  const std::vector<at::Tensor> state = Copies(loss.Buffers());
  const at::NoGradGuard no_grad;
  contract.ExpectOk(loss.Compute(input).status(), "a step without gradients");
  contract.Expect(AreAs(loss.Buffers(), state), "where gradients are off its state stays");
}

void RunAll(Contract& contract, Loss& loss, const Case& c) {
  if (loss.takes() != TupleKind::kNone) Run(contract, loss, c, &c.tuples);
  if (!loss.needs_miner() && !c.needs_tuples) Run(contract, loss, c, nullptr);
}

}  // namespace

void CheckLoss(Contract& contract) {
  const auto loss = contract.Make<Loss>();
  if (loss == nullptr) return;
  if (!contract.ExpectOk(loss->Initialize(kDimension, kClasses, 7), "it sizes what it learns"))
    return;
  const std::vector<Case> cases = Cases(loss->takes());
  const Case& random = cases.front();
  const Tuples* tuples = loss->needs_miner() ? &random.tuples : nullptr;
  const double value = Run(contract, *loss, random, tuples);
  if (!contract.broken().empty()) return;  // it would be said again of every case
  CheckParameters(contract, *loss);
  CheckBuffers(contract, *loss, {random.embeddings, random.labels, tuples});
  for (const Case& c : cases) RunAll(contract, *loss, c);
  const auto second = contract.Make<Loss>();
  contract.ExpectOk(second->Initialize(kDimension, kClasses, 7), "a second instance");
  contract.Expect(!std::isfinite(value) || Run(contract, *second, random, tuples) == value,
                  "equal seeds give equal losses");
}

}  // namespace facet
