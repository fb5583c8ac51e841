#include "plugins/miners/positive_pairs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "core/base/random.h"

namespace facet {
namespace {

int64_t PairsBelow(int64_t second) { return second * (second - 1) / 2; }

// The pairs (0, 1), (0, 2), (1, 2), (0, 3) ...: first and second of number `pair`.
std::pair<int64_t, int64_t> Unrank(int64_t pair) {
  auto second = static_cast<int64_t>((1 + std::sqrt(1 + 8 * static_cast<double>(pair))) / 2);
  while (PairsBelow(second) > pair) --second;  // the root is rounded
  while (PairsBelow(second + 1) <= pair) ++second;
  return {pair - PairsBelow(second), second};
}

}  // namespace

PositivePairs::PositivePairs(const std::vector<int64_t>& labels, bool ordered, uint64_t seed)
    : ordered_(ordered), role_key_(DeriveSeed(seed, "roles")), images_(labels.size()) {
  std::iota(images_.begin(), images_.end(), 0);
  const auto label = [&](size_t i) { return labels[static_cast<size_t>(images_[i])]; };
  std::stable_sort(images_.begin(), images_.end(), [&labels](int32_t a, int32_t b) {
    return labels[static_cast<size_t>(a)] < labels[static_cast<size_t>(b)];
  });
  int64_t num_pairs = 0;
  size_t begin = 0;
  while (begin < images_.size()) {
    size_t end = begin + 1;
    while (end < images_.size() && label(end) == label(begin)) ++end;
    if (end - begin > 1) {
      first_image_.push_back(static_cast<int64_t>(begin));
      first_pair_.push_back(num_pairs);
      num_pairs += PairsBelow(static_cast<int64_t>(end - begin)) * (ordered ? 2 : 1);
    }
    begin = end;
  }
  first_pair_.push_back(num_pairs);
  order_ = KeyedPermutation(num_pairs, DeriveSeed(seed, "order"));
}

PositivePair PositivePairs::operator[](int64_t place) const {
  const int64_t pair = order_[place];
  const auto after = std::upper_bound(first_pair_.begin(), first_pair_.end(), pair);
  const auto of_label = static_cast<size_t>(after - first_pair_.begin() - 1);
  const int64_t of_pair = pair - first_pair_[of_label];
  const auto [first, second] = Unrank(ordered_ ? of_pair / 2 : of_pair);
  const int32_t* const images = &images_[static_cast<size_t>(first_image_[of_label])];
  const bool swap =
      ordered_ ? of_pair % 2 == 1 : (MixBits(static_cast<uint64_t>(pair) ^ role_key_) & 1) != 0;
  return {images[swap ? second : first], images[swap ? first : second]};
}

}  // namespace facet
