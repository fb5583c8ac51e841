#include "plugins/evaluators/identification_trial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/evaluators/measurable_rates.h"
#include "plugins/evaluators/template_rows.h"

namespace facet {
namespace {

double CopiesOf(int64_t person, const std::vector<double>& copies) {
  return copies.empty() ? 1.0 : copies[static_cast<size_t>(person)];
}

// Which templates are in the gallery, by person; the others of the same people are mated probes.
struct Drawn {
  std::vector<std::vector<size_t>> gallery;  // by person; empty: not in the gallery
  std::vector<std::pair<int32_t, size_t>> probes;
};

Drawn Draw(const std::vector<int32_t>& people, int64_t num_people, const GalleryOptions& options,
           uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<size_t>> templates(static_cast<size_t>(num_people));
  for (size_t i = 0; i < people.size(); ++i) {
    if (people[i] >= 0) templates[static_cast<size_t>(people[i])].push_back(i);
  }
  std::vector<size_t> eligible;
  for (size_t person = 0; person < templates.size(); ++person) {
    if (templates[person].size() >= 2) eligible.push_back(person);
  }
  random.Shuffle(eligible);
  const auto left_out = static_cast<size_t>(options.unknown * static_cast<double>(eligible.size()));
  Drawn drawn;
  drawn.gallery.resize(templates.size());
  for (size_t i = left_out; i < eligible.size(); ++i) {
    std::vector<size_t>& own = templates[eligible[i]];
    random.Shuffle(own);
    const size_t count = std::min(static_cast<size_t>(options.per_identity), own.size() - 1);
    drawn.gallery[eligible[i]].assign(own.begin(), own.begin() + static_cast<int64_t>(count));
    own.erase(own.begin(), own.begin() + static_cast<int64_t>(count));
  }
  for (size_t person = 0; person < templates.size(); ++person) {
    for (const size_t probe : templates[person]) {
      drawn.probes.emplace_back(static_cast<int32_t>(person), probe);
    }
  }
  return drawn;
}

}  // namespace

double IdentificationTrial::HitRate(int64_t rank, const std::vector<double>& copies) const {
  double hits = 0.0, all = 0.0;
  for (const Mated& probe : mated) {
    const double weight = CopiesOf(probe.person, copies);
    all += weight;
    if (probe.rank <= rank) hits += weight;
  }
  return all > 0.0 ? hits / all : 0.0;
}

double IdentificationTrial::Fnir(double fpir, const std::vector<double>& copies) const {
  double all_unmated = 0.0;
  for (const Unmated& probe : unmated) all_unmated += CopiesOf(probe.person, copies);
  // `unmated` is sorted by distance: the threshold is the first distance that may not be accepted.
  double accepted = 0.0;
  double threshold = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < unmated.size();) {
    size_t end = i;
    double weight = 0.0;
    while (end < unmated.size() && unmated[end].distance == unmated[i].distance) {
      weight += CopiesOf(unmated[end++].person, copies);
    }
    if (accepted + weight > fpir * all_unmated * (1 + 1e-12)) {
      threshold = unmated[i].distance;
      break;
    }
    accepted += weight;
    i = end;
  }
  double missed = 0.0, all = 0.0;
  for (const Mated& probe : mated) {
    const double weight = CopiesOf(probe.person, copies);
    all += weight;
    if (probe.rank > 1 || probe.distance >= threshold) missed += weight;
  }
  return all > 0.0 ? missed / all : 1.0;
}

absl::StatusOr<IdentificationTrial> RunTrial(const EvaluationInput& input,
                                             const GalleryOptions& options, uint64_t seed) {
  if (input.descriptors.size() != 1) {
    return absl::InvalidArgumentError(
        "identification compares templates of all folds, but each fold has its own projection; "
        "set embed.on = \"train\"");
  }
  FACET_ASSIGN_OR_RETURN(
      const TemplateRows rows,
      TemplateRows::Make(input.descriptors[0], input.data->protocol, options.cosine, false));
  IdentificationTrial trial;
  const std::vector<int32_t> people = PeopleOfTemplates(*input.data, &trial.num_people);
  const Drawn drawn = Draw(people, trial.num_people, options, seed);
  for (const auto& own : drawn.gallery) trial.gallery_size += own.empty() ? 0 : 1;
  for (const auto& [person, probe] : drawn.probes) {
    const bool is_mated = !drawn.gallery[static_cast<size_t>(person)].empty();
    double own_distance = std::numeric_limits<double>::infinity();
    std::vector<double> others;
    for (size_t other = 0; other < drawn.gallery.size(); ++other) {
      if (drawn.gallery[other].empty()) continue;
      double nearest = std::numeric_limits<double>::infinity();
      for (const size_t entry : drawn.gallery[other]) {
        nearest = std::min<double>(nearest, rows.Distance(probe, entry));
      }
      if (other == static_cast<size_t>(person)) {
        own_distance = nearest;
      } else {
        others.push_back(nearest);
      }
    }
    if (is_mated) {
      const auto nearer = std::count_if(others.begin(), others.end(),
                                        [own_distance](double d) { return d <= own_distance; });
      trial.mated.push_back({person, 1 + static_cast<int64_t>(nearer), own_distance});
    } else if (!others.empty()) {
      trial.unmated.push_back({person, *std::min_element(others.begin(), others.end())});
    }
  }
  std::sort(trial.unmated.begin(), trial.unmated.end(),
            [](const auto& a, const auto& b) { return a.distance < b.distance; });
  if (!trial.mated.empty()) return trial;
  return absl::InvalidArgumentError(
      "no identity has two templates, one for the gallery and one as probe (do the "
      "samples have identities?)");
}

std::vector<int64_t> KeepRanks(const std::vector<int64_t>& asked, int64_t smallest_gallery,
                               std::vector<std::string>* notices) {
  std::vector<int64_t> kept;
  for (const int64_t rank : asked) {
    if (rank < smallest_gallery) {
      kept.push_back(rank);
    } else {
      notices->push_back(absl::StrCat("rank ", rank,
                                      " needs a gallery of more identities, there are ",
                                      smallest_gallery, " (whoever is in it is found): left out"));
    }
  }
  return kept;
}

std::vector<Curve> CurvesOf(const IdentificationTrial& trial) {
  Curve cmc{"CMC", "rank", "identification rate", {}, {}};
  const auto last = std::min<int64_t>(trial.gallery_size, 50);
  for (int64_t rank = 1; rank <= last; ++rank) {
    cmc.x.push_back(static_cast<double>(rank));
    cmc.y.push_back(trial.HitRate(rank, {}));
  }
  if (trial.unmated.empty()) return {cmc};
  Curve open{"FNIR over FPIR", "log10 of FPIR", "FNIR", {}, {}};
  for (double exponent = -3; exponent <= 0; exponent += 0.05) {
    const double fpir = std::pow(10.0, exponent);
    if (!CanShow(fpir, static_cast<int64_t>(trial.unmated.size()))) continue;
    open.x.push_back(exponent);
    open.y.push_back(trial.Fnir(fpir, {}));
  }
  return {cmc, open};
}

}  // namespace facet
