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
// drawn among all violators. Margin and distance should be those of the loss.
// What a call gives follows from the epoch's seed, the embeddings and the number of pairs behind it
// (triplets given and pairs skipped): nothing else goes from one call to the next.
// Memory: 4 bytes an image for an epoch's pairs (positive_pairs.h). Embeddings are asked for 8,192
// at a time (two a triplet where a call wants more), and distances are held 2^22 at a time.
// Example:  miner = { use = "random_violating", margin = 0.2 }
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "core/api/miner.h"
#include "plugins/miners/positive_pairs.h"

namespace {

constexpr int64_t kCandidates = 32;     // drawn per pair in the first round
constexpr int64_t kGrowth = 8;          // from one round to the next
constexpr int64_t kDrawnRows = 2048;    // candidates embedded at once
constexpr int64_t kScannedRows = 8192;  // images of the data set embedded at once
constexpr int64_t kDistances = int64_t{1} << 22;
constexpr int64_t kMostPairs = 4096;  // looked at together

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

// Pairs that wait for a negative.
struct Search {
  std::vector<int64_t> anchors;
  at::Tensor embedded;         // the anchors' embeddings [P, L]
  at::Tensor limits;           // [P, 1]: what is nearer to the anchor violates
  std::vector<int64_t> found;  // -1: none yet
  std::vector<int64_t> open;   // of them, in order

  at::Tensor Rows(const at::Tensor& of_pairs, const std::vector<int64_t>& pairs) const {
    return of_pairs.index_select(0, ToTensor(pairs).to(of_pairs.device()));
  }
  void DropFound() {
    open.erase(std::remove_if(open.begin(), open.end(),
                              [this](int64_t i) { return found[static_cast<size_t>(i)] >= 0; }),
               open.end());
  }
};

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
    seed_ = seed;
    pairs_ = facet::PositivePairs(labels_, options_.pairs == "ordered", seed);
    next_pair_ = 0;
    return absl::OkStatus();
  }

  absl::StatusOr<facet::Tuples> Next(int64_t max_tuples, const facet::EmbedFunction& embed,
                                     bool* done) override {
    facet::Random random(facet::DeriveSeed(seed_, "draws/" + std::to_string(next_pair_)));
    std::vector<int64_t> anchors, positives, negatives;
    facet::Tuples tuples;
    tuples.kind = facet::TupleKind::kTriplets;
    const auto num_found = [&] { return static_cast<int64_t>(anchors.size()); };
    while (next_pair_ < pairs_.size() && num_found() < max_tuples) {
      // As many as should have what is missing, by the share that had it so far.
      const int64_t missing = max_tuples - num_found();
      const int64_t seen = num_found() + tuples.num_skipped;
      const int64_t count = std::min({missing * (seen + 1) / (num_found() + 1),
                                      std::max(missing, kMostPairs), pairs_.size() - next_pair_});
      std::vector<facet::PositivePair> pairs;
      for (int64_t i = 0; i < count; ++i) pairs.push_back(pairs_[next_pair_ + i]);
      const std::vector<int64_t> found = FindNegatives(pairs, embed, random);
      // Those behind the last that is wanted come again, under the weights of then.
      for (size_t i = 0; i < pairs.size() && num_found() < max_tuples; ++i, ++next_pair_) {
        if (found[i] < 0) {
          ++tuples.num_skipped;
          continue;
        }
        anchors.push_back(pairs[i].anchor);
        positives.push_back(pairs[i].positive);
        negatives.push_back(found[i]);
      }
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
                                     const facet::EmbedFunction& embed,
                                     facet::Random& random) const {
    Search search;
    const auto count = static_cast<int64_t>(pairs.size());
    for (const facet::PositivePair& pair : pairs) {
      search.anchors.push_back(pair.anchor);
      search.open.push_back(static_cast<int64_t>(search.open.size()));
    }
    std::vector<int64_t> images = search.anchors;
    for (const facet::PositivePair& pair : pairs) images.push_back(pair.positive);
    const at::Tensor x = embed(ToTensor(images));
    search.embedded = x.narrow(0, 0, count);
    search.limits =
        (Distance(at::square(search.embedded - x.narrow(0, count, count)).sum(1)) + options_.margin)
            .unsqueeze(1);
    search.found.assign(pairs.size(), -1);
    const auto num_images = static_cast<int64_t>(labels_.size());
    int64_t drawn = 0;
    for (int64_t each = kCandidates; !search.open.empty();
         each = std::min(kGrowth * each, kDrawnRows)) {
      drawn += each * static_cast<int64_t>(search.open.size());
      if (drawn >= num_images) break;
      Draw(each, embed, random, &search);
    }
    if (!search.open.empty()) Scan(embed, random, &search);
    return search.found;
  }

  // `each` images for every open pair, one after another: the first violator is uniform among the
  // violators.
  void Draw(int64_t each, const facet::EmbedFunction& embed, facet::Random& random,
            Search* search) const {
    const auto at_once = static_cast<size_t>(std::max<int64_t>(1, kDrawnRows / each));
    for (size_t begin = 0; begin < search->open.size(); begin += at_once) {
      const std::vector<int64_t> block(
          search->open.begin() + static_cast<int64_t>(begin),
          search->open.begin() +
              static_cast<int64_t>(std::min(begin + at_once, search->open.size())));
      const auto size = static_cast<int64_t>(block.size());
      std::vector<int64_t> drawn;
      for (int64_t i = 0; i < size * each; ++i) {
        drawn.push_back(static_cast<int64_t>(random.Index(labels_.size())));
      }
      const at::Tensor candidates = embed(ToTensor(drawn)).view({size, each, -1});
      const at::Tensor anchors = search->Rows(search->embedded, block).unsqueeze(1);
      const at::Tensor violates = Distance(at::square(anchors - candidates).sum(2))
                                      .lt(search->Rows(search->limits, block))
                                      .cpu();
      const bool* const hit = violates.data_ptr<bool>();
      for (int64_t i = 0; i < size * each; ++i) {
        const auto pair = static_cast<size_t>(block[static_cast<size_t>(i / each)]);
        const int64_t candidate = drawn[static_cast<size_t>(i)];
        if (!hit[i] || search->found[pair] >= 0 || SameLabel(candidate, search->anchors[pair])) {
          continue;
        }
        search->found[pair] = candidate;
      }
    }
    search->DropFound();
  }

  // All images, a block at a time. Of a block's k violators, when there were t with it, one takes
  // the place of what was chosen before with probability k / t: in the end each is as likely.
  void Scan(const facet::EmbedFunction& embed, facet::Random& random, Search* search) const {
    const auto num_images = static_cast<int64_t>(labels_.size());
    const auto num_open = static_cast<int64_t>(search->open.size());
    const int64_t at_once = std::clamp<int64_t>(kDistances / num_open, 1, kScannedRows);
    const at::Tensor anchors = search->Rows(search->embedded, search->open);
    const at::Tensor limits = search->Rows(search->limits, search->open);
    const at::Tensor lengths = at::square(anchors).sum(1).unsqueeze(1);
    std::vector<uint64_t> num_violators(search->open.size(), 0);
    std::vector<int64_t> violators;
    for (int64_t begin = 0; begin < num_images; begin += at_once) {
      const int64_t size = std::min(at_once, num_images - begin);
      const at::Tensor x = embed(at::arange(begin, begin + size, at::kLong));
      const at::Tensor squared =
          lengths + at::square(x).sum(1).unsqueeze(0) - 2 * at::matmul(anchors, x.t());
      const at::Tensor violates = Distance(squared.clamp_min(0)).lt(limits).cpu().contiguous();
      const bool* hit = violates.data_ptr<bool>();
      for (size_t row = 0; row < search->open.size(); ++row, hit += size) {
        const auto pair = static_cast<size_t>(search->open[row]);
        violators.clear();
        for (int64_t i = 0; i < size; ++i) {
          if (hit[i] && !SameLabel(begin + i, search->anchors[pair]))
            violators.push_back(begin + i);
        }
        if (violators.empty()) continue;
        num_violators[row] += violators.size();
        const uint64_t chosen = random.Index(num_violators[row]);
        if (chosen < violators.size()) search->found[pair] = violators[chosen];
      }
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
  facet::PositivePairs pairs_;
  int64_t next_pair_ = 0;
  uint64_t seed_ = 0;
};

}  // namespace

FACET_PLUGIN(facet::Miner, RandomViolating, Options, "random_violating",
             "every positive pair once per epoch, its negative drawn among the margin's violators",
             "Parkhi et al. 2015, section 4.4")
