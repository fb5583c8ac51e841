// Light that reaches the vertices of a scene's meshes.
#ifndef FACET_PLUGINS_RENDERED_FACES_LIGHT_H_
#define FACET_PLUGINS_RENDERED_FACES_LIGHT_H_

#include <vector>

#include "plugins/rendered_faces/geometry.h"
#include "plugins/rendered_faces/scene.h"

namespace facet {

struct VertexLight {
  FaceColor diffuse;    // multiplies the reflectance
  FaceColor highlight;  // is added
};

// One vector per mesh, one element per vertex. Meshes are in camera axes with normals; two-sided
// ones are lit from the side that the camera sees. Shadows are cast from all meshes onto all, the
// key light's only.
std::vector<std::vector<VertexLight>> LightMeshes(const std::vector<GridMesh>& meshes,
                                                  const FaceScene& scene);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_LIGHT_H_
