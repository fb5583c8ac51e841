#include "plugins/augmentations/colour.h"

namespace facet {

void FactorOptions::Visit(OptionVisitor& v) {
  v("probability", probability, Range(0, 1), "that a visit has it [1]");
  v("strength", strength, Range(0, 1),
    "s: the factor is uniform in 1 - s .. 1 + s [1]; 0: off; SimCLR's 0.8, halved as for CIFAR-10");
}

double DrawFactor(const FactorOptions& options, Random& random) {
  if (options.strength <= 0 || !Happens(options.probability, random)) return 1.0;
  return random.Uniform(1 - options.strength, 1 + options.strength);
}

ColourMap LevelMap(double factor, double constant) {
  ColourMap map = {};
  for (size_t i = 0; i < 3; ++i) {
    map[4 * i + i] = factor;
    map[4 * i + 3] = constant;
  }
  return map;
}

ColourMap SaturationMap(double factor) {
  ColourMap map = LevelMap(factor, 0);
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) map[4 * i + j] += (1 - factor) * kGreyOfBgr[j];
  }
  return map;
}

}  // namespace facet
