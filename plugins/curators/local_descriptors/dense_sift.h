// Dense SIFT at several scales (VLFeat's dsift), as RootSIFT: steps 1 and 2 of the Fisher vector
// faces of Simonyan, Parkhi, Vedaldi, Zisserman (BMVC 2013).
//
// A descriptor has 4 x 4 bins of `bin_size_px` and 8 orientations. As the MATLAB interface of
// VLFeat does, it is scaled by 512 and cut to whole numbers of 0 .. 255; RootSIFT (Arandjelovic,
// Zisserman, CVPR 2012) is the element-wise root of that, divided by its l2 norm. Patches without
// any gradient have the descriptor 0.
#ifndef FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_DENSE_SIFT_H_
#define FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_DENSE_SIFT_H_

#include <opencv2/core.hpp>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

constexpr int kSiftSize = 128;

struct DenseSiftOptions {
  int step_px = 1;      // of the scaled image, both ways
  int bin_size_px = 6;  // patches of 24 x 24 px
  // The image's sides are multiplied by these; one that leaves no room for a patch is left out.
  std::vector<double> scales = {1.0, 0.70710678118654752, 0.5, 0.35355339059327376, 0.25};
  bool flat_window = true;  // VLFeat's fast approximation of the Gaussian window
};

struct LocalDescriptors {
  cv::Mat sift;       // [N, 128] float32, of unit length or 0
  cv::Mat positions;  // [N, 2] float32: x and y of the patch's centre in (-1/2, 1/2), from the
                      // image's middle, in its widths and heights
};

// `grey` is 8UC1 or 32FC1. Scale by scale, then row by row. A 160 x 125 px image has 25,934 of
// them. InvalidArgument: another type, values that are not finite, no scale with room, senseless
// options.
absl::StatusOr<LocalDescriptors> DenseSift(const cv::Mat& grey, const DenseSiftOptions& options);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_LOCAL_DESCRIPTORS_DENSE_SIFT_H_
