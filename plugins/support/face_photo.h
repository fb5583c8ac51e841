// From rendered samples to a photograph: background, occluders in front of the lens, tone, blur,
// noise, JPEG.

#ifndef FACET_PLUGINS_SUPPORT_FACE_PHOTO_H_
#define FACET_PLUGINS_SUPPORT_FACE_PHOTO_H_

#include <cstdint>
#include <vector>

#include "core/api/geometry.h"
#include "core/api/image.h"
#include "plugins/support/face_raster.h"
#include "plugins/support/face_scene.h"

namespace facet {

// Linear colours, `size` x `size`.
using LinearImage = std::vector<FaceColor>;

LinearImage DrawBackground(uint64_t seed, int size);

// Averages the frame's samples over the background.
void Composite(const Frame& frame, LinearImage& image, int size);

// Draws the occluder, if it is one that lies in front of the face, near the box.
void DrawOccluder(const FaceScene& scene, const FaceColor& skin, const Box& box, LinearImage& image,
                  int size);

Image Photograph(const FaceScene& scene, const LinearImage& image, int size);

// Through JPEG of the given quality and back.
Image Recompress(const Image& image, int quality);

}  // namespace facet

#endif  // FACET_PLUGINS_SUPPORT_FACE_PHOTO_H_
