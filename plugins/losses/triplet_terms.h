// Every triplet of a batch, from a matrix of distances and labels, without a list of triplets.
#ifndef FACET_PLUGINS_LOSSES_TRIPLET_TERMS_H_
#define FACET_PLUGINS_LOSSES_TRIPLET_TERMS_H_

#include <ATen/core/Tensor.h>

namespace facet {

// d [A, N]: distances of the first A images and all N, of these labels. For every a < A, p != a of
// its label and n of another, in this order: d(a, p) - d(a, n), or max(0, that + margin). One
// vector, of as many as there are triplets; no gradient matrix beside d's.
at::Tensor TripletDifferences(const at::Tensor& d, const at::Tensor& labels);
at::Tensor TripletHinges(const at::Tensor& d, const at::Tensor& labels, double margin);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_TRIPLET_TERMS_H_
