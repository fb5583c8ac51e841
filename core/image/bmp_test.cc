#include <algorithm>
#include <string>

#include "core/image/formats_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;

std::string Bmp(int width, int height, int bits, int compression, const std::string& after_header,
                const std::string& pixels, int header_size = 40) {
  std::string info =
      Little(static_cast<uint64_t>(header_size), 4) + Little(static_cast<uint64_t>(width), 4) +
      Little(static_cast<uint64_t>(height), 4) + Little(1, 2) +
      Little(static_cast<uint64_t>(bits), 2) + Little(static_cast<uint64_t>(compression), 4) +
      std::string(20, '\0') + after_header;
  info.resize(std::max(info.size(), static_cast<size_t>(header_size)));
  const size_t start = 14 + info.size();
  return "BM" + Little(start + pixels.size(), 4) + Little(0, 4) + Little(start, 4) + info + pixels;
}

std::string Masks(std::initializer_list<uint64_t> masks) {
  std::string bytes;
  for (uint64_t mask : masks) bytes += Little(mask, 4);
  return bytes;
}

TEST(BmpFile, RowsRunEitherWay) {
  const std::string two_rows = Bytes({1, 2, 3, 0, 4, 5, 6, 0});  // 24 bits, padded to 4 bytes
  EXPECT_THAT(Pixels(Bmp(1, 2, 24, 0, "", two_rows)), ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(Pixels(Bmp(1, -2, 24, 0, "", two_rows)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(Pixels(Bmp(1, 2, 32, 0, "", two_rows)), ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(Pixels(Bmp(1, -2, 32, 0, "", two_rows)), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(BmpFile, SixteenBitsHaveTheWholeRange) {
  const std::string white_and_middle = Little(0x7FFF, 2) + Little(16 << 10 | 8 << 5 | 1, 2);
  EXPECT_THAT(Pixels(Bmp(2, 1, 16, 0, "", white_and_middle)),
              ElementsAre(255, 255, 255, 8, 66, 132));  // 255 / 31 times 1, 8, 16
  const std::string wide_green = Little(0xFFFF, 2) + Little(32 << 5, 2);
  EXPECT_THAT(Pixels(Bmp(2, 1, 16, 3, Masks({0xF800, 0x7E0, 0x1F}), wide_green)),
              ElementsAre(255, 255, 255, 0, 130, 0));  // 255 / 63 times 32
}

TEST(BmpFile, MasksSayWhereAColourLies) {
  const std::string rgbx = Bytes({1, 2, 3, 99});
  EXPECT_THAT(Pixels(Bmp(1, 1, 32, 3, Masks({0xFF, 0xFF00, 0xFF0000}), rgbx)),
              ElementsAre(3, 2, 1));
}

TEST(BmpFile, AlphaCountsWhereThereIsAMaskForIt) {
  const std::string pixels = Bytes({10, 20, 30, 0, 10, 20, 30, 51});
  for (int header_size : {56, 108, 124}) {
    EXPECT_THAT(
        Pixels(Bmp(2, 1, 32, 3, Masks({0xFF0000, 0xFF00, 0xFF, 0xFF000000}), pixels, header_size)),
        ElementsAre(255, 255, 255, OverWhite(10, 0.2), OverWhite(20, 0.2), OverWhite(30, 0.2)));
  }
  EXPECT_THAT(Pixels(Bmp(2, 1, 32, 0, "", pixels)), ElementsAre(10, 20, 30, 10, 20, 30));
}

TEST(BmpFile, PalettesAndRunLengthsAreRead) {
  std::string palette(1024, '\0');
  palette.replace(4, 8, Bytes({1, 2, 3, 0, 4, 5, 6, 0}));
  EXPECT_THAT(Pixels(Bmp(2, 1, 8, 0, palette, Bytes({1, 2, 0, 0}))), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(Pixels(Bmp(2, 1, 8, 1, palette, Bytes({2, 2, 0, 1}))), ElementsAre(4, 5, 6, 4, 5, 6));
}

TEST(BmpFile, ProfileIsNotApplied) {
  std::string masks = Masks({0xFF0000, 0xFF00, 0xFF, 0, 0x4D424544});  // "MBED": a profile
  EXPECT_THAT(Pixels(Bmp(1, 1, 32, 3, masks, Bytes({7, 8, 9, 0}), 124)), ElementsAre(7, 8, 9));
}

}  // namespace
}  // namespace facet
