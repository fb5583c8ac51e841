// BMP through OpenCV, but for pixels of 16 and 32 bits: OpenCV reads the masks that say where a
// colour lies in some headers only, and does not stretch 5 bits to 8.
#include <cstdlib>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/image/formats.h"

namespace facet {
namespace {

struct BmpHeader {
  int64_t width = 0, height = 0;  // positive
  bool top_down = false;
  uint64_t header_size = 0, bits = 0, compression = 0, pixels_at = 0;
};

BmpHeader ReadBmpHeader(const IntegerReader& read) {
  BmpHeader header;
  const auto side = [&](uint64_t at) { return int64_t{static_cast<int32_t>(read(at, 4))}; };
  header.header_size = read(14, 4);
  header.pixels_at = read(10, 4);
  if (header.header_size == 12) {  // OS/2: 16-bit sizes
    header.width = static_cast<int64_t>(read(18, 2));
    header.height = static_cast<int64_t>(read(20, 2));
    header.bits = read(24, 2);
    return header;
  }
  header.width = side(18);
  header.height = std::abs(side(22));
  header.top_down = side(22) < 0;
  header.bits = read(28, 2);
  header.compression = read(30, 4);
  return header;
}

// The bits of a pixel that are one channel.
class Channel {
 public:
  explicit Channel(uint64_t mask) : mask_(mask) {
    while (mask != 0 && (mask >> shift_ & 1) == 0) ++shift_;
  }
  bool empty() const { return mask_ == 0; }
  uint8_t Of(uint64_t pixel) const {
    return empty() ? 0 : ToByte((pixel & mask_) >> shift_, mask_ >> shift_);
  }

 private:
  uint64_t mask_;
  int shift_ = 0;
};

constexpr uint64_t kBitFields = 3, kAlphaBitFields = 6;

// 16 or 32 bits, with the header's masks or the usual ones. Without a mask for alpha a fourth byte
// means nothing.
Image ReadMasked(const BmpHeader& header, const IntegerReader& read) {
  const bool masks = header.compression == kBitFields || header.compression == kAlphaBitFields;
  const bool alpha_mask =
      masks && (header.header_size >= 56 || header.compression == kAlphaBitFields);
  const bool wide = header.bits == 32;
  const Channel blue(masks ? read(62, 4) : wide ? 0xFF : 0x1F);
  const Channel green(masks ? read(58, 4) : wide ? 0xFF00 : 0x3E0);
  const Channel red(masks ? read(54, 4) : wide ? 0xFF0000 : 0x7C00);
  const Channel alpha(alpha_mask ? read(66, 4) : 0);
  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  const uint64_t pixel_bytes = header.bits / 8;
  const uint64_t row_bytes = (static_cast<uint64_t>(header.width) * pixel_bytes + 3) / 4 * 4;
  for (int y = 0; y < image.height; ++y) {
    const int stored = header.top_down ? y : image.height - 1 - y;
    uint64_t at = header.pixels_at + static_cast<uint64_t>(stored) * row_bytes;
    for (int x = 0; x < image.width; ++x, at += pixel_bytes) {
      const uint64_t pixel = read(at, static_cast<int>(pixel_bytes));
      const int opacity = alpha.empty() ? 255 : alpha.Of(pixel);
      uint8_t* bgr = image.Pixel(x, y);
      bgr[0] = OnWhite(blue.Of(pixel), opacity);
      bgr[1] = OnWhite(green.Of(pixel), opacity);
      bgr[2] = OnWhite(red.Of(pixel), opacity);
    }
  }
  return image;
}

absl::StatusOr<Image> ReadWithOpenCv(std::string_view bytes) {
  try {
    const cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8UC1,
                          const_cast<char*>(bytes.data()));
    const cv::Mat mat = cv::imdecode(encoded, cv::IMREAD_COLOR);
    if (mat.empty()) return absl::InvalidArgumentError("corrupt BMP: OpenCV cannot decode it");
    Image image(mat.cols, mat.rows);
    mat.copyTo(cv::Mat(image.height, image.width, CV_8UC3, image.bgr.data()));
    return image;
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) return absl::UnavailableError("no memory to decode it");
    return absl::InvalidArgumentError(absl::StrCat("corrupt BMP: OpenCV says ", error.err));
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError("no memory to decode it");
  }
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeBmp(std::string_view bytes, int64_t max_pixels) {
  const IntegerReader read(bytes, /*little=*/true);
  const BmpHeader header = ReadBmpHeader(read);
  FACET_RETURN_IF_ERROR(CheckSize(header.width, header.height, max_pixels));
  const bool run_lengths = header.compression == 1 || header.compression == 2;
  const uint64_t row = (static_cast<uint64_t>(header.width) * header.bits + 31) / 32 * 4;
  const uint64_t needed = header.pixels_at + row * static_cast<uint64_t>(header.height);
  if (!run_lengths && bytes.size() < needed) {
    return absl::InvalidArgumentError(
        absl::StrCat("truncated BMP: ", bytes.size(), " bytes, its header needs ", needed));
  }
  const bool plain = header.compression == 0 || header.compression == kBitFields ||
                     header.compression == kAlphaBitFields;
  DecodedImage decoded;
  if (plain && (header.bits == 16 || header.bits == 32)) {
    decoded.image = ReadMasked(header, read);
    return decoded;
  }
  FACET_ASSIGN_OR_RETURN(decoded.image, ReadWithOpenCv(bytes));
  return decoded;
}

}  // namespace facet
