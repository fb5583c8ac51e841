// The decoders behind image_io.h, one per format: through the format's own library where Debian has
// one that reads from memory and returns its errors.
#ifndef FACET_CORE_IMAGE_FORMATS_H_
#define FACET_CORE_IMAGE_FORMATS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/image.h"

namespace facet {

struct DecodedImage {
  Image image;          // as stored, not yet turned; composed on white
  int orientation = 1;  // EXIF, 1..8; 1 if the file does not say
  std::string remark;   // image_io.h
};

// InvalidArgument: CheckSize's; "truncated PNG: ..."; "corrupt PNG: <the library's words>";
// "unsupported JPEG: ...".
absl::StatusOr<DecodedImage> DecodeJpeg(std::string_view bytes, int64_t max_pixels);
absl::StatusOr<DecodedImage> DecodePng(std::string_view bytes, int64_t max_pixels);
absl::StatusOr<DecodedImage> DecodePnm(std::string_view bytes, int64_t max_pixels);
absl::StatusOr<DecodedImage> DecodeBmp(std::string_view bytes, int64_t max_pixels);
absl::StatusOr<DecodedImage> DecodeTiff(std::string_view bytes, int64_t max_pixels);
absl::StatusOr<DecodedImage> DecodeWebp(std::string_view bytes, int64_t max_pixels);

// InvalidArgument: "header says 30000x30000, limit 64000000 pixels".
absl::Status CheckSize(int64_t width, int64_t height, int64_t max_pixels);

// EXIF data (a TIFF structure, with or without "Exif\0\0" before it) -> its orientation; 1 where it
// does not say.
int ExifOrientation(std::string_view exif);

// Integers of 1..8 bytes at an offset; 0 beyond the end.
class IntegerReader {
 public:
  IntegerReader(std::string_view bytes, bool little) : bytes_(bytes), little_(little) {}
  uint64_t operator()(uint64_t at, int num_bytes) const;

 private:
  std::string_view bytes_;
  bool little_;
};

// A value of 0..max as 0..255, rounded.
inline uint8_t ToByte(uint64_t value, uint64_t max) {
  return static_cast<uint8_t>(((value < max ? value : max) * 255 + max / 2) / max);
}

// A colour of that opacity on white paper.
inline uint8_t OnWhite(int colour, int alpha) {
  return static_cast<uint8_t>((colour * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace facet

#endif  // FACET_CORE_IMAGE_FORMATS_H_
