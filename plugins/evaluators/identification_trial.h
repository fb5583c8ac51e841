// One gallery, its probes, and how they were identified.
#ifndef FACET_PLUGINS_EVALUATORS_IDENTIFICATION_TRIAL_H_
#define FACET_PLUGINS_EVALUATORS_IDENTIFICATION_TRIAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/evaluator.h"

namespace facet {

struct GalleryOptions {
  bool cosine = true;
  int64_t per_identity = 1;  // templates of an identity; one always stays a probe
  double unknown = 0.0;      // share of the identities with probes that are left out
};

struct IdentificationTrial {
  struct Mated {
    int64_t person = 0;
    int64_t rank = 0;       // of the own identity, from 1; ties count against it
    double distance = 0.0;  // to the own identity
  };
  struct Unmated {
    int64_t person = 0;
    double distance = 0.0;  // to the nearest identity
  };
  std::vector<Mated> mated;
  std::vector<Unmated> unmated;
  int64_t gallery_size = 0;  // identities
  int64_t num_people = 0;    // of all templates

  // Share of mated probes with at most this rank. `copies` of each person; empty: one. 0 if no
  // mated probe is left.
  double HitRate(int64_t rank, const std::vector<double>& copies) const;
  // Share of mated probes that are not of rank 1 below the threshold at which at most `fpir` of the
  // non-mated probes are accepted. 1 if no mated probe is left.
  double Fnir(double fpir, const std::vector<double>& copies) const;
};

// InvalidArgument: several matrices, no identities, no mated probe, a descriptor without direction.
absl::StatusOr<IdentificationTrial> RunTrial(const EvaluationInput& input,
                                             const GalleryOptions& options, uint64_t seed);

// Those below the size of the smallest gallery: every mated probe has a rank of at most that. Adds
// a sentence for each that is left out.
std::vector<int64_t> KeepRanks(const std::vector<int64_t>& asked, int64_t smallest_gallery,
                               std::vector<std::string>* notices);

// CMC up to rank 50, and FNIR over FPIR if there are non-mated probes.
std::vector<Curve> CurvesOf(const IdentificationTrial& trial);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_IDENTIFICATION_TRIAL_H_
