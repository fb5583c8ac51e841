// Draws lit meshes into a supersampled frame with a depth buffer.
#ifndef FACET_PLUGINS_RENDERED_FACES_RASTER_H_
#define FACET_PLUGINS_RENDERED_FACES_RASTER_H_

#include <memory>
#include <vector>

#include "plugins/rendered_faces/canvas.h"
#include "plugins/rendered_faces/geometry.h"
#include "plugins/rendered_faces/light.h"

namespace facet {

// Perspective camera on the z axis, looking at the origin.
struct Camera {
  float distance_mm = 1500;
  float focal_px = 1;        // of the image, not of the supersampled frame
  float x_px = 0, y_px = 0;  // image of the origin

  Vec3 Project(Vec3 p) const {
    const float scale = focal_px / (distance_mm - p.z);
    return {x_px + p.x * scale, y_px + p.y * scale, p.z};
  }
};

// Linear colours; depth is the z of the nearest surface, or kEmpty: then there is no colour.
struct Frame {
  static constexpr int kSamples = 2;  // per pixel and axis
  static constexpr float kEmpty = -1e9f;

  explicit Frame(int image_size_px);

  int size;                  // samples a side
  std::vector<float> depth;  // and a few more, that may be read
  std::unique_ptr<FaceColor[]> color;
};

void DrawMesh(const GridMesh& mesh, const std::vector<VertexLight>& light, const FaceCanvas& canvas,
              const FaceColor& light_color, const Camera& camera, Frame& frame);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_RASTER_H_
