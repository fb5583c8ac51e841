#include "tests/end_to_end/bad_images.h"

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

namespace facet {
namespace {

constexpr int kSide = 96;

std::string Encode(const cv::Mat& image, const char* extension) {
  std::vector<uint8_t> bytes;
  FACET_CHECK(cv::imencode(extension, image, bytes));
  return std::string(bytes.begin(), bytes.end());
}

// An ellipse on a gradient, with two eyes and a mouth; `view` shifts it.
cv::Mat Head(int identity, int view) {
  cv::Mat image(kSide, kSide, CV_8UC3);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      image.at<cv::Vec3b>(y, x) =
          cv::Vec3b(static_cast<uint8_t>(x + 11 * view % 90), static_cast<uint8_t>(2 * y),
                    static_cast<uint8_t>(60 + (37 * view + x) % 90));
    }
  }
  const int shift = view * 7 % 11 - 5;
  const cv::Point centre(kSide / 2 + shift, kSide / 2 + view * 5 % 7 - 3);
  const cv::Scalar skin(70 + identity * 53 % 120, 90 + identity * 31 % 110,
                        120 + identity * 17 % 120);
  cv::ellipse(image, centre, cv::Size(22 + identity % 6, 30), 0, 0, 360, skin, cv::FILLED);
  const cv::Scalar dark(30, 30, 40);
  const int eyes = 8 + identity % 4;
  cv::circle(image, centre + cv::Point(-eyes, -8), 3, dark, cv::FILLED);
  cv::circle(image, centre + cv::Point(eyes, -8), 3, dark, cv::FILLED);
  cv::line(image, centre + cv::Point(-7, 14), centre + cv::Point(7, 14 + identity % 3), dark, 2);
  return image;
}

// The frame header SOF0: FF C0, length (2), precision (1), height (2), width (2).
std::string WithJpegSize(std::string jpeg, int width, int height) {
  const size_t frame = jpeg.find("\xff\xc0");
  FACET_CHECK(frame != std::string::npos);
  const auto put = [&](size_t at, int value) {
    jpeg[frame + at] = static_cast<char>(value >> 8);
    jpeg[frame + at + 1] = static_cast<char>(value);
  };
  put(5, height);
  put(7, width);
  return jpeg;
}

uint32_t Crc32(const std::string& bytes) {
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

void PutBigEndian(std::string& bytes, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (24 - 8 * i));
}

// IHDR begins the file: signature (8), length (4), "IHDR", width (4), height (4), 5 more, CRC.
std::string WithPngSize(std::string png, uint32_t width, uint32_t height) {
  PutBigEndian(png, 16, width);
  PutBigEndian(png, 20, height);
  PutBigEndian(png, 29, Crc32(png.substr(12, 17)));
  return png;
}

}  // namespace

BadImageSet WriteBadImages(const std::string& folder, int num_identities, int images_per_identity) {
  const auto write = [&](const std::string& path, const std::string& bytes) {
    std::ofstream stream(folder + "/" + path, std::ios::binary);
    stream << bytes;
    stream.close();
    FACET_CHECK(stream.good());
  };
  BadImageSet set;
  for (int i = 0; i < num_identities; ++i) {
    std::filesystem::create_directories(absl::StrCat(folder, "/person_", i));
    for (int j = 0; j < images_per_identity; ++j) {
      set.good.push_back(absl::StrCat("person_", i, "/", j, ".jpg"));
      write(set.good.back(), Encode(Head(i, j), ".jpg"));
    }
  }
  const auto add = [&](const std::string& name, const std::string& fault,
                       const std::string& bytes) {
    set.bad.push_back({"person_0/" + name, fault});
    write(set.bad.back().path, bytes);
  };
  const std::string jpeg = Encode(Head(0, 100), ".jpg"), png = Encode(Head(0, 101), ".png");
  add("truncated.jpg", "truncated JPEG", jpeg.substr(0, jpeg.size() / 2));
  add("empty.jpg", "empty file", "");
  add("text.jpg", "text", "This is not the picture that you are looking for.\n");
  add("zero.jpg", "header of 0x0", WithJpegSize(jpeg, 0, 0));
  add("huge.jpg", "header of 30000x30000", WithJpegSize(jpeg, 30000, 30000));
  add("huge.png", "header of 30000x30000", WithPngSize(png, 30000, 30000));
  return set;
}

}  // namespace facet
