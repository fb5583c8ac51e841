// A sampler that was compiled against this interface before some was added that it does not notice.
#include <numeric>

#include "tests/interface/earlier_sampler_api.h"

namespace facet {
namespace {

struct Options {
  bool reversed = true;
  void Visit(OptionVisitor& v) { v("reversed", reversed, Any(), "the last image comes first"); }
};

class EarlierSampler final : public Sampler {
 public:
  explicit EarlierSampler(const Options& options) : options_(options) {}

  std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t,
                             uint64_t seed) const override {
    std::vector<int64_t> order(labels.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    Random(seed).Shuffle(order);
    if (options_.reversed) return {order.rbegin(), order.rend()};
    return order;
  }
  bool repeats() const override { return false; }

 private:
  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Sampler, facet::EarlierSampler, facet::Options, "earlier",
             "of the same interface, before additions", "")
