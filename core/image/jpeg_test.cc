#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>
// After cstdio: it wants FILE and size_t.
#include <jpeglib.h>

#include "core/image/formats_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::StartsWith;

std::string WithSegment(const std::string& jpeg, int marker, const std::string& data) {
  const int length = static_cast<int>(data.size()) + 2;
  return jpeg.substr(0, 2) + Bytes({0xFF, marker, length >> 8, length & 255}) + data +
         jpeg.substr(2);
}

// Four inks as Adobe stores them, 255: no ink. `space`: of the file, JCS_CMYK or JCS_YCCK.
std::string InkJpeg(const std::vector<uint8_t>& inks, J_COLOR_SPACE space) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = info.image_height = 16;
  info.input_components = 4;
  info.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, space);
  jpeg_set_quality(&info, 100, TRUE);
  jpeg_start_compress(&info, TRUE);
  std::vector<uint8_t> row;
  for (int x = 0; x < 16; ++x) row.insert(row.end(), inks.begin(), inks.end());
  JSAMPROW line = row.data();
  while (info.next_scanline < 16) jpeg_write_scanlines(&info, &line, 1);
  jpeg_finish_compress(&info);
  const std::string bytes(reinterpret_cast<char*>(buffer), size);
  jpeg_destroy_compress(&info);
  free(buffer);
  return bytes;
}

// Grey, with as many scans as a progressive file may have of single coefficients.
std::string JpegOfScans(int num_scans) {
  std::vector<jpeg_scan_info> scans = {{1, {0}, 0, 0, 0, 0}};
  for (int low = 1; low >= 0; --low) {  // all but the last bit, then that
    for (int i = 1; i < DCTSIZE2; ++i) scans.push_back({1, {0}, i, i, low == 1 ? 0 : 1, low});
  }
  scans.resize(static_cast<size_t>(num_scans));
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = info.image_height = 16;
  info.input_components = 1;
  info.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  info.scan_info = scans.data();
  info.num_scans = num_scans;
  jpeg_start_compress(&info, TRUE);
  std::vector<uint8_t> row(16, 90);
  JSAMPROW line = row.data();
  while (info.next_scanline < 16) jpeg_write_scanlines(&info, &line, 1);
  jpeg_finish_compress(&info);
  const std::string bytes(reinterpret_cast<char*>(buffer), size);
  jpeg_destroy_compress(&info);
  free(buffer);
  return bytes;
}

TEST(Jpeg, ManyScansAreRefused) {
  for (const int num_scans : {127, 101}) {
    EXPECT_EQ(DecodeImage(JpegOfScans(num_scans)).status().message(),
              "unsupported JPEG: more than 100 scans; convert it to PNG");
  }
  // All of these is not all of the file's coefficients; libjpeg, and facet, say nothing of scans
  // that never came where the end marker did.
  const absl::StatusOr<Image> image = DecodeImage(JpegOfScans(100));
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_NEAR(image->bgr[0], 90, 2);
}

TEST(Jpeg, OrientationIsHeeded) {
  const std::string jpeg = EncodedBy(".jpg", Picture());
  const Image stored = DecodeImage(jpeg).value();
  for (int o = 1; o <= 8; ++o) {
    const std::string turned = WithSegment(jpeg, 0xE1, std::string("Exif\0\0", 6) + Exif(o));
    EXPECT_EQ(DecodeImage(turned)->bgr, Upright(stored, o).bgr) << o;
  }
}

TEST(Jpeg, PixelsAreThoseOfOpenCv) {
  for (int progressive : {0, 1}) {
    const std::string jpeg =
        EncodedBy(".jpg", Picture(), {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
    const cv::Mat theirs =
        cv::imdecode(std::vector<uint8_t>(jpeg.begin(), jpeg.end()), cv::IMREAD_COLOR);
    const Image ours = DecodeImage(jpeg).value();
    EXPECT_EQ(ours.bgr, std::vector<uint8_t>(theirs.data, theirs.data + ours.bgr.size()));
  }
}

// (C, M, Y, K) = (0, 1, 1, 0) of full ink is red.
TEST(Jpeg, FourInksBecomeBgr) {
  for (J_COLOR_SPACE space : {JCS_CMYK, JCS_YCCK}) {
    const std::vector<int> pixels = Pixels(InkJpeg({255, 0, 0, 255}, space));
    EXPECT_NEAR(pixels[0], 0, 3);
    EXPECT_NEAR(pixels[1], 0, 3);
    EXPECT_NEAR(pixels[2], 255, 3);
  }
}

TEST(Jpeg, TwelveBitsAreRefusedByName) {
  std::string jpeg = EncodedBy(".jpg", Picture());
  jpeg[jpeg.find("\xFF\xC0") + 4] = 12;
  EXPECT_EQ(DecodingProblem(jpeg),
            "unsupported JPEG: Unsupported JPEG data precision 12; convert it to PNG");
}

TEST(Jpeg, AnImageWithoutComponentsIsRefused) {
  std::string jpeg = EncodedBy(".jpg", Picture());
  const size_t frame = jpeg.find("\xFF\xC0");
  jpeg.replace(frame + 2, 17, Bytes({0, 8, 8, 0, 16, 0, 16, 0}));  // 16 x 16, no components
  EXPECT_EQ(DecodingProblem(jpeg), "corrupt JPEG: an image without components");
}

TEST(Jpeg, ProfileIsNotApplied) {
  const std::string jpeg = EncodedBy(".jpg", Picture());
  const std::string profile = std::string("ICC_PROFILE\0\1\1", 14) + std::string(128, 'p');
  EXPECT_EQ(Pixels(WithSegment(jpeg, 0xE2, profile)), Pixels(jpeg));
}

TEST(Jpeg, AMissingEndMarkerIsARemarkAndMissingPixelsAreAnError) {
  for (int progressive : {0, 1}) {
    Image image(64, 48);
    for (size_t i = 0; i < image.bgr.size(); ++i) image.bgr[i] = static_cast<uint8_t>(i * i / 7);
    const std::string whole = EncodedBy(".jpg", image, {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
    std::string remark;
    for (size_t missing : {1u, 2u}) {
      EXPECT_EQ(Pixels(whole.substr(0, whole.size() - missing), &remark), Pixels(whole));
      EXPECT_EQ(remark, "a JPEG whose end marker is missing, its pixels are whole");
    }
    EXPECT_EQ(Pixels(whole, &remark), Pixels(whole));
    EXPECT_EQ(remark, "");
    // Three bytes of the last block are not only padding.
    for (size_t missing : {5u, 20u, 300u}) {
      EXPECT_EQ(DecodingProblem(whole.substr(0, whole.size() - missing)),
                "truncated JPEG: Premature end of JPEG file");
    }
  }
}

// Between two scans every bit that was promised has come, and nothing warns.
TEST(Jpeg, AMissingScanIsTruncation) {
  const std::string whole = EncodedBy(".jpg", Picture(), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  int num_cut = 0;
  for (size_t at = whole.find("\xFF\xDA"); at != std::string::npos;
       at = whole.find("\xFF\xDA", at + 1)) {
    if (num_cut++ == 0) continue;  // before the first scan
    EXPECT_THAT(DecodingProblem(whole.substr(0, at)), StartsWith("truncated JPEG: ")) << at;
    EXPECT_THAT(DecodingProblem(whole.substr(0, at) + "\xFF\xC4"), StartsWith("truncated JPEG: "));
  }
  EXPECT_GT(num_cut, 4);
}

}  // namespace
}  // namespace facet
