// Faces described by what tells names apart: linear discriminants (Fisher 1936) of the names that
// they go by, wrong ones among them. What differs between a person's own images, light and pose say,
// weighs less than in the descriptors; most names are right, and nobody's verdict is needed.
#ifndef FACET_PLUGINS_CURATORS_PURITY_NAME_DISCRIMINANTS_H_
#define FACET_PLUGINS_CURATORS_PURITY_NAME_DISCRIMINANTS_H_

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace facet {

// `rows`: float32 [N, D], those of name g from begins[g] to begins[g + 1]; at least three names.
// [N, P] float32 of unit length: rows whitened by the scatter within names, to which its mean
// eigenvalue is added (the scatter is of few images), then projected on the P = min(dimension, names
// - 1, D) directions in which the names' means differ most. One thread, the same bits.
cv::Mat NameDiscriminants(const cv::Mat& rows, const std::vector<int64_t>& begins, int dimension);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_NAME_DISCRIMINANTS_H_
