// The options of rendered photographs, for every component that has them.
#ifndef FACET_PLUGINS_RENDERED_FACES_STYLE_OPTIONS_H_
#define FACET_PLUGINS_RENDERED_FACES_STYLE_OPTIONS_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/api/options.h"
#include "plugins/rendered_faces/scene.h"

namespace facet {

inline void VisitSceneStyle(OptionVisitor& v, SceneStyle& style) {
  v("yaw_sigma_deg", style.yaw_sigma_deg, Range(0, 35), "spread of the yaw [deg]");
  v("pitch_sigma_deg", style.pitch_sigma_deg, Range(0, 20), "spread of the pitch [deg]");
  v("roll_sigma_deg", style.roll_sigma_deg, Range(0, 40), "spread of the roll [deg]");
  v("expression", style.expression, Range(0, 1), "strength of expressions; 0: neutral");
  v("lighting", style.lighting, Range(0, 1.5), "variety of light; 0: soft, frontal, white");
  v("face_share_min", style.face_share_min, Range(0.1, 0.8),
    "width of the smallest faces, share of the photograph's");
  v("face_share_max", style.face_share_max, Range(0.1, 0.8), "width of the largest faces");
  v("shift_sigma", style.shift_sigma, Range(0, 0.2), "spread of the position, share");
  v("blur_max_px", style.blur_max_px, Range(0, 5), "strongest blur, standard deviation");
  v("noise_max", style.noise_max, Range(0, 40), "strongest noise [grey levels]");
  v("occlusion", style.occlusion, Range(0, 1), "share of faces behind hand, mask, ...");
  v("accessories", style.accessories, Range(0, 1), "share of faces with glasses or a hat");
}

inline absl::Status CheckSceneStyle(const SceneStyle& style) {
  if (style.face_share_min <= style.face_share_max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("face_share_min = ", style.face_share_min,
                   " is above face_share_max = ", style.face_share_max));
}

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_STYLE_OPTIONS_H_
