// Images of an epoch in random order, of each identity at most so many before all others have had
// their turn: those with thousands of images do not drown those with ten.
//
// In:  labels [N], any; batch, any.
// Out: max(1, N / batch) batches: rounds, each a random order of at most `max_images` images of each
//      identity, another draw in each. The images of small identities come again, and not all of
//      large ones are seen.
// Errors: none.
// Source: undersampling, e.g. He and Garcia, IEEE TKDE 21(9), 2009, section 3.1.
// Example:  train.sampler = { use = "new_sampler", max_images = 4 }
#include <map>
#include <numeric>
#include <vector>

#include "core/api/sampler.h"
#include "core/base/random.h"

namespace {

struct Options {
  int64_t max_images = 4;

  void Visit(facet::OptionVisitor& v) {
    v("max_images", max_images, facet::AtLeast(1), "of an identity in a round");
  }
};

class NewSampler final : public facet::Sampler {
 public:
  explicit NewSampler(const Options& options) : options_(options) {}

  std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t batch,
                             uint64_t seed) const override {
    const auto num_images = static_cast<int64_t>(labels.size());
    const auto wanted = static_cast<size_t>(facet::NumBatches(num_images, batch) * batch);
    facet::Random random(seed);
    std::vector<int64_t> images(labels.size()), order;
    std::iota(images.begin(), images.end(), 0);
    while (order.size() < wanted) {
      random.Shuffle(images);
      std::map<int64_t, int64_t> taken;  // by label
      for (const int64_t image : images) {
        if (++taken[labels[static_cast<size_t>(image)]] <= options_.max_images) {
          order.push_back(image);
        }
      }
    }
    order.resize(wanted);
    return order;
  }

  bool repeats() const override { return true; }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Sampler, NewSampler, Options, "new_sampler",
             "random order, at most so many images of an identity before all others",
             "He and Garcia, IEEE TKDE 2009")
