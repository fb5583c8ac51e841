// The VLAD of a whole image, by which copies of one photograph are found (paper, stage 4): grey,
// scaled to a fixed area, dense SIFT at five scales, projected and encoded.
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_IMAGE_VLAD_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_IMAGE_VLAD_H_

#include <opencv2/core.hpp>

#include "absl/status/statusor.h"
#include "core/api/image.h"
#include "plugins/curators/duplicates/vlad_vocabulary.h"

namespace facet {

// 8UC1 of about `side_px`^2 pixels, its sides in the image's ratio but not below 20 px.
cv::Mat GreyOfArea(const Image& image, int side_px);

// RootSIFT [N, 128] of GreyOfArea(), every 4 px, patches of 16 px. Patches without any gradient say
// nothing of what is on the picture: they are left out, N may be 0.
absl::StatusOr<cv::Mat> ImageSift(const cv::Mat& grey);

// [1, K P] float32 of unit length; empty for an image without any gradient.
absl::StatusOr<cv::Mat> ImageVlad(const VladVocabulary& vocabulary, const cv::Mat& grey);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_IMAGE_VLAD_H_
