// Samplers that load and run, each with one thing wrong. They begin from all images in random order.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "core/api/sampler.h"

namespace facet {
namespace {

using Indices = std::vector<int64_t>;

class Wrong : public Sampler {
 public:
  explicit Wrong(const NoOptions&) {}

  Indices Epoch(const Indices& labels, int64_t batch, uint64_t seed) const override {
    Indices order(labels.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    Random(seed).Shuffle(order);
    return Spoil(std::move(order), labels, batch, seed);
  }
  bool repeats() const override { return false; }

 protected:
  virtual Indices Spoil(Indices order, const Indices&, int64_t, uint64_t) const { return order; }
};

#define WRONG_SAMPLER(Name, ...)                                             \
  class Name final : public Wrong {                                          \
   public:                                                                   \
    using Wrong::Wrong;                                                      \
                                                                             \
   protected:                                                                \
    Indices Spoil(Indices order, [[maybe_unused]] const Indices& labels,     \
                  [[maybe_unused]] int64_t batch,                            \
                  [[maybe_unused]] uint64_t seed) const override __VA_ARGS__ \
  };

WRONG_SAMPLER(CountsFromOne, {
  for (int64_t& index : order) ++index;
  return order;
})
WRONG_SAMPLER(RepeatsInSilence, {
  order.push_back(order[0]);
  return order;
})
WRONG_SAMPLER(LosesAnImage, {
  if (order.size() > 1) order.pop_back();
  return order;
})
WRONG_SAMPLER(HasOneSeed, {
  std::sort(order.begin(), order.end());
  return order;
})
WRONG_SAMPLER(PaintsLabels, {
  const_cast<Indices&>(labels)[0] += 1;
  return order;
})
// A label is an index into the list of identities.
WRONG_SAMPLER(TakesLabelsForIndices, {
  const auto count = static_cast<int64_t>(std::set<int64_t>(labels.begin(), labels.end()).size());
  if (labels.size() < 30) return order;
  const auto is_none = [&](int64_t i) { return labels[static_cast<size_t>(i)] >= count; };
  order.erase(std::remove_if(order.begin(), order.end(), is_none), order.end());
  return order;
})

class StopsEarly final : public Wrong {
 public:
  using Wrong::Wrong;
  bool repeats() const override { return true; }

 protected:
  Indices Spoil(Indices order, const Indices&, int64_t, uint64_t) const override {
    order.resize(order.size() / 2);
    return order;
  }
};

class CountsEpochs final : public Wrong {
 public:
  using Wrong::Wrong;

 protected:
  Indices Spoil(Indices order, const Indices&, int64_t, uint64_t) const override {
    std::rotate(order.begin(), order.begin() + ++count_ % static_cast<int64_t>(order.size()),
                order.end());
    return order;
  }

 private:
  mutable int64_t count_ = 0;
};

class CountsInstances final : public Wrong {
 public:
  explicit CountsInstances(const NoOptions& options) : Wrong(options), number_(count_++) {}

 protected:
  Indices Spoil(Indices order, const Indices&, int64_t, uint64_t) const override {
    std::rotate(order.begin(), order.begin() + number_ % static_cast<int64_t>(order.size()),
                order.end());
    return order;
  }

 private:
  static int64_t count_;
  const int64_t number_;
};
int64_t CountsInstances::count_ = 0;

class OnlyPromisesPairs final : public Wrong {
 public:
  using Wrong::Wrong;
  int64_t images_together() const override { return 2; }
};

// Takes images of one identity for neighbours.
class NeedsSortedLabels final : public Wrong {
 public:
  using Wrong::Wrong;
  int64_t images_together() const override { return 2; }
  bool repeats() const override { return true; }

  absl::Status Check(const Indices& labels, int64_t batch) const override {
    if (batch % 2 == 0 && labels.size() > 30) return absl::OkStatus();
    return absl::InvalidArgumentError("it has pairs in even batches alone");
  }

 protected:
  Indices Spoil(Indices order, const Indices& labels, int64_t, uint64_t) const override {
    Indices pairs;
    for (const int64_t first : order) {
      const size_t i = static_cast<size_t>(first), last = labels.size() - 1;
      const bool is_end = i == last || (i > 0 && labels[i - 1] == labels[i]);
      pairs.push_back(first);
      pairs.push_back(i == 0 ? first : is_end ? first - 1 : first + 1);
    }
    return pairs;
  }
};

class NeverTogether final : public Wrong {
 public:
  using Wrong::Wrong;
  int64_t images_together() const override { return 0; }
};

class RefusesAll final : public Wrong {
 public:
  using Wrong::Wrong;
  absl::Status Check(const Indices&, int64_t) const override {
    return absl::InvalidArgumentError("so it cannot be done");
  }
};

class BlamesItself final : public Wrong {
 public:
  using Wrong::Wrong;
  absl::Status Check(const Indices&, int64_t batch) const override {
    return batch > 1 ? absl::OkStatus() : absl::InternalError("a batch of one image");
  }
};

class SaysNothing final : public Wrong {
 public:
  using Wrong::Wrong;
  absl::Status Check(const Indices& labels, int64_t) const override {
    return labels.size() > 1 ? absl::OkStatus() : absl::InvalidArgumentError("no");
  }
};

}  // namespace
}  // namespace facet

#define WRONG(Class, name) \
  FACET_COMPONENT(facet::Sampler, facet::Class, facet::NoOptions, name, "a wrong sampler", "none")

FACET_PLUGIN_COMPONENTS(WRONG(CountsFromOne, "counts_from_one"),
                        WRONG(RepeatsInSilence, "repeats_in_silence"),
                        WRONG(LosesAnImage, "loses_an_image"), WRONG(HasOneSeed, "has_one_seed"),
                        WRONG(PaintsLabels, "paints_labels"),
                        WRONG(TakesLabelsForIndices, "takes_labels_for_indices"),
                        WRONG(StopsEarly, "stops_early"), WRONG(CountsEpochs, "counts_epochs"),
                        WRONG(CountsInstances, "counts_instances"),
                        WRONG(OnlyPromisesPairs, "only_promises_pairs"),
                        WRONG(NeedsSortedLabels, "needs_sorted_labels"),
                        WRONG(NeverTogether, "never_together"), WRONG(RefusesAll, "refuses_all"),
                        WRONG(BlamesItself, "blames_itself"), WRONG(SaysNothing, "says_nothing"))
