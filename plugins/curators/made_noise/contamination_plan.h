// Which photographs of a folder per person are mixed up how, so that they look like a search
// engine's answers and the truth is known. Follows from the folders' names and the seed.
#ifndef FACET_PLUGINS_CURATORS_MADE_NOISE_CONTAMINATION_PLAN_H_
#define FACET_PLUGINS_CURATORS_MADE_NOISE_CONTAMINATION_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

struct PersonFolder {
  std::string name;
  std::vector<std::string> files;  // names in the folder, in byte order
};

struct ContaminationOptions {
  int64_t max_identities = 0;  // 0: all
  int64_t images = 40;         // right ones per person, at most; 0: all
  int64_t min_images = 10;     // who has fewer photographs is not listed
  // Shares of all images of a name.
  double wrong_people = 0.2, exact_duplicates = 0.05, near_duplicates = 0.1;
  double held_out = 0.2;   // share of the people with enough photographs who are not listed
  double rank_bias = 0.4;  // DrawRanks
  uint64_t seed = 1;
};

struct ContaminatedImage {
  int64_t person = 0;     // index of the name that it goes by
  std::string file;       // below the root: "Ann/3.jpg"; of a duplicate its original's
  std::string wrong;      // who it is, where it is not that person
  int64_t original = -1;  // of a duplicate, the index of the image that it repeats
  bool exact = false;     // duplicates: the same bytes, else changed by `duplicate_seed`
  uint64_t duplicate_seed = 0;
  int64_t rank = 0;

  bool IsNear() const { return original >= 0 && !exact; }
};

struct ContaminationPlan {
  std::vector<std::string> people;        // listed ones, in byte order
  std::vector<ContaminatedImage> images;  // by person, then rank
};

// Wrong ones are, by half each, photographs of other listed people and of those who are not listed;
// none twice under one name. InvalidArgument: shares that leave no right image; too few people.
absl::StatusOr<ContaminationPlan> PlanContamination(const std::vector<PersonFolder>& folders,
                                                    const ContaminationOptions& options);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_MADE_NOISE_CONTAMINATION_PLAN_H_
