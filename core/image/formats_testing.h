// Shared by the tests of the decoders: one for each cell of the table in image_io.h. Files are made
// by the formats' libraries or byte by byte; what must come out, by the plainest formula.
#ifndef FACET_CORE_IMAGE_FORMATS_TESTING_H_
#define FACET_CORE_IMAGE_FORMATS_TESTING_H_

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "core/image/image_io.h"
#include "gtest/gtest.h"

namespace facet {

inline std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (int value : values) bytes += static_cast<char>(value);
  return bytes;
}

inline std::string Little(uint64_t value, int num_bytes) {
  std::string bytes;
  for (int i = 0; i < num_bytes; ++i) bytes += static_cast<char>(value >> 8 * i);
  return bytes;
}

// 5 x 3 px, different everywhere.
inline Image Picture() {
  Image image(5, 3);
  for (size_t i = 0; i < image.bgr.size(); ++i) image.bgr[i] = static_cast<uint8_t>(5 * i + 3);
  return image;
}

// Exif 2.3, tag 274: the pixel of the stored image that (x, y) of the upright one is.
inline Image Upright(const Image& stored, int orientation) {
  const int w = stored.width, h = stored.height;
  const bool turned = orientation >= 5;
  Image image(turned ? h : w, turned ? w : h);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int places[8][2] = {{x, y}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y}, {x, h - 1 - y},
                                {y, x}, {y, h - 1 - x}, {w - 1 - y, h - 1 - x}, {w - 1 - y, x}};
      const int* place = places[orientation - 1];
      for (int c = 0; c < 3; ++c) image.Pixel(x, y)[c] = stored.Pixel(place[0], place[1])[c];
    }
  }
  return image;
}

// On white paper, as a fraction.
inline int OverWhite(double colour, double opacity) {
  return static_cast<int>(std::lround(colour * opacity + 255 * (1 - opacity)));
}

inline std::vector<int> Pixels(const std::string& file, std::string* remark = nullptr) {
  const absl::StatusOr<Image> image = DecodeImage(file, {}, remark);
  EXPECT_TRUE(image.ok()) << image.status();
  return image.ok() ? std::vector<int>(image->bgr.begin(), image->bgr.end()) : std::vector<int>();
}

inline std::string DecodingProblem(const std::string& file) {
  return std::string(DecodeImage(file).status().message());
}

// A TIFF structure of one entry, the orientation: what EXIF is.
inline std::string Exif(int orientation) {
  return "II*" + Bytes({0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0}) +
         std::string(4, '\0');
}
inline std::string EncodedBy(const char* extension, const Image& image,
                             const std::vector<int>& parameters = {}) {
  std::vector<uint8_t> bytes;
  const cv::Mat mat(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
  EXPECT_TRUE(cv::imencode(extension, mat, bytes, parameters));
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace facet

#endif  // FACET_CORE_IMAGE_FORMATS_TESTING_H_
