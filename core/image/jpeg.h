// JPEG through libjpeg itself, whose warnings tell a damaged file from a whole one.
#ifndef FACET_CORE_IMAGE_JPEG_H_
#define FACET_CORE_IMAGE_JPEG_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/api/image.h"

namespace facet {

struct DecodedJpeg {
  Image image;          // as stored, not yet turned
  int orientation = 1;  // EXIF, 1..8; 1 if the file does not say
};

// InvalidArgument: "header says WxH, ...", "truncated JPEG: <libjpeg's words>", "corrupt JPEG:
// ...".
absl::StatusOr<DecodedJpeg> DecodeJpeg(std::string_view bytes, int64_t max_pixels);

}  // namespace facet

#endif  // FACET_CORE_IMAGE_JPEG_H_
