// What the tests of augmentations share: images, and one visit of the plugin that the test is
// linked to.
#ifndef FACET_PLUGINS_AUGMENTATIONS_AUGMENTATION_TESTING_H_
#define FACET_PLUGINS_AUGMENTATIONS_AUGMENTATION_TESTING_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/api/augmentation.h"
#include "plugins/plugin_testing.h"

namespace facet {

Image Noise(int width, int height, uint64_t seed);
// (29 x + 43 y + 71 c + 5 x y) mod 256 at channel c of B, G, R: what other programs make again.
Image Pattern(int width, int height);

InputView Looked(const std::string& options, int width_px, int height_px, InputView view,
                 uint64_t seed);
// The central view.
InputView Looked(const std::string& options, int width_px, int height_px, int size_px,
                 uint64_t seed);
ColourMap DrawnColour(const std::string& options, uint64_t seed,
                      const std::array<double, 3>& mean_bgr = {});
Image Changed(const std::string& options, Image image, uint64_t seed);

std::array<double, 3> Mapped(const ColourMap& map, const std::array<double, 3>& bgr);

// Four pixels, 2 x 2, and their mean.
extern const std::array<std::array<double, 3>, 4> kFourPixels;
extern const std::array<double, 3> kMeanOfFour;
// `map` makes of kFourPixels, clipped to 0 .. 255, what torchvision did: 0.03 levels apart, as its
// weights of grey are 0.2989, 0.587 and 0.114, which are 0.0001 too few.
void ExpectColours(const ColourMap& map, const std::array<std::array<double, 3>, 4>& expected);
// A factor for each of 50 seeds, uniform in 1 - 0.4 .. 1 + 0.4.
std::vector<double> FactorsOfSeeds();

}  // namespace facet

#endif  // FACET_PLUGINS_AUGMENTATIONS_AUGMENTATION_TESTING_H_
