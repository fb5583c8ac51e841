#include "plugins/losses/pair_terms.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "plugins/losses/mask_loops.h"
#include "plugins/losses/term_rows.h"

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

bool IsOfEntries(const PairTerm& term) {
  return term.kind == PairTerm::Kind::kEntries || term.kind == PairTerm::Kind::kHinges;
}

// Numbers of entries, at 1 and behind, become where entries begin.
void AddUp(const at::Tensor& begins) {
  int64_t* const number = begins.data_ptr<int64_t>();
  for (int64_t i = 1; i < begins.numel(); ++i) number[i] += number[i - 1];
}

// Where each row's masked entries begin among all: [A + 1], int64.
at::Tensor BeginsOf(const at::Tensor& mask) {
  const int64_t num_rows = mask.size(0), size = mask.size(1);
  const at::Tensor begins = at::zeros({num_rows + 1}, at::kLong);
  ForEachBlock(num_rows, size, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      begins.data_ptr<int64_t>()[i + 1] = NumMasked(mask.data_ptr<bool>() + i * size, size);
    }
  });
  AddUp(begins);
  return begins;
}

// A term, what it took, and what its gradient needs besides.
struct TakenTerm {
  PairTerm term;
  at::Tensor out;
  at::Tensor begins;    // kEntries, kHinges
  at::Tensor top, sum;  // kLogSumExp: of each row; 0 and 1 where there is no entry
};

template <class T>
void TakeEntries(const TakenTerm& taken, const ValueRows<T>& rows) {
  const EntryOfTerm<T> entry(taken.term);
  T* next = taken.out.data_ptr<T>() + taken.begins.data_ptr<int64_t>()[rows.begin];
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    const T* const value = rows.Row(i);
    entry.ForEach(i, rows, [&](int64_t j) { *next++ = entry.Value(value[j]); });
  }
}

template <class T>
void TakeLogSums(const TakenTerm& taken, const ValueRows<T>& rows) {
  Exponentials<T> exponentials(taken.term, rows, nullptr);
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    const T sum = exponentials.Sum(i), top = exponentials.top(i);
    const bool none = sum == 0;
    taken.out.data_ptr<T>()[i] = none ? static_cast<T>(kLogOfNothing) : std::log(sum) + top;
    taken.sum.data_ptr<T>()[i] = none ? 1 : sum;
    taken.top.data_ptr<T>()[i] = top;
  }
}

template <class T>
void TakeRows(const TakenTerm& taken, const ValueRows<T>& rows) {
  if (IsOfEntries(taken.term)) return TakeEntries(taken, rows);
  if (taken.term.kind == PairTerm::Kind::kLogSumExp) return TakeLogSums(taken, rows);
  const bool counts = taken.term.kind == PairTerm::Kind::kCount;
  RowMasks masks(taken.term, rows.size);
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    const bool* const mask = masks.Row(i);
    double sum = 0;
    if (counts) {
      sum = static_cast<double>(NumMasked(mask, rows.size));
    } else {
      ForEachMasked(mask, rows.size, [&](int64_t j) { sum += rows.Row(i)[j]; });
    }
    taken.out.data_ptr<T>()[i] = static_cast<T>(sum);
  }
}

// Adds to rows of a gradient, which begin at `out`, what the term's entries get of its gradient; of
// entries element k of entry k.
template <class T>
void SpreadRows(const TakenTerm& taken, const at::Tensor& gradient, const ValueRows<T>& rows,
                T* out) {
  const T* const of = gradient.data_ptr<T>();
  if (IsOfEntries(taken.term)) {
    const int64_t step = gradient.stride(0);  // 0: of an expanded number
    const EntryOfTerm<T> entry(taken.term);
    const T* next = of + taken.begins.data_ptr<int64_t>()[rows.begin] * step;
    for (int64_t i = rows.begin; i < rows.end; ++i, out += rows.size) {
      const T* const value = rows.Row(i);
      entry.ForEach(i, rows, [&](int64_t j) {
        out[j] += *next * entry.Slope(value[j]);
        next += step;
      });
    }
    return;
  }
  if (taken.term.kind == PairTerm::Kind::kLogSumExp) {
    Exponentials<T> exponentials(taken.term, rows, taken.top.data_ptr<T>());
    for (int64_t i = rows.begin; i < rows.end; ++i, out += rows.size) {
      const T scale = static_cast<T>(taken.term.scale);
      exponentials.Add(i, of[i] * scale / taken.sum.data_ptr<T>()[i], out);
    }
    return;
  }
  RowMasks masks(taken.term, rows.size);
  for (int64_t i = rows.begin; i < rows.end; ++i, out += rows.size) {
    ForEachMasked(masks.Row(i), rows.size, [&](int64_t j) { out[j] += of[i]; });
  }
}

// The begins of all terms of entries, in one pass.
template <class T>
void FindBegins(std::vector<TakenTerm>& all, const at::Tensor& values) {
  const int64_t num_rows = values.size(0), size = values.size(1);
  std::vector<const TakenTerm*> of_entries;
  for (TakenTerm& taken : all) {
    if (!IsOfEntries(taken.term)) continue;
    taken.begins = at::zeros({num_rows + 1}, at::kLong);
    of_entries.push_back(&taken);
  }
  if (of_entries.empty()) return;
  ForEachBlock(num_rows, size, [&](int64_t begin, int64_t end) {
    const ValueRows<T> rows = {values.data_ptr<T>(), size, begin, end};
    for (const TakenTerm* const taken : of_entries) {
      const EntryOfTerm<T> entry(taken->term);
      for (int64_t i = begin; i < end; ++i) {
        taken->begins.data_ptr<int64_t>()[i + 1] = entry.Count(i, rows);
      }
    }
  });
  for (const TakenTerm* const taken : of_entries) AddUp(taken->begins);
}

// values: contiguous.
template <class T>
std::vector<TakenTerm> TakeAll(const at::Tensor& values, const std::vector<PairTerm>& terms) {
  const int64_t num_rows = values.size(0), size = values.size(1);
  std::vector<TakenTerm> all;
  for (const PairTerm& term : terms) all.push_back({term, {}, {}, {}, {}});
  FindBegins<T>(all, values);
  for (TakenTerm& taken : all) {
    const bool of_entries = IsOfEntries(taken.term);
    const int64_t count = of_entries ? taken.begins[num_rows].template item<int64_t>() : num_rows;
    taken.out = at::empty({count}, values.options());
    if (taken.term.kind == PairTerm::Kind::kLogSumExp) {
      taken.top = at::empty({num_rows}, values.options());
      taken.sum = at::empty({num_rows}, values.options());
    }
  }
  ForEachBlock(num_rows, size, [&](int64_t begin, int64_t end) {
    const ValueRows<T> rows = {values.data_ptr<T>(), size, begin, end};
    for (const TakenTerm& taken : all) TakeRows(taken, rows);
  });
  return all;
}

class Terms : public torch::autograd::Function<Terms> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& given,
                               const std::vector<PairTerm>& terms) {
    variable_list out, counts, saved = {given};
    std::vector<double> numbers;
    const at::Tensor values = given.detach().contiguous();
    const bool wide = values.scalar_type() == at::kDouble;
    for (const TakenTerm& taken :
         wide ? TakeAll<double>(values, terms) : TakeAll<float>(values, terms)) {
      const PairTerm& term = taken.term;
      out.push_back(taken.out);
      if (term.kind == PairTerm::Kind::kCount) counts.push_back(taken.out);
      saved.insert(saved.end(), {term.mask, term.other, taken.begins, taken.top, taken.sum});
      numbers.insert(numbers.end(),
                     {static_cast<double>(term.kind), term.scale, term.origin,
                      static_cast<double>(term.squared), static_cast<double>(term.costly)});
    }
    context->save_for_backward(saved);
    context->saved_data["numbers"] = numbers;
    context->set_materialize_grads(false);
    context->mark_non_differentiable(counts);
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const std::vector<double> numbers = context->saved_data["numbers"].toDoubleVector();
    const at::Tensor values = saved[0].detach().contiguous();
    std::vector<TakenTerm> all;
    variable_list of;
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) continue;
      const double* const number = &numbers[5 * i];
      const at::Tensor* const kept = &saved[1 + 5 * i];
      PairTerm term(static_cast<PairTerm::Kind>(number[0]), kept[0]);
      term.scale = number[1];
      term.origin = number[2];
      term.squared = number[3] != 0;
      term.costly = number[4] != 0;
      term.other = kept[1];
      all.push_back({term, {}, kept[2], kept[3], kept[4]});
      const at::Tensor gradient = gradients[i].detach();
      of.push_back(IsOfEntries(all.back().term) ? gradient : gradient.contiguous());
    }
    const at::Tensor out = at::empty_like(values);
    const int64_t size = values.size(1);
    AT_DISPATCH_FLOATING_TYPES(values.scalar_type(), "SpreadTerms", [&] {
      ForEachBlock(values.size(0), size, [&](int64_t begin, int64_t end) {
        const ValueRows<scalar_t> rows = {values.data_ptr<scalar_t>(), size, begin, end};
        scalar_t* const to = out.data_ptr<scalar_t>() + begin * size;
        std::fill_n(to, (end - begin) * size, scalar_t{0});
        for (size_t i = 0; i < all.size(); ++i) SpreadRows(all[i], of[i], rows, to);
      });
    });
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
  std::vector<PairTerm> contiguous = terms;
  for (PairTerm& term : contiguous) {
    term.mask = term.mask.contiguous();
    if (term.other.defined()) term.other = term.other.contiguous();
  }
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
