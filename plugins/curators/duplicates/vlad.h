// VLAD (Jegou, Douze, Schmid, Perez, CVPR 2010; normalised as in "All about VLAD", Arandjelovic,
// Zisserman, CVPR 2013): each descriptor belongs to the nearest word w_k (the first of several),
// and
//   z_k = sum of (x - w_k) over the descriptors of word k,
// then sign(z) sqrt|z|, then each z_k divided by its l2 norm, then all by theirs. A word without
// descriptors stays 0.
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_VLAD_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_VLAD_H_

#include <opencv2/core.hpp>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

// The nearest word of each descriptor; both float32, [N, D] and [K, D].
std::vector<int> NearestWords(const cv::Mat& words, const cv::Mat& descriptors);

// [1, K D] float32 for words [K, D] (gaussian_mixture.h: TrainWords) and descriptors [N >= 1, D].
// InvalidArgument: other shapes or types, not finite.
absl::StatusOr<cv::Mat> EncodeVlad(const cv::Mat& words, const cv::Mat& descriptors);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_VLAD_H_
