// Miners that each break one sentence of the contract. Those of batches begin from every triplet of
// the batch and spoil it.
#include <ATen/ATen.h>

#include "core/api/miner.h"

namespace {

using facet::TupleKind;
using facet::Tuples;

class BadMiner : public facet::Miner {
 public:
  explicit BadMiner(const facet::NoOptions&) {}
  TupleKind makes() const override { return TupleKind::kTriplets; }

  absl::StatusOr<Tuples> Mine(const at::Tensor& embeddings, const at::Tensor& labels,
                              uint64_t seed) override {
    std::vector<int64_t> a, p, n;
    for (int64_t i = 0; i < labels.numel(); ++i) {
      for (int64_t j = 0; j < labels.numel(); ++j) {
        for (int64_t k = 0; k < labels.numel(); ++k) {
          const auto label = [&labels](int64_t x) { return labels[x].item<int64_t>(); };
          if (i == j || label(i) != label(j) || label(i) == label(k)) continue;
          a.push_back(i);
          p.push_back(j);
          n.push_back(k);
        }
      }
    }
    Tuples tuples;
    tuples.kind = TupleKind::kTriplets;
    tuples.anchors = at::tensor(a, at::kLong);
    tuples.positives = at::tensor(p, at::kLong);
    tuples.negatives = at::tensor(n, at::kLong);
    return Spoil(std::move(tuples), embeddings, labels, seed);
  }

 protected:
  virtual absl::StatusOr<Tuples> Spoil(Tuples tuples, const at::Tensor& embeddings,
                                       const at::Tensor& labels, uint64_t seed) = 0;
};

#define BAD_MINER(Name, ...)                                                          \
  class Name final : public BadMiner {                                                \
   public:                                                                            \
    using BadMiner::BadMiner;                                                         \
                                                                                      \
   protected:                                                                         \
    absl::StatusOr<Tuples> Spoil(Tuples tuples, [[maybe_unused]] const at::Tensor& x, \
                                 [[maybe_unused]] const at::Tensor& labels,           \
                                 [[maybe_unused]] uint64_t seed) override __VA_ARGS__ \
  };

BAD_MINER(AnchorIsPositive, {
  tuples.positives = tuples.anchors;
  return tuples;
})
BAD_MINER(NegativeIsPositive, {
  tuples.negatives = tuples.positives;
  return tuples;
})
BAD_MINER(CountsFromOne, {
  tuples.negatives = tuples.negatives + 1;
  return tuples;
})
BAD_MINER(IndicesOf32Bits, {
  tuples.anchors = tuples.anchors.to(at::kInt);
  return tuples;
})
BAD_MINER(MakesNothing, {
  tuples.kind = TupleKind::kNone;
  return tuples;
})
BAD_MINER(FailsWithoutNegatives, {
  if (tuples.anchors.numel() == 0) return absl::InvalidArgumentError("no triplet");
  return tuples;
})
BAD_MINER(NormalisesItsInput, {
  x.div_(2);
  return tuples;
})
BAD_MINER(DrawsFromTheProcess, {
  tuples.num_skipped = at::randint(1 << 30, {1}, at::kLong).item<int64_t>();
  return tuples;
})
// Reads the memory in order, whatever the strides.
BAD_MINER(IgnoresStrides, {
  if (x.numel() == 0) return tuples;
  tuples.num_skipped = static_cast<int64_t>(std::abs(1000 * x.data_ptr<float>()[1]));
  return tuples;
})

class RemembersBatches final : public BadMiner {
 public:
  using BadMiner::BadMiner;

 protected:
  absl::StatusOr<Tuples> Spoil(Tuples tuples, const at::Tensor&, const at::Tensor&,
                               uint64_t) override {
    tuples.num_skipped = num_batches_++;
    return tuples;
  }

 private:
  int64_t num_batches_ = 0;
};

// Pairs of everyone with everyone; what is no positive pair is a negative one.
class PairsWithItself final : public BadMiner {
 public:
  using BadMiner::BadMiner;
  TupleKind makes() const override { return TupleKind::kPairs; }

 protected:
  absl::StatusOr<Tuples> Spoil(Tuples, const at::Tensor&, const at::Tensor& labels,
                               uint64_t) override {
    const at::Tensor same = labels.unsqueeze(0).eq(labels.unsqueeze(1));
    const at::Tensor positives = same.nonzero(), negatives = same.logical_not().nonzero();
    Tuples tuples;
    tuples.kind = TupleKind::kPairs;
    tuples.positive_first = positives.select(1, 0);
    tuples.positive_second = positives.select(1, 1);
    tuples.negative_first = negatives.select(1, 0);
    tuples.negative_second = negatives.select(1, 1);
    return tuples;
  }
};

// Begins with any image, as if all were anchors.
class IgnoresAnchors : public facet::AnchorMiner {
 public:
  explicit IgnoresAnchors(const facet::NoOptions&) {}
  TupleKind makes() const override { return TupleKind::kPairs; }

  absl::StatusOr<Tuples> MineAnchors(const at::Tensor&, const at::Tensor& labels,
                                     int64_t num_anchors, uint64_t) override {
    const at::Tensor same = labels.unsqueeze(0).eq(labels.unsqueeze(1));
    const at::Tensor negatives = Rows(same.logical_not(), num_anchors).nonzero();
    at::Tensor others = Rows(same, num_anchors);
    if (others.numel() > 0) others.fill_diagonal_(0);
    const at::Tensor positives = others.nonzero();
    Tuples tuples;
    tuples.kind = TupleKind::kPairs;
    tuples.positive_first = positives.select(1, 0);
    tuples.positive_second = positives.select(1, 1);
    tuples.negative_first = negatives.select(1, 0);
    tuples.negative_second = negatives.select(1, 1);
    return tuples;  // in a batch of one image or more nobody is skipped
  }

 protected:
  virtual at::Tensor Rows(const at::Tensor& pairs, int64_t) const { return pairs; }
};

class CountsASkippedOne final : public IgnoresAnchors {
 public:
  using IgnoresAnchors::IgnoresAnchors;
  absl::StatusOr<Tuples> MineAnchors(const at::Tensor& x, const at::Tensor& labels,
                                     int64_t num_anchors, uint64_t seed) override {
    FACET_ASSIGN_OR_RETURN(Tuples tuples,
                           IgnoresAnchors::MineAnchors(x, labels, num_anchors, seed));
    tuples.num_skipped = 1;
    return tuples;
  }

 protected:
  at::Tensor Rows(const at::Tensor& pairs, int64_t num_anchors) const override {
    return pairs.narrow(0, 0, num_anchors);
  }
};

// An epoch of one batch with the triplet (0, 4, 1), over and over: right for the contract's labels.
class BadEpochMiner : public facet::Miner {
 public:
  explicit BadEpochMiner(const facet::NoOptions&) {}
  TupleKind makes() const override { return TupleKind::kTriplets; }
  facet::MinerScope scope() const override { return facet::MinerScope::kEpoch; }

  absl::Status BeginEpoch(const at::Tensor& labels, uint64_t) override {
    const at::Tensor label = labels.contiguous();
    const auto at = [&label](int64_t i) { return label.data_ptr<int64_t>()[i]; };
    has_triplet_ = label.numel() > 4 && at(0) == at(4) && at(0) != at(1);
    return absl::OkStatus();
  }

 protected:
  Tuples Repeated(int64_t count) const {
    Tuples tuples;
    tuples.kind = TupleKind::kTriplets;
    tuples.anchors = at::zeros({has_triplet_ ? count : 0}, at::kLong);
    tuples.positives = tuples.anchors + 4;
    tuples.negatives = tuples.anchors + 1;
    return tuples;
  }

 private:
  bool has_triplet_ = false;
};

class EpochNeverEnds final : public BadEpochMiner {
 public:
  using BadEpochMiner::BadEpochMiner;
  absl::StatusOr<Tuples> Next(int64_t, const facet::EmbedFunction&, bool*) override {
    return Repeated(0);
  }
};

class GivesMoreThanAsked final : public BadEpochMiner {
 public:
  using BadEpochMiner::BadEpochMiner;
  absl::StatusOr<Tuples> Next(int64_t max_tuples, const facet::EmbedFunction&,
                              bool* done) override {
    *done = true;
    return Repeated(max_tuples + 1);
  }
};

}  // namespace

#define BAD(Class, name) \
  FACET_COMPONENT(facet::Miner, Class, facet::NoOptions, name, "breaks the contract", "none")

FACET_PLUGIN_COMPONENTS(
    BAD(AnchorIsPositive, "anchor_is_positive"), BAD(NegativeIsPositive, "negative_is_positive"),
    BAD(CountsFromOne, "counts_from_one"), BAD(IndicesOf32Bits, "indices_of_32_bits"),
    BAD(MakesNothing, "makes_nothing"), BAD(FailsWithoutNegatives, "fails_without_negatives"),
    BAD(NormalisesItsInput, "normalises_its_input"),
    BAD(DrawsFromTheProcess, "draws_from_the_process"), BAD(IgnoresStrides, "ignores_strides"),
    BAD(RemembersBatches, "remembers_batches"), BAD(PairsWithItself, "pairs_with_itself"),
    BAD(IgnoresAnchors, "ignores_anchors"), BAD(CountsASkippedOne, "counts_a_skipped_one"),
    BAD(EpochNeverEnds, "epoch_never_ends"), BAD(GivesMoreThanAsked, "gives_more_than_asked"))
