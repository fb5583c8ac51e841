// What the colour steps share: their affine maps, and the options of those that draw a factor.
#ifndef FACET_PLUGINS_AUGMENTATIONS_COLOUR_H_
#define FACET_PLUGINS_AUGMENTATIONS_COLOUR_H_

#include "core/api/augmentation.h"
#include "core/api/options.h"
#include "core/base/random.h"

namespace facet {

struct FactorOptions {
  double probability = 1.0;
  double strength = 0.4;

  void Visit(OptionVisitor& v);
};

// Uniform in 1 - strength .. 1 + strength; 1 where the visit does not have the step.
double DrawFactor(const FactorOptions& options, Random& random);

// p -> factor p + constant, in each channel.
ColourMap LevelMap(double factor, double constant);
// p -> g + factor (p - g), g the pixel's grey level.
ColourMap SaturationMap(double factor);

}  // namespace facet

#endif  // FACET_PLUGINS_AUGMENTATIONS_COLOUR_H_
