// Everything of a portrait's figure but the head's own surface: ears, long hair, hat, glasses and
// mask in head coordinates; neck and shoulders in body coordinates (same origin).
#ifndef FACET_PLUGINS_RENDERED_FACES_PARTS_H_
#define FACET_PLUGINS_RENDERED_FACES_PARTS_H_

#include <vector>

#include "plugins/rendered_faces/geometry.h"
#include "plugins/rendered_faces/identity.h"
#include "plugins/rendered_faces/scene.h"
#include "plugins/rendered_faces/shape.h"

namespace facet {

// With normals.
std::vector<GridMesh> BuildHeadParts(const FaceIdentity& identity, const FaceScene& scene,
                                     const FaceLayout& layout, const HeadProfile& profile);
std::vector<GridMesh> BuildBody(const FaceIdentity& identity, const FaceScene& scene);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_PARTS_H_
