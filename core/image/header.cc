#include "core/image/header.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace facet {
namespace {

bool StartsWith(std::string_view bytes, std::string_view prefix) {
  return bytes.substr(0, prefix.size()) == prefix;
}

// Integers at an offset; 0 beyond the end (sizes of 0 are refused anyway).
class Reader {
 public:
  Reader(std::string_view bytes, bool little) : bytes_(bytes), little_(little) {}
  uint64_t operator()(uint64_t at, int num_bytes) const {
    if (at > bytes_.size() || bytes_.size() - at < static_cast<uint64_t>(num_bytes)) return 0;
    uint64_t value = 0;
    for (int i = 0; i < num_bytes; ++i) {
      const int from = little_ ? num_bytes - 1 - i : i;
      value = value << 8 | static_cast<uint8_t>(bytes_[at + static_cast<uint64_t>(from)]);
    }
    return value;
  }

 private:
  std::string_view bytes_;
  bool little_;
};

absl::Status Truncated(const char* format, uint64_t needed, uint64_t given) {
  return absl::InvalidArgumentError(
      absl::StrCat("truncated ", format, ": ", given, " bytes, its header needs ", needed));
}

// Walks the chunks: a whole file ends in IEND.
absl::StatusOr<ImageSize> ReadPng(std::string_view bytes) {
  const Reader read(bytes, /*little=*/false);
  const ImageSize size = {static_cast<int64_t>(read(16, 4)), static_cast<int64_t>(read(20, 4))};
  uint64_t at = 8;
  while (true) {
    const uint64_t next = at + 12 + read(at, 4);  // length, name, data, checksum
    if (at + 12 > bytes.size() || next > bytes.size()) {
      return absl::InvalidArgumentError("truncated PNG: it ends before its IEND chunk");
    }
    if (bytes.substr(at + 4, 4) == "IEND") return size;
    at = next;
  }
}

// "P5 # comment \n 92 112 255\n": numbers between blanks and comments.
absl::StatusOr<ImageSize> ReadPnm(std::string_view bytes) {
  const char kind = bytes[1];
  size_t at = 2;
  auto number = [&]() -> int64_t {
    while (at < bytes.size() && (absl::ascii_isspace(bytes[at]) || bytes[at] == '#')) {
      if (bytes[at] == '#') at = std::min(bytes.find('\n', at), bytes.size() - 1);
      ++at;
    }
    int64_t value = 0;
    while (at < bytes.size() && absl::ascii_isdigit(bytes[at]) && value < 1'000'000'000) {
      value = value * 10 + (bytes[at++] - '0');
    }
    return value;
  };
  ImageSize size;
  size.width = number();
  size.height = number();
  const bool bitmap = kind == '1' || kind == '4';
  const int64_t max_value = bitmap ? 1 : number();
  if (kind < '4') return size;  // text: OpenCV refuses what is too short
  const uint64_t samples = static_cast<uint64_t>(size.width) * (kind == '6' ? 3 : 1);
  const uint64_t row = bitmap ? (samples + 7) / 8 : samples * (max_value > 255 ? 2 : 1);
  const uint64_t needed = at + 1 + row * static_cast<uint64_t>(size.height);
  if (bytes.size() < needed) return Truncated("PNM", needed, bytes.size());
  return size;
}

absl::StatusOr<ImageSize> ReadBmp(std::string_view bytes) {
  const Reader read(bytes, /*little=*/true);
  const bool old = read(14, 4) == 12;  // OS/2 header: 16-bit sizes
  const ImageSize size = {
      old ? static_cast<int64_t>(read(18, 2)) : static_cast<int32_t>(read(18, 4)),
      old ? static_cast<int64_t>(read(20, 2))
          : std::abs(static_cast<int64_t>(static_cast<int32_t>(read(22, 4))))};
  const uint64_t bits = old ? read(24, 2) : read(28, 2);
  const bool packed = !old && (read(30, 4) == 1 || read(30, 4) == 2);  // run lengths
  if (packed || size.width <= 0 || size.height <= 0) return size;
  const uint64_t row = (static_cast<uint64_t>(size.width) * bits + 31) / 32 * 4;
  const uint64_t needed = read(10, 4) + row * static_cast<uint64_t>(size.height);
  if (bytes.size() < needed) return Truncated("BMP", needed, bytes.size());
  return size;
}

// Tags 256 and 257 of the first directory.
absl::StatusOr<ImageSize> ReadTiff(std::string_view bytes) {
  const Reader read(bytes, bytes[0] == 'I');
  const uint64_t directory = read(4, 4);
  const uint64_t entries = read(directory, 2);
  ImageSize size;
  for (uint64_t i = 0; i < entries; ++i) {
    const uint64_t entry = directory + 2 + 12 * i;
    if (entry + 12 > bytes.size()) break;
    const uint64_t tag = read(entry, 2);
    const int64_t value = static_cast<int64_t>(read(entry + 8, read(entry + 2, 2) == 3 ? 2 : 4));
    if (tag == 256) size.width = value;
    if (tag == 257) size.height = value;
  }
  if (directory >= bytes.size()) return Truncated("TIFF", directory + 2, bytes.size());
  return size;
}

// The three kinds of WebP: lossy, lossless, extended.
absl::StatusOr<ImageSize> ReadWebp(std::string_view bytes) {
  const Reader read(bytes, /*little=*/true);
  const uint64_t needed = read(4, 4) + 8;
  if (bytes.size() < needed) return Truncated("WebP", needed, bytes.size());
  const std::string_view kind = bytes.substr(12, 4);
  if (kind == "VP8 ") {
    return ImageSize{static_cast<int64_t>(read(26, 2) & 0x3FFF),
                     static_cast<int64_t>(read(28, 2) & 0x3FFF)};
  }
  if (kind == "VP8L") {
    const uint64_t packed = read(21, 4);
    return ImageSize{static_cast<int64_t>(packed & 0x3FFF) + 1,
                     static_cast<int64_t>(packed >> 14 & 0x3FFF) + 1};
  }
  return ImageSize{static_cast<int64_t>(read(24, 3)) + 1, static_cast<int64_t>(read(27, 3)) + 1};
}

}  // namespace

absl::StatusOr<ImageFormat> SniffFormat(std::string_view bytes) {
  if (bytes.empty()) return absl::InvalidArgumentError("empty file");
  if (StartsWith(bytes, "\xFF\xD8\xFF")) return ImageFormat::kJpeg;
  if (StartsWith(bytes, "\x89PNG\r\n\x1A\n")) return ImageFormat::kPng;
  if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
      absl::ascii_isspace(static_cast<unsigned char>(bytes[2]))) {
    return ImageFormat::kPnm;
  }
  if (StartsWith(bytes, "BM") && bytes.size() > 26) return ImageFormat::kBmp;
  if (StartsWith(bytes, std::string_view("II*\0", 4)) ||
      StartsWith(bytes, std::string_view("MM\0*", 4))) {
    return ImageFormat::kTiff;
  }
  if (StartsWith(bytes, "RIFF") && bytes.substr(std::min<size_t>(8, bytes.size()), 4) == "WEBP") {
    return ImageFormat::kWebp;
  }
  const std::string_view start = bytes.substr(0, 12);
  return absl::InvalidArgumentError(
      absl::StrCat("not an image (starts with \"",
                   absl::CHexEscape(absl::string_view(start.data(), start.size())),
                   "\"); known: JPEG, PNG, PGM/PPM, BMP, TIFF, WebP"));
}

absl::StatusOr<ImageSize> ReadHeader(ImageFormat format, std::string_view bytes) {
  switch (format) {
    case ImageFormat::kPng:
      return ReadPng(bytes);
    case ImageFormat::kPnm:
      return ReadPnm(bytes);
    case ImageFormat::kBmp:
      return ReadBmp(bytes);
    case ImageFormat::kTiff:
      return ReadTiff(bytes);
    case ImageFormat::kWebp:
      return ReadWebp(bytes);
    case ImageFormat::kJpeg:
      break;
  }
  return absl::InternalError("a JPEG header is libjpeg's to read");
}

absl::Status CheckSize(int64_t width, int64_t height, int64_t max_pixels) {
  if (width > 0 && height > 0 && width <= max_pixels / height) return absl::OkStatus();
  const std::string size = absl::StrCat("header says ", width, "x", height);
  if (width <= 0 || height <= 0) return absl::InvalidArgumentError(size + ": no pixels");
  return absl::InvalidArgumentError(absl::StrCat(size, ", limit ", max_pixels, " pixels"));
}

}  // namespace facet
