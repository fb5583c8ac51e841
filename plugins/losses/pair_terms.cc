#include "plugins/losses/pair_terms.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>

#include "plugins/losses/mask_loops.h"
#include "plugins/losses/taken_terms.h"

namespace facet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Terms : public torch::autograd::Function<Terms> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& given,
                               const std::vector<PairTerm>& terms) {
    return KeepTaken(TakeAll(given.detach().contiguous(), terms), {given}, context);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor values = context->get_saved_variables()[0].detach().contiguous();
    const at::Tensor out = at::empty_like(values);
    SpreadAll(values, KeptTaken(context, 1), gradients, out);
    return {out, at::Tensor()};
  }
};

at::Tensor TakeByOperations(const at::Tensor& values, const PairTerm& of) {
  PairTerm term = of;
  if (of.other.defined()) term.mask = of.mask.logical_or(of.other);
  switch (term.kind) {
    case PairTerm::Kind::kCount:
      return term.mask.sum(1).to(values.scalar_type());
    case PairTerm::Kind::kEntries:
      return values.masked_select(term.mask);
    case PairTerm::Kind::kHinges: {
      const at::Tensor hinges =
          at::relu(term.scale * (values.masked_select(term.mask) - term.origin));
      const at::Tensor kept = term.costly ? hinges.masked_select(hinges.ne(0)) : hinges;
      return term.squared ? 0.5 * at::square(kept) : kept;
    }
    case PairTerm::Kind::kSum:
      return values.masked_fill(term.mask.logical_not(), 0).sum(1);
    case PairTerm::Kind::kLogSumExp:
      break;
  }
  if (values.numel() == 0) return values.sum(1);
  const at::Tensor out = term.mask.logical_not();
  const at::Tensor none = out.all(1);
  const at::Tensor exponents = (term.scale * (values - term.origin)).masked_fill(out, -kInfinity);
  const at::Tensor top = exponents.detach().amax(1).masked_fill(none, 0);
  const at::Tensor sum = (exponents - top.unsqueeze(1)).exp().sum(1);
  return (sum.masked_fill(none, 1).log() + top).masked_fill(none, kLogOfNothing);
}

}  // namespace

PairTerm LogSumExpOf(const at::Tensor& mask, double scale, double origin) {
  PairTerm term(PairTerm::Kind::kLogSumExp, mask);
  term.scale = scale;
  term.origin = origin;
  return term;
}
PairTerm LogSumExpOfEither(const at::Tensor& mask, const at::Tensor& other, double scale) {
  PairTerm term = LogSumExpOf(mask, scale);
  term.other = other;
  return term;
}
PairTerm EntriesOf(const at::Tensor& mask) { return PairTerm(PairTerm::Kind::kEntries, mask); }
PairTerm HingesOf(const at::Tensor& mask, double sign, double margin, bool squared) {
  PairTerm term(PairTerm::Kind::kHinges, mask);
  term.scale = sign;
  term.origin = margin;
  term.squared = squared;
  return term;
}
PairTerm CostlyHingesOf(const at::Tensor& mask, double sign, double margin, bool squared) {
  PairTerm term = HingesOf(mask, sign, margin, squared);
  term.costly = true;
  return term;
}
PairTerm SumOf(const at::Tensor& mask) { return PairTerm(PairTerm::Kind::kSum, mask); }
PairTerm CountOf(const at::Tensor& mask) { return PairTerm(PairTerm::Kind::kCount, mask); }

std::vector<at::Tensor> TakeTerms(const at::Tensor& values, const std::vector<PairTerm>& terms) {
  if (!values.is_cpu() || values.numel() == 0) return TakeTermsByOperations(values, terms);
  return Terms::apply(values, terms);
}

std::vector<at::Tensor> TakeTermsByOperations(const at::Tensor& values,
                                              const std::vector<PairTerm>& terms) {
  std::vector<at::Tensor> taken;
  for (const PairTerm& term : terms) taken.push_back(TakeByOperations(values, term));
  return taken;
}

std::pair<at::Tensor, at::Tensor> PlacesOf(const at::Tensor& mask) {
  if (!mask.is_cpu() || mask.numel() == 0) {
    const at::Tensor places = mask.nonzero();
    return {places.select(1, 0), places.select(1, 1)};
  }
  const at::Tensor masked = mask.contiguous(), begins = BeginsOf(masked);
  const int64_t num_rows = mask.size(0), size = mask.size(1);
  const at::Tensor rows = at::empty({begins[num_rows].item<int64_t>()}, at::kLong);
  const at::Tensor columns = at::empty_like(rows);
  ForEachBlock(num_rows, size, [&](int64_t begin, int64_t end) {
    int64_t next = begins.data_ptr<int64_t>()[begin];
    for (int64_t i = begin; i < end; ++i) {
      ForEachMasked(masked.data_ptr<bool>() + i * size, size, [&](int64_t j) {
        rows.data_ptr<int64_t>()[next] = i;
        columns.data_ptr<int64_t>()[next++] = j;
      });
    }
  });
  return {rows, columns};
}

}  // namespace facet
