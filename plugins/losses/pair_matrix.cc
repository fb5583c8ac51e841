#include "plugins/losses/pair_matrix.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "core/api/unit_rows.h"
#include "core/base/status.h"
#include "plugins/distances/row_distances.h"
#include "plugins/losses/named_rows.h"

namespace facet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

absl::Status CheckIndices(const at::Tensor& first, const at::Tensor& second, int64_t num_anchors,
                          int64_t size) {
  const auto low = at::minimum(first.min(), second.min()).item<int64_t>();
  const auto high = at::maximum(first.max(), second.max()).item<int64_t>();
  if (low < 0 || high >= size) {
    return absl::InvalidArgumentError(
        absl::StrCat("a pair has index ", low < 0 ? low : high, ", the batch has ", size, " rows"));
  }
  const auto last = first.max().item<int64_t>();
  if (last < num_anchors) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a pair begins with row ", last, ", the first ",
                                                 num_anchors, " are the anchors"));
}

// mask [A, N] at (first[k], second[k]); false where one of them lies outside.
bool Mark(const at::Tensor& first, const at::Tensor& second, const at::Tensor& mask) {
  const at::Tensor rows = first.contiguous(), columns = second.contiguous();
  const int64_t num_rows = mask.size(0), num_columns = mask.size(1);
  const int64_t* const row = rows.data_ptr<int64_t>();
  const int64_t* const column = columns.data_ptr<int64_t>();
  bool* const marked = mask.data_ptr<bool>();
  for (int64_t k = 0; k < rows.numel(); ++k) {
    if (row[k] < 0 || row[k] >= num_rows || column[k] < 0 || column[k] >= num_columns) return false;
    marked[row[k] * num_columns + column[k]] = true;
  }
  return true;
}

// Numbers that are equal where labels are.
std::vector<int32_t> Identities(const at::Tensor& labels) {
  std::unordered_map<int64_t, int32_t> numbers;
  std::vector<int32_t> identities;
  for (int64_t i = 0; i < labels.size(0); ++i) {
    const auto next = static_cast<int32_t>(numbers.size());
    identities.push_back(numbers.emplace(labels.data_ptr<int64_t>()[i], next).first->second);
  }
  return identities;
}

absl::StatusOr<at::Tensor> MaskOf(const at::Tensor& first, const at::Tensor& second,
                                  int64_t num_anchors, int64_t size) {
  if (first.sizes() != second.sizes()) {
    return absl::InvalidArgumentError(
        absl::StrCat("pairs of ", first.numel(), " first and ", second.numel(), " second indices"));
  }
  const at::Tensor mask = at::zeros({num_anchors, size}, first.options().dtype(at::kBool));
  if (first.numel() == 0) return mask;
  if (first.is_cpu() && Mark(first, second, mask)) return mask;
  FACET_RETURN_IF_ERROR(CheckIndices(first, second, num_anchors, size));
  mask.view({-1}).index_fill_(0, first * size + second, 1);
  return mask;
}

// From labels [N]: every pair of an anchor and another row.
void MarkAll(const at::Tensor& labels, int64_t num_anchors, PairBatch& batch) {
  if (!labels.is_cpu()) {
    batch.positive = labels.narrow(0, 0, num_anchors).unsqueeze(1).eq(labels.unsqueeze(0));
    batch.negative = batch.positive.logical_not();
    batch.positive.fill_diagonal_(0);  // an image makes no pair with itself
    return;
  }
  const int64_t size = labels.size(0);
  const std::vector<int32_t> identities = Identities(labels.contiguous());
  batch.positive = at::empty({num_anchors, size}, at::kBool);
  batch.negative = at::empty({num_anchors, size}, at::kBool);
  at::parallel_for(0, num_anchors, 16, [&](int64_t begin, int64_t end) {
    for (int64_t a = begin; a < end; ++a) {
      bool* const positive = batch.positive.data_ptr<bool>() + a * size;
      bool* const negative = batch.negative.data_ptr<bool>() + a * size;
      const int32_t own = identities[static_cast<size_t>(a)];
      for (int64_t i = 0; i < size; ++i) {
        positive[i] = identities[static_cast<size_t>(i)] == own;
        negative[i] = identities[static_cast<size_t>(i)] != own;
      }
      positive[a] = false;
    }
  });
}

struct UnitParts {
  at::Tensor unit, largest, root;  // x / largest / root: where x has no direction, inf and 1
};

UnitParts PartsOfUnit(const at::Tensor& x) {
  const at::Tensor none = x.norm(2, {1}, true).lt(kNoDirection);
  // The direction does not change with a constant factor: divided by the largest entry, the
  // squares neither overflow nor vanish.
  const at::Tensor largest = x.abs().amax(1, true);
  const at::Tensor scaled = (x / largest.masked_fill(none, 1)).masked_fill_(none, 0);
  const at::Tensor root = at::square(scaled).sum(1, true).masked_fill_(none, 1).sqrt_();
  return {scaled / root, largest.masked_fill(none, std::numeric_limits<double>::infinity()), root};
}

// On the CPU a few rows at a time: what is made of them beside the result stays in a core's cache.
class UnitFunction : public torch::autograd::Function<UnitFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given) {
    const at::Tensor x = given.detach();
    const UnitParts all = {at::empty(x.sizes(), x.options()),
                           at::empty({x.size(0), 1}, x.options()),
                           at::empty({x.size(0), 1}, x.options())};
    ForSomeRows(x, [&](int64_t first, int64_t count) {
      const UnitParts some = PartsOfUnit(x.narrow(0, first, count));
      all.unit.narrow(0, first, count).copy_(some.unit);
      all.largest.narrow(0, first, count).copy_(some.largest);
      all.root.narrow(0, first, count).copy_(some.root);
    });
    context->save_for_backward({all.unit, all.largest, all.root});
    return all.unit;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor units = saved[0].detach(), given = gradients[0].detach();
    const at::Tensor out = at::empty(units.sizes(), units.options());
    ForSomeRows(units, [&](int64_t first, int64_t count) {
      const auto some = [&](const at::Tensor& x) { return x.narrow(0, first, count); };
      const at::Tensor unit = some(units), gradient = some(given);
      const at::Tensor along = (unit * gradient).sum(1, true);
      some(out).copy_((gradient - unit * along).div_(some(saved[2])).div_(some(saved[1])));
    });
    return {out};
  }

 private:
  template <class Each>
  static void ForSomeRows(const at::Tensor& x, const Each& each) {
    constexpr int64_t kRows = 32;
    const int64_t size = x.size(0);
    if (!x.is_cpu()) return each(0, size);
    at::parallel_for(0, (size + kRows - 1) / kRows, 1, [&](int64_t begin, int64_t end) {
      const at::NoGradGuard no_grad;
      for (int64_t i = begin; i < end; ++i) each(i * kRows, std::min(kRows, size - i * kRows));
    });
  }
};

}  // namespace

at::Tensor UnitRowsOfAnyLength(const at::Tensor& x) {
  if (x.numel() == 0) return x;
  return UnitFunction::apply(x);
}

at::Tensor Distances(const PairBatch& batch) {
  return AnchorDistances(batch.embeddings, batch.anchors.size(0), /*squared=*/false);
}

at::Tensor MaskedLogSumExp(const at::Tensor& values, const at::Tensor& mask) {
  return TakeTerms(values, {LogSumExpOf(mask)})[0];
}

at::Tensor Softplus(const at::Tensor& x) {
  return at::softplus(x, 1, /*threshold=*/40);  // e^-40 is below float64's last digit of 40
}

absl::StatusOr<PairBatch> PairBatchOf(const LossInput& input, int64_t num_anchors, bool normalize) {
  if (input.embeddings.dim() != 2 || input.labels.dim() != 1 ||
      input.labels.size(0) != input.embeddings.size(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a loss over pairs needs embeddings [N, D] and labels [N], got ",
                     input.embeddings.dim(), " dimensions and ", input.labels.numel(), " labels"));
  }
  const int64_t size = input.embeddings.size(0);
  FACET_CHECK(num_anchors >= 0 && num_anchors <= size);
  PairBatch batch;
  batch.embeddings = AtLeastFloat(input.embeddings);
  if (normalize) batch.embeddings = UnitRowsOfAnyLength(batch.embeddings);
  batch.anchors =
      num_anchors == size ? batch.embeddings : batch.embeddings.narrow(0, 0, num_anchors);
  if (input.tuples == nullptr) {
    MarkAll(input.labels, num_anchors, batch);
    return batch;
  }
  const Tuples& tuples = *input.tuples;
  if (tuples.kind != TupleKind::kPairs) {
    return absl::InvalidArgumentError(
        absl::StrCat("a loss over pairs was given ", std::string(TupleKindName(tuples.kind))));
  }
  FACET_ASSIGN_OR_RETURN(batch.positive,
                         MaskOf(tuples.positive_first, tuples.positive_second, num_anchors, size));
  FACET_ASSIGN_OR_RETURN(batch.negative,
                         MaskOf(tuples.negative_first, tuples.negative_second, num_anchors, size));
  return batch;
}

absl::StatusOr<std::vector<LossGroup>> PairLoss::ComputeAnchors(const LossInput& input,
                                                                int64_t num_anchors) {
  if (elements_ == Elements::kOfAnchors) {
    if (const std::optional<NamedRows> named = NamedRowsOf(input, num_anchors)) {
      FACET_ASSIGN_OR_RETURN(const PairBatch batch,
                             PairBatchOf(named->input(), named->num_anchors(), normalize_));
      FACET_ASSIGN_OR_RETURN(std::vector<LossGroup> groups, OfPairs(batch, named->labels));
      for (LossGroup& group : groups) {
        group.elements = at::zeros({num_anchors}, group.elements.options())
                             .index_copy(0, named->anchors, group.elements);
      }
      return groups;
    }
  }
  FACET_ASSIGN_OR_RETURN(const PairBatch batch, PairBatchOf(input, num_anchors, normalize_));
  return OfPairs(batch, input.labels);
}

Reduction ReductionNamed(const std::string& name) {
  if (name == "mean") return Reduction::kMean;
  return name == "sum" ? Reduction::kSum : Reduction::kMeanNonZero;
}

std::vector<LossGroup> OneGroup(const std::string& name, const at::Tensor& elements,
                                Reduction reduction) {
  std::vector<LossGroup> groups(1);
  groups[0].name = name;
  groups[0].elements = elements;
  groups[0].reduction = reduction;
  return groups;
}

}  // namespace facet
