// Random numbers of rendered faces: facet's streams (the same bits everywhere) with the mappings
// that drawing people and scenes needs.
#ifndef FACET_PLUGINS_RENDERED_FACES_RANDOM_H_
#define FACET_PLUGINS_RENDERED_FACES_RANDOM_H_

#include <cmath>
#include <cstdint>

#include "core/base/random.h"

namespace facet {

// The seed of part `counter` of something seeded with `seed` (SplitMix64's finaliser: cheap enough
// for every pixel; DeriveSeed hashes).
inline uint64_t MixSeed(uint64_t seed, uint64_t counter) {
  uint64_t z = seed + 0x9e3779b97f4a7c15ull * (counter + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

class FaceRandom {
 public:
  explicit FaceRandom(uint64_t seed) : random_(MixSeed(seed, 0)) {}

  double Uniform() { return random_.Uniform(); }
  double Uniform(double low, double high) { return random_.Uniform(low, high); }
  bool Chance(double probability) { return random_.Bernoulli(probability); }
  int Index(int count) { return static_cast<int>(random_.Index(static_cast<uint64_t>(count))); }

  // Normal, redrawn until it lies within `limit` standard deviations.
  double Normal(double mean, double sigma, double limit = 2.5) {
    for (;;) {
      const double value = random_.Normal();
      if (std::abs(value) <= limit) return mean + sigma * value;
    }
  }

 private:
  Random random_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_RANDOM_H_
