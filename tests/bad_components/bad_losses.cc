// Losses that each break one sentence of the contract. They load and build like any other.
#include <ATen/ATen.h>

#include "core/api/loss.h"

namespace {

class BadLoss : public facet::Loss {
 public:
  explicit BadLoss(const facet::NoOptions&) {}

  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    facet::LossGroup group;
    group.name = "bad";
    group.elements = Elements(input);
    return std::vector<facet::LossGroup>{std::move(group)};
  }

 protected:
  virtual at::Tensor Elements(const facet::LossInput& input) = 0;
};

// Averages over a selection that may be empty.
class NanOnEmptySelection final : public BadLoss {
 public:
  using BadLoss::BadLoss;
  facet::TupleKind takes() const override { return facet::TupleKind::kTriplets; }

 protected:
  at::Tensor Elements(const facet::LossInput& input) override {
    const facet::Tuples& t = *input.tuples;
    const at::Tensor anchors = input.embeddings.index_select(0, t.anchors);
    const at::Tensor negatives = input.embeddings.index_select(0, t.negatives);
    return at::square(anchors - negatives).sum(1).mean().unsqueeze(0);
  }
};

// Without a miner: averages over the negative pairs of the batch, which one class does not have.
class NanOnOneClass final : public BadLoss {
 public:
  using BadLoss::BadLoss;
  facet::TupleKind takes() const override { return facet::TupleKind::kPairs; }
  bool needs_miner() const override { return false; }

 protected:
  at::Tensor Elements(const facet::LossInput& input) override {
    const at::Tensor products = input.embeddings.mm(input.embeddings.t());
    if (input.tuples != nullptr || input.labels.numel() == 0) return products.sum(1) * 0.0;
    const at::Tensor negative = input.labels.unsqueeze(0).ne(input.labels.unsqueeze(1));
    return products.masked_select(negative).mean().unsqueeze(0);
  }
};

// Learns a weight that it never looks at: the optimiser would let it decay.
class UnusedParameter final : public BadLoss {
 public:
  using BadLoss::BadLoss;
  std::vector<facet::NamedTensor> Parameters() override { return {{"weight", weight_}}; }

 protected:
  at::Tensor Elements(const facet::LossInput& input) override {
    return at::square(input.embeddings).sum(1);
  }

 private:
  at::Tensor weight_ = at::ones({3}).requires_grad_(true);
};

// Normalises in place: the miner and the network's own gradient see other numbers.
class ChangesItsInput final : public BadLoss {
 public:
  using BadLoss::BadLoss;

 protected:
  at::Tensor Elements(const facet::LossInput& input) override {
    input.embeddings.detach().mul_(0.5);
    return at::square(input.embeddings).sum(1);
  }
};

// Keeps a count that is no buffer: a run that is resumed would give other numbers.
class CountsItsCalls final : public BadLoss {
 public:
  using BadLoss::BadLoss;

 protected:
  at::Tensor Elements(const facet::LossInput& input) override {
    return at::square(input.embeddings).sum(1) * static_cast<double>(++calls_);
  }

 private:
  int64_t calls_ = 0;
};

// Negative pairs of the whole square, as if all images were anchors.
class ComparesEveryone final : public facet::AnchorLoss {
 public:
  explicit ComparesEveryone(const facet::NoOptions&) {}
  facet::TupleKind takes() const override { return facet::TupleKind::kPairs; }
  bool needs_miner() const override { return false; }

  absl::StatusOr<std::vector<facet::LossGroup>> ComputeAnchors(const facet::LossInput& input,
                                                               int64_t) override {
    const at::Tensor products = input.embeddings.mm(input.embeddings.t());
    facet::LossGroup group;
    group.name = "bad";
    if (input.tuples == nullptr) {
      group.elements =
          products.masked_select(input.labels.unsqueeze(0).ne(input.labels.unsqueeze(1)));
    } else {
      const facet::Tuples& t = *input.tuples;
      group.elements = products.reshape({-1}).index_select(
          0, t.negative_first * input.labels.numel() + t.negative_second);
    }
    return std::vector<facet::LossGroup>{std::move(group)};
  }
};

}  // namespace

#define BAD_LOSS(Class, name) \
  FACET_COMPONENT(facet::Loss, Class, facet::NoOptions, name, "broken on purpose", "none")

FACET_PLUGIN_COMPONENTS(BAD_LOSS(NanOnEmptySelection, "nan_on_empty_selection"),
                        BAD_LOSS(NanOnOneClass, "nan_on_one_class"),
                        BAD_LOSS(UnusedParameter, "unused_parameter"),
                        BAD_LOSS(ChangesItsInput, "changes_its_input"),
                        BAD_LOSS(CountsItsCalls, "counts_its_calls"),
                        BAD_LOSS(ComparesEveryone, "compares_everyone"))
