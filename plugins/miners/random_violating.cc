// The miner of Parkhi et al. 2015, section 4.4: an epoch visits every positive pair (a, p) in
// random order, and extends each to a triplet by an image n of another identity drawn at random
// among those that violate the margin under the present weights,
//   margin - d(a, n) + d(a, p) > 0.
//
// In:  labels [N] of the data set; embeddings through EmbedFunction, used as they are.
// Out: triplets; pairs that no image violates are skipped and counted.
// The paper does not say whether (a, p) and (p, a) are two pairs. `unordered`: two images of one
// identity come once, which of them is the anchor is drawn; `ordered`: both come, an epoch is twice
// as long. The draw of n is exactly uniform: either the first violator among images drawn one after
// another (rejection), or, where that fails or costs more than embedding the whole data set, one
// drawn from the list of all violators. Margin and distance should be those of the loss.
// Memory: 8 bytes for each positive pair of an epoch.
// Example:  miner = { use = "random_violating", margin = 0.2 }
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "core/api/miner.h"
#include "plugins/miners/positive_pairs.h"

namespace {

constexpr int64_t kCandidates = 32;  // drawn per pair before all images are tried

struct Options {
  double margin = 0.2;
  std::string distance = "squared_l2";
  std::string pairs = "unordered";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::AtLeast(0), "as the loss's; the paper gives no value");
    v("distance", distance, facet::OneOf({"squared_l2", "l2"}), "as the loss's; paper: squared_l2");
    v("pairs", pairs, facet::OneOf({"unordered", "ordered"}),
      "unordered: each two images once an epoch; ordered: twice, each of them as anchor");
  }
};

at::Tensor ToTensor(const std::vector<int64_t>& values) {
  return at::tensor(at::ArrayRef<int64_t>(values.data(), values.size()), at::kLong);
}

class RandomViolating final : public facet::Miner {
 public:
  explicit RandomViolating(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }
  facet::MinerScope scope() const override { return facet::MinerScope::kEpoch; }

  absl::Status BeginEpoch(const at::Tensor& labels, uint64_t seed) override {
    if (labels.numel() > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError("random_violating takes at most 2^31 - 1 images");
    }
    const at::Tensor flat = labels.contiguous();
    labels_.assign(flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel());
    random_ = facet::Random(seed);
    pairs_ = facet::ShuffledPositivePairs(labels_, options_.pairs == "ordered", random_);
    next_pair_ = 0;
    return absl::OkStatus();
  }

  absl::StatusOr<facet::Tuples> Next(int64_t max_tuples, const facet::EmbedFunction& embed,
                                     bool* done) override {
    std::vector<int64_t> anchors, positives, negatives;
    facet::Tuples tuples;
    tuples.kind = facet::TupleKind::kTriplets;
    at::Tensor all;  // embeddings of the whole data set, once they were needed
    while (next_pair_ < pairs_.size() && static_cast<int64_t>(anchors.size()) < max_tuples) {
      const size_t count =
          std::min(pairs_.size() - next_pair_, static_cast<size_t>(max_tuples) - anchors.size());
      const std::vector<facet::PositivePair> pairs(&pairs_[next_pair_],
                                                   &pairs_[next_pair_] + count);
      next_pair_ += count;
      const std::vector<int64_t> found = FindNegatives(pairs, embed, &all);
      for (size_t i = 0; i < count; ++i) {
        if (found[i] < 0) continue;
        anchors.push_back(pairs[i].anchor);
        positives.push_back(pairs[i].positive);
        negatives.push_back(found[i]);
      }
      tuples.num_skipped += std::count(found.begin(), found.end(), -1);
    }
    tuples.anchors = ToTensor(anchors);
    tuples.positives = ToTensor(positives);
    tuples.negatives = ToTensor(negatives);
    *done = next_pair_ == pairs_.size();
    return tuples;
  }

 private:
  // For each pair a violator drawn uniformly, or -1.
  std::vector<int64_t> FindNegatives(const std::vector<facet::PositivePair>& pairs,
                                     const facet::EmbedFunction& embed, at::Tensor* all) {
    std::vector<int64_t> found(pairs.size(), -1);
    const auto num_images = static_cast<int64_t>(labels_.size());
    if (!all->defined() && static_cast<int64_t>(pairs.size()) * kCandidates < num_images) {
      DrawAndReject(pairs, embed, &found);
    }
    std::vector<int64_t> open;  // indices into pairs
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (found[i] < 0) open.push_back(static_cast<int64_t>(i));
    }
    if (open.empty()) return found;
    if (!all->defined()) *all = embed(at::arange(num_images, at::kLong));
    DrawFromAll(pairs, open, *all, &found);
    return found;
  }

  // Images drawn uniformly, one after another: the first violator is uniform among the violators.
  void DrawAndReject(const std::vector<facet::PositivePair>& pairs,
                     const facet::EmbedFunction& embed, std::vector<int64_t>* found) {
    const auto count = static_cast<int64_t>(pairs.size());
    std::vector<int64_t> indices;  // anchors, positives, candidates of pair 0, of pair 1, ...
    for (const facet::PositivePair& pair : pairs) indices.push_back(pair.anchor);
    for (const facet::PositivePair& pair : pairs) indices.push_back(pair.positive);
    for (int64_t i = 0; i < count * kCandidates; ++i) {
      indices.push_back(static_cast<int64_t>(random_.Index(labels_.size())));
    }
    const at::Tensor x = embed(ToTensor(indices));
    const at::Tensor anchors = x.narrow(0, 0, count);
    const at::Tensor candidates =
        x.narrow(0, 2 * count, count * kCandidates).view({count, kCandidates, x.size(1)});
    const at::Tensor limits =
        Distance(at::square(anchors - x.narrow(0, count, count)).sum(1)) + options_.margin;
    const at::Tensor violates = Distance(at::square(anchors.unsqueeze(1) - candidates).sum(2))
                                    .lt(limits.unsqueeze(1))
                                    .cpu();
    const bool* const hit = violates.data_ptr<bool>();
    for (int64_t i = 0; i < count; ++i) {
      for (int64_t c = 0; c < kCandidates; ++c) {
        const int64_t candidate = indices[static_cast<size_t>(2 * count + i * kCandidates + c)];
        if (!hit[i * kCandidates + c] || SameLabel(candidate, indices[static_cast<size_t>(i)]))
          continue;
        (*found)[static_cast<size_t>(i)] = candidate;
        break;
      }
    }
  }

  // Distances of the open pairs' anchors to all images [N, L], then a draw from the violators.
  void DrawFromAll(const std::vector<facet::PositivePair>& pairs, const std::vector<int64_t>& open,
                   const at::Tensor& all, std::vector<int64_t>* found) {
    std::vector<int64_t> anchors, positives;
    for (const int64_t i : open) {
      anchors.push_back(pairs[static_cast<size_t>(i)].anchor);
      positives.push_back(pairs[static_cast<size_t>(i)].positive);
    }
    const at::Tensor a = all.index_select(0, ToTensor(anchors).to(all.device()));
    const at::Tensor p = all.index_select(0, ToTensor(positives).to(all.device()));
    const at::Tensor squares = at::square(all).sum(1);
    const at::Tensor squared =
        at::square(a).sum(1).unsqueeze(1) + squares.unsqueeze(0) - 2 * at::matmul(a, all.t());
    const at::Tensor limits = Distance(at::square(a - p).sum(1)) + options_.margin;
    const at::Tensor violates =
        Distance(squared.clamp_min(0)).lt(limits.unsqueeze(1)).cpu().contiguous();
    const bool* hit = violates.data_ptr<bool>();
    const int64_t num_images = all.size(0);
    for (size_t row = 0; row < open.size(); ++row, hit += num_images) {
      std::vector<int64_t> violators;
      for (int64_t n = 0; n < num_images; ++n) {
        if (hit[n] && !SameLabel(n, anchors[row])) violators.push_back(n);
      }
      if (violators.empty()) continue;
      (*found)[static_cast<size_t>(open[row])] = violators[random_.Index(violators.size())];
    }
  }

  at::Tensor Distance(const at::Tensor& squared) const {
    return options_.distance == "l2" ? at::sqrt(squared) : squared;
  }
  bool SameLabel(int64_t a, int64_t b) const {
    return labels_[static_cast<size_t>(a)] == labels_[static_cast<size_t>(b)];
  }

  const Options options_;
  std::vector<int64_t> labels_;
  std::vector<facet::PositivePair> pairs_;
  size_t next_pair_ = 0;
  facet::Random random_{0};
};

}  // namespace

FACET_PLUGIN(facet::Miner, RandomViolating, Options, "random_violating",
             "every positive pair once per epoch, its negative drawn among the margin's violators",
             "Parkhi et al. 2015, section 4.4")
