#include "plugins/losses/term_kernels.h"

#include <type_traits>

#include "core/base/processors.h"

namespace facet {
namespace {

// As many numbers as make sums and comparisons independent of each other, whatever the processor.
template <class T>
struct Lanes {
  static constexpr int64_t kCount = 64 / sizeof(T);
  typedef T Vector __attribute__((vector_size(64), aligned(alignof(T)), may_alias));
  using Integer = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  typedef Integer Integers __attribute__((vector_size(64)));
  // From bytes to integers step by step: at once g++ takes byte by byte.
  typedef uint8_t Bytes __attribute__((vector_size(kCount), aligned(1), may_alias));
  typedef uint16_t Halves __attribute__((vector_size(kCount * 2)));
  typedef int32_t Words __attribute__((vector_size(kCount * 4)));
};

template <class T>
FACET_INLINE T Fill(const T* values, const bool* mask, int64_t size, T scale, T origin,
                    T* exponents) {
  using Vector = typename Lanes<T>::Vector;
  using Bytes = typename Lanes<T>::Bytes;
  constexpr int64_t kCount = Lanes<T>::kCount;
  const Vector none = kNoExponent<T> + Vector{};
  Vector lanes = none;
  int64_t i = 0;
  for (; i + kCount <= size; i += kCount) {
    const Vector exponent = scale * (*reinterpret_cast<const Vector*>(values + i) - origin);
    const auto halves = __builtin_convertvector(*reinterpret_cast<const Bytes*>(mask + i),
                                                typename Lanes<T>::Halves);
    const auto words = __builtin_convertvector(halves, typename Lanes<T>::Words);
    const Vector counted =
        __builtin_convertvector(words, typename Lanes<T>::Integers) != 0 ? exponent : none;
    *reinterpret_cast<Vector*>(exponents + i) = counted;
    lanes = counted > lanes ? counted : lanes;
  }
  T largest = kNoExponent<T>;
  for (int64_t lane = 0; lane < kCount; ++lane) {
    largest = lanes[lane] > largest ? lanes[lane] : largest;
  }
  for (; i < size; ++i) {
    exponents[i] = mask[i] ? scale * (values[i] - origin) : kNoExponent<T>;
    largest = exponents[i] > largest ? exponents[i] : largest;
  }
  return largest;
}

template <class T>
FACET_INLINE T Sum(const T* values, int64_t size) {
  using Vector = typename Lanes<T>::Vector;
  constexpr int64_t kCount = Lanes<T>::kCount;
  Vector lanes[2] = {};
  int64_t i = 0;
  for (; i + 2 * kCount <= size; i += 2 * kCount) {
    lanes[0] += *reinterpret_cast<const Vector*>(values + i);
    lanes[1] += *reinterpret_cast<const Vector*>(values + i + kCount);
  }
  lanes[0] += lanes[1];
  T sum = 0;
  for (int64_t lane = 0; lane < kCount; ++lane) sum += lanes[0][lane];
  for (; i < size; ++i) sum += values[i];
  return sum;
}

template <class T>
FACET_INLINE void Subtract(T number, int64_t size, T* values) {
  for (int64_t i = 0; i < size; ++i) values[i] -= number;
}

template <class T>
FACET_INLINE void Add(T factor, const T* __restrict from, int64_t size, T* __restrict to) {
  for (int64_t i = 0; i < size; ++i) to[i] += factor * from[i];
}

}  // namespace

FACET_FOR_EACH_PROCESSOR
float FillExponents(const float* values, const bool* mask, int64_t size, float scale, float origin,
                    float* exponents) {
  return Fill(values, mask, size, scale, origin, exponents);
}
FACET_FOR_EACH_PROCESSOR
double FillExponents(const double* values, const bool* mask, int64_t size, double scale,
                     double origin, double* exponents) {
  return Fill(values, mask, size, scale, origin, exponents);
}

FACET_FOR_EACH_PROCESSOR
void TakeOff(float number, int64_t size, float* values) { Subtract(number, size, values); }
FACET_FOR_EACH_PROCESSOR
void TakeOff(double number, int64_t size, double* values) { Subtract(number, size, values); }

FACET_FOR_EACH_PROCESSOR
float SumOfAll(const float* values, int64_t size) { return Sum(values, size); }
FACET_FOR_EACH_PROCESSOR
double SumOfAll(const double* values, int64_t size) { return Sum(values, size); }

FACET_FOR_EACH_PROCESSOR
void AddScaled(float factor, const float* from, int64_t size, float* to) {
  Add(factor, from, size, to);
}
FACET_FOR_EACH_PROCESSOR
void AddScaled(double factor, const double* from, int64_t size, double* to) {
  Add(factor, from, size, to);
}

FACET_FOR_EACH_PROCESSOR
void TakeEither(const bool* one, const bool* other, int64_t size, bool* out) {
  for (int64_t i = 0; i < size; ++i) out[i] = one[i] | other[i];
}

}  // namespace facet
