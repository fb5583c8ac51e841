// PBM, PGM and PPM, as text and binary. Decoded here: OpenCV takes no heed of maxval, and Debian's
// libnetpbm ends the process at an error.
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/image/formats.h"

namespace facet {
namespace {

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

absl::Status CorruptPnm(std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("corrupt PNM: ", absl::string_view(what.data(), what.size())));
}

// Numbers between blanks and comments ("# ..." up to the line's end).
class PnmText {
 public:
  explicit PnmText(std::string_view bytes) : bytes_(bytes) {}
  size_t at() const { return at_; }

  std::optional<int64_t> Number() {
    if (!SkipBlanks()) return std::nullopt;
    int64_t value = 0;
    for (; at_ < bytes_.size() && absl::ascii_isdigit(bytes_[at_]); ++at_) {
      if (value < 1'000'000'000) value = value * 10 + (bytes_[at_] - '0');
    }
    return value;
  }
  // Of a bitmap, whose digits need no blanks between them.
  std::optional<int64_t> Bit() {
    if (!SkipBlanks()) return std::nullopt;
    return bytes_[at_++] - '0';
  }
  void Skip(size_t count) { at_ += count; }

 private:
  // True at a digit.
  bool SkipBlanks() {
    while (at_ < bytes_.size() && (IsSpace(bytes_[at_]) || bytes_[at_] == '#')) {
      if (bytes_[at_] == '#') {
        while (at_ < bytes_.size() && bytes_[at_] != '\n' && bytes_[at_] != '\r') ++at_;
      } else {
        ++at_;
      }
    }
    return at_ < bytes_.size() && absl::ascii_isdigit(bytes_[at_]);
  }

  std::string_view bytes_;
  size_t at_ = 0;
};

struct PnmHeader {
  int64_t width = 0, height = 0, max = 1, channels = 1;
  bool text = false, bitmap = false;
};

absl::StatusOr<PnmHeader> ReadPnmHeader(char kind, int64_t max_pixels, PnmText* text) {
  PnmHeader header;
  header.text = kind < '4';
  header.bitmap = kind == '1' || kind == '4';
  header.channels = kind == '3' || kind == '6' ? 3 : 1;
  header.width = text->Number().value_or(0);
  header.height = text->Number().value_or(0);
  if (!header.bitmap) header.max = text->Number().value_or(0);
  FACET_RETURN_IF_ERROR(CheckSize(header.width, header.height, max_pixels));
  if (header.max < 1 || header.max > 65535) {
    return CorruptPnm(absl::StrCat("its largest value is ", header.max, ", not 1 .. 65535"));
  }
  return header;
}

void SetPixel(const int64_t* samples, const PnmHeader& header, uint8_t* bgr) {
  for (int64_t c = 0; c < 3; ++c) {
    const int64_t value = samples[header.channels == 1 ? 0 : 2 - c];
    const auto max = static_cast<uint64_t>(header.max);
    const uint8_t byte = ToByte(static_cast<uint64_t>(value), max);
    bgr[c] = header.bitmap ? static_cast<uint8_t>(255 - byte) : byte;  // 1 is ink
  }
}

absl::Status ReadText(const PnmHeader& header, PnmText* text, Image* image) {
  for (size_t i = 0; i < image->bgr.size(); i += 3) {
    int64_t samples[3] = {0, 0, 0};
    for (int64_t c = 0; c < header.channels; ++c) {
      const std::optional<int64_t> sample = header.bitmap ? text->Bit() : text->Number();
      if (!sample) {
        return absl::InvalidArgumentError("truncated PNM: it ends before its last pixel");
      }
      if (*sample > header.max) return CorruptPnm("a value is larger than its header says");
      samples[c] = *sample;
    }
    SetPixel(samples, header, &image->bgr[i]);
  }
  return absl::OkStatus();
}

absl::Status ReadBinary(const PnmHeader& header, std::string_view bytes, size_t at, Image* image) {
  const uint64_t size = header.max > 255 ? 2 : 1;
  const auto per_row = static_cast<uint64_t>(header.width * header.channels);
  const uint64_t row_bytes = header.bitmap ? (per_row + 7) / 8 : per_row * size;
  const uint64_t needed = at + row_bytes * static_cast<uint64_t>(header.height);
  if (bytes.size() < needed) {
    return absl::InvalidArgumentError(
        absl::StrCat("truncated PNM: ", bytes.size(), " bytes, its header needs ", needed));
  }
  const IntegerReader read(bytes, /*little=*/false);
  for (int y = 0; y < image->height; ++y, at += row_bytes) {
    for (int x = 0; x < image->width; ++x) {
      const auto column = static_cast<uint64_t>(x);
      int64_t samples[3] = {0, 0, 0};
      if (header.bitmap) {
        samples[0] = static_cast<int64_t>(read(at + column / 8, 1) >> (7 - column % 8) & 1);
      } else {
        for (uint64_t c = 0, n = static_cast<uint64_t>(header.channels); c < n; ++c) {
          samples[c] =
              static_cast<int64_t>(read(at + (column * n + c) * size, static_cast<int>(size)));
        }
      }
      SetPixel(samples, header, image->Pixel(x, y));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DecodedImage> DecodePnm(std::string_view bytes, int64_t max_pixels) {
  PnmText text(bytes);
  text.Skip(2);
  FACET_ASSIGN_OR_RETURN(const PnmHeader header, ReadPnmHeader(bytes[1], max_pixels, &text));
  DecodedImage decoded;
  decoded.image = Image(static_cast<int>(header.width), static_cast<int>(header.height));
  FACET_RETURN_IF_ERROR(header.text ? ReadText(header, &text, &decoded.image)
                                    : ReadBinary(header, bytes, text.at() + 1, &decoded.image));
  return decoded;
}

}  // namespace facet
