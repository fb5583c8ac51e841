// The miner of Parkhi et al. 2015, section 4.4: an epoch visits every positive pair (a, p) in
// random order, and extends each to a triplet by an image n of another identity drawn at random
// among those that violate the margin under the present weights,
//   margin - d(a, n) + d(a, p) > 0.
//
// In:  labels [N] of the data set; embeddings through EmbedFunction, used as they are.
// Out: triplets; pairs that no image violates are skipped and counted.
// The paper does not say whether (a, p) and (p, a) are two pairs. `unordered`: two images of one
// identity come once, which of them is the anchor is drawn; `ordered`: both come, an epoch is twice
// as long. Margin and distance should be those of the loss.
// The draw of n is exactly uniform. A call shuffles the data set and looks at the first 128 images,
// then at the next 128, 256, 512 and so on, for all pairs that have no violator yet; a pair takes
// one of the violators of the first part that has any. As a shuffle favours no image, nor does
// this. Pairs of one call share the shuffle: where few images violate they are more often given the
// same one than by independent draws, of which each pair would have to embed its own candidates.
// What a call gives follows from the epoch's seed, the embeddings and the number of pairs behind it
// (triplets given and pairs skipped): nothing else goes from one call to the next.
// Memory: 4 bytes an image for an epoch's pairs (positive_pairs.h), and 8,192 embeddings. At most
// so many are asked for at a time (two a triplet where a call wants more).
// Example:  miner = { use = "random_violating", margin = 0.2 }
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "core/api/miner.h"
#include "plugins/distances/row_distances.h"
#include "plugins/miners/keyed_permutation.h"
#include "plugins/miners/positive_pairs.h"

namespace {

constexpr int64_t kFirstImages = 128;  // of a shuffle that are looked at
constexpr int64_t kMostRows = 8192;    // embedded at once, and held
constexpr int64_t kMostAnchors = 512;  // whose distances are measured at once
constexpr int64_t kMostPairs = 4096;   // looked at together

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

// The data set in the order of a shuffle, part by part. The first parts are embedded once, when
// they are first asked for.
class Shuffle {
 public:
  struct Part {
    std::vector<int64_t> images;
    at::Tensor embedded;
  };

  Shuffle(int64_t num_images, uint64_t key, const facet::EmbedFunction& embed)
      : order_(num_images, key), embed_(embed) {}

  // Embeddings of `images`; the first part is embedded with them.
  at::Tensor Embed(std::vector<int64_t> images) {
    const auto count = static_cast<int64_t>(images.size());
    if (!held_.empty() || count + kFirstImages > kMostRows) return embed_(ToTensor(images));
    const std::vector<int64_t> first = Images(0);
    images.insert(images.end(), first.begin(), first.end());
    const at::Tensor x = embed_(ToTensor(images));
    held_.push_back({first, x.slice(0, count)});
    return x.narrow(0, 0, count);
  }

  // The next call may take its place.
  const Part& At(size_t part) {
    if (part < held_.size()) return held_[part];
    Part made = {Images(part), {}};
    made.embedded = embed_(ToTensor(made.images));
    if (Begin(part) + made.embedded.size(0) > kMostRows) return last_ = made;
    held_.push_back(made);
    return held_.back();
  }

  bool Has(size_t part) const { return Begin(part) < order_.size(); }

 private:
  static int64_t Begin(size_t part) {
    int64_t begin = 0;
    for (size_t i = 0; i < part; ++i) {
      begin = begin == 0 ? kFirstImages : std::min(2 * begin, begin + kMostRows);
    }
    return begin;
  }
  std::vector<int64_t> Images(size_t part) const {
    std::vector<int64_t> images;
    const int64_t end = std::min(Begin(part + 1), order_.size());
    for (int64_t i = Begin(part); i < end; ++i) images.push_back(order_[i]);
    return images;
  }

  const facet::KeyedPermutation order_;
  const facet::EmbedFunction& embed_;
  std::vector<Part> held_;
  Part last_;
};

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
    Shuffle shuffle(static_cast<int64_t>(labels_.size()), random.Bits(), embed);
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
      const std::vector<int64_t> found = FindNegatives(pairs, random, &shuffle);
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
                                     facet::Random& random, Shuffle* shuffle) const {
    Search search;
    const auto count = static_cast<int64_t>(pairs.size());
    for (const facet::PositivePair& pair : pairs) {
      search.anchors.push_back(pair.anchor);
      search.open.push_back(static_cast<int64_t>(search.open.size()));
    }
    std::vector<int64_t> images = search.anchors;
    for (const facet::PositivePair& pair : pairs) images.push_back(pair.positive);
    const at::Tensor x = shuffle->Embed(std::move(images));
    search.embedded = x.narrow(0, 0, count);
    at::Tensor limits = at::square(search.embedded - x.narrow(0, count, count)).sum(1);
    if (!IsSquared()) limits.sqrt_();
    search.limits = limits.add_(options_.margin).unsqueeze(1);
    search.found.assign(pairs.size(), -1);
    for (size_t part = 0; !search.open.empty() && shuffle->Has(part); ++part) {
      LookAt(shuffle->At(part), random, &search);
    }
    return search.found;
  }

  // Of a part's violators of an open pair, one.
  void LookAt(const Shuffle::Part& part, facet::Random& random, Search* search) const {
    const auto size = static_cast<int64_t>(part.images.size());
    std::vector<int64_t> violators;
    for (size_t begin = 0; begin < search->open.size(); begin += kMostAnchors) {
      const std::vector<int64_t> open(
          search->open.begin() + static_cast<int64_t>(begin),
          search->open.begin() +
              static_cast<int64_t>(std::min(begin + kMostAnchors, search->open.size())));
      const auto count = static_cast<int64_t>(open.size());
      const at::Tensor rows = at::cat({search->Rows(search->embedded, open), part.embedded});
      const at::Tensor violates = facet::AnchorDistances(rows, count, IsSquared())
                                      .narrow(1, count, size)
                                      .lt(search->Rows(search->limits, open))
                                      .cpu()
                                      .contiguous();
      const bool* hit = violates.data_ptr<bool>();
      for (const int64_t pair : open) {
        violators.clear();
        for (size_t i = 0; i < part.images.size(); ++i) {
          if (hit[i] && !SameLabel(part.images[i], search->anchors[static_cast<size_t>(pair)])) {
            violators.push_back(part.images[i]);
          }
        }
        hit += size;
        if (violators.empty()) continue;
        search->found[static_cast<size_t>(pair)] = violators[random.Index(violators.size())];
      }
    }
    search->DropFound();
  }

  bool IsSquared() const { return options_.distance == "squared_l2"; }
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
