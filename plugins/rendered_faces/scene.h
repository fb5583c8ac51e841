// What differs between two photographs of one person: pose, expression, light, camera, occluders,
// background. `SceneStyle` holds the ranges from which scenes are drawn.
//
// Angles are radians. Positive yaw turns the nose to the image's right, positive pitch turns it
// down, positive roll turns the head clockwise in the image. Image coordinates are px, the centre
// of the upper left pixel at (0, 0).
#ifndef FACET_PLUGINS_RENDERED_FACES_SCENE_H_
#define FACET_PLUGINS_RENDERED_FACES_SCENE_H_

#include <array>
#include <cstdint>

#include "plugins/rendered_faces/identity.h"

namespace facet {

struct SceneStyle {
  // Pose: standard deviations; draws are cut at 2.5 of them.
  double yaw_sigma_deg = 11, pitch_sigma_deg = 5, roll_sigma_deg = 7;
  double expression = 0.8;  // factor on all expression weights
  double lighting =
      0.65;  // 0: soft frontal light of neutral colour; 1: anything usual in photographs
  // Width of the face (cheek to cheek when frontal) as a share of the image's side.
  double face_share_min = 0.34, face_share_max = 0.52;
  double shift_sigma = 0.04;                // of the face's centre, share of the image's side
  double blur_max_px = 1.2, noise_max = 8;  // noise: standard deviation in grey levels
  int jpeg_quality_min = 55, jpeg_quality_max = 95;
  double occlusion = 0.05;    // probability of a strong occluder (hand, scarf, mask, sunglasses)
  double accessories = 0.15;  // probability of glasses or a hat
};

enum class Occluder { kNone, kSunglasses, kMask, kHand, kBlock };

struct FaceExpression {                  // weights in [0, 1] except where noted
  float smile = 0;                       // [-1, 1], negative: corners down
  float mouth_open = 0, brow_raise = 0;  // brow_raise in [-1, 1]
  float blink = 0, squint = 0;
  float gaze_x = 0, gaze_y = 0;  // [-1, 1], image right and down
};

struct FaceScene {
  uint64_t seed = 0;  // fine texture of background, clothes and noise
  float yaw_rad = 0, pitch_rad = 0, roll_rad = 0;
  FaceExpression expression;

  std::array<float, 3> light_direction{0, -0.4f, 0.9f};  // to the light, camera axes
  FaceColor light_color{0.8f, 0.8f, 0.8f}, ambient_color{0.4f, 0.4f, 0.4f};
  std::array<float, 3> fill_direction{0.6f, 0, 0.8f};
  FaceColor fill_color{0, 0, 0};
  float exposure = 1, contrast = 1, saturation = 1;

  float face_share = 0.42f;                // see SceneStyle
  float center_x = 0.5f, center_y = 0.5f;  // of the face, share of the image's side
  float camera_distance_mm = 1500;         // sets the strength of perspective

  float blur_px = 0, motion_px = 0, motion_angle_rad = 0;
  float noise = 0;        // grey levels
  int jpeg_quality = 90;  // 0: no compression

  Occluder occluder = Occluder::kNone;
  bool glasses = false, hat = false;
  float hair_shift = 0;  // how today's hair differs, [-1, 1]
  uint64_t background_seed = 0, clothes_seed = 0;
};

// Draws one photograph's scene. Equal seeds and styles give equal scenes.
FaceScene DrawScene(uint64_t seed, const SceneStyle& style);

// Frame `frame` of `num_frames` of one video: light, background, clothes and camera stay, pose,
// position and expression drift smoothly, noise changes from frame to frame.
FaceScene DriftScene(uint64_t seed, int frame, int num_frames, const SceneStyle& style);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_SCENE_H_
