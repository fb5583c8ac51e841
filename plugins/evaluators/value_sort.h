// Sorting of many values that are spread as scores are: by buckets, on several threads.
#ifndef FACET_PLUGINS_EVALUATORS_VALUE_SORT_H_
#define FACET_PLUGINS_EVALUATORS_VALUE_SORT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace facet {

// Ranges of values of equal width, in order: which one a value is in rises with it. Values beyond
// both ends are in the first and in the last one.
class ValueBuckets {
 public:
  ValueBuckets(double low, double high, size_t count);

  // Whether there is a width: it may be too small or too large for a double.
  bool are_usable() const { return usable_; }
  size_t count() const { return count_; }
  double Low(size_t bucket) const { return low_ + static_cast<double>(bucket) / scale_; }
  uint32_t Of(double value) const {
    double place = (value - low_) * scale_;
    place = place > 0.0 ? place : 0.0;
    place = place < last_ ? place : last_;
    return static_cast<uint32_t>(static_cast<int32_t>(place));
  }

 private:
  size_t count_;
  double low_, scale_, last_;
  bool usable_;
};

// What one thread sorts with; at most as large as the most values it was given, not all of them.
class CacheSorter {
 public:
  // Values that nearly all lie from `low` to `high`, few enough to stay in a processor's cache.
  void Sort(double* values, size_t count, double low, double high);

 private:
  std::vector<double> scattered_;
  std::vector<uint32_t> buckets_, places_;
};

// Finite values, any number of them and however they are spread. With as much memory again.
void SortValues(double* begin, double* end);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_VALUE_SORT_H_
