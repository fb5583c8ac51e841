// Renders a face: a parametric head as a triangle mesh under perspective, with a painted skin
// texture, directional light and soft shadows, before a synthetic background, seen through a
// simple camera (blur, noise, JPEG). Everything is computed; no picture or model file is read.
//
// RenderFace is a pure function: equal arguments give equal bytes on one machine, from any number
// of threads. Between OpenCV 4.6 and 4.10 the pictures agree to more than 45 dB PSNR.
#ifndef FACET_PLUGINS_RENDERED_FACES_RENDERER_H_
#define FACET_PLUGINS_RENDERED_FACES_RENDERER_H_

#include <array>

#include "core/api/geometry.h"
#include "core/api/image.h"
#include "plugins/rendered_faces/identity.h"
#include "plugins/rendered_faces/scene.h"

namespace facet {

struct FaceTruth {
  Box box;  // a little above the brows to the chin, cheek to cheek; px
  // Left eye's left and right corner, right eye's left and right corner, nose left, nose tip, nose
  // right, mouth left, mouth right (points9). They may be hidden from view.
  std::array<Point, 9> landmarks;
};

struct RenderedFace {
  Image image;
  FaceTruth truth;
};

// A square image of `image_size_px` (32 .. 1024) pixels a side.
RenderedFace RenderFace(const FaceIdentity& identity, const FaceScene& scene, int image_size_px);

// What RenderFace would report, without the picture (a tenth of the time).
FaceTruth LocateFace(const FaceIdentity& identity, const FaceScene& scene, int image_size_px);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_RENDERER_H_
