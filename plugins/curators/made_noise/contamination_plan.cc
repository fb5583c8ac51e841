#include "plugins/curators/made_noise/contamination_plan.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/curators/made_noise/web_noise.h"

namespace facet {
namespace {

constexpr int kDraws = 1000;  // of a photograph that was not taken yet

struct Photograph {
  std::string person, file;
};

struct Cast {
  std::vector<const PersonFolder*> listed;
  std::vector<Photograph> of_listed, of_others;
};

void AddPhotographs(const PersonFolder& folder, std::vector<Photograph>* to) {
  for (const std::string& file : folder.files) {
    to->push_back({folder.name, absl::StrCat(folder.name, "/", file)});
  }
}

absl::StatusOr<Cast> ChooseCast(const std::vector<PersonFolder>& folders,
                                const ContaminationOptions& options) {
  std::vector<const PersonFolder*> able, others;
  for (const PersonFolder& folder : folders) {
    const bool enough = static_cast<int64_t>(folder.files.size()) >= options.min_images;
    (enough ? able : others).push_back(&folder);
  }
  Random random(DeriveSeed(options.seed, "held out"));
  random.Shuffle(able);
  const auto all = static_cast<int64_t>(able.size());
  int64_t count = all - std::llround(options.held_out * static_cast<double>(all));
  if (options.max_identities > 0) count = std::min(count, options.max_identities);
  others.insert(others.end(), able.begin() + count, able.end());
  able.resize(static_cast<size_t>(count));
  const auto by_name = [](const auto* a, const auto* b) { return a->name < b->name; };
  std::sort(able.begin(), able.end(), by_name);
  std::sort(others.begin(), others.end(), by_name);
  Cast cast;
  for (const PersonFolder* folder : able) AddPhotographs(*folder, &cast.of_listed);
  for (const PersonFolder* folder : others) AddPhotographs(*folder, &cast.of_others);
  cast.listed = std::move(able);
  if (cast.listed.size() >= 2 || (cast.listed.size() == 1 && !cast.of_others.empty())) return cast;
  return absl::InvalidArgumentError(absl::StrCat(
      "of ", folders.size(), " people, ", all, " have ", options.min_images, " photographs and ",
      cast.listed.size(), " of them are listed: too few to mix; lower min_images or held_out"));
}

// Photographs of others for one name.
class Strangers {
 public:
  Strangers(const Cast& cast, const std::string& name, Random& random)
      : cast_(cast), name_(name), random_(random) {}

  absl::StatusOr<Photograph> Draw() {
    for (int draw = 0; draw < kDraws; ++draw) {
      const bool other = !cast_.of_others.empty() && random_.Bernoulli(0.5);
      const std::vector<Photograph>& from = other ? cast_.of_others : cast_.of_listed;
      const Photograph& drawn = from[random_.Index(from.size())];
      if (drawn.person != name_ && taken_.insert(drawn.file).second) return drawn;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("there are too few photographs of others for wrong ones of \"", name_,
                     "\"; lower wrong_people or images"));
  }

 private:
  const Cast& cast_;
  const std::string& name_;
  Random& random_;
  std::set<std::string> taken_;
};

void Rank(Random& random, double bias, size_t begin, std::vector<ContaminatedImage>* images) {
  std::vector<bool> wrong;
  for (size_t i = begin; i < images->size(); ++i) wrong.push_back(!(*images)[i].wrong.empty());
  const std::vector<int64_t> ranks = DrawRanks(random, wrong, bias);
  const std::vector<ContaminatedImage> drawn(images->begin() + static_cast<int64_t>(begin),
                                             images->end());
  for (size_t i = 0; i < drawn.size(); ++i) {
    ContaminatedImage image = drawn[i];
    image.rank = ranks[i];
    if (image.original >= 0) {
      image.original =
          static_cast<int64_t>(begin) + ranks[static_cast<size_t>(image.original) - begin];
    }
    (*images)[begin + static_cast<size_t>(ranks[i])] = std::move(image);
  }
}

absl::Status AddPerson(const Cast& cast, int64_t person, const ContaminationOptions& o,
                       ContaminationPlan* plan) {
  const PersonFolder& folder = *cast.listed[static_cast<size_t>(person)];
  Random random(DeriveSeed(o.seed, folder.name));
  std::vector<std::string> own = folder.files;
  random.Shuffle(own);
  if (o.images > 0 && static_cast<int64_t>(own.size()) > o.images) {
    own.resize(static_cast<size_t>(o.images));
  }
  const size_t begin = plan->images.size();
  for (const std::string& file : own) {
    ContaminatedImage image;
    image.person = person;
    image.file = absl::StrCat(folder.name, "/", file);
    plan->images.push_back(std::move(image));
  }
  const double right = 1 - o.wrong_people - o.exact_duplicates - o.near_duplicates;
  const double total = static_cast<double>(own.size()) / right;
  Strangers strangers(cast, folder.name, random);
  for (int64_t i = std::llround(o.wrong_people * total); i > 0; --i) {
    FACET_ASSIGN_OR_RETURN(const Photograph stranger, strangers.Draw());
    ContaminatedImage image;
    image.person = person;
    image.file = stranger.file;
    image.wrong = stranger.person;
    plan->images.push_back(std::move(image));
  }
  const int64_t exact = std::llround(o.exact_duplicates * total);
  const int64_t near = std::llround(o.near_duplicates * total);
  for (int64_t i = 0; i < exact + near; ++i) {
    const size_t original = begin + random.Index(own.size());
    ContaminatedImage image = plan->images[original];
    image.original = static_cast<int64_t>(original);
    image.exact = i < exact;
    image.duplicate_seed = random.Bits();
    plan->images.push_back(std::move(image));
  }
  Rank(random, o.rank_bias, begin, &plan->images);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ContaminationPlan> PlanContamination(const std::vector<PersonFolder>& folders,
                                                    const ContaminationOptions& options) {
  const double noise = options.wrong_people + options.exact_duplicates + options.near_duplicates;
  if (noise > 0.95 + 1e-9) {
    return absl::InvalidArgumentError(
        absl::StrCat("wrong_people, exact_duplicates and near_duplicates are shares of all images "
                     "and sum up to ",
                     noise, "; at most 0.95"));
  }
  FACET_ASSIGN_OR_RETURN(const Cast cast, ChooseCast(folders, options));
  ContaminationPlan plan;
  for (size_t person = 0; person < cast.listed.size(); ++person) {
    plan.people.push_back(cast.listed[person]->name);
    FACET_RETURN_IF_ERROR(AddPerson(cast, static_cast<int64_t>(person), options, &plan));
  }
  return plan;
}

}  // namespace facet
