// What losses take of a matrix over pairs [A, N] (pair_matrix.h): terms, each a vector, with one
// gradient for all of them. On the CPU they are taken a few rows at a time, so that nothing of the
// matrix's size is made beside what is returned; elsewhere by PyTorch's operations. No result
// depends on the number of threads.
#ifndef FACET_PLUGINS_LOSSES_PAIR_TERMS_H_
#define FACET_PLUGINS_LOSSES_PAIR_TERMS_H_

#include <ATen/core/Tensor.h>

#include <utility>
#include <vector>

namespace facet {

// Stands for log 0: finite, so that sums, hinges and their gradients are numbers.
inline constexpr double kLogOfNothing = -1e30;

struct PairTerm {
  enum class Kind { kLogSumExp, kEntries, kHinges, kSum, kCount };
  PairTerm(Kind of, const at::Tensor& over) : kind(of), mask(over) {}

  Kind kind;
  at::Tensor mask;       // [A, N], bool: the entries v that count
  double scale = 1;      // kLogSumExp: of the exponents; kHinges: 1 or -1
  double origin = 0;     // kLogSumExp, kHinges: what is taken off v first
  bool squared = false;  // kHinges
  bool costly = false;   // kHinges: of these entries those alone whose hinge is not 0
  at::Tensor other;      // kLogSumExp: entries of this mask count too; undefined: none
};

// log of the sum of e^{scale (v - origin)} over each row's masked entries: [A]. A row without any
// gives kLogOfNothing with a gradient of 0.
PairTerm LogSumExpOf(const at::Tensor& mask, double scale = 1, double origin = 0);
// The same over the entries of either mask.
PairTerm LogSumExpOfEither(const at::Tensor& mask, const at::Tensor& other, double scale = 1);
// The masked entries, row by row: [count].
PairTerm EntriesOf(const at::Tensor& mask);
// Of the masked entries, row by row, max(0, v - margin), or max(0, margin - v) where `sign` is -1;
// or half its square: [count].
PairTerm HingesOf(const at::Tensor& mask, double sign, double margin, bool squared);
// The same without zeros: what a sum, or a mean over what costs something, needs of a batch's many
// pairs that cost nothing.
PairTerm CostlyHingesOf(const at::Tensor& mask, double sign, double margin, bool squared);
// The sum of each row's masked entries: [A].
PairTerm SumOf(const at::Tensor& mask);
// How many entries each row has, as values are: [A], without a gradient.
PairTerm CountOf(const at::Tensor& mask);

// values [A, N], float32 or float64.
std::vector<at::Tensor> TakeTerms(const at::Tensor& values, const std::vector<PairTerm>& terms);

// The same by PyTorch's operations, on any device.
std::vector<at::Tensor> TakeTermsByOperations(const at::Tensor& values,
                                              const std::vector<PairTerm>& terms);

// Row and column of each masked entry, row by row: [count], int64.
std::pair<at::Tensor, at::Tensor> PlacesOf(const at::Tensor& mask);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_PAIR_TERMS_H_
