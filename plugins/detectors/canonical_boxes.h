// Written by bazel run //benchmarks:detector_framing -- --write, not by hand:
// how each detector's own box becomes the canonical one, from 300 faces.
// The tables are in README.md.
#ifndef FACET_PLUGINS_DETECTORS_CANONICAL_BOXES_H_
#define FACET_PLUGINS_DETECTORS_CANONICAL_BOXES_H_

#include "core/api/detector.h"

namespace facet {

inline constexpr BoxConvention kHogBox = {1.092, 0.015, -0.084, true};
inline constexpr BoxConvention kLbpBox = {1.439, 0.000, -0.110, true};
inline constexpr BoxConvention kMtcnnBox = {1.020, 0.000, -0.006, true};
inline constexpr BoxConvention kSsdBox = {1.000, 0.000, 0.002, true};
inline constexpr BoxConvention kYunetBox = {1.000, 0.000, -0.009, true};

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_CANONICAL_BOXES_H_
