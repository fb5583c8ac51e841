// How much the boxes that two detectors draw about one face differ, and the convention
// (core/api/detector.h) that brings a detector's own boxes to canonical ones.
#ifndef FACET_BENCHMARKS_BOX_AGREEMENT_H_
#define FACET_BENCHMARKS_BOX_AGREEMENT_H_

#include <optional>
#include <utility>
#include <vector>

#include "core/api/detector.h"

namespace facet::bench {

struct Distribution {
  double mean = 0.0, deviation = 0.0;  // standard deviation, over n - 1
};
// Not empty; of one value the deviation is 0.
Distribution DistributionOf(const std::vector<double>& values);
double MedianOf(std::vector<double> values);  // not empty

using BoxPair = std::pair<Box, Box>;

// Of the second box against the first, over the pairs. Not empty.
struct Agreement {
  size_t num_faces = 0;
  Distribution log_side;  // ln(side of the second / side of the first); side: mean of the two
  Distribution x, y;      // centre of the second minus that of the first [sides of the first]
};
Agreement AgreementOf(const std::vector<BoxPair>& pairs);

// first: a detector's own box, second: the canonical box of the same face. The medians of the
// logarithm of the scale and of each shift; square. Not empty.
BoxConvention DeriveConvention(const std::vector<BoxPair>& own_and_canonical);

// That of `boxes` which overlaps `face` most, if its intersection over union is above 0.25 (a
// square of half the side has that): else they are about other faces.
std::optional<size_t> BoxOfFace(const std::vector<Box>& boxes, const Box& face);

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_BOX_AGREEMENT_H_
