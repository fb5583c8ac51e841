// Random streams whose bits are fixed by the seed alone, on every machine and release.
//
// std::mt19937_64 is specified to the bit; the standard's distributions are not, so the mappings
// to uniform and normal numbers are written out here.
#ifndef FACET_CORE_BASE_RANDOM_H_
#define FACET_CORE_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace facet {

// The seed of the part `name` of a computation seeded with `seed`: the first 8 bytes of
// SHA-256(seed, name), so that adding a part does not shift the stream of another.
uint64_t DeriveSeed(uint64_t seed, std::string_view name);

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t Bits() { return engine_(); }
  // [0, 1), 53 bits.
  double Uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  // 0 .. count-1, unbiased. count > 0.
  uint64_t Index(uint64_t count);
  // Standard normal (Box-Muller; both values of a pair are used).
  double Normal();
  bool Bernoulli(double probability) { return Uniform() < probability; }

  template <class T>
  void Shuffle(std::vector<T>& values) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[Index(i)]);
  }

 private:
  std::mt19937_64 engine_;
  bool has_spare_ = false;
  double spare_ = 0.0;
};

}  // namespace facet

#endif  // FACET_CORE_BASE_RANDOM_H_
