// Image files -> pixels, suspicious of everything.
//
// OpenCV alone takes a truncated JPEG for a whole one (grey fill, a warning on stderr) and a header
// of 30000 x 30000 for 2.7 GB. Here the header is read first, and libjpeg's warnings count.
#ifndef FACET_CORE_IMAGE_IMAGE_IO_H_
#define FACET_CORE_IMAGE_IMAGE_IO_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/api/image.h"

namespace facet {

struct ImageLimits {
  int64_t max_pixels = 64'000'000;  // width * height
};

// JPEG, PNG, PGM/PPM, BMP, TIFF, WebP: by content, never by the name. Grey becomes BGR, alpha is
// dropped, 16 bits become 8. EXIF orientation is applied. InvalidArgument: "empty file", "not an
// image (starts with ...)", "header says 30000x30000, limit ...", "truncated JPEG: <libjpeg's
// words>". Messages do not name the file; the caller does.
absl::StatusOr<Image> DecodeImage(std::string_view bytes, const ImageLimits& limits = {});

// ReadFile + DecodeImage; the message begins with the path.
absl::StatusOr<Image> ReadImage(const std::string& path, const ImageLimits& limits = {});

absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality);  // 1..100
absl::StatusOr<std::string> EncodePng(const Image& image);

// The crop of `crop` (aligner.h): shorter side `shorter_side_px`, the other by `aspect` (rounded),
// sampled so that shrinking does not alias (area weighting), border pixels repeated outside the
// image. crop_from_image maps image px to crop units.
Image RenderCrop(const Image& image, const std::array<double, 6>& crop_from_image, double aspect,
                 int shorter_side_px);

}  // namespace facet

#endif  // FACET_CORE_IMAGE_IMAGE_IO_H_
