// What makes a rendered face one person: shape and texture parameters, drawn from one seed.
//
// Lengths are millimetres in head coordinates: the origin lies midway between the ears on the
// height of the eyes, x runs to the image's right for a frontal face, y down, z to the camera.
// Shape parameters are offsets from an average adult head; their spreads follow the order of
// magnitude of anthropometric tables (Farkas, "Anthropometry of the Head and Face", 1994).
// Colours are linear (not gamma-coded) reflectances in [0, 1], order B, G, R as in OpenCV.
#ifndef FACET_PLUGINS_RENDERED_FACES_IDENTITY_H_
#define FACET_PLUGINS_RENDERED_FACES_IDENTITY_H_

#include <array>
#include <cstdint>
#include <vector>

namespace facet {

using FaceColor = std::array<float, 3>;  // B, G, R

struct FaceMark {  // a mole, scar or birthmark
  float x_mm, y_mm;
  float radius_mm;
  float elongation;  // >= 1, along `angle_rad`
  float angle_rad;
  float strength;  // > 0 darkens, < 0 lightens
};

enum class HairStyle { kBald, kReceding, kShort, kFringe, kLong, kLongFringe };

struct FaceIdentity {
  uint64_t seed = 0;  // fine texture (hair strands, freckles, skin noise) is drawn from it

  // Head and jaw: factors of the average, and offsets in mm.
  float head_width = 1, head_height = 1, jaw_width = 1, chin_width = 1;
  float chin_drop_mm = 0, chin_forward_mm = 0, forehead_slope_mm = 0;
  float cheekbone_mm = 0, cheek_fullness_mm = 0, brow_ridge_mm = 0, temple_mm = 0;
  float chin_cleft_mm = 0, asymmetry_mm = 0;

  // Eyes; offsets apply to both, mirrored.
  float eye_spacing_mm = 32;  // from the middle plane to the eye's centre
  float eye_width_mm = 29, eye_opening_mm = 10.5f, eye_slant_rad = 0, eye_depth_mm = 0;
  float lid_crease_mm = 4, lid_hooding = 0, eye_bag = 0, iris_radius_mm = 6;
  FaceColor iris_color{};

  float brow_height_mm = 17, brow_thickness_mm = 7, brow_length_mm = 42, brow_arch_mm = 4;
  float brow_slant_rad = 0, brow_density = 0.8f, brow_gap_mm = 0;

  float nose_length_mm = 44, nose_width_mm = 33, nose_bridge_width = 1, nose_bridge_height_mm = 0;
  float nose_tip_mm = 0, nose_hump_mm = 0, nose_tip_lift_mm = 0, nose_tip_width = 1;
  float nostril_size = 1, nose_bend_mm = 0;

  float mouth_drop_mm = 66, mouth_width_mm = 50, upper_lip_mm = 7, lower_lip_mm = 9;
  float lip_bow_mm = 2, mouth_curve_mm = 0, lip_forward_mm = 0, philtrum_depth = 0.5f;
  FaceColor lip_color{};

  float ear_size = 1, ear_angle_rad = 0.35f, neck_width = 1;

  FaceColor skin_color{};
  float skin_redness = 0.3f, skin_blotches = 0.3f, skin_gloss = 0.3f;
  float freckles = 0, wrinkles = 0, nasolabial = 0.3f, forehead_lines = 0, dimples = 0;
  std::vector<FaceMark> marks;

  HairStyle hair_style = HairStyle::kShort;
  FaceColor hair_color{};
  float hair_volume_mm = 10, hairline_mm = 62, hairline_peak_mm = 0, hairline_corner_mm = 0;
  float hair_parting = 0, hair_curl = 0, hair_length_mm = 0, sideburn_mm = 0;

  float beard = 0, moustache = 0, stubble = 0, goatee = 0;  // densities in [0, 1]
};

// Draws one person. Equal seeds give equal people.
FaceIdentity DrawIdentity(uint64_t seed);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_IDENTITY_H_
