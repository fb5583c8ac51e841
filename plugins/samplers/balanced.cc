// Every identity equally often, whatever its number of images: class-balanced sampling, Kang et
// al., arXiv:1910.09217, section 3 (an image is of identity j with probability p_j = 1 / C).
//
// The paper draws identities independently of each other. Here they are dealt like cards: all C
// have had their turn before one has its next, and all images of one before one of them comes
// again, within an epoch. So the numbers of identities differ by at most 1, images of a small one
// repeat, and not all of a large one are seen. Any images, any batch.
// In:  labels [N].
// Out: max(1, N / batch) batches, identities in random order.
// Beside it, a key of the host: train.batch.
// Example:  train.sampler = { use = "balanced" }
#include "core/api/sampler.h"
#include "core/base/random.h"
#include "plugins/samplers/identity_decks.h"

namespace facet {
namespace {

class Balanced final : public Sampler {
 public:
  explicit Balanced(const NoOptions&) {}

  std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t batch,
                             uint64_t seed) const override {
    Random random(seed);
    IdentityDecks decks(ImagesOfLabels(labels));
    const int64_t count = NumBatches(static_cast<int64_t>(labels.size()), batch) * batch;
    std::vector<int64_t> order;
    for (int64_t i = 0; i < count; ++i) decks.Deal(1, 1, random, &order);
    return order;
  }

  bool repeats() const override { return true; }
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Sampler, facet::Balanced, facet::NoOptions, "balanced",
             "every identity equally often, whatever its number of images",
             "Kang et al., arXiv:1910.09217, section 3")
