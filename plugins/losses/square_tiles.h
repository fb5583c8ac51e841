// Square matrices against their transposes, in place, a tile and its mirror image at a time.
#ifndef FACET_PLUGINS_LOSSES_SQUARE_TILES_H_
#define FACET_PLUGINS_LOSSES_SQUARE_TILES_H_

#include <ATen/core/Tensor.h>

namespace facet {

// square: [N, N], float32 or float64, contiguous, on the CPU.

// What lies below the diagonal becomes what lies above.
void MirrorUpper(const at::Tensor& square);

// The matrix becomes its sum with its transpose.
void AddTransposed(const at::Tensor& square);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_SQUARE_TILES_H_
