// What is drawn lies where the image's coordinates say; cells lie in their grid.
#include "core/image/contact_sheet.h"

#include "gtest/gtest.h"

namespace facet {
namespace {

int Green(const Image& image, int x, int y) {
  return image.bgr[3 * (static_cast<size_t>(y) * static_cast<size_t>(image.width) +
                        static_cast<size_t>(x)) +
                   1];
}

// 100 x 50 px on a tile of 200 px: twice as large, 50 px below the tile's upper edge.
TEST(Tile, ABoxIsDrawnWhereItLiesInTheImage) {
  Tile tile(Image(100, 50), 200);
  tile.DrawBox({10, 10, 20, 20}, {0, 255, 0});
  const int left = Green(tile.image(), 20, 90) + Green(tile.image(), 21, 90);
  const int top = Green(tile.image(), 40, 70) + Green(tile.image(), 40, 71);
  EXPECT_GT(left, 200);
  EXPECT_GT(top, 200);
  EXPECT_EQ(Green(tile.image(), 40, 90), 0) << "inside of the box";
  EXPECT_EQ(Green(tile.image(), 100, 130), 0) << "the black image";
  EXPECT_GT(Green(tile.image(), 100, 20), 0) << "grey above the image";
}

TEST(Tile, AnImageWithoutPixelsIsAnEmptyTile) {
  EXPECT_EQ(Green(Tile(Image(), 64).image(), 32, 32), Green(Tile(Image(), 64).image(), 0, 0));
}

TEST(ContactPage, GroupsStandApart) {
  ContactPage plain(8, 100), grouped(8, 100);
  grouped.GroupBy(3);
  for (int i = 0; i < 6; ++i) {
    plain.Add(Tile(Image(), 100), {"name", "file", "note"}, kGreen);
    grouped.Add(Tile(Image(), 100), {"name", "file", "note"}, kGreen);
  }
  EXPECT_EQ(plain.Render().width, 6 * 106 + 6);
  EXPECT_EQ(grouped.Render().width, 6 * 106 + 6 + 24);
  EXPECT_EQ(grouped.Render().height, plain.Render().height);
}

}  // namespace
}  // namespace facet
