#include "plugins/losses/taken_terms.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <algorithm>
#include <cmath>

#include "plugins/losses/mask_loops.h"
#include "plugins/losses/term_rows.h"

namespace facet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr size_t kTensors = 5, kNumbers = 5;  // kept of each term

bool IsOfEntries(const PairTerm& term) {
  return term.kind == PairTerm::Kind::kEntries || term.kind == PairTerm::Kind::kHinges;
}

// Numbers of entries, at 1 and behind, become where entries begin.
void AddUp(const at::Tensor& begins) {
  int64_t* const number = begins.data_ptr<int64_t>();
  for (int64_t i = 1; i < begins.numel(); ++i) number[i] += number[i - 1];
}

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
std::vector<TakenTerm> TakeAllOf(const at::Tensor& values, const std::vector<PairTerm>& terms) {
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

}  // namespace

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

std::vector<TakenTerm> TakeAll(const at::Tensor& values, const std::vector<PairTerm>& given) {
  std::vector<PairTerm> terms = given;
  for (PairTerm& term : terms) {
    term.mask = term.mask.contiguous();
    if (term.other.defined()) term.other = term.other.contiguous();
  }
  return values.scalar_type() == at::kDouble ? TakeAllOf<double>(values, terms)
                                             : TakeAllOf<float>(values, terms);
}

void SpreadAll(const at::Tensor& values, const std::vector<TakenTerm>& all,
               const variable_list& gradients, const at::Tensor& out) {
  variable_list of;
  for (size_t i = 0; i < all.size(); ++i) {
    of.push_back(gradients[i].defined() ? gradients[i].detach() : at::Tensor());
    if (of[i].defined() && !IsOfEntries(all[i].term)) of[i] = of[i].contiguous();
  }
  const int64_t size = values.size(1);
  const bool in_place = out.is_same(values);
  AT_DISPATCH_FLOATING_TYPES(values.scalar_type(), "SpreadAll", [&] {
    ForEachBlock(values.size(0), size, [&](int64_t begin, int64_t end) {
      const ValueRows<scalar_t> rows = {values.data_ptr<scalar_t>(), size, begin, end};
      scalar_t* const last = out.data_ptr<scalar_t>() + begin * size;
      const int64_t count = (end - begin) * size;
      std::vector<scalar_t> apart(in_place ? static_cast<size_t>(count) : 0);
      scalar_t* const to = in_place ? apart.data() : last;
      if (!in_place) std::fill_n(to, count, scalar_t{0});
      for (size_t i = 0; i < all.size(); ++i) {
        if (of[i].defined()) SpreadRows(all[i], of[i], rows, to);
      }
      if (in_place) std::copy_n(to, count, last);
    });
  });
}

variable_list KeepTaken(const std::vector<TakenTerm>& all, variable_list saved,
                        AutogradContext* context) {
  variable_list out, counts;
  std::vector<double> numbers;
  for (const TakenTerm& taken : all) {
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

std::vector<TakenTerm> KeptTaken(AutogradContext* context, size_t num_before) {
  const variable_list saved = context->get_saved_variables();
  const std::vector<double> numbers = context->saved_data["numbers"].toDoubleVector();
  std::vector<TakenTerm> all;
  for (size_t i = 0; kNumbers * i < numbers.size(); ++i) {
    const double* const number = &numbers[kNumbers * i];
    const at::Tensor* const kept = &saved[num_before + kTensors * i];
    PairTerm term(static_cast<PairTerm::Kind>(number[0]), kept[0]);
    term.scale = number[1];
    term.origin = number[2];
    term.squared = number[3] != 0;
    term.costly = number[4] != 0;
    term.other = kept[1];
    all.push_back({term, {}, kept[2], kept[3], kept[4]});
  }
  return all;
}

}  // namespace facet
