// Random numbers for rendered faces: the same sequence with every standard library, because the
// mapping from bits to values is written here (the distributions of <random> are
// implementation-defined). Not for cryptography.

#ifndef FACET_PLUGINS_SUPPORT_FACE_RANDOM_H_
#define FACET_PLUGINS_SUPPORT_FACE_RANDOM_H_

#include <cmath>
#include <cstdint>
#include <random>

namespace facet {

// Mixes a seed and a counter into a seed for another stream (SplitMix64's finaliser).
inline uint64_t MixSeed(uint64_t seed, uint64_t counter) {
  uint64_t z = seed + 0x9e3779b97f4a7c15ull * (counter + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

class FaceRandom {
 public:
  explicit FaceRandom(uint64_t seed) : engine_(MixSeed(seed, 0)) {}

  uint64_t Bits() { return engine_(); }

  // In [0, 1).
  double Uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }

  // In 0 .. count - 1; `count` is small, so the bias of the product is below 2^-50.
  int Index(int count) { return static_cast<int>(Uniform() * count); }

  bool Chance(double probability) { return Uniform() < probability; }

  // Standard normal by Box and Muller's transform, cut at +-`limit` by redrawing.
  double Normal(double mean, double sigma, double limit = 2.5) {
    for (;;) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
      const double value = radius * std::cos(2.0 * M_PI * Uniform());
      if (std::abs(value) <= limit) return mean + sigma * value;
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_SUPPORT_FACE_RANDOM_H_
