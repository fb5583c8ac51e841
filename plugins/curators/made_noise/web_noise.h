// What is wrong with the images that a search engine finds for a name, as made: how many, at which
// ranks, and how near duplicates are changed. Shared by curators that make noise.
#ifndef FACET_PLUGINS_CURATORS_MADE_NOISE_WEB_NOISE_H_
#define FACET_PLUGINS_CURATORS_MADE_NOISE_WEB_NOISE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/api/image.h"
#include "core/base/random.h"
#include "plugins/rendered_faces/duplicates.h"

namespace facet {

// Places in an engine's answer: result[i] is the rank, from 0, of image i. Ranks are the order of
// keys, uniform in [0, 1), to which `bias` is added for wrong ones but one in ten, which the engine
// takes for right. At a bias of 0.4 and 20 % wrong ones, 5.6 % of the best 40 % are wrong.
std::vector<int64_t> DrawRanks(Random& random, const std::vector<bool>& wrong, double bias);

// What a plan changes: "cropped, resized, recoloured, captioned, recompressed", as far as it does.
std::string DescribeDuplicate(const DuplicatePlan& plan, int width, int height);

// A JPEG file's bytes.
std::string EncodeJpeg(const Image& image, int quality);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_MADE_NOISE_WEB_NOISE_H_
