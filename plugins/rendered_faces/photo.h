// From rendered samples to a photograph: tone, blur, noise, JPEG.
#ifndef FACET_PLUGINS_RENDERED_FACES_PHOTO_H_
#define FACET_PLUGINS_RENDERED_FACES_PHOTO_H_

#include "core/api/image.h"
#include "plugins/rendered_faces/backdrop.h"
#include "plugins/rendered_faces/raster.h"
#include "plugins/rendered_faces/scene.h"

namespace facet {

// Averages the frame's samples over the background.
void Composite(const Frame& frame, LinearImage& image, int size);

Image Photograph(const FaceScene& scene, const LinearImage& image, int size);

// Through JPEG of the given quality and back.
Image Recompress(const Image& image, int quality);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_PHOTO_H_
