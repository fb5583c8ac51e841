// How much more time one of two takes, from runs that took turns.
#ifndef FACET_BENCHMARKS_PAIRED_RATIO_H_
#define FACET_BENCHMARKS_PAIRED_RATIO_H_

#include <vector>

namespace facet::bench {

struct RatioInterval {
  double ratio = 1.0;            // geometric mean of a[i] / b[i]
  double low = 0.0, high = 0.0;  // its 95 % interval
};

// Paired t interval of the logarithms of a[i] / b[i]; all above 0, at least 2 pairs.
RatioInterval PairedRatio(const std::vector<double>& a, const std::vector<double>& b);

// The 97.5 % point of Student's t distribution, at least 1 degree of freedom.
double StudentT975(int degrees);

double Median(std::vector<double> values);

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_PAIRED_RATIO_H_
