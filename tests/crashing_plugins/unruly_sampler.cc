// A sampler that does to the process that makes it what a plugin may do by mistake; `check` and
// `plan` make samplers. For tests of the host.
//
// In:  any labels.
// Out: the images in random order.
// Example: train.sampler = { use = "unruly_sampler", act = "segfault" }
#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "core/api/sampler.h"

namespace facet {
namespace {

struct Options {
  std::string act = "behave";
  void Visit(OptionVisitor& v) {
    v("act", act, OneOf({"behave", "segfault", "exit"}), "what it does when it is made");
  }
};

class UnrulySampler final : public Sampler {
 public:
  explicit UnrulySampler(const Options& options) {
    volatile int* volatile nowhere = nullptr;
    if (options.act == "segfault") *nowhere = 1;
    if (options.act == "exit") std::exit(0);
  }

  std::vector<int64_t> Epoch(const std::vector<int64_t>& labels, int64_t,
                             uint64_t seed) const override {
    std::vector<int64_t> order(labels.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    std::mt19937_64 random(seed);
    std::shuffle(order.begin(), order.end(), random);
    return order;
  }
  bool repeats() const override { return false; }
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Sampler, facet::UnrulySampler, facet::Options, "unruly_sampler",
             "crashes when it is made, as it is told", "")
