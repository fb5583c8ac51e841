#include "core/base/random.h"

#include <cmath>
#include <cstring>
#include <string>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace facet {

uint64_t DeriveSeed(uint64_t seed, std::string_view name) {
  Sha256 hash;
  unsigned char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(seed >> (8 * i));
  hash.Update(std::string_view(reinterpret_cast<const char*>(bytes), sizeof(bytes)));
  hash.Update(name);
  return std::stoull(hash.HexDigest().substr(0, 16), nullptr, 16);
}

uint64_t Random::Index(uint64_t count) {
  FACET_CHECK(count > 0);
  // Rejects the incomplete last block, so that every index is equally likely.
  const uint64_t limit = UINT64_MAX - UINT64_MAX % count;
  uint64_t bits = engine_();
  while (bits >= limit) bits = engine_();
  return bits % count;
}

double Random::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
  const double angle = 6.283185307179586476925 * Uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

}  // namespace facet
