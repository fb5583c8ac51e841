#include "core/image/contact_sheet.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "core/image/caption.h"
#include "core/image/image_io.h"

namespace facet {
namespace {

constexpr int kCaptionLines = 3, kGapPx = 6, kGroupGapPx = 24;
constexpr SheetColour kWhite = {220, 220, 220}, kGrey = {160, 160, 160};
constexpr uint8_t kBackground = 40;

cv::Mat View(Image& image) { return cv::Mat(image.height, image.width, CV_8UC3, image.bgr.data()); }

cv::Scalar Scalar(const SheetColour& colour) {
  return {double(colour[0]), double(colour[1]), double(colour[2])};
}

// Drawing far outside the tile: OpenCV clips lines of 32-bit coordinates.
cv::Point Rounded(const Point& p) {
  const auto bounded = [](double value) {
    return static_cast<int>(std::lround(std::clamp(value, -1e5, 1e5)));
  };
  return {bounded(p.x), bounded(p.y)};
}

}  // namespace

Tile::Tile(const Image& image, int side_px) : image_(side_px, side_px) {
  std::fill(image_.bgr.begin(), image_.bgr.end(), kBackground + 30);
  if (image.width < 1 || image.height < 1) return;
  scale_ = static_cast<double>(side_px) / std::max(image.width, image.height);
  const int shorter =
      std::max(1, static_cast<int>(std::lround(scale_ * std::min(image.width, image.height))));
  const Alignment whole = CropOfBox(
      {-0.5, -0.5, static_cast<double>(image.width), static_cast<double>(image.height)}, 1.0);
  Image small = RenderCrop(image, whole.crop_from_image.m, whole.aspect, shorter);
  const int width = std::min(small.width, side_px), height = std::min(small.height, side_px);
  left_ = (side_px - width) / 2;
  top_ = (side_px - height) / 2;
  const cv::Rect place(static_cast<int>(left_), static_cast<int>(top_), width, height);
  View(small)(cv::Rect(0, 0, width, height)).copyTo(View(image_)(place));
}

Point Tile::OnTile(const Point& p) const {
  return {(p.x + 0.5) * scale_ - 0.5 + left_, (p.y + 0.5) * scale_ - 0.5 + top_};
}

void Tile::DrawLine(const Point& from, const Point& to, const SheetColour& colour) {
  cv::line(View(image_), Rounded(OnTile(from)), Rounded(OnTile(to)), Scalar(colour), 1,
           cv::LINE_AA);
}

void Tile::DrawBox(const Box& box, const SheetColour& colour) {
  const Point a = {box.x, box.y}, b = {box.x + box.width, box.y};
  const Point c = {box.x + box.width, box.y + box.height}, d = {box.x, box.y + box.height};
  DrawLine(a, b, colour);
  DrawLine(b, c, colour);
  DrawLine(c, d, colour);
  DrawLine(d, a, colour);
}

void Tile::DrawPoints(const std::vector<Point>& points, const SheetColour& colour) {
  for (const Point& point : points) {
    cv::circle(View(image_), Rounded(OnTile(point)), 2, Scalar(colour), cv::FILLED, cv::LINE_AA);
  }
}

void Tile::DrawCrop(const Alignment& alignment, const SheetColour& colour) {
  const Affine image_from_crop = alignment.crop_from_image.Inverse();
  const double w = std::max(1.0, alignment.aspect), h = std::max(1.0, 1 / alignment.aspect);
  const Point corners[] = {image_from_crop({0, 0}), image_from_crop({w, 0}),
                           image_from_crop({w, h}), image_from_crop({0, h})};
  for (int i = 0; i < 4; ++i) DrawLine(corners[i], corners[(i + 1) % 4], colour);
  DrawLine(image_from_crop({0, 0.02}), image_from_crop({w, 0.02}), colour);
}

void ContactPage::Add(const Tile& tile, const SheetCaption& caption, const SheetColour& colour) {
  cells_.push_back({tile.image(), caption, colour});
}

Image ContactPage::Render(std::string* notice) const {
  const int count = static_cast<int>(cells_.size());
  const int columns = std::max(1, std::min(columns_, count));
  const int rows = (count + columns - 1) / columns;
  const int cell_width = side_ + kGapPx,
            cell_height = side_ + kGapPx + kCaptionLines * CaptionWriter::kLinePx;
  const auto groups_before = [&](int column) { return group_ > 0 ? column / group_ : 0; };
  Image sheet(columns * cell_width + kGapPx + groups_before(columns - 1) * kGroupGapPx,
              std::max(1, rows) * cell_height + kGapPx);
  std::fill(sheet.bgr.begin(), sheet.bgr.end(), kBackground);
  cv::Mat view = View(sheet);
  CaptionWriter writer;
  for (int i = 0; i < count; ++i) {
    Cell cell = cells_[static_cast<size_t>(i)];
    const int column = i % columns;
    const int x = kGapPx + column * cell_width + groups_before(column) * kGroupGapPx;
    const int y = kGapPx + i / columns * cell_height;
    View(cell.image).copyTo(view(cv::Rect(x, y, cell.image.width, cell.image.height)));
    const auto write = [&](int line, const std::string& text, const SheetColour& colour) {
      writer.Write(text, /*keep_end=*/line == 1, x, y + side_ + line * CaptionWriter::kLinePx,
                   side_, colour, &sheet);
    };
    write(0, cell.caption.identity, kWhite);
    write(1, cell.caption.file, kGrey);
    write(2, cell.caption.note, cell.colour);
  }
  if (notice != nullptr) *notice = writer.Notice();
  return sheet;
}

}  // namespace facet
