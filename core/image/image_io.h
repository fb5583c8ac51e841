// Image files -> upright 8-bit BGR, suspicious of everything. The one place that does: what a
// file's format says about its pixels is heeded as this table says.
//
//             JPEG        PNG            PNM            BMP            TIFF           WebP
// orientation EXIF        eXIf chunk     -              rows either    tag 274        EXIF chunk
//                                                       way up
// range       8 bits      1..16 bits     maxval         1..32 bits,    1..16 bits     8 bits
//                                        1..65535       masks
// grey, inks  grey, CMYK, grey           grey, bitmap   -              grey (black or -
//             YCCK                                                     white 0), CMYK
// alpha       -           channel, tRNS  -              a mask for it  channel        channel
// palette     -           tRNS in it too -              yes            yes            -
// animation   -           still picture  first picture  -              first picture  first frame
//                         (remark)                                     (remark)       (remark)
// profile     ignored     ignored, as is -              ignored        ignored        ignored
//                         gAMA
//
// What may be seen through is composed on white: no hidden colour is looked at. Deep samples are
// cut to 8 bits (PNG) or rounded (the others), small ones stretched. Profiles: stored values are
// taken as sRGB, as OpenCV does and those who train networks with it. A fourth sample
// that is not said to be alpha (BMP without a mask for it, TIFF) means nothing. Refused by name:
// JPEG of 12 bits, TIFF of 32 bits or floats, and GIF, AVIF, HEIC, ... (image_format.h).
//
// OpenCV alone takes a truncated JPEG for a whole one (grey fill, a warning on stderr) and a header
// of 30000 x 30000 for 2.7 GB. Here the header is read first, and the libraries' warnings count.
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

// By content, never by the name. InvalidArgument: "empty file", "a GIF, which facet cannot decode;
// convert it to PNG", "not an image (starts with ...)", "header says 30000x30000, limit ...",
// "truncated JPEG: <libjpeg's words>". Messages do not name the file; the caller does. `remark`:
// what was odd about a file that is taken nevertheless ("an animated WebP, of which the first frame
// is taken"); mostly nothing.
absl::StatusOr<Image> DecodeImage(std::string_view bytes, const ImageLimits& limits = {},
                                  std::string* remark = nullptr);

// ReadFile + DecodeImage; the message begins with the path.
absl::StatusOr<Image> ReadImage(const std::string& path, const ImageLimits& limits = {},
                                std::string* remark = nullptr);

absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality);  // 1..100
absl::StatusOr<std::string> EncodePng(const Image& image);

// The crop of `crop` (aligner.h): shorter side `shorter_side_px`, the other by `aspect` (rounded),
// sampled so that shrinking does not alias (area weighting), border pixels repeated outside the
// image. crop_from_image maps image px to crop units.
Image RenderCrop(const Image& image, const std::array<double, 6>& crop_from_image, double aspect,
                 int shorter_side_px);

}  // namespace facet

#endif  // FACET_CORE_IMAGE_IMAGE_IO_H_
