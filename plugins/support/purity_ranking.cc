#include "plugins/support/purity_ranking.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace facet {

absl::StatusOr<PurityRanking> PurityRanking::Create(const RowStore& rows,
                                                    std::vector<int64_t> begins,
                                                    const PurityOptions& options) {
  const bool ascending = std::is_sorted(begins.begin(), begins.end(), std::less_equal<int64_t>());
  if (begins.size() < 3 || !ascending || begins.front() != 0 || begins.back() != rows.num_rows() ||
      rows.num_done() != rows.num_rows()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "purity ranking: ", static_cast<int64_t>(begins.size()) - 1, " identities with ",
        rows.num_done(), " of ", rows.num_rows(),
        " faces described; it needs at least two identities, each with faces, all described"));
  }
  if (options.positives < 1 || options.negatives < 0 || options.refinements < 0 ||
      !(options.left_out >= 0.0 && options.left_out < 1.0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "purity ranking: positives = ", options.positives, ", negatives = ", options.negatives,
        ", refinements = ", options.refinements, ", left_out = ", options.left_out,
        "; give at least one positive, and leave out a share in [0, 1)"));
  }
  return PurityRanking(rows, std::move(begins), options);
}

PurityRanking::PurityRanking(const RowStore& rows, std::vector<int64_t> begins,
                             const PurityOptions& options)
    : rows_(&rows), begins_(std::move(begins)), options_(options) {
  for (int64_t identity = 0; identity < num_identities(); ++identity) {
    const Rows first = FirstOf(identity);
    pool_.insert(pool_.end(), first.begin(), first.end());
  }
  shared_ = pool_;
  const auto wanted = static_cast<size_t>(options_.negatives);
  if (wanted == 0 || wanted >= shared_.size()) return;
  Random random(DeriveSeed(options_.svm.seed, "negatives"));
  random.Shuffle(shared_);
  shared_.resize(wanted);
  std::sort(shared_.begin(), shared_.end());
}

PurityRanking::Rows PurityRanking::FirstOf(int64_t identity) const {
  const int64_t begin = begins_[static_cast<size_t>(identity)];
  const int64_t end = begins_[static_cast<size_t>(identity) + 1];
  Rows first;
  for (int64_t row = begin; row < std::min(end, begin + options_.positives); ++row) {
    first.push_back(row);
  }
  return first;
}

absl::StatusOr<LinearSvm> PurityRanking::Train(const Training& training) const {
  std::vector<const float*> samples;
  for (const int64_t row : training.positives) samples.push_back(rows_->Row(row));
  for (const int64_t row : training.negatives) samples.push_back(rows_->Row(row));
  std::vector<bool> is_positive(samples.size(), false);
  std::fill_n(is_positive.begin(), training.positives.size(), true);
  LinearSvmOptions options = options_.svm;
  options.seed = DeriveSeed(options.seed, absl::StrCat("identity ", training.identity));
  return TrainLinearSvm(samples, rows_->columns(), is_positive, options);
}

absl::Status PurityRanking::AddHardNegatives(Training* training) const {
  if (shared_.size() == pool_.size()) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const LinearSvm svm, Train(*training));
  std::vector<std::pair<float, int64_t>> hard;  // (-score, row): hardest first
  for (const int64_t row : pool_) {
    if (IsOf(row, training->identity) ||
        std::binary_search(shared_.begin(), shared_.end(), row)) {
      continue;
    }
    const float score = ScoreOf(svm, rows_->Row(row));
    if (score > -1.0F) hard.emplace_back(-score, row);
  }
  std::sort(hard.begin(), hard.end());
  hard.resize(std::min(hard.size(), static_cast<size_t>(options_.negatives)));
  for (const auto& [score, row] : hard) training->negatives.push_back(row);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<float>> PurityRanking::CrossFitted(const Training& training) const {
  const int64_t begin = begins_[static_cast<size_t>(training.identity)];
  const int64_t end = begins_[static_cast<size_t>(training.identity) + 1];
  FACET_ASSIGN_OR_RETURN(const LinearSvm svm, Train(training));
  std::vector<float> scores;
  for (int64_t row = begin; row < end; ++row) scores.push_back(ScoreOf(svm, rows_->Row(row)));
  const auto count = static_cast<int64_t>(training.positives.size());
  const int64_t folds = std::min(options_.folds, count);
  if (folds < 2) return scores;
  for (int64_t fold = 0; fold < folds; ++fold) {
    Training rest{training.identity, {}, training.negatives};
    Rows held_out;
    for (int64_t i = 0; i < count; ++i) {
      (i % folds == fold ? held_out : rest.positives)
          .push_back(training.positives[static_cast<size_t>(i)]);
    }
    FACET_ASSIGN_OR_RETURN(const LinearSvm other, Train(rest));
    for (const int64_t row : held_out) {
      scores[static_cast<size_t>(row - begin)] = ScoreOf(other, rows_->Row(row));
    }
  }
  return scores;
}

absl::StatusOr<std::vector<float>> PurityRanking::Scores(int64_t identity) const {
  Training training{identity, FirstOf(identity), {}};
  for (const int64_t row : shared_) {
    if (!IsOf(row, identity)) training.negatives.push_back(row);
  }
  if (training.negatives.empty()) {  // all that were drawn are its own
    for (const int64_t row : pool_) {
      if (!IsOf(row, identity)) training.negatives.push_back(row);
    }
  }
  FACET_RETURN_IF_ERROR(AddHardNegatives(&training));
  for (int64_t round = 0; round < options_.refinements; ++round) {
    FACET_ASSIGN_OR_RETURN(const std::vector<float> scores, CrossFitted(training));
    const int64_t begin = begins_[static_cast<size_t>(identity)];
    Rows best = FirstOf(identity);
    std::stable_sort(best.begin(), best.end(), [&](int64_t a, int64_t b) {
      return scores[static_cast<size_t>(a - begin)] > scores[static_cast<size_t>(b - begin)];
    });
    const auto left_out =
        static_cast<size_t>(options_.left_out * static_cast<double>(best.size()));
    best.resize(best.size() - left_out);
    std::sort(best.begin(), best.end());
    training.positives = std::move(best);
  }
  return CrossFitted(training);
}

}  // namespace facet
