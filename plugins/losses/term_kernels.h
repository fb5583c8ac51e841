// Loops over a whole row of values for terms of pairs, in the vectors of the processor that runs
// them; each gives the same bits.
#ifndef FACET_PLUGINS_LOSSES_TERM_KERNELS_H_
#define FACET_PLUGINS_LOSSES_TERM_KERNELS_H_

#include <cstdint>

namespace facet {

// Stands in a row of exponents where nothing counts: e to it is 0.
template <class T>
inline constexpr T kNoExponent = -__builtin_huge_val();

// exponents[i] = scale (values[i] - origin) where the mask has i, else kNoExponent. The largest, or
// kNoExponent; what is not a number is none.
float FillExponents(const float* values, const bool* mask, int64_t size, float scale, float origin,
                    float* exponents);
double FillExponents(const double* values, const bool* mask, int64_t size, double scale,
                     double origin, double* exponents);

void TakeOff(float number, int64_t size, float* values);
void TakeOff(double number, int64_t size, double* values);

float SumOfAll(const float* values, int64_t size);
double SumOfAll(const double* values, int64_t size);

// to[i] += factor from[i].
void AddScaled(float factor, const float* from, int64_t size, float* to);
void AddScaled(double factor, const double* from, int64_t size, double* to);

// out[i] = one[i] || other[i].
void TakeEither(const bool* one, const bool* other, int64_t size, bool* out);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_TERM_KERNELS_H_
