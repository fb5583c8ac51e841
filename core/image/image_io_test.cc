#include "core/image/image_io.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "core/api/aligner.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

// Smooth, different in every channel and corner, so that turns and channel swaps show.
Image Gradient(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      uint8_t* pixel = image.Pixel(x, y);
      pixel[0] = static_cast<uint8_t>(255 * x / width);
      pixel[1] = static_cast<uint8_t>(255 * y / height);
      pixel[2] = static_cast<uint8_t>(200 - 100 * x / width);
    }
  }
  return image;
}

// A value that has nothing to do with its neighbours'.
Image Noise(int width, int height) {
  Image image(width, height);
  uint32_t state = 1;
  for (uint8_t& value : image.bgr) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<uint8_t>(state >> 24);
  }
  return image;
}

std::string Jpeg() { return EncodeJpeg(Gradient(120, 80), 90).value(); }

std::string Problem(const std::string& bytes) {
  return std::string(DecodeImage(bytes).status().message());
}

std::string EncodeAs(const char* extension, const cv::Mat& mat) {
  std::vector<uint8_t> bytes;
  EXPECT_TRUE(cv::imencode(extension, mat, bytes)) << extension;
  return std::string(bytes.begin(), bytes.end());
}

std::string EncodeAs(const char* extension, Image image) {
  return EncodeAs(extension, cv::Mat(image.height, image.width, CV_8UC3, image.bgr.data()));
}

double MaxDifference(const Image& a, const Image& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  double most = 0;
  for (size_t i = 0; i < a.bgr.size() && i < b.bgr.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(a.bgr[i]) - b.bgr[i]));
  }
  return most;
}

// Replaces the size in the frame header (SOF0: FF C0, length, precision, height, width).
std::string WithSize(std::string jpeg, int width, int height) {
  const size_t at = jpeg.find("\xFF\xC0");
  EXPECT_NE(at, std::string::npos);
  jpeg[at + 5] = static_cast<char>(height >> 8);
  jpeg[at + 6] = static_cast<char>(height);
  jpeg[at + 7] = static_cast<char>(width >> 8);
  jpeg[at + 8] = static_cast<char>(width);
  return jpeg;
}

TEST(DecodeImage, JpegComesBackWithinItsLoss) {
  // Quality 90 on a gradient: a few grey levels.
  EXPECT_LE(MaxDifference(DecodeImage(Jpeg()).value(), Gradient(120, 80)), 12);
}

TEST(DecodeImage, LosslessFormatsComeBackExactly) {
  const Image image = Noise(37, 23);
  for (const char* extension : {".png", ".bmp", ".ppm", ".tiff"}) {
    const absl::StatusOr<Image> back = DecodeImage(EncodeAs(extension, image));
    ASSERT_TRUE(back.ok()) << extension << back.status();
    EXPECT_EQ(back->bgr, image.bgr) << extension;
  }
  EXPECT_TRUE(DecodeImage(EncodeAs(".webp", Gradient(64, 48))).ok());
}

TEST(DecodeImage, GreyAlphaAndDeepPixelsBecomeBgr8) {
  const Image grey = DecodeImage(EncodeAs(".pgm", cv::Mat(5, 4, CV_8UC1, cv::Scalar(77)))).value();
  EXPECT_EQ(grey.bgr, std::vector<uint8_t>(5 * 4 * 3, 77));
  const Image alpha =
      DecodeImage(EncodeAs(".png", cv::Mat(5, 4, CV_8UC4, cv::Scalar(9, 9, 9, 255)))).value();
  EXPECT_EQ(alpha.bgr, std::vector<uint8_t>(5 * 4 * 3, 9));
  const Image deep =
      DecodeImage(EncodeAs(".png", cv::Mat(5, 4, CV_16UC1, cv::Scalar(0x4D00)))).value();
  EXPECT_EQ(deep.bgr, std::vector<uint8_t>(5 * 4 * 3, 0x4D));
  const Image grey_jpeg =
      DecodeImage(EncodeAs(".jpg", cv::Mat(8, 8, CV_8UC1, cv::Scalar(128)))).value();
  EXPECT_EQ(grey_jpeg.bgr, std::vector<uint8_t>(8 * 8 * 3, 128));
}

TEST(DecodeImage, TruncatedJpegIsRefusedWhereverItIsCut) {
  const std::string whole = Jpeg();
  for (size_t keep : {whole.size() - 5, whole.size() * 9 / 10, whole.size() / 2}) {
    EXPECT_EQ(Problem(whole.substr(0, keep)).substr(0, 16), "truncated JPEG: ") << keep;
  }
  EXPECT_EQ(Problem(whole.substr(0, 30)).substr(0, 16), "truncated JPEG: ");
}

TEST(DecodeImage, EveryTruncationOfTheOtherFormatsIsRefused) {
  const Image image = Noise(16, 9);
  for (const char* extension : {".png", ".bmp", ".ppm", ".webp"}) {
    const std::string whole = EncodeAs(extension, image);
    for (size_t keep = 0; keep < whole.size(); ++keep) {
      ASSERT_FALSE(DecodeImage(whole.substr(0, keep)).ok())
          << extension << " cut to " << keep << " of " << whole.size();
    }
  }
}

TEST(DecodeImage, DamagedEntropyCodedDataIsRefused) {
  std::string jpeg = EncodeJpeg(Noise(64, 64), 90).value();
  // All ones (FF 00: a stuffed FF) is no Huffman code.
  for (size_t i = jpeg.size() / 2; i < jpeg.size() / 2 + 20; ++i) jpeg[i] = i % 2 ? '\xFF' : '\0';
  EXPECT_EQ(Problem(jpeg).substr(0, 14), "corrupt JPEG: ") << Problem(jpeg);
  std::string png = EncodePng(Noise(64, 64)).value();
  png[png.size() / 2] ^= 0x40;
  EXPECT_EQ(Problem(png).substr(0, 13), "corrupt PNG: ") << Problem(png);
}

TEST(DecodeImage, ExtraneousBytesDoNotMakeAJpegBad) {
  std::string jpeg = Jpeg();
  EXPECT_TRUE(DecodeImage(jpeg + std::string(100, 'x')).ok());
  jpeg.insert(jpeg.size() - 2, "\x11\x22");  // before the end marker, as some cameras write
  EXPECT_TRUE(DecodeImage(jpeg).ok());
}

TEST(DecodeImage, HeadersAreBelievedBeforePixelsAreAllocated) {
  EXPECT_EQ(Problem(WithSize(Jpeg(), 30000, 30000)),
            "header says 30000x30000, limit 64000000 pixels");
  EXPECT_EQ(Problem(WithSize(Jpeg(), 0, 0)), "header says 0x0: no pixels");
  std::string png = EncodePng(Gradient(8, 8)).value();
  png.replace(16, 8, std::string("\0\0\x75\x30\0\0\x75\x30", 8));
  EXPECT_EQ(Problem(png), "header says 30000x30000, limit 64000000 pixels");
  png.replace(16, 8, std::string(8, '\0'));
  EXPECT_EQ(Problem(png), "header says 0x0: no pixels");
  EXPECT_EQ(Problem("P2 100000 100000 255\n1 2 3"),
            "header says 100000x100000, limit 64000000 pixels");
  std::string tiff = EncodeAs(".tiff", Gradient(8, 8));
  EXPECT_FALSE(DecodeImage(tiff, {/*max_pixels=*/63}).ok());
  EXPECT_TRUE(DecodeImage(tiff, {/*max_pixels=*/64}).ok());
  std::string webp = EncodeAs(".webp", Gradient(16, 8));
  EXPECT_EQ(std::string(DecodeImage(webp, {/*max_pixels=*/127}).status().message()),
            "header says 16x8, limit 127 pixels");
}

TEST(DecodeImage, WhatIsNoImageIsNamed) {
  EXPECT_EQ(Problem(""), "empty file");
  EXPECT_EQ(Problem("<html>404</html>"),
            "not an image (starts with \"<html>404</h\"); known: JPEG, PNG, PGM/PPM, BMP, TIFF, "
            "WebP");
  EXPECT_EQ(Problem(std::string("\0\x01", 2)).substr(0, 12), "not an image");
}

TEST(ReadImage, MessageBeginsWithThePath) {
  const std::string path = testing::TempDir() + "/not_an_image.jpg";
  std::FILE* file = std::fopen(path.c_str(), "w");
  std::fputs("hello", file);
  std::fclose(file);
  const absl::Status status = ReadImage(path).status();
  EXPECT_EQ(std::string(status.message()).substr(0, path.size() + 2), path + ": ");
}

TEST(Encode, PngIsLosslessAndEmptyImagesAreRefused) {
  const Image image = Noise(7, 5);
  EXPECT_EQ(DecodeImage(EncodePng(image).value())->bgr, image.bgr);
  EXPECT_FALSE(EncodeJpeg(Image(), 90).ok());
}

TEST(RenderCrop, CropAtScaleOneIsExact) {
  const Image image = Noise(50, 40);
  // Pixel columns 7..26 and rows 11..30 (geometry.h: a box starts half a pixel before its first).
  const Alignment alignment = CropOfBox({6.5, 10.5, 20, 20}, 1.0);
  const Image crop = RenderCrop(image, alignment.crop_from_image.m, alignment.aspect, 20);
  ASSERT_EQ(crop.width, 20);
  ASSERT_EQ(crop.height, 20);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 20; ++x) {
      for (int c = 0; c < 3; ++c) ASSERT_EQ(crop.Pixel(x, y)[c], image.Pixel(x + 7, y + 11)[c]);
    }
  }
}

// As the manual says it, one sample after the other, in floats.
uint8_t NaiveChannel(const Image& image, const Affine& image_from_pixel, int column, int row, int n,
                     int c) {
  float sum = 0;
  for (int k = 0; k < n * n; ++k) {
    const Point at =
        image_from_pixel({column + (k % n + 0.5) / n - 0.5, row + (k / n + 0.5) / n - 0.5});
    const double px = std::clamp(at.x, 0.0, image.width - 1.0);
    const double py = std::clamp(at.y, 0.0, image.height - 1.0);
    const int x = static_cast<int>(px), y = static_cast<int>(py);
    const int right = std::min(x + 1, image.width - 1), below = std::min(y + 1, image.height - 1);
    const auto wx = static_cast<float>(px - x), wy = static_cast<float>(py - y);
    const float w11 = wx * wy, w10 = wy - w11, w01 = wx - w11, w00 = 1.0f - wx - w10;
    sum += w00 * image.Pixel(x, y)[c] + w01 * image.Pixel(right, y)[c] +
           w10 * image.Pixel(x, below)[c] + w11 * image.Pixel(right, below)[c];
  }
  const float mean = sum * (1.0f / (static_cast<float>(n) * static_cast<float>(n)));
  return static_cast<uint8_t>(std::clamp(mean + 0.5f, 0.0f, 255.0f));
}

TEST(RenderCrop, EqualsOneSampleAfterTheOther) {
  const Image image = Noise(37, 29);
  // Crops of 16 px of one px or less of the image to a pixel, of two and of four; upright and turned;
  // the second ones leave the image.
  for (const double side : {12.0, 30.0, 60.0}) {
    for (const double turn : {0.0, 0.4}) {
      const int n = std::max(1, static_cast<int>(std::ceil(side / 16)));
      const double c = std::cos(turn) / side, s = std::sin(turn) / side;
      const Affine crop_from_image = {{c, s, 0.5 - 18 * c - 14 * s, -s, c, 0.5 + 18 * s - 14 * c}};
      const Affine image_from_pixel =
          crop_from_image.Inverse().After({{1.0 / 16, 0, 0.5 / 16, 0, 1.0 / 16, 0.5 / 16}});
      const Image crop = RenderCrop(image, crop_from_image.m, 1.0, 16);
      for (int i = 0; i < 3 * 16 * 16; ++i) {
        const int column = i / 3 % 16, row = i / 3 / 16;
        ASSERT_EQ(crop.bgr[static_cast<size_t>(i)],
                  NaiveChannel(image, image_from_pixel, column, row, n, i % 3))
            << side << " px, turned by " << turn << ", at " << column << ", " << row;
      }
    }
  }
  // The smallest images that there are.
  for (const int width : {1, 2}) {
    const Image small = Noise(width, 1);
    const Image crop = RenderCrop(small, {1, 0, 0.5, 0, 1, 0.5}, 1.0, 1);
    for (int c = 0; c < 3; ++c) EXPECT_EQ(crop.bgr[c], small.bgr[c]);
  }
}

TEST(RenderCrop, AspectIsKeptAndRounded) {
  const Image image = Noise(50, 40);
  const Alignment wide = CropOfBox({0, 0, 30, 20}, 1.0);
  const Image crop = RenderCrop(image, wide.crop_from_image.m, wide.aspect, 10);
  EXPECT_EQ(crop.width, 15);
  EXPECT_EQ(crop.height, 10);
  const Alignment tall = CropOfBox({0, 0, 20, 33}, 1.0);
  EXPECT_EQ(RenderCrop(image, tall.crop_from_image.m, tall.aspect, 10).height, 17);  // 16.5
}

TEST(RenderCrop, OutsideTheImageBorderPixelsAreRepeated) {
  const Image image = Noise(10, 10);
  const Alignment alignment = CropOfBox({-5.5, -5.5, 10, 10}, 1.0);
  const Image crop = RenderCrop(image, alignment.crop_from_image.m, alignment.aspect, 10);
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 10; ++x) {
      const uint8_t* expected = image.Pixel(std::max(0, x - 5), std::max(0, y - 5));
      for (int c = 0; c < 3; ++c) ASSERT_EQ(crop.Pixel(x, y)[c], expected[c]);
    }
  }
  // Far outside: the corner's colour, and no overflow.
  const Alignment far = CropOfBox({1e12, 1e12, 10, 10}, 1.0);
  const Image away = RenderCrop(image, far.crop_from_image.m, far.aspect, 4);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(away.bgr[c], image.Pixel(9, 9)[c]);
}

TEST(RenderCrop, ShrinkingByFourIsTheMeanOfSixteenPixels) {
  const Image image = Noise(64, 64);
  const Alignment alignment = CropOfBox({-0.5, -0.5, 64, 64}, 1.0);
  const Image crop = RenderCrop(image, alignment.crop_from_image.m, alignment.aspect, 16);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      for (int c = 0; c < 3; ++c) {
        int sum = 0;
        for (int i = 0; i < 16; ++i) sum += image.Pixel(4 * x + i % 4, 4 * y + i / 4)[c];
        ASSERT_EQ(crop.Pixel(x, y)[c], (sum + 8) / 16);
      }
    }
  }
}

TEST(RenderCrop, ShrinkingATurnedCropByFourDoesNotAlias) {
  // Stripes of one pixel turned by 0.3 rad: what is left after shrinking by four is their mean.
  Image image(200, 200);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) {
      for (int c = 0; c < 3; ++c) image.Pixel(x, y)[c] = x % 2 == 0 ? 0 : 255;
    }
  }
  const double scale = 1.0 / 100, c = std::cos(0.3) * scale, s = std::sin(0.3) * scale;
  // (100, 100) of the image is the alignment's centre.
  const Affine crop_from_image = {{c, s, 0.5 - 100 * (c + s), -s, c, 0.5 - 100 * (c - s)}};
  const Image crop = RenderCrop(image, crop_from_image.m, 1.0, 25);
  for (uint8_t value : crop.bgr) EXPECT_NEAR(value, 127.5, 12);
}

TEST(RenderCrop, EnlargingASmoothImageInterpolates) {
  Image image(20, 20);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 20; ++x) {
      for (int c = 0; c < 3; ++c) image.Pixel(x, y)[c] = static_cast<uint8_t>(10 * x + 2 * y);
    }
  }
  const Alignment alignment = CropOfBox({4.5, 4.5, 10, 10}, 1.0);
  const Image crop = RenderCrop(image, alignment.crop_from_image.m, alignment.aspect, 40);
  for (int row = 0; row < 40; ++row) {
    for (int column = 0; column < 40; ++column) {
      // A linear function is interpolated exactly; 0.5 is the rounding to 8 bits.
      const double x = 4.5 + (column + 0.5) / 4, y = 4.5 + (row + 0.5) / 4;
      EXPECT_NEAR(crop.Pixel(column, row)[1], 10 * x + 2 * y, 0.501);
    }
  }
}

}  // namespace
}  // namespace facet
