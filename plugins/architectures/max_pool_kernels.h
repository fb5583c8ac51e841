// The loops of max_pool_relu.h, over rows of pixels with their channels last.
//
// Type: float, or uint16_t for the bits of bfloat16.
#ifndef FACET_PLUGINS_ARCHITECTURES_MAX_POOL_KERNELS_H_
#define FACET_PLUGINS_ARCHITECTURES_MAX_POOL_KERNELS_H_

#include <cstdint>

namespace facet {

// What `winners` holds: which of a window's four values (in reading order) is its positive maximum.
inline constexpr uint8_t kNoWinner = 4;

// Two rows of 2 * windows pixels -> one of `windows`. winners: null, or as many bytes.
void PoolRows(const float* upper, const float* lower, int64_t windows, int64_t channels, float* out,
              uint8_t* winners);
void PoolRows(const uint16_t* upper, const uint16_t* lower, int64_t windows, int64_t channels,
              uint16_t* out, uint8_t* winners);

// Their gradient: each window's goes to its winner, the others get 0.
void UnpoolRows(const float* gradient, const uint8_t* winners, int64_t windows, int64_t channels,
                float* upper, float* lower);
void UnpoolRows(const uint16_t* gradient, const uint8_t* winners, int64_t windows, int64_t channels,
                uint16_t* upper, uint16_t* lower);

}  // namespace facet

#endif  // FACET_PLUGINS_ARCHITECTURES_MAX_POOL_KERNELS_H_
