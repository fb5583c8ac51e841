#include "plugins/architectures/max_pool_kernels.h"

#include <cstring>

#include "core/base/processors.h"

namespace facet {
namespace {

constexpr int64_t kLanes = 16;
// Loops of a fixed length over arrays of their own are what compilers turn into vectors.
struct Floats {
  float at[kLanes];
};
struct Words {
  uint32_t at[kLanes];
};

template <class To, class From>
FACET_INLINE To BitsAs(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

// Vectors of the compiler's own: from loops that widen g++ makes parts that meet in memory, and a read
// of what was just written in parts waits.
using Bytes [[gnu::vector_size(kLanes)]] = uint8_t;
using Halves [[gnu::vector_size(2 * kLanes)]] = uint16_t;
using Integers [[gnu::vector_size(4 * kLanes)]] = uint32_t;

// `count` values, at most kLanes of them; the others are 0.
FACET_INLINE Floats Load(const float* from, int64_t count) {
  Floats values = {};
  std::memcpy(values.at, from, static_cast<size_t>(count) * sizeof(float));
  return values;
}
FACET_INLINE Floats Load(const uint16_t* from, int64_t count) {
  Halves bits = {};
  std::memcpy(&bits, from, static_cast<size_t>(count) * sizeof(uint16_t));
  return BitsAs<Floats>(__builtin_convertvector(bits, Integers) << 16);
}
FACET_INLINE void Store(const Floats& values, int64_t count, float* to) {
  std::memcpy(to, values.at, static_cast<size_t>(count) * sizeof(float));
}
FACET_INLINE void Store(const Floats& values, int64_t count, uint16_t* to) {
  const auto words = BitsAs<Words>(values);
  uint16_t bits[kLanes];
  for (int64_t i = 0; i < kLanes; ++i) bits[i] = static_cast<uint16_t>(words.at[i] >> 16);
  std::memcpy(to, bits, static_cast<size_t>(count) * sizeof(uint16_t));
}

template <class Type>
FACET_INLINE void Pool(const Type* const (&pixels)[4], int64_t channel, int64_t count, Type* out,
                       uint8_t* winners) {
  Floats most = Load(pixels[0] + channel, count);
  Words winner = {};
  for (uint32_t pixel = 1; pixel < 4; ++pixel) {
    const Floats value = Load(pixels[pixel] + channel, count);
    for (int64_t i = 0; i < kLanes; ++i) {
      const float v = value.at[i];
      const bool takes = (v > most.at[i]) | (v != v);
      most.at[i] = takes ? v : most.at[i];
      winner.at[i] = takes ? pixel : winner.at[i];
    }
  }
  if (winners != nullptr) {
    uint8_t bytes[kLanes];
    for (int64_t i = 0; i < kLanes; ++i) {
      bytes[i] = static_cast<uint8_t>(most.at[i] <= 0.0f ? kNoWinner : winner.at[i]);
    }
    std::memcpy(winners + channel, bytes, static_cast<size_t>(count));
  }
  for (float& value : most.at) value = value < 0.0f ? 0.0f : value;
  Store(most, count, out + channel);
}

template <class Type>
FACET_INLINE void Unpool(const Type* gradient, const uint8_t* winners, int64_t channel,
                         int64_t count, Type* const (&pixels)[4]) {
  Floats value = Load(gradient + channel, count);
  for (float& v : value.at) v += 0.0f;  // a sum with nothing: -0 becomes 0
  const auto bits = BitsAs<Words>(value);
  Bytes bytes = {};
  std::memcpy(&bytes, winners + channel, static_cast<size_t>(count));
  // In two steps, each of which is an instruction.
  const Halves halves = __builtin_convertvector(bytes, Halves);
  const auto winner = BitsAs<Words>(__builtin_convertvector(halves, Integers));
  for (uint32_t pixel = 0; pixel < 4; ++pixel) {
    Words share;
    for (int64_t i = 0; i < kLanes; ++i) {
      share.at[i] = winner.at[i] == pixel ? bits.at[i] : 0;
    }
    Store(BitsAs<Floats>(share), count, pixels[pixel] + channel);
  }
}

template <class Type>
FACET_INLINE void PoolAll(const Type* upper, const Type* lower, int64_t windows, int64_t channels,
                          Type* out, uint8_t* winners) {
  for (int64_t window = 0; window < windows; ++window) {
    const Type* const pixels[4] = {upper, upper + channels, lower, lower + channels};
    int64_t channel = 0;
    for (; channel + kLanes <= channels; channel += kLanes) {
      Pool(pixels, channel, kLanes, out, winners);
    }
    if (channel < channels) Pool(pixels, channel, channels - channel, out, winners);
    upper += 2 * channels;
    lower += 2 * channels;
    out += channels;
    if (winners != nullptr) winners += channels;
  }
}

template <class Type>
FACET_INLINE void UnpoolAll(const Type* gradient, const uint8_t* winners, int64_t windows,
                            int64_t channels, Type* upper, Type* lower) {
  for (int64_t window = 0; window < windows; ++window) {
    Type* const pixels[4] = {upper, upper + channels, lower, lower + channels};
    int64_t channel = 0;
    for (; channel + kLanes <= channels; channel += kLanes) {
      Unpool(gradient, winners, channel, kLanes, pixels);
    }
    if (channel < channels) Unpool(gradient, winners, channel, channels - channel, pixels);
    gradient += channels;
    winners += channels;
    upper += 2 * channels;
    lower += 2 * channels;
  }
}

}  // namespace

FACET_FOR_EACH_PROCESSOR void PoolRows(const float* upper, const float* lower, int64_t windows,
                                       int64_t channels, float* out, uint8_t* winners) {
  PoolAll(upper, lower, windows, channels, out, winners);
}

FACET_FOR_EACH_PROCESSOR void PoolRows(const uint16_t* upper, const uint16_t* lower,
                                       int64_t windows, int64_t channels, uint16_t* out,
                                       uint8_t* winners) {
  PoolAll(upper, lower, windows, channels, out, winners);
}

FACET_FOR_EACH_PROCESSOR void UnpoolRows(const float* gradient, const uint8_t* winners,
                                         int64_t windows, int64_t channels, float* upper,
                                         float* lower) {
  UnpoolAll(gradient, winners, windows, channels, upper, lower);
}

FACET_FOR_EACH_PROCESSOR void UnpoolRows(const uint16_t* gradient, const uint8_t* winners,
                                         int64_t windows, int64_t channels, uint16_t* upper,
                                         uint16_t* lower) {
  UnpoolAll(gradient, winners, windows, channels, upper, lower);
}

}  // namespace facet
