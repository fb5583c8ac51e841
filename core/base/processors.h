// Loops that the compiler turns into vectors, for what each processor has.
//
//   FACET_FOR_EACH_PROCESSOR void Scale(const float* from, float by, int64_t count, float* to);
//
// The function is compiled a few times, and the loader takes what the processor can do. Small
// functions that it calls want FACET_INLINE: others are not compiled for it. Bits must not depend on
// the processor: where numbers are multiplied and added, the target needs -ffp-contract=off, or the
// function FACET_FOR_AVX2, which has no instruction that does both and rounds once.
#ifndef FACET_CORE_BASE_PROCESSORS_H_
#define FACET_CORE_BASE_PROCESSORS_H_

#if defined(__x86_64__)
#define FACET_FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#define FACET_FOR_AVX2 __attribute__((target_clones("avx2", "default")))
#else
#define FACET_FOR_EACH_PROCESSOR
#define FACET_FOR_AVX2
#endif
#define FACET_INLINE inline __attribute__((always_inline))

#endif  // FACET_CORE_BASE_PROCESSORS_H_
