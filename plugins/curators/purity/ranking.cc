#include "plugins/curators/purity/ranking.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr size_t kMaxStrangers = 1000;

}  // namespace

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
      !(options.left_out >= 0.0 && options.left_out < 1.0 && options.strangers >= 0.0 &&
        options.strangers < 1.0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "purity ranking: positives = ", options.positives, ", negatives = ", options.negatives,
        ", refinements = ", options.refinements, ", left_out = ", options.left_out,
        ", strangers = ", options.strangers, "; give at least one positive, and shares in [0, 1)"));
  }
  return PurityRanking(rows, std::move(begins), options);
}

PurityRanking::PurityRanking(const RowStore& rows, std::vector<int64_t> begins,
                             const PurityOptions& options)
    : rows_(&rows), begins_(std::move(begins)), options_(options) {
  ChooseSamples();
}

int64_t PurityRanking::NumStrangers(int64_t num_identities, double share) {
  if (share <= 0.0) return 0;
  // A stranger's own strangers are the others: one alone would have none. Enough must be left for
  // negatives: two identities.
  const auto wanted = static_cast<int64_t>(std::ceil(share * static_cast<double>(num_identities)));
  const int64_t possible = std::min(std::max<int64_t>(wanted, 2), num_identities - 2);
  return possible < 2 ? 0 : possible;
}

void PurityRanking::ChooseSamples() {
  Random random(DeriveSeed(options_.svm.seed, "negatives"));
  std::vector<int64_t> identities(static_cast<size_t>(num_identities()));
  std::iota(identities.begin(), identities.end(), int64_t{0});
  random.Shuffle(identities);
  const int64_t num_strangers = NumStrangers(num_identities(), options_.strangers);
  for (int64_t i = 0; i < num_identities(); ++i) {
    const Rows first = FirstOf(identities[static_cast<size_t>(i)]);
    Rows& rows = i < num_strangers ? strangers_ : pool_;
    rows.insert(rows.end(), first.begin(), first.end());
  }
  const auto shrink = [&](Rows* rows, size_t most) {
    if (rows->size() > most) {
      random.Shuffle(*rows);
      rows->resize(most);
    }
    std::sort(rows->begin(), rows->end());
  };
  shrink(&strangers_, kMaxStrangers);
  std::sort(pool_.begin(), pool_.end());
  shared_ = pool_;
  if (options_.negatives > 0) shrink(&shared_, static_cast<size_t>(options_.negatives));
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
    if (IsOf(row, training->identity) || std::binary_search(shared_.begin(), shared_.end(), row)) {
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

PurityRanking::Rows PurityRanking::WithoutOwn(const Rows& rows, int64_t identity) const {
  Rows others;
  for (const int64_t row : rows) {
    if (!IsOf(row, identity)) others.push_back(row);
  }
  return others;
}

std::vector<PurityScore> PurityRanking::ScoresBy(const LinearSvm& svm, int64_t identity,
                                                 const Rows& rows) const {
  std::vector<float> strangers;
  for (const int64_t row : WithoutOwn(strangers_, identity)) {
    strangers.push_back(ScoreOf(svm, rows_->Row(row)));
  }
  std::sort(strangers.begin(), strangers.end());
  std::vector<PurityScore> scores;
  for (const int64_t row : rows) {
    PurityScore made;
    made.score = ScoreOf(svm, rows_->Row(row));
    if (!strangers.empty()) {
      const auto as_high =
          strangers.end() - std::lower_bound(strangers.begin(), strangers.end(), made.score);
      made.strangers =
          static_cast<float>(static_cast<double>(as_high) / static_cast<double>(strangers.size()));
    }
    scores.push_back(made);
  }
  return scores;
}

absl::StatusOr<std::vector<PurityScore>> PurityRanking::CrossFitted(
    const Training& training) const {
  const int64_t begin = begins_[static_cast<size_t>(training.identity)];
  Rows all(static_cast<size_t>(begins_[static_cast<size_t>(training.identity) + 1] - begin));
  std::iota(all.begin(), all.end(), begin);
  FACET_ASSIGN_OR_RETURN(const LinearSvm svm, Train(training));
  std::vector<PurityScore> scores = ScoresBy(svm, training.identity, all);
  const auto count = static_cast<int64_t>(training.positives.size());
  const int64_t folds = std::min(options_.folds, count);
  for (int64_t fold = 0; folds > 1 && fold < folds; ++fold) {
    Training rest{training.identity, {}, training.negatives};
    Rows held_out;
    for (int64_t i = 0; i < count; ++i) {
      (i % folds == fold ? held_out : rest.positives)
          .push_back(training.positives[static_cast<size_t>(i)]);
    }
    FACET_ASSIGN_OR_RETURN(const LinearSvm other, Train(rest));
    const std::vector<PurityScore> made = ScoresBy(other, training.identity, held_out);
    for (size_t i = 0; i < held_out.size(); ++i) {
      scores[static_cast<size_t>(held_out[i] - begin)] = made[i];
    }
  }
  return scores;
}

absl::StatusOr<std::vector<PurityScore>> PurityRanking::Scores(int64_t identity) const {
  Training training{identity, FirstOf(identity), WithoutOwn(shared_, identity)};
  // All that were drawn may be its own.
  if (training.negatives.empty()) training.negatives = WithoutOwn(pool_, identity);
  FACET_RETURN_IF_ERROR(AddHardNegatives(&training));
  for (int64_t round = 0; round < options_.refinements; ++round) {
    FACET_ASSIGN_OR_RETURN(const std::vector<PurityScore> scores, CrossFitted(training));
    const int64_t begin = begins_[static_cast<size_t>(identity)];
    Rows best = FirstOf(identity);
    std::stable_sort(best.begin(), best.end(), [&](int64_t a, int64_t b) {
      return scores[static_cast<size_t>(a - begin)].score >
             scores[static_cast<size_t>(b - begin)].score;
    });
    const auto left_out = static_cast<size_t>(options_.left_out * static_cast<double>(best.size()));
    best.resize(best.size() - left_out);
    std::sort(best.begin(), best.end());
    training.positives = std::move(best);
  }
  return CrossFitted(training);
}

}  // namespace facet
