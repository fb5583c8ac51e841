#include <png.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/image/formats_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;

using PngSettings = std::function<void(png_structp, png_infop)>;

std::string Png(
    int width, int height, int depth, int colour, std::vector<uint8_t> data,
    const PngSettings& set = [](png_structp, png_infop) {}) {
  std::string file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &file,
      [](png_structp writer, png_bytep bytes, size_t count) {
        static_cast<std::string*>(png_get_io_ptr(writer))
            ->append(reinterpret_cast<char*>(bytes), count);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth,
               colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  set(png, info);
  png_write_info(png, info);
  const size_t row = data.size() / static_cast<size_t>(height);
  for (size_t y = 0; y < static_cast<size_t>(height); ++y) png_write_row(png, &data[y * row]);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

TEST(PngFile, OrientationIsHeeded) {
  Image stored = Picture();
  std::vector<uint8_t> rgb = stored.bgr;
  for (size_t i = 0; i < rgb.size(); i += 3) std::swap(rgb[i], rgb[i + 2]);
  for (int o = 1; o <= 8; ++o) {
    std::string exif = Exif(o);
    const std::string file = Png(5, 3, 8, PNG_COLOR_TYPE_RGB, rgb, [&](auto* png, auto* info) {
      png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()),
                     reinterpret_cast<png_bytep>(exif.data()));
    });
    EXPECT_EQ(DecodeImage(file)->bgr, Upright(stored, o).bgr) << o;
  }
}

TEST(PngFile, EveryDepthOfGreyHasTheWholeRange) {
  EXPECT_THAT(Pixels(Png(2, 1, 1, PNG_COLOR_TYPE_GRAY, {0x40})),
              ElementsAre(0, 0, 0, 255, 255, 255));
  EXPECT_THAT(Pixels(Png(2, 1, 2, PNG_COLOR_TYPE_GRAY, {0x70})),
              ElementsAre(85, 85, 85, 255, 255, 255));
  EXPECT_THAT(Pixels(Png(2, 1, 4, PNG_COLOR_TYPE_GRAY, {0x1F})),
              ElementsAre(17, 17, 17, 255, 255, 255));
  EXPECT_THAT(Pixels(Png(2, 1, 16, PNG_COLOR_TYPE_GRAY, {0x4D, 0x80, 255, 255})),
              ElementsAre(0x4D, 0x4D, 0x4D, 255, 255, 255));
  EXPECT_THAT(Pixels(Png(1, 1, 16, PNG_COLOR_TYPE_RGB, {1, 0xFF, 2, 0, 3, 0})),
              ElementsAre(3, 2, 1));
}

TEST(PngFile, OpaquePixelsAreThoseOfOpenCv) {
  std::vector<uint8_t> values(6 * 4 * 4);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint8_t>(37 * i);
  for (const auto& [colour, depth, bytes] :
       std::vector<std::tuple<int, int, size_t>>{{PNG_COLOR_TYPE_RGB, 8, 18},
                                                 {PNG_COLOR_TYPE_RGB, 16, 36},
                                                 {PNG_COLOR_TYPE_GRAY, 8, 6},
                                                 {PNG_COLOR_TYPE_GRAY, 16, 12}}) {
    std::vector<uint8_t> data(bytes * 4);
    for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(37 * i + 5);
    const std::string file = Png(6, 4, depth, colour, data);
    const cv::Mat theirs =
        cv::imdecode(std::vector<uint8_t>(file.begin(), file.end()), cv::IMREAD_COLOR);
    const Image ours = DecodeImage(file).value();
    EXPECT_EQ(ours.bgr, std::vector<uint8_t>(theirs.data, theirs.data + ours.bgr.size())) << depth;
  }
}

TEST(PngFile, TransparencyIsComposedOnWhite) {
  // Red of opacity 0, 100/255 and 1; grey likewise; 16 bits.
  EXPECT_THAT(
      Pixels(Png(3, 1, 8, PNG_COLOR_TYPE_RGBA, {200, 10, 0, 0, 200, 10, 0, 100, 200, 10, 0, 255})),
      ElementsAre(255, 255, 255, OverWhite(0, 100 / 255.), OverWhite(10, 100 / 255.),
                  OverWhite(200, 100 / 255.), 0, 10, 200));
  const int grey = OverWhite(40, 51 / 255.);
  EXPECT_THAT(Pixels(Png(2, 1, 8, PNG_COLOR_TYPE_GA, {40, 51, 40, 0})),
              ElementsAre(grey, grey, grey, 255, 255, 255));
  const int deep = OverWhite(0x40, 0x80 / 255.);
  EXPECT_THAT(Pixels(Png(1, 1, 16, PNG_COLOR_TYPE_GA, {0x40, 0, 0x80, 0})),
              ElementsAre(deep, deep, deep));
}

TEST(PngFile, AColourThatStandsForTransparencyIsWhite) {
  const auto key = [](png_color_16 colour) {
    return
        [colour](png_structp png, png_infop info) { png_set_tRNS(png, info, nullptr, 0, &colour); };
  };
  EXPECT_THAT(Pixels(Png(2, 1, 8, PNG_COLOR_TYPE_RGB, {9, 8, 7, 6, 5, 4}, key({0, 9, 8, 7, 0}))),
              ElementsAre(255, 255, 255, 4, 5, 6));
  EXPECT_THAT(Pixels(Png(2, 1, 4, PNG_COLOR_TYPE_GRAY, {0x12}, key({0, 0, 0, 0, 1}))),
              ElementsAre(255, 255, 255, 34, 34, 34));
}

TEST(PngFile, APalettesTransparencyIsComposedOnWhite) {
  const auto palette = [](png_structp png, png_infop info) {
    png_color colours[3] = {{1, 2, 3}, {10, 20, 30}, {100, 110, 120}};
    png_byte opacities[2] = {0, 51};
    png_set_PLTE(png, info, colours, 3);
    png_set_tRNS(png, info, opacities, 2, nullptr);
  };
  EXPECT_THAT(Pixels(Png(3, 1, 8, PNG_COLOR_TYPE_PALETTE, {0, 1, 2}, palette)),
              ElementsAre(255, 255, 255, OverWhite(30, 0.2), OverWhite(20, 0.2), OverWhite(10, 0.2),
                          120, 110, 100));
}

TEST(PngFile, ProfileAndGammaAreNotApplied) {
  for (const int colour : {PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGBA}) {
    const std::vector<uint8_t> data = {50, 100, 200, 255, 50, 100, 200, 255, 1, 2, 3, 255};
    const std::string plain = Png(1, 3, 8, colour, data);
    EXPECT_EQ(Pixels(Png(1, 3, 8, colour, data,
                         [](auto* png, auto* info) { png_set_gAMA(png, info, 1.0); })),
              Pixels(plain));
  }
}

// A chunk before the header, in whose place the size would be small.
TEST(PngFile, ASecondHeaderMayNotAskForMore) {
  const std::string file = Png(200, 200, 8, PNG_COLOR_TYPE_GRAY, std::vector<uint8_t>(40000));
  std::string chunk = std::string("\0\0\0\x0d", 4) + "tEXt" + std::string("\0\0\0\1\0\0\0\1", 8);
  chunk += std::string(9, 'x');
  EXPECT_FALSE(DecodeImage(file.substr(0, 8) + chunk + file.substr(8)).ok());
}

TEST(PngFile, OfAnAnimatedOneTheStillPictureIsTaken) {
  const auto animated = [](png_structp png, png_infop info) {
    png_unknown_chunk chunk = {"acTL", nullptr, 8, PNG_HAVE_IHDR};
    uint8_t frames_and_plays[8] = {0, 0, 0, 1, 0, 0, 0, 0};
    chunk.data = frames_and_plays;
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, chunk.name, 1);
    png_set_unknown_chunks(png, info, &chunk, 1);
  };
  std::string remark;
  EXPECT_THAT(Pixels(Png(1, 1, 8, PNG_COLOR_TYPE_GRAY, {7}, animated), &remark),
              ElementsAre(7, 7, 7));
  EXPECT_EQ(remark, "an animated PNG, of which the still picture is taken");
}

// 60 texts of 7 MB of blanks each, in a file of half a MB.
TEST(PngFile, PackedTextsAndProfilesAreNotUnpacked) {
  constexpr size_t kTexts = 60, kBytes = 7'000'000;
  std::string text(kBytes, ' ');
  std::vector<png_text> texts(kTexts);
  for (png_text& each : texts) {
    each = {};
    each.compression = PNG_TEXT_COMPRESSION_zTXt;
    each.key = const_cast<char*>("Comment");
    each.text = text.data();
    each.text_length = text.size();
  }
  const std::string file = Png(2, 1, 8, PNG_COLOR_TYPE_GRAY, {10, 200}, [&](auto* png, auto* info) {
    png_set_text(png, info, texts.data(), static_cast<int>(texts.size()));
  });
  ASSERT_LT(file.size(), 1'000'000u);
  // In a process of its own, whose peak is its own too.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto peak_kib = [] {
      rusage usage = {};
      ::getrusage(RUSAGE_SELF, &usage);
      return usage.ru_maxrss;
    };
    const int64_t before = peak_kib();
    const absl::StatusOr<Image> image = DecodeImage(file);
    const bool is_fine = image.ok() && image->bgr[0] == 10 && image->bgr[3] == 200;
    ::_exit(!is_fine ? 1 : peak_kib() - before > 64 * 1024 ? 2 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: it was not decoded; 2: it took more than 64 MiB";
}

}  // namespace
}  // namespace facet
