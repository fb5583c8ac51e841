// Everything of a portrait's figure but the head's own surface: ears, long hair, hat, glasses and
// mask in head coordinates; neck and shoulders in body coordinates (same origin).
#ifndef FACET_PLUGINS_SUPPORT_FACE_PARTS_H_
#define FACET_PLUGINS_SUPPORT_FACE_PARTS_H_

#include <vector>

#include "plugins/support/face_geometry.h"
#include "plugins/support/face_identity.h"
#include "plugins/support/face_scene.h"
#include "plugins/support/face_shape.h"

namespace facet {

// With normals.
std::vector<GridMesh> BuildHeadParts(const FaceIdentity& identity, const FaceScene& scene,
                                     const FaceLayout& layout, const HeadProfile& profile);
std::vector<GridMesh> BuildBody(const FaceIdentity& identity, const FaceScene& scene);

}  // namespace facet

#endif  // FACET_PLUGINS_SUPPORT_FACE_PARTS_H_
