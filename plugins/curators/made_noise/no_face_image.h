// Pictures without a face, as image search mixes them in: painted, never photographed.
#ifndef FACET_PLUGINS_CURATORS_MADE_NOISE_NO_FACE_IMAGE_H_
#define FACET_PLUGINS_CURATORS_MADE_NOISE_NO_FACE_IMAGE_H_

#include <cstdint>
#include <string>

#include "core/api/image.h"

namespace facet {

// "texture" (cloth, stone, clouds: smooth noise at some scales), "logo" (few flat shapes and lines
// of boxes for letters) or "landscape" (sky, ridges, water), drawn by the seed.
std::string NoFaceKind(uint64_t seed);
// The same bytes for the same arguments on one machine. Sides of at least 16 px.
Image PaintNoFace(uint64_t seed, int width_px, int height_px);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_MADE_NOISE_NO_FACE_IMAGE_H_
