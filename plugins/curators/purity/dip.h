// Hartigan's dip test of unimodality.
//
// The dip of a sample is the largest difference between its distribution function and the unimodal
// distribution function that is nearest to it, 1/(2n) to 1/4: small for one mode of whatever form,
// large for two. Its p-value is the share of samples of the uniform distribution, the unimodal one
// that is hardest to tell from two modes, whose dip is at least as large.
// Source: Hartigan, Hartigan, "The Dip Test of Unimodality", Annals of Statistics 13 (1985).
#ifndef FACET_PLUGINS_CURATORS_PURITY_DIP_H_
#define FACET_PLUGINS_CURATORS_PURITY_DIP_H_

#include <cstdint>
#include <map>
#include <vector>

namespace facet {

// In any order, ties allowed; finite. 0 without values.
double DipStatistic(std::vector<double> values);

// p-values from `draws` uniform samples of the same size, which follow from `seed` and the size.
class DipNull {
 public:
  DipNull(int64_t draws, uint64_t seed) : draws_(draws), seed_(seed) {}
  // Before PValue() is asked for samples of this size. One thread.
  void Prepare(int64_t sample_size);
  // The share of draws with a dip of at least `dip`, 0 where there is none. Any thread.
  double PValue(double dip, int64_t sample_size) const;

 private:
  const int64_t draws_;
  const uint64_t seed_;
  std::map<int64_t, std::vector<double>> dips_;  // sorted, by size
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_DIP_H_
