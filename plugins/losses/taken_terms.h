// What terms of pairs (pair_terms.h) took of a matrix on the CPU, a few rows at a time, and what
// they give back: for the functions of autograd that have them.
#ifndef FACET_PLUGINS_LOSSES_TAKEN_TERMS_H_
#define FACET_PLUGINS_LOSSES_TAKEN_TERMS_H_

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "plugins/losses/pair_terms.h"

namespace facet {

// A term, what it took, and what its gradient needs besides.
struct TakenTerm {
  PairTerm term;
  at::Tensor out;
  at::Tensor begins;    // kEntries, kHinges
  at::Tensor top, sum;  // kLogSumExp: of each row; 0 and 1 where there is no entry
};

// values: [A, N], not empty, contiguous.
std::vector<TakenTerm> TakeAll(const at::Tensor& values, const std::vector<PairTerm>& terms);

// The gradient of the values, from those of what the terms took (undefined: none). `out`,
// contiguous, may be `values` themselves.
void SpreadAll(const at::Tensor& values, const std::vector<TakenTerm>& all,
               const torch::autograd::variable_list& gradients, const at::Tensor& out);

// Keeps `saved` and the terms for the gradient; returns what they took.
torch::autograd::variable_list KeepTaken(const std::vector<TakenTerm>& all,
                                         torch::autograd::variable_list saved,
                                         torch::autograd::AutogradContext* context);
// The terms kept behind so many tensors.
std::vector<TakenTerm> KeptTaken(torch::autograd::AutogradContext* context, size_t num_before);

// Where each row's masked entries begin among all: [A + 1], int64. mask: contiguous.
at::Tensor BeginsOf(const at::Tensor& mask);

// Rows [begin, end) at a time, in any order and thread; they stay in a processor's own cache.
template <class Each>
void ForEachBlock(int64_t num_rows, int64_t num_columns, const Each& each) {
  constexpr int64_t kBlockEntries = 1 << 16;
  const int64_t rows = std::max<int64_t>(1, kBlockEntries / std::max<int64_t>(1, num_columns));
  at::parallel_for(0, (num_rows + rows - 1) / rows, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) each(i * rows, std::min(num_rows, (i + 1) * rows));
  });
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_TAKEN_TERMS_H_
