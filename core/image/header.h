// Format and size of an image file from its first bytes, and whether the file is as long as its
// header promises, for the formats that OpenCV decodes for us.
#ifndef FACET_CORE_IMAGE_HEADER_H_
#define FACET_CORE_IMAGE_HEADER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

enum class ImageFormat { kJpeg, kPng, kPnm, kBmp, kTiff, kWebp };

// By content. InvalidArgument: "empty file", "not an image (starts with ...)".
absl::StatusOr<ImageFormat> SniffFormat(std::string_view bytes);

struct ImageSize {
  int64_t width = 0, height = 0;
};

// Size from the header; "truncated PNG: ..." where the file is shorter than it must be. Not for
// JPEG (jpeg.h).
absl::StatusOr<ImageSize> ReadHeader(ImageFormat format, std::string_view bytes);

// InvalidArgument: "header says 30000x30000, limit 64000000 pixels".
absl::Status CheckSize(int64_t width, int64_t height, int64_t max_pixels);

}  // namespace facet

#endif  // FACET_CORE_IMAGE_HEADER_H_
