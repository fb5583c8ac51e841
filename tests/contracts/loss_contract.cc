#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/api/loss.h"
#include "tests/contracts/contract_checks.h"
#include "tests/contracts/tensor_copies.h"

namespace facet {
namespace {

constexpr int64_t kDimension = 8;
constexpr int64_t kClasses = 4;
constexpr int64_t kRows = 12;

constexpr char kValues[] = "shapes and values", kOdd[] = "odd inputs";
constexpr char kRandom[] = "random embeddings";

// What a paper means otherwise; the component's manual says so.
struct Meant {
  const char *loss, *section, *what, *reason;
};
constexpr Meant kMeant[] = {
    {"adaface", "gradient", "embeddings",
     "their lengths, which stand for quality, are held constant"},
    {"circle", "gradient", "embeddings", "the weights that pace a similarity are held constant"},
    {"n_pairs", "order independence", "", "of each class the first pair is taken"},
};

const char* ReasonIfMeant(const Contract& contract, const std::string& section,
                          const std::string& what) {
  for (const Meant& meant : kMeant) {
    if (contract.component() == absl::StrCat("loss \"", meant.loss, "\"") &&
        section == meant.section && what == meant.what) {
      return meant.reason;
    }
  }
  return nullptr;
}

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
      {kRandom, random, labels, mined},
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

// The value, NaN if anything failed; checks value, gradient and repetition. `section`: that of the
// case.
double Run(Contract& contract, Loss& loss, const Case& c, const Tuples* tuples,
           const std::string& section) {
  contract.Section(section);
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
  contract.Section("determinism");
  const at::Tensor again = Total(contract, loss, input, where);
  contract.Expect(again.defined() && again.item<double>() == value,
                  where + ": the same input and state give the same loss each time");
  contract.Section(section);
  if (!contract.Expect(total.requires_grad(), where + ": a gradient leads back")) return value;
  total.backward();
  contract.Expect(
      !embeddings.grad().defined() || at::isfinite(embeddings.grad()).all().item<bool>(),
      where + ": the gradient is finite");
  return value;
}

// After a step with gradients: what is reported as learned is a leaf that the loss depends on.
void CheckParameters(Contract& contract, Loss& loss) {
  contract.Section("what it learns");
  if (loss.Parameters().empty()) return contract.NotChecked("it learns nothing");
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
  contract.Section("state");
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
  const std::string section = c.name == kRandom ? kValues : kOdd;
  if (loss.takes() != TupleKind::kNone) Run(contract, loss, c, &c.tuples, section);
  if (!loss.needs_miner() && !c.needs_tuples) Run(contract, loss, c, nullptr, section);
}

// The loss in float64 for other values of one tensor.
double ValueIn64(Contract& contract, Loss& loss, const LossInput& input) {
  const at::Tensor total = Total(contract, loss, input, "float64 embeddings");
  return total.defined() ? total.item<double>() : std::nan("");
}

// Central differences of the loss by the elements of `tensor`, which the loss reads: at most
// kMaxElements of them, whose places go into `at`.
at::Tensor Slopes(Contract& contract, Loss& loss, const LossInput& input, const at::Tensor& tensor,
                  at::Tensor* at) {
  constexpr int64_t kMaxElements = 48;
  constexpr double kStep = 1e-6;
  const at::Tensor flat = tensor.detach().view({-1});
  const int64_t stride = (flat.numel() + kMaxElements - 1) / kMaxElements;
  *at = at::arange(0, flat.numel(), stride, at::kLong);
  const at::Tensor slopes = at::empty({at->numel()}, at::kDouble);
  for (int64_t i = 0; i < at->numel(); ++i) {
    double* const element = flat.data_ptr<double>() + i * stride;
    const double before = *element;
    *element = before + kStep;
    const double above = ValueIn64(contract, loss, input);
    *element = before - kStep;
    const double below = ValueIn64(contract, loss, input);
    *element = before;
    slopes[i] = (above - below) / (2 * kStep);
  }
  return slopes;
}

// The step's square times a third derivative, and rounding: 1e-16 of the value over the step.
bool SlopesAgree(const at::Tensor& slopes, const at::Tensor& gradient, double value) {
  const double largest = slopes.abs().max().item<double>();
  const double tolerance = 1e-5 * largest + 1e-9 * (1 + std::abs(value));
  return (slopes - gradient).abs().max().item<double>() <= tolerance;
}

void CheckGradient(Contract& contract, const Case& c, bool with_tuples) {
  contract.Section("gradient");
  const auto loss = contract.Make<Loss>();
  if (!contract.ExpectOk(loss->Initialize(kDimension, kClasses, 7), "a second instance")) return;
  for (NamedTensor& named : loss->Parameters()) {
    named.tensor.set_data(named.tensor.detach().to(at::kDouble));
  }
  const at::Tensor embeddings = c.embeddings.to(at::kDouble).clone().set_requires_grad(true);
  const LossInput input = {embeddings, c.labels, with_tuples ? &c.tuples : nullptr};
  const at::Tensor total = Total(contract, *loss, input, "float64 embeddings");
  if (!total.defined()) return;
  const double value = total.item<double>();
  if (!contract.Expect(total.scalar_type() == at::kDouble,
                       "float64 embeddings give a loss in float64")) {
    return;
  }
  total.backward();
  // Whether the gradient is the slope, or, where that is meant otherwise, leads up like it.
  const auto agrees = [&](const std::string& name, const at::Tensor& tensor) {
    at::Tensor at;
    const at::Tensor slopes = Slopes(contract, *loss, input, tensor, &at);
    const at::Tensor gradient =
        (tensor.grad().defined() ? tensor.grad() : at::zeros_like(tensor.detach()))
            .reshape({-1})
            .index_select(0, at);
    if (SlopesAgree(slopes, gradient, value)) return true;
    const char* const reason = ReasonIfMeant(contract, "gradient", name);
    if (reason == nullptr) return false;
    contract.Note(absl::StrCat(name, ": the gradient is not the slope of the loss: ", reason));
    return (slopes * gradient).sum().item<double>() > 0;
  };
  constexpr char kSlope[] = "the gradient is the slope of the loss (central differences)";
  contract.Expect(agrees("embeddings", embeddings), absl::StrCat("embeddings: ", kSlope));
  for (const NamedTensor& named : loss->Parameters()) {
    contract.Expect(agrees(named.name, named.tensor), absl::StrCat(named.name, ": ", kSlope));
  }
}

Tuples Relabelled(const Tuples& tuples, const at::Tensor& new_of_old) {
  Tuples other = tuples;
  for (at::Tensor* indices :
       {&other.anchors, &other.positives, &other.negatives, &other.positive_first,
        &other.positive_second, &other.negative_first, &other.negative_second}) {
    *indices = new_of_old.index_select(0, *indices);
  }
  return other;
}

// A batch is a set: where its images stand says nothing.
void CheckOrder(Contract& contract, Loss& loss, const Case& c, bool with_tuples) {
  contract.Section("order independence");
  if (const char* const reason = ReasonIfMeant(contract, "order independence", "");
      reason != nullptr) {
    return contract.NotChecked(reason);
  }
  const at::Tensor old_of_new = at::randperm(kRows, at::detail::createCPUGenerator(19), at::kLong);
  const at::Tensor new_of_old = at::argsort(old_of_new);
  const Tuples relabelled = Relabelled(c.tuples, new_of_old);
  const auto value = [&](const at::Tensor& embeddings, const at::Tensor& labels,
                         const Tuples& tuples) {
    const at::Tensor total =
        Total(contract, loss, {embeddings, labels, with_tuples ? &tuples : nullptr}, c.name);
    return total.defined() ? total.item<double>() : std::nan("");
  };
  const double given = value(c.embeddings, c.labels, c.tuples);
  const double permuted = value(c.embeddings.index_select(0, old_of_new),
                                c.labels.index_select(0, old_of_new), relabelled);
  // Sums of some dozens of float32 in another order.
  contract.Expect(std::abs(given - permuted) <= 1e-4 * (1 + std::abs(given)),
                  "the order of a batch changes nothing");
}

// Every tuple that begins with one of the first so many.
Tuples TuplesOfAnchors(TupleKind kind, const at::Tensor& labels, int64_t num_anchors) {
  const auto same = [&labels](int64_t i, int64_t j) {
    return labels[i].item<int64_t>() == labels[j].item<int64_t>();
  };
  Indices a, p, n, first, second, positive_first, positive_second;
  for (int64_t i = 0; i < num_anchors; ++i) {
    for (int64_t j = 0; j < kRows; ++j) {
      if (i == j) continue;
      (same(i, j) ? positive_first : first).push_back(i);
      (same(i, j) ? positive_second : second).push_back(j);
      for (int64_t k = 0; same(i, j) && k < kRows; ++k) {
        if (same(i, k)) continue;
        a.push_back(i);
        p.push_back(j);
        n.push_back(k);
      }
    }
  }
  const auto tensor = [](const Indices& indices) { return at::tensor(indices, at::kLong); };
  Tuples tuples;
  tuples.kind = kind;
  tuples.anchors = tensor(a);
  tuples.positives = tensor(p);
  tuples.negatives = tensor(n);
  tuples.positive_first = tensor(positive_first);
  tuples.positive_second = tensor(positive_second);
  tuples.negative_first = tensor(first);
  tuples.negative_second = tensor(second);
  return tuples;
}

// An AnchorLoss takes of references what it would of the tuples that begin with an anchor.
void CheckAnchors(Contract& contract, Loss& loss, const Case& c) {
  if (!contract.HasTrait(Trait::kComparesAnchors)) return;
  contract.Section(kValues);
  for (const int64_t num_anchors : {int64_t{0}, int64_t{5}, kRows}) {
    const std::string where = absl::StrCat(c.name, ", ", num_anchors, " anchors");
    const Tuples all = TuplesOfAnchors(loss.takes(), c.labels, num_anchors);
    const at::Tensor expected = Total(contract, loss, {c.embeddings, c.labels, &all}, where);
    if (!expected.defined()) return;
    for (const Tuples* const tuples : {&all, static_cast<const Tuples*>(nullptr)}) {
      if (tuples == nullptr && loss.needs_miner()) continue;
      const std::vector<at::Tensor> state = Copies(loss.Buffers());
      const auto groups = static_cast<AnchorLoss&>(loss).ComputeAnchors(
          {c.embeddings, c.labels, tuples}, num_anchors);
      PutBack(loss.Buffers(), state);
      if (!contract.ExpectOk(groups.status(), where)) return;
      double sum = 0;
      for (const LossGroup& group : *groups) sum += group.elements.sum().item<double>();
      const auto value = expected.item<double>();
      // Sums of some hundreds of float32 in another order.
      contract.Expect(std::abs(sum - value) <= 1e-4 * (1 + std::abs(value)),
                      where + (tuples == nullptr ? ", without a miner" : "") +
                          ": it costs what the tuples that begin with an anchor do");
    }
  }
}

void CheckNan(Contract& contract, Loss& loss, const Case& c, bool with_tuples) {
  contract.Section(kOdd);
  at::Tensor embeddings = c.embeddings.clone();
  embeddings[0].fill_(std::nan(""));
  const std::vector<at::Tensor> state = Copies(loss.Buffers());
  const LossInput input = {embeddings, c.labels, with_tuples ? &c.tuples : nullptr};
  const auto groups = Guarded([&] { return loss.Compute(input); });
  PutBack(loss.Buffers(), state);
  bool shown = !groups.ok();
  for (size_t i = 0; !shown && i < groups->size(); ++i) {
    shown = !at::isfinite((*groups)[i].elements).all().item<bool>();
  }
  contract.Expect(shown, "an embedding that is NaN is refused, or the loss shows it");
}

}  // namespace

void CheckLoss(Contract& contract) {
  contract.Plan(
      {kValues, "determinism", "order independence", kOdd, "gradient", "what it learns", "state"});
  const auto loss = contract.Make<Loss>();
  if (loss == nullptr) return;
  contract.Section(kValues);
  if (!contract.ExpectOk(loss->Initialize(kDimension, kClasses, 7), "it sizes what it learns"))
    return;
  const std::vector<Case> cases = Cases(loss->takes());
  contract.Expect(!contract.HasTrait(Trait::kTakesTuples) || loss->takes() != TupleKind::kNone,
                  "a loss with the trait \"tuples\" takes some");
  const Case& random = cases.front();
  const Tuples* tuples = loss->needs_miner() ? &random.tuples : nullptr;
  const double value = Run(contract, *loss, random, tuples, kValues);
  if (!contract.broken().empty()) return;  // it would be said again of every case
  CheckParameters(contract, *loss);
  CheckBuffers(contract, *loss, {random.embeddings, random.labels, tuples});
  for (const Case& c : cases) RunAll(contract, *loss, c);
  CheckAnchors(contract, *loss, random);
  contract.Section("determinism");
  const auto second = contract.Make<Loss>();
  contract.ExpectOk(second->Initialize(kDimension, kClasses, 7), "a second instance");
  contract.Expect(
      !std::isfinite(value) || Run(contract, *second, random, tuples, "determinism") == value,
      "equal seeds give equal losses");
  for (const bool with_tuples : {true, false}) {
    if (with_tuples ? loss->takes() == TupleKind::kNone : loss->needs_miner()) continue;
    CheckOrder(contract, *loss, random, with_tuples);
    CheckNan(contract, *loss, random, with_tuples);
    CheckGradient(contract, random, with_tuples);
  }
}

}  // namespace facet
