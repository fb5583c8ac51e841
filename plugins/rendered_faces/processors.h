// The same source for what processors have. Nothing here may fuse a multiplication with an addition
// (-ffp-contract=off in BUILD): each gives the same bits.
#ifndef FACET_PLUGINS_RENDERED_FACES_PROCESSORS_H_
#define FACET_PLUGINS_RENDERED_FACES_PROCESSORS_H_

#if defined(__x86_64__)
#define FACET_FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FACET_FOR_EACH_PROCESSOR
#endif
#define FACET_INLINE inline __attribute__((always_inline))

#endif  // FACET_PLUGINS_RENDERED_FACES_PROCESSORS_H_
