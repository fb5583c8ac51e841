#include "plugins/evaluators/identification_trial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/parallel_work.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/evaluators/evaluation_threads.h"
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

struct Found {
  double own = std::numeric_limits<double>::infinity();  // distance of the probe's own identity
  double nearest_other = own;
  int64_t nearer = 0;  // other identities that are at most as far as the own one
};

// The gallery's templates, those of an identity side by side.
class Gallery {
 public:
  explicit Gallery(const Drawn& drawn) {
    for (size_t person = 0; person < drawn.gallery.size(); ++person) {
      if (drawn.gallery[person].empty()) continue;
      for (const size_t entry : drawn.gallery[person]) {
        templates_.push_back(static_cast<uint32_t>(entry));
      }
      people_.push_back(static_cast<int32_t>(person));
      ends_.push_back(templates_.size());
    }
  }

  Found Search(const TemplateRows& rows, int32_t person, size_t probe,
               std::vector<float>* distances) const {
    distances->resize(templates_.size());
    rows.Distances(probe, templates_.data(), templates_.size(), distances->data());
    Found found;
    std::vector<double> others;
    size_t begin = 0;
    for (size_t i = 0; i < people_.size(); ++i) {
      const double nearest =
          *std::min_element(distances->begin() + static_cast<std::ptrdiff_t>(begin),
                            distances->begin() + static_cast<std::ptrdiff_t>(ends_[i]));
      begin = ends_[i];
      if (people_[i] == person) {
        found.own = nearest;
      } else {
        others.push_back(nearest);
        found.nearest_other = std::min(found.nearest_other, nearest);
      }
    }
    found.nearer =
        std::count_if(others.begin(), others.end(), [&found](double d) { return d <= found.own; });
    return found;
  }

 private:
  std::vector<uint32_t> templates_;
  std::vector<int32_t> people_;  // of each identity, and where the next one begins
  std::vector<size_t> ends_;
};

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
  const Gallery gallery(drawn);
  std::vector<Found> found(drawn.probes.size());
  std::vector<std::vector<float>> distances(static_cast<size_t>(EvaluationThreads()));
  ParallelWork(static_cast<int64_t>(found.size()), EvaluationThreads(), [&](int64_t i, int worker) {
    const auto& [person, probe] = drawn.probes[static_cast<size_t>(i)];
    found[static_cast<size_t>(i)] =
        gallery.Search(rows, person, probe, &distances[static_cast<size_t>(worker)]);
    return absl::OkStatus();
  }).IgnoreError();  // never one
  for (size_t i = 0; i < found.size(); ++i) {
    const int32_t person = drawn.probes[i].first;
    if (!drawn.gallery[static_cast<size_t>(person)].empty()) {
      trial.mated.push_back({person, 1 + found[i].nearer, found[i].own});
    } else if (trial.gallery_size > 0) {
      trial.unmated.push_back({person, found[i].nearest_other});
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
