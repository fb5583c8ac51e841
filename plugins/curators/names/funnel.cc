#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "core/base/json.h"
#include "plugins/curators/names/candidate_names.h"

namespace facet {
namespace {

// Of one person, over all annotators.
struct Judgement {
  int64_t shown = 0, right = 0;
  std::map<int64_t, int64_t> sheets;                   // -> images on it
  std::set<std::pair<int64_t, std::string>> answered;  // sheet, annotator

  int64_t NumImages() const {
    int64_t count = 0;
    for (const auto& [sheet, images] : sheets) count += images;
    return count;
  }
};

absl::Status AddVote(const SheetVote& vote, const PurityRule& rule, Judgement* judgement) {
  const std::string place = absl::StrCat("vote of \"", vote.annotator, "\" on sheet ", vote.sheet,
                                         " of \"", vote.name, "\": ");
  if (vote.shown < 1 || vote.shown > rule.sheet_size || vote.right < 0 || vote.right > vote.shown) {
    return absl::InvalidArgumentError(absl::StrCat(place, vote.right, " of ", vote.shown,
                                                   " images are right; a sheet has 1 to ",
                                                   rule.sheet_size));
  }
  if (!judgement->answered.emplace(vote.sheet, vote.annotator).second) {
    return absl::InvalidArgumentError(absl::StrCat(place, "there is one already"));
  }
  const auto [sheet, is_new] = judgement->sheets.emplace(vote.sheet, vote.shown);
  if (!is_new && sheet->second != vote.shown) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, vote.shown, " images were shown, others saw ", sheet->second));
  }
  judgement->shown += vote.shown;
  judgement->right += vote.right;
  return absl::OkStatus();
}

Json StepJson(const FunnelStep& step) {
  return {{"step", step.step}, {"people", step.people},           {"women", step.women},
          {"men", step.men},   {"sex_unknown", step.sex_unknown}, {"removed", step.removed}};
}

ManifestIdentity IdentityOf(const Candidate& candidate) {
  ManifestIdentity identity;
  identity.name = candidate.name;
  identity.sex = candidate.sex;
  identity.rank = candidate.rank;
  identity.images_judged = candidate.images_judged;
  identity.images_right = candidate.images_right;
  identity.attributes = Dump(Json(candidate.attributes));
  return identity;
}

}  // namespace

void CandidateFunnel::Keep(const std::string& step,
                           const std::function<std::string(Candidate*)>& reason_of) {
  FunnelStep counts;
  counts.step = step;
  std::vector<Candidate> kept;
  for (Candidate& candidate : people_) {
    std::string reason = reason_of(&candidate);
    if (!reason.empty()) {
      ++counts.removed[reason];
      removed_.push_back({std::move(candidate), step, std::move(reason)});
      continue;
    }
    ++counts.people;
    ++(candidate.sex == "female" ? counts.women
       : candidate.sex == "male" ? counts.men
                                 : counts.sex_unknown);
    kept.push_back(std::move(candidate));
  }
  people_ = std::move(kept);
  steps_.push_back(std::move(counts));
}

absl::Status CandidateFunnel::Start(std::vector<Candidate> people) {
  std::map<std::string, std::string> seen;
  for (const Candidate& candidate : people) {
    const auto [other, is_new] = seen.emplace(normalize_(candidate.name), candidate.name);
    if (!is_new || other->first.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", candidate.name, "\"",
                       other->first.empty()
                           ? " is no name"
                           : absl::StrCat(" and \"", other->second, "\" are one person's names")));
    }
  }
  std::stable_sort(people.begin(), people.end(),
                   [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
  people_ = std::move(people);
  removed_.clear();
  steps_.clear();
  Keep("start", [](Candidate*) { return std::string(); });
  return absl::OkStatus();
}

void CandidateFunnel::Intersect(const std::vector<Candidate>& facts) {
  std::map<std::string, std::vector<const Candidate*>> by_key;
  for (const Candidate& row : facts) by_key[normalize_(row.name)].push_back(&row);
  Keep("intersect", [&](Candidate* candidate) -> std::string {
    const auto found = by_key.find(normalize_(candidate->name));
    if (found == by_key.end()) return "no facts";
    if (found->second.size() > 1) return "homonyms";
    const Candidate& row = *found->second[0];
    if (candidate->sex.empty()) {
      candidate->sex = row.sex;
    } else if (!row.sex.empty() && row.sex != candidate->sex) {
      candidate->sex.clear();
    }
    candidate->attributes.insert(row.attributes.begin(), row.attributes.end());
    return "";
  });
}

void CandidateFunnel::Balance(int64_t women, int64_t men) {
  // people_ is in order of rank.
  Keep("balance", [&](Candidate* candidate) -> std::string {
    if (candidate->sex.empty()) return "sex unknown";
    int64_t& left = candidate->sex == "female" ? women : men;
    return left-- > 0 ? "" : "rank";
  });
}

absl::Status CandidateFunnel::JudgePurity(const std::vector<SheetVote>& votes,
                                          const PurityRule& rule) {
  std::map<std::string, Judgement> judgements;
  for (const Candidate& candidate : people_) judgements[normalize_(candidate.name)];
  for (const SheetVote& vote : votes) {
    const auto judgement = judgements.find(normalize_(vote.name));
    if (judgement == judgements.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("a vote is for \"", vote.name, "\", who is no candidate before this step"));
    }
    FACET_RETURN_IF_ERROR(AddVote(vote, rule, &judgement->second));
  }
  // Counts are whole numbers: 180 of 200 must be 90 %, whatever 0.9 is in binary.
  constexpr double kRounding = 1e-9;
  Keep("purity", [&](Candidate* candidate) -> std::string {
    const Judgement& judgement = judgements[normalize_(candidate->name)];
    if (judgement.answered.empty()) return "not judged";
    candidate->images_judged = judgement.shown;
    candidate->images_right = judgement.right;
    if (judgement.NumImages() < rule.num_images) return "too few images";
    const double needed = rule.min_purity * static_cast<double>(judgement.shown);
    return static_cast<double>(judgement.right) >= needed - kRounding ? "" : "impure";
  });
  return absl::OkStatus();
}

void CandidateFunnel::Exclude(const std::vector<std::string>& names, const std::string& list) {
  std::set<std::string> keys;
  for (const std::string& name : names) keys.insert(normalize_(name));
  Keep("exclude", [&](Candidate* candidate) {
    return keys.count(normalize_(candidate->name)) > 0 ? absl::StrCat("in ", list) : "";
  });
}

std::string CandidateFunnel::Statistics() const {
  Json steps = Json::array();
  for (const FunnelStep& step : steps_) steps.push_back(StepJson(step));
  return Dump(Json{{"steps", steps}});
}

absl::Status CandidateFunnel::AddTo(Manifest* manifest, int64_t run) const {
  std::vector<std::pair<const Candidate*, const RemovedCandidate*>> everybody;
  for (const Candidate& candidate : people_) everybody.emplace_back(&candidate, nullptr);
  for (const RemovedCandidate& removed : removed_) {
    everybody.emplace_back(&removed.candidate, &removed);
  }
  std::stable_sort(everybody.begin(), everybody.end(), [](const auto& a, const auto& b) {
    return a.first->rank != b.first->rank ? a.first->rank < b.first->rank
                                          : a.first->name < b.first->name;
  });
  return manifest->InTransaction([&]() -> absl::Status {
    for (const auto& [candidate, removed] : everybody) {
      FACET_ASSIGN_OR_RETURN(const int64_t id, manifest->AddIdentity(IdentityOf(*candidate)));
      if (removed == nullptr) continue;
      FACET_RETURN_IF_ERROR(manifest->MarkIdentity(run, id, removed->reason, removed->step));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<int64_t> CandidateFunnel::AddTo(Manifest* manifest,
                                               const std::string& settings) const {
  int64_t run = 0;
  const absl::Status status = manifest->InTransaction([&]() -> absl::Status {
    FACET_ASSIGN_OR_RETURN(run, manifest->StartRun("candidates", settings));
    FACET_RETURN_IF_ERROR(AddTo(manifest, run));
    return manifest->FinishRun(run, Statistics());
  });
  if (!status.ok()) return status;
  return run;
}

}  // namespace facet
