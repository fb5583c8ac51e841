// Every image once an epoch, in random order, as Parkhi et al. 2015, section 4.3, train: batches
// are so many consecutive ones. Any images, any batch.
//
// In:  labels [N], which it does not look at.
// Out: a permutation of 0 .. N-1; the host leaves out the rest that fills no batch.
// Beside it, a key of the host: train.batch.
// Example:  train.sampler = { use = "random" }
#include "core/base/random.h"

#include <numeric>

#include "core/api/sampler.h"

namespace facet {
namespace {

class RandomOrder final : public Sampler {
 public:
  explicit RandomOrder(const NoOptions&) {}

  std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t,
                             uint64_t seed) const override {
    std::vector<int64_t> order(labels.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    Random(seed).Shuffle(order);
    return order;
  }

  bool repeats() const override { return false; }
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Sampler, facet::RandomOrder, facet::NoOptions, "random",
             "every image once an epoch, in random order", "Parkhi et al. 2015, section 4.3")
