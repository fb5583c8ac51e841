// What surrounds the figure in the picture: an out-of-focus background, occluders before the face.
#ifndef FACET_PLUGINS_RENDERED_FACES_BACKDROP_H_
#define FACET_PLUGINS_RENDERED_FACES_BACKDROP_H_

#include <cstdint>
#include <vector>

#include "core/api/geometry.h"
#include "plugins/rendered_faces/identity.h"
#include "plugins/rendered_faces/scene.h"

namespace facet {

// Linear colours, `size` x `size`.
using LinearImage = std::vector<FaceColor>;

LinearImage DrawBackground(uint64_t seed, int size);

// Draws the occluder, if it is one that lies in front of the face, near the box.
void DrawOccluder(const FaceScene& scene, const FaceColor& skin, const Box& box, LinearImage& image,
                  int size);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_BACKDROP_H_
