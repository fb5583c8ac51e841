#include "plugins/aligners/patches/canonical_patch.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "plugins/opencv/opencv.h"

namespace facet {

absl::StatusOr<Affine> PatchFromImage(const Box& box, const PatchSize& size) {
  const double side = (box.width + box.height) / 2;
  const Point centre = box.Centre();
  // Negated, so that NaN is refused too; the limit keeps pixels within int.
  if (!(side > 0 && side < 1e6 && std::abs(centre.x) < 1e6 && std::abs(centre.y) < 1e6)) {
    return absl::InvalidArgumentError(absl::StrCat("landmarks need a box with an area, got ",
                                                   box.width, " x ", box.height, " px at (", box.x,
                                                   ", ", box.y, ")"));
  }
  const double scale = size.box_px / side;
  const double middle = (size.side_px() - 1) / 2.0;
  return Affine{{scale, 0, middle - scale * centre.x, 0, scale, middle - scale * centre.y}};
}

absl::StatusOr<CanonicalPatch> CutCanonicalPatch(const Image& image, const Box& box,
                                                 const PatchSize& size) {
  if (image.width < 1 || image.height < 1) return absl::InvalidArgumentError("the image is empty");
  FACET_ASSIGN_OR_RETURN(const Affine patch_from_image, PatchFromImage(box, size));
  const double shrink = 1.0 / patch_from_image.m[0];  // image px per patch px
  // What the patch sees, with room for the smoothing, clipped to the image but never empty.
  const int room = static_cast<int>(std::ceil(4 * std::max(1.0, shrink)));
  const double end = size.side_px() - 1;
  const Point first = patch_from_image.Inverse()({0, 0});
  const Point last = patch_from_image.Inverse()({end, end});
  const auto clip = [](double value, int limit) {
    return static_cast<int>(std::clamp(std::floor(value), 0.0, limit - 1.0));
  };
  const cv::Point from(clip(first.x - room, image.width), clip(first.y - room, image.height));
  const cv::Point to(clip(last.x + room, image.width) + 1, clip(last.y + room, image.height) + 1);
  CanonicalPatch patch;
  patch.patch_from_image = patch_from_image;
  try {
    cv::Mat region;
    cv::cvtColor(View(image)(cv::Rect(from, to)), region, cv::COLOR_BGR2GRAY);
    if (shrink > 1) {
      // A pixel of the patch stands for shrink x shrink ones: a Gaussian that, with the sampling's
      // own, has about the spread of their mean.
      const double sigma = 0.5 * std::sqrt(shrink * shrink - 1);
      if (sigma > 0.1) {
        cv::GaussianBlur(region, region, cv::Size(), sigma, sigma, cv::BORDER_REPLICATE);
      }
    }
    const auto& m = patch_from_image.m;
    const cv::Matx23d patch_from_region(m[0], 0, m[2] + m[0] * from.x, 0, m[4],
                                        m[5] + m[4] * from.y);
    cv::warpAffine(region, patch.grey, patch_from_region, cv::Size(size.side_px(), size.side_px()),
                   cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  } catch (const cv::Exception& error) {
    return OpenCvError("cutting the patch of a face", error);
  }
  return patch;
}

}  // namespace facet
