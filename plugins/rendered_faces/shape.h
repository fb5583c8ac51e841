// The surface of one head under one expression: where its features lie, and its mesh.
//
// A point of the surface is named by (theta, y): the angle around the vertical axis (0 in front,
// positive to the image's right) and the height in mm before the jaw moves. A grid of cells (u, v)
// over these carries the mesh, one vertex per cell, and the painted texture, see face_canvas.h.
#ifndef FACET_PLUGINS_RENDERED_FACES_SHAPE_H_
#define FACET_PLUGINS_RENDERED_FACES_SHAPE_H_

#include <array>

#include "plugins/rendered_faces/geometry.h"
#include "plugins/rendered_faces/identity.h"
#include "plugins/rendered_faces/scene.h"

namespace facet {

struct EyeLayout {
  float x, y;                      // centre, mm
  float half_width, upper, lower;  // mm; `upper` and `lower`: how far the lids open
  float slant_rad;                 // > 0: the outer corner is higher
};

// Features' places on the surface, mm; index 0 is the image's left.
struct FaceLayout {
  std::array<EyeLayout, 2> eyes;
  std::array<float, 2> brow_y;
  float nose_tip_y, nose_base_y, nose_half_width, nose_x;
  float mouth_x, mouth_y, mouth_half_width, corner_lift, mouth_gap;
  float upper_lip, lower_lip;
  float hairline_y, chin_y, jaw_drop;
};

FaceLayout LayOutFace(const FaceIdentity& identity, const FaceExpression& expression);

// The head without features: cross-sections are superellipses whose half-width, front and back
// depend on the height.
class HeadProfile {
 public:
  struct Section {
    float y, half_width, front, back;
  };

  explicit HeadProfile(const FaceIdentity& identity);

  Section At(float y) const;
  float top_y() const { return top_y_; }
  float chin_y() const { return chin_y_; }

  // Share of the half-width at angle theta, in [-1, 1], and of the depth.
  static float SideShare(float theta);
  static float DepthShare(float theta);

 private:
  KnotCurve half_width_, front_, back_;
  float top_y_, chin_y_, cap_half_width_, cap_front_, cap_back_, forehead_slope_mm_;
};

// The cells: u over theta (fine in front, coarse behind), v over y (fine in the face).
struct HeadGrid {
  static constexpr int kFrontCells = 84, kSideCells = 13;
  static constexpr int kCapCells = 9, kFaceCells = 75;
  static constexpr int kCols = kFrontCells + 2 * kSideCells;
  static constexpr int kRows = kCapCells + kFaceCells;
  static constexpr float kFrontTheta = 1.34f;  // rad
  static constexpr float kFaceTopMm = -64;     // height where the fine rows begin

  static float Theta(float u);
  static float ColumnOf(float theta);
  static float Height(float v, const HeadProfile& profile);
  static float RowOf(float y, const HeadProfile& profile);
};

// Mesh of the whole head (no ears, no neck) in head coordinates, without normals; `textured`.
GridMesh BuildHead(const FaceIdentity& identity, const FaceScene& scene, const FaceLayout& layout,
                   const HeadProfile& profile);

// Height of the hairline at angle theta; hair grows above it.
float HairlineAt(const FaceIdentity& identity, float theta);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_SHAPE_H_
