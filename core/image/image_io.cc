#include "core/image/image_io.h"

#include <cstring>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <utility>

#include "core/base/check.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/image/formats.h"
#include "core/image/image_format.h"

namespace facet {
namespace {

cv::Mat View(const Image& image) {
  return cv::Mat(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
}

Image FromMat(const cv::Mat& mat) {
  FACET_CHECK(mat.type() == CV_8UC3);
  Image image(mat.cols, mat.rows);
  mat.copyTo(View(image));
  return image;
}

// EXIF: 2 mirrored, 3 turned by 180, 4 upside down, 5..8 the same after exchanging rows and
// columns.
Image Upright(Image image, int orientation) {
  if (orientation == 1) return image;
  cv::Mat mat = View(image);
  cv::Mat turned;
  if (orientation >= 5) {
    cv::transpose(mat, turned);
    mat = turned.clone();
  }
  switch (orientation) {
    case 2:
    case 6:
      cv::flip(mat, turned, 1);
      break;
    case 3:
    case 7:
      cv::flip(mat, turned, -1);
      break;
    case 4:
    case 8:
      cv::flip(mat, turned, 0);
      break;
    default:
      break;
  }
  return FromMat(turned);
}

absl::StatusOr<DecodedImage> DecodeAs(ImageFormat format, std::string_view bytes,
                                      int64_t max_pixels) {
  switch (format) {
    case ImageFormat::kJpeg:
      return DecodeJpeg(bytes, max_pixels);
    case ImageFormat::kPng:
      return DecodePng(bytes, max_pixels);
    case ImageFormat::kPnm:
      return DecodePnm(bytes, max_pixels);
    case ImageFormat::kBmp:
      return DecodeBmp(bytes, max_pixels);
    case ImageFormat::kTiff:
      return DecodeTiff(bytes, max_pixels);
    case ImageFormat::kWebp:
      return DecodeWebp(bytes, max_pixels);
  }
  return absl::InternalError("a format without a decoder");
}

absl::StatusOr<std::string> Encode(const Image& image, const char* extension,
                                   const std::vector<int>& parameters) {
  if (image.width < 1 || image.height < 1) {
    return absl::InvalidArgumentError("an image without pixels cannot be encoded");
  }
  std::vector<uint8_t> bytes;
  try {
    if (cv::imencode(extension, View(image), bytes, parameters)) {
      return std::string(bytes.begin(), bytes.end());
    }
  } catch (const cv::Exception& error) {
    return absl::InternalError(absl::StrCat("encoding ", extension, ": ", error.err));
  }
  return absl::InternalError(absl::StrCat("encoding ", extension, " failed"));
}

}  // namespace

absl::StatusOr<Image> DecodeImage(std::string_view bytes, const ImageLimits& limits,
                                  std::string* remark) {
  FACET_ASSIGN_OR_RETURN(const ImageFormat format, SniffFormat(bytes));
  try {
    FACET_ASSIGN_OR_RETURN(DecodedImage decoded, DecodeAs(format, bytes, limits.max_pixels));
    if (remark != nullptr) *remark = std::move(decoded.remark);
    return Upright(std::move(decoded.image), decoded.orientation);
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError("no memory to decode it");
  }
}

absl::StatusOr<Image> ReadImage(const std::string& path, const ImageLimits& limits,
                                std::string* remark) {
  FACET_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<Image> image = DecodeImage(bytes, limits, remark);
  if (!image.ok()) return Annotate(image.status(), path);
  return image;
}

absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality) {
  return Encode(image, ".jpg", {cv::IMWRITE_JPEG_QUALITY, quality});
}

absl::StatusOr<std::string> EncodePng(const Image& image) { return Encode(image, ".png", {}); }

}  // namespace facet
