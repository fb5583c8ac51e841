// Written by bazel run //benchmarks:detector_framing -- --write, not by hand:
// how far the canonical boxes of two detectors about one face differ, root mean square over
// the pairs of plugins/detectors/README.md.
#ifndef FACET_PLUGINS_ALIGNERS_PATCHES_BOX_SPREAD_H_
#define FACET_PLUGINS_ALIGNERS_PATCHES_BOX_SPREAD_H_

namespace facet {

inline constexpr double kBoxScaleSpread = 0.08;  // of the side's logarithm
inline constexpr double kBoxShiftSpread = 0.05;  // along each axis [sides]

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PATCHES_BOX_SPREAD_H_
