#include "plugins/losses/pair_terms.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>

#include "plugins/losses/mask_loops.h"

namespace facet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int64_t kBlockEntries = 1 << 16;  // taken at a time: they stay in a processor's own cache

// Rows [begin, end) at a time, in any order and thread.
template <class Each>
void ForEachBlock(int64_t num_rows, int64_t num_columns, const Each& each) {
  const int64_t rows = std::max<int64_t>(1, kBlockEntries / std::max<int64_t>(1, num_columns));
  at::parallel_for(0, (num_rows + rows - 1) / rows, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) each(i * rows, std::min(num_rows, (i + 1) * rows));
  });
}

// Where each row's masked entries begin among all: [A + 1], int64.
at::Tensor BeginsOf(const at::Tensor& mask) {
  const int64_t num_rows = mask.size(0), num_columns = mask.size(1);
  const at::Tensor begins = at::zeros({num_rows + 1}, at::kLong);
  int64_t* const out = begins.data_ptr<int64_t>();
  const bool* const masked = mask.data_ptr<bool>();
  ForEachBlock(num_rows, num_columns, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      out[i + 1] = NumMasked(masked + i * num_columns, num_columns);
    }
  });
  for (int64_t i = 0; i < num_rows; ++i) out[i + 1] += out[i];
  return begins;
}

// The exponents of a block's entries, -inf where they do not count.
at::Tensor Exponents(const PairTerm& term, const at::Tensor& values, const at::Tensor& mask) {
  at::Tensor exponents =
      term.origin == 0 ? values * term.scale : (values - term.origin).mul_(term.scale);
  return exponents.masked_fill_(mask.logical_not(), -kInfinity);
}

// e^(exponent - the row's largest) of a block, and each row's sum of them; 1 where there is none.
struct Exponentials {
  at::Tensor values, sum, top, none;

  Exponentials(const PairTerm& term, const at::Tensor& block, const at::Tensor& mask)
      : values(Exponents(term, block, mask)) {
    const at::Tensor largest = values.amax(1);
    none = largest.eq(-kInfinity);
    top = largest.masked_fill(none, 0);
    sum = values.sub_(top.unsqueeze(1)).exp_().sum(1).masked_fill_(none, 1);
  }
  at::Tensor LogSum() const { return sum.log().add_(top).masked_fill_(none, kLogOfNothing); }
};

// The value of an entry that counts, and its slope.
template <class T>
struct Entry {
  explicit Entry(const PairTerm& term)
      : hinge(term.kind == PairTerm::Kind::kHinges),
        squared(term.squared),
        sign(static_cast<T>(term.scale)),
        origin(static_cast<T>(term.origin)) {}
  T Value(T value) const {
    if (!hinge) return value;
    const T excess = Positive(sign * (value - origin));
    return squared ? T{0.5} * excess * excess : excess;
  }
  T Slope(T value) const {
    if (!hinge) return 1;
    const T excess = sign * (value - origin);
    return excess > 0 ? sign * (squared ? excess : 1) : 0;
  }
  const bool hinge, squared;
  const T sign, origin;
};

template <class T>
void TakeEntries(const PairTerm& term, const at::Tensor& values, const at::Tensor& begins,
                 const at::Tensor& out) {
  const int64_t size = values.size(1);
  const Entry<T> entry(term);
  const T* const value = values.data_ptr<T>();
  const bool* const mask = term.mask.data_ptr<bool>();
  ForEachBlock(values.size(0), size, [&](int64_t begin, int64_t end) {
    T* next = out.data_ptr<T>() + begins.data_ptr<int64_t>()[begin];
    for (int64_t i = begin; i < end; ++i) {
      ForEachMasked(mask + i * size, size,
                    [&](int64_t j) { *next++ = entry.Value(value[i * size + j]); });
    }
  });
}

at::Tensor Take(const PairTerm& term, const at::Tensor& values) {
  const int64_t num_rows = values.size(0), size = values.size(1);
  if (term.kind == PairTerm::Kind::kEntries || term.kind == PairTerm::Kind::kHinges) {
    const at::Tensor begins = BeginsOf(term.mask);
    const at::Tensor out = at::empty({begins[num_rows].item<int64_t>()}, values.options());
    if (values.scalar_type() == at::kDouble) {
      TakeEntries<double>(term, values, begins, out);
    } else {
      TakeEntries<float>(term, values, begins, out);
    }
    return out;
  }
  at::Tensor out = at::empty({num_rows}, values.options());
  ForEachBlock(num_rows, size, [&](int64_t begin, int64_t end) {
    const at::Tensor block = values.narrow(0, begin, end - begin);
    const at::Tensor mask = term.mask.narrow(0, begin, end - begin);
    out.narrow(0, begin, end - begin)
        .copy_(term.kind == PairTerm::Kind::kSum ? block.masked_fill(mask.logical_not(), 0).sum(1)
                                                 : Exponentials(term, block, mask).LogSum());
  });
  return out;
}

// Adds to a block's gradient what its entries get of `gradient`, a vector; element k of entry k.
template <class T>
void SpreadEntries(const PairTerm& term, const at::Tensor& values, const at::Tensor& gradient,
                   const at::Tensor& begins, int64_t begin, int64_t end, const at::Tensor& out) {
  const int64_t size = values.size(1), step = gradient.stride(0);  // 0: of an expanded number
  const Entry<T> entry(term);
  const T* next = gradient.data_ptr<T>() + begins.data_ptr<int64_t>()[begin] * step;
  const T* const value = values.data_ptr<T>();
  const bool* const mask = term.mask.data_ptr<bool>();
  T* const to = out.data_ptr<T>();
  for (int64_t i = begin; i < end; ++i) {
    ForEachMasked(mask + i * size, size, [&](int64_t j) {
      to[i * size + j] += *next * entry.Slope(value[i * size + j]);
      next += step;
    });
  }
}

struct TermGradient {
  const PairTerm& term;
  at::Tensor gradient, begins;

  // Adds it to rows [begin, end) of `out`.
  void Spread(const at::Tensor& values, int64_t begin, int64_t end, const at::Tensor& out) const {
    const auto rows = [&](const at::Tensor& x) { return x.narrow(0, begin, end - begin); };
    if (term.kind == PairTerm::Kind::kEntries || term.kind == PairTerm::Kind::kHinges) {
      if (values.scalar_type() == at::kDouble) {
        SpreadEntries<double>(term, values, gradient, begins, begin, end, out);
      } else {
        SpreadEntries<float>(term, values, gradient, begins, begin, end, out);
      }
      return;
    }
    const at::Tensor of_rows = rows(gradient).unsqueeze(1);
    if (term.kind == PairTerm::Kind::kSum) {
      const at::Tensor unmasked = rows(term.mask).logical_not();
      rows(out).add_(of_rows.expand_as(unmasked).masked_fill(unmasked, 0));
      return;
    }
    const Exponentials shares(term, rows(values), rows(term.mask));
    rows(out).addcmul_(shares.values, of_rows * term.scale / shares.sum.unsqueeze(1));
  }
};

class Terms : public torch::autograd::Function<Terms> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& given,
                               const std::vector<PairTerm>& terms) {
    const at::Tensor values = given.detach().contiguous();
    variable_list taken;
    for (const PairTerm& term : terms) taken.push_back(Take(term, values));
    variable_list saved = {given};
    std::vector<double> numbers;
    for (const PairTerm& term : terms) {
      saved.push_back(term.mask);
      numbers.insert(numbers.end(), {static_cast<double>(term.kind), term.scale, term.origin,
                                     static_cast<double>(term.squared)});
    }
    context->save_for_backward(saved);
    context->saved_data["numbers"] = numbers;
    context->set_materialize_grads(false);
    return taken;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const std::vector<double> numbers = context->saved_data["numbers"].toDoubleVector();
    const at::Tensor values = saved[0].detach().contiguous();
    std::vector<PairTerm> terms;
    for (size_t i = 0; i < gradients.size(); ++i) {
      const double* const number = &numbers[4 * i];
      terms.push_back({static_cast<PairTerm::Kind>(number[0]), saved[1 + i], number[1], number[2],
                       number[3] != 0});
    }
    std::vector<TermGradient> parts;
    for (size_t i = 0; i < terms.size(); ++i) {
      if (!gradients[i].defined()) continue;
      const bool of_entries =
          terms[i].kind == PairTerm::Kind::kEntries || terms[i].kind == PairTerm::Kind::kHinges;
      parts.push_back(
          {terms[i], gradients[i].detach(), of_entries ? BeginsOf(terms[i].mask) : at::Tensor()});
    }
    const at::Tensor out = at::empty_like(values);
    ForEachBlock(values.size(0), values.size(1), [&](int64_t begin, int64_t end) {
      out.narrow(0, begin, end - begin).zero_();
      for (const TermGradient& part : parts) part.Spread(values, begin, end, out);
    });
    return {out, at::Tensor()};
  }
};

at::Tensor TakeByOperations(const at::Tensor& values, const PairTerm& term) {
  switch (term.kind) {
    case PairTerm::Kind::kEntries:
      return values.masked_select(term.mask);
    case PairTerm::Kind::kHinges: {
      const at::Tensor hinges =
          at::relu(term.scale * (values.masked_select(term.mask) - term.origin));
      return term.squared ? 0.5 * at::square(hinges) : hinges;
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
  return {PairTerm::Kind::kLogSumExp, mask, scale, origin, false};
}
PairTerm EntriesOf(const at::Tensor& mask) { return {PairTerm::Kind::kEntries, mask, 1, 0, false}; }
PairTerm HingesOf(const at::Tensor& mask, double sign, double margin, bool squared) {
  return {PairTerm::Kind::kHinges, mask, sign, margin, squared};
}
PairTerm SumOf(const at::Tensor& mask) { return {PairTerm::Kind::kSum, mask, 1, 0, false}; }

std::vector<at::Tensor> TakeTerms(const at::Tensor& values, const std::vector<PairTerm>& terms) {
  if (!values.is_cpu() || values.numel() == 0) return TakeTermsByOperations(values, terms);
  std::vector<PairTerm> contiguous = terms;
  for (PairTerm& term : contiguous) term.mask = term.mask.contiguous();
  return Terms::apply(values, contiguous);
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
