#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/image/formats_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

struct TiffTag {
  int tag, type;
  std::vector<int> values;
};

// Little-endian, uncompressed, in one strip, or in one tile where `more` has the tiles' sides.
std::string Tiff(int width, int height, int samples, int bits, int photometric,
                 const std::string& pixels, std::vector<TiffTag> more = {}, bool another = false) {
  std::vector<TiffTag> tags = {{256, 4, {width}},
                               {257, 4, {height}},
                               {258, 3, std::vector<int>(static_cast<size_t>(samples), bits)},
                               {259, 3, {1}},
                               {262, 3, {photometric}},
                               {277, 3, {samples}}};
  const bool tiled =
      std::any_of(more.begin(), more.end(), [](auto& tag) { return tag.tag == 322; });
  if (!tiled) tags.push_back({278, 4, {height}});
  tags.push_back({tiled ? 324 : 273, 4, {8}});
  tags.push_back({tiled ? 325 : 279, 4, {static_cast<int>(pixels.size())}});
  tags.insert(tags.end(), more.begin(), more.end());
  std::sort(tags.begin(), tags.end(), [](auto& a, auto& b) { return a.tag < b.tag; });
  const size_t directory = 8 + (pixels.size() + 1) / 2 * 2;
  const size_t after = directory + 2 + 12 * tags.size() + 4;
  std::string entries, values;
  for (TiffTag& tag : tags) {
    std::string data;
    for (int value : tag.values)
      data += Little(static_cast<uint64_t>(value), tag.type == 3 ? 2 : tag.type == 4 ? 4 : 1);
    entries += Little(static_cast<uint64_t>(tag.tag), 2) +
               Little(static_cast<uint64_t>(tag.type), 2) + Little(tag.values.size(), 4);
    if (data.size() > 4) {
      entries += Little(after + values.size(), 4);
      values += data + std::string(data.size() % 2, '\0');
    } else {
      data.resize(4);
      entries += data;
    }
  }
  std::string file = "II*" + Bytes({0}) + Little(directory, 4) + pixels;
  file.resize(directory);
  // The next directory is this one again where there is to be another: libtiff counts pictures.
  return file + Little(tags.size(), 2) + entries + Little(another ? after + values.size() : 0, 4) +
         values + (another ? Little(tags.size(), 2) + entries + Little(0, 4) : "");
}

constexpr int kBlackIsZero = 1, kRgb = 2, kPalette = 3, kInks = 5;

TEST(TiffFile, OrientationIsHeeded) {
  const Image stored = Picture();
  std::string rgb(stored.bgr.begin(), stored.bgr.end());
  for (size_t i = 0; i < rgb.size(); i += 3) std::swap(rgb[i], rgb[i + 2]);
  for (int o = 1; o <= 8; ++o) {
    EXPECT_EQ(DecodeImage(Tiff(5, 3, 3, 8, kRgb, rgb, {{274, 3, {o}}}))->bgr,
              Upright(stored, o).bgr)
        << o;
  }
}

TEST(TiffFile, EveryDepthOfGreyHasTheWholeRange) {
  EXPECT_THAT(Pixels(Tiff(2, 1, 1, 1, kBlackIsZero, "\x40")), ElementsAre(0, 0, 0, 255, 255, 255));
  EXPECT_THAT(Pixels(Tiff(2, 1, 1, 1, 0, "\x40")), ElementsAre(255, 255, 255, 0, 0, 0));
  EXPECT_THAT(Pixels(Tiff(2, 1, 1, 4, kBlackIsZero, "\x1F")),
              ElementsAre(17, 17, 17, 255, 255, 255));
  EXPECT_THAT(Pixels(Tiff(2, 1, 1, 16, kBlackIsZero, Bytes({0x80, 0x4D, 255, 255}))),
              ElementsAre(0x4D, 0x4D, 0x4D, 255, 255, 255));
  EXPECT_THAT(Pixels(Tiff(1, 1, 3, 16, kRgb, Bytes({0, 1, 0, 2, 0, 3}))), ElementsAre(3, 2, 1));
  EXPECT_THAT(DecodingProblem(Tiff(1, 1, 1, 32, kBlackIsZero, Bytes({0, 0, 0, 0}))),
              StartsWith("unsupported TIFF: "));
}

TEST(TiffFile, InksAndPalettesBecomeBgr) {
  EXPECT_THAT(Pixels(Tiff(1, 1, 4, 8, kInks, Bytes({0, 255, 255, 0}))), ElementsAre(0, 0, 255));
  std::vector<int> map(3 * 4, 0);
  map[1] = 65535;         // red of colour 1
  map[4 + 2] = 257 * 40;  // green of colour 2
  EXPECT_THAT(Pixels(Tiff(4, 1, 1, 2, kPalette, "\x18", {{320, 3, map}})),
              ElementsAre(0, 0, 0, 0, 0, 255, 0, 40, 0, 0, 0, 0));
}

TEST(TiffFile, AlphaIsComposedOnWhite) {
  constexpr int kMultiplied = 1, kApart = 2;
  const std::string apart = Bytes({30, 20, 10, 0, 30, 20, 10, 51}),
                    multiplied = Bytes({6, 4, 2, 51});
  EXPECT_THAT(
      Pixels(Tiff(2, 1, 4, 8, kRgb, apart, {{338, 3, {kApart}}})),
      ElementsAre(255, 255, 255, OverWhite(10, 0.2), OverWhite(20, 0.2), OverWhite(30, 0.2)));
  EXPECT_THAT(Pixels(Tiff(1, 1, 4, 8, kRgb, multiplied, {{338, 3, {kMultiplied}}})),
              ElementsAre(206, 208, 210));
  const int grey = OverWhite(40, 0.2);
  EXPECT_THAT(Pixels(Tiff(2, 1, 2, 8, kBlackIsZero, Bytes({40, 0, 40, 51}), {{338, 3, {kApart}}})),
              ElementsAre(255, 255, 255, grey, grey, grey));
  EXPECT_THAT(Pixels(Tiff(1, 1, 4, 16, kRgb, Bytes({0, 30, 0, 20, 0, 10, 0x33, 0x33}),
                          {{338, 3, {kApart}}})),
              ElementsAre(OverWhite(10, 0.2), OverWhite(20, 0.2), OverWhite(30, 0.2)));
}

// Four samples of which the fourth is not said to be alpha.
TEST(TiffFile, ASampleOfUnknownMeaningIsNoAlpha) {
  for (const std::vector<TiffTag>& tags :
       {std::vector<TiffTag>{{338, 3, {0}}}, std::vector<TiffTag>{}}) {
    EXPECT_THAT(Pixels(Tiff(1, 1, 4, 8, kRgb, Bytes({30, 20, 10, 51}), tags)),
                ElementsAre(10, 20, 30));
  }
}

// libtiff would make room for it before it looks whether the file has it.
TEST(TiffFile, ATileFarLargerThanThePictureIsRefused) {
  const std::string file =
      Tiff(2, 1, 1, 8, kBlackIsZero, std::string(64, '\0'), {{322, 3, {32768}}, {323, 3, {32768}}});
  EXPECT_EQ(DecodeImage(file).status().message(),
            "corrupt TIFF: a tile or strip of 1073741824 bytes in a picture of 2x1");
}

// libtiff 4.5.0 refuses tiles of less than 1 KiB where a file is not mapped.
TEST(TiffFile, SmallTilesAreRead) {
  std::string tile(16 * 16, '\0');
  tile[1] = 9;
  EXPECT_THAT(Pixels(Tiff(2, 1, 1, 8, kBlackIsZero, tile, {{322, 3, {16}}, {323, 3, {16}}})),
              ElementsAre(0, 0, 0, 9, 9, 9));
}

TEST(TiffFile, ProfileIsNotApplied) {
  EXPECT_THAT(
      Pixels(Tiff(1, 1, 3, 8, kRgb, Bytes({3, 2, 1}), {{34675, 7, std::vector<int>(128, 'p')}})),
      ElementsAre(1, 2, 3));
}

TEST(TiffFile, OfSeveralPicturesTheFirstIsTaken) {
  std::string remark;
  EXPECT_THAT(Pixels(Tiff(1, 1, 1, 8, kBlackIsZero, "\x07", {}, /*another=*/true), &remark),
              ElementsAre(7, 7, 7));
  EXPECT_EQ(remark, "a TIFF of several pictures, of which the first is taken");
}

}  // namespace
}  // namespace facet
