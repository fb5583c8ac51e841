#include "core/image/formats.h"

#include "absl/strings/str_cat.h"

namespace facet {

uint64_t IntegerReader::operator()(uint64_t at, int num_bytes) const {
  const auto size = static_cast<uint64_t>(num_bytes);
  if (at > bytes_.size() || bytes_.size() - at < size) return 0;
  uint64_t value = 0;
  for (uint64_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<uint8_t>(bytes_[at + (little_ ? size - 1 - i : i)]);
  }
  return value;
}

absl::Status CheckSize(int64_t width, int64_t height, int64_t max_pixels) {
  if (width > 0 && height > 0 && width <= max_pixels / height) return absl::OkStatus();
  const std::string size = absl::StrCat("header says ", width, "x", height);
  if (width <= 0 || height <= 0) return absl::InvalidArgumentError(size + ": no pixels");
  return absl::InvalidArgumentError(absl::StrCat(size, ", limit ", max_pixels, " pixels"));
}

int ExifOrientation(std::string_view exif) {
  if (exif.substr(0, 6) == std::string_view("Exif\0\0", 6)) exif.remove_prefix(6);
  if (exif.size() < 8) return 1;
  const IntegerReader read(exif, exif[0] == 'I');
  const uint64_t directory = read(4, 4), num_entries = read(directory, 2);
  for (uint64_t i = 0; i < num_entries; ++i) {
    const uint64_t entry = directory + 2 + 12 * i;
    if (read(entry, 2) != 0x0112) continue;
    const uint64_t value = read(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace facet
