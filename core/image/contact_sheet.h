// A contact sheet: pictures in a grid, each with a caption, and what is drawn on them.
#ifndef FACET_CORE_IMAGE_CONTACT_SHEET_H_
#define FACET_CORE_IMAGE_CONTACT_SHEET_H_

#include <array>
#include <string>
#include <vector>

#include "core/api/aligner.h"
#include "core/api/geometry.h"
#include "core/api/image.h"

namespace facet {

using SheetColour = std::array<uint8_t, 3>;  // BGR
inline constexpr SheetColour kGreen = {80, 200, 60}, kYellow = {40, 200, 240}, kRed = {60, 60, 230},
                             kBlue = {240, 160, 40};

// One picture of a sheet. What is drawn on it is thin whatever the size of the image.
class Tile {
 public:
  // The image, scaled to fit into side x side px and centred on grey. An image without pixels gives
  // an empty tile.
  Tile(const Image& image, int side_px);

  // Coordinates are px of the original image.
  void DrawBox(const Box& box, const SheetColour& colour);
  void DrawPoints(const std::vector<Point>& points, const SheetColour& colour);
  // The crop's outline, its upper edge doubled.
  void DrawCrop(const Alignment& alignment, const SheetColour& colour);

  const Image& image() const { return image_; }

 private:
  Point OnTile(const Point& p) const;
  void DrawLine(const Point& from, const Point& to, const SheetColour& colour);
  Image image_;
  double scale_ = 1.0, left_ = 0.0, top_ = 0.0;
};

// Below a picture, a line each: who is on it, its file, and what is said of it.
struct SheetCaption {
  std::string identity, file, note;
};

class ContactPage {
 public:
  ContactPage(int columns, int tile_side_px) : columns_(columns), side_(tile_side_px) {}
  int tile_side_px() const { return side_; }
  // Leaves room after every `cells` cells of a line: what stands together belongs together.
  void GroupBy(int cells) { group_ = cells; }
  // The note is in that colour.
  void Add(const Tile& tile, const SheetCaption& caption, const SheetColour& colour);
  bool empty() const { return cells_.empty(); }
  // `notice`: which fonts to install where the machine's do not have all characters; else empty.
  Image Render(std::string* notice = nullptr) const;

 private:
  struct Cell {
    Image image;
    SheetCaption caption;
    SheetColour colour;
  };
  const int columns_, side_;
  int group_ = 0;  // 0: none
  std::vector<Cell> cells_;
};

}  // namespace facet

#endif  // FACET_CORE_IMAGE_CONTACT_SHEET_H_
