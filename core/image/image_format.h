// Which format a file has, by its first bytes. Apart from the decoders: the lists of data sets and
// the downloads ask it too, without OpenCV.
#ifndef FACET_CORE_IMAGE_IMAGE_FORMAT_H_
#define FACET_CORE_IMAGE_IMAGE_FORMAT_H_

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"

namespace facet {

enum class ImageFormat { kJpeg, kPng, kPnm, kBmp, kTiff, kWebp };

// So many first bytes are enough.
inline constexpr size_t kImageStartBytes = 32;

// InvalidArgument: "empty file", "a GIF, which facet cannot decode; convert it to PNG", "not an
// image (starts with ...)".
absl::StatusOr<ImageFormat> SniffFormat(std::string_view start);

// "GIF", "AVIF", ...: the name of a format of pictures that facet cannot decode. Empty: another
// file.
std::string_view UndecodableFormat(std::string_view start);

}  // namespace facet

#endif  // FACET_CORE_IMAGE_IMAGE_FORMAT_H_
