// Easy, semi-hard or hard positives with easy, semi-hard or hard negatives: Xuan et al., Improved
// embeddings with easy positive triplet mining, arXiv:1904.04370.
//
// For each anchor a of the batch one positive p and one negative n:
//   positive  easy: nearest;  hard: farthest;  semihard: farthest with d(a, p) < d(a, n)
//   negative  easy: farthest; hard: nearest;   semihard: nearest with d(a, n) > d(a, p)
// `all` takes every one, instead of one. `positive_range` and `negative_range` restrict the
// candidates by their distance to the anchor. positive = negative = "hard" is batch_hard.
// In:  embeddings [N, D], used as they are unless `normalize` is set (the paper's have unit length;
//      those of Parkhi et al. 2015, section 4.4, do not: the default leaves them); labels [N].
// Out: triplets, sorted by anchor; none of an anchor without a positive or without a negative. Among
//      equally far images the first is taken.
// Memory with `all` on both sides: 24 bytes for each triplet of the batch.
// Errors: InvalidArgument for semihard with semihard or with all (neither side would be fixed by
//      the other), for a range that is not [low, high], for other shapes or types, and for
//      embeddings that are not finite.
// Example:  miner = { use = "batch_easy_hard", positive = "easy", negative = "semihard" }
#include <limits>

#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Options : facet::DistanceOptions {
  std::string positive = "easy";
  std::string negative = "semihard";
  std::vector<double> positive_range, negative_range;

  void Visit(facet::OptionVisitor& v) {
    v("positive", positive, facet::OneOf({"easy", "semihard", "hard", "all"}),
      "easy: nearest; hard: farthest; semihard: farthest that is nearer than the negative");
    v("negative", negative, facet::OneOf({"easy", "semihard", "hard", "all"}),
      "easy: farthest; hard: nearest; semihard: nearest that is farther than the positive");
    v("positive_range", positive_range, facet::AtLeast(0),
      "[low, high]: positives at these distances alone; empty: all");
    v("negative_range", negative_range, facet::AtLeast(0),
      "[low, high]: negatives at these distances alone; empty: all");
    VisitDistance(v, "");
  }
};

absl::Status CheckRange(const std::vector<double>& range, const char* name) {
  if (range.empty() || (range.size() == 2 && range[0] <= range[1])) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      name, " has ", range.size(), " values or is descending; it is [low, high], or [] for all"));
}

class BatchEasyHard final : public facet::AnchorMiner {
 public:
  static absl::StatusOr<std::unique_ptr<BatchEasyHard>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckRange(options.positive_range, "positive_range"));
    FACET_RETURN_IF_ERROR(CheckRange(options.negative_range, "negative_range"));
    const auto fixed = [](const std::string& s) { return s == "easy" || s == "hard"; };
    if ((options.positive == "semihard" && !fixed(options.negative)) ||
        (options.negative == "semihard" && !fixed(options.positive))) {
      return absl::InvalidArgumentError(
          absl::StrCat("positive = \"", options.positive, "\" and negative = \"", options.negative,
                       "\": with one side semihard, the other is easy or hard"));
    }
    return std::make_unique<BatchEasyHard>(options);
  }
  explicit BatchEasyHard(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    return facet::MineByAnchor<facet::TripletList>(
        embeddings, labels, num_anchors, options_,
        [&](const Distances& distances, facet::TripletList& triplets) {
          Select(distances, triplets);
        });
  }

 private:
  using Images = std::vector<int64_t>;
  using Distances = facet::AnchorDistancesView;

  void Select(const Distances& distances, facet::TripletList& triplets) const {
    Images positives = Within(distances, distances.Positives(), options_.positive_range);
    Images negatives = Within(distances, distances.Negatives(), options_.negative_range);
    if (positives.empty() || negatives.empty()) return;
    if (options_.positive == "semihard") {
      negatives = Choose(distances, negatives, options_.negative == "easy");
      positives = Between(distances, positives, -kInfinity, distances(negatives[0]));
      positives = Choose(distances, positives, /*farthest=*/true);
    } else {
      if (options_.positive != "all") {
        positives = Choose(distances, positives, options_.positive == "hard");
      }
      if (options_.negative == "semihard") {
        negatives = Between(distances, negatives, distances(positives[0]), kInfinity);
      }
      if (options_.negative != "all") {
        negatives = Choose(distances, negatives, options_.negative == "easy");
      }
    }
    for (const int64_t p : positives) {
      for (const int64_t n : negatives) triplets.Add(distances.anchor(), p, n);
    }
  }

  // Those of the closed range.
  static Images Within(const Distances& distances, const Images& images,
                       const std::vector<double>& range) {
    Images found;
    for (const int64_t i : images) {
      if (range.empty() || (distances(i) >= range[0] && distances(i) <= range[1])) {
        found.push_back(i);
      }
    }
    return found;
  }

  // Those of the open range.
  static Images Between(const Distances& distances, const Images& images, double low, double high) {
    Images found;
    for (const int64_t i : images) {
      if (distances(i) > low && distances(i) < high) found.push_back(i);
    }
    return found;
  }

  // The farthest or the nearest of them; none of none.
  static Images Choose(const Distances& distances, const Images& images, bool farthest) {
    if (images.empty()) return {};
    return {farthest ? distances.Farthest(images) : distances.Nearest(images)};
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, BatchEasyHard, Options, "batch_easy_hard",
             "per anchor an easy, semi-hard or hard positive and negative",
             "Xuan et al., arXiv:1904.04370")
