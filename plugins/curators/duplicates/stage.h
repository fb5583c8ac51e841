// The stage that removes duplicates, around the search of one person's: vocabulary and threshold,
// the journal, marks, and the report. (plugins/curators/deduplicate.cc describes it.)
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_STAGE_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_STAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/curator.h"
#include "core/base/json.h"
#include "plugins/curators/duplicates/calibration.h"
#include "plugins/curators/duplicates/search.h"
#include "plugins/curators/stage/run.h"

namespace facet {

// Flag of images that are left and have the pixels of another person's.
inline constexpr char kUnderAnotherName[] = "exact duplicate under another name";

struct DuplicateStageOptions {
  DuplicateSearchOptions search;
  double max_false = 0.001;
  VladVocabularyOptions learned;
  std::string vocabulary;  // a file; empty: learned
  int64_t people = 60;     // drawn, for vocabulary and threshold
  bool across_people = false;
};

class DuplicateStage {
 public:
  // `key`: of everything that results depend on. Both `context` and `run` outlive this.
  DuplicateStage(const CurationContext& context, const DuplicateStageOptions& options,
                 CurationRun* run, const std::string& key)
      : context_(context), options_(options), run_(run), key_(key) {}

  absl::Status Run();
  std::string Statistics() const;  // JSON
  // After the run is finished: metrics, curves, histogram, sheets and notices.
  absl::Status Describe(CurationResult* result) const;

 private:
  absl::StatusOr<std::vector<ManifestImage>> ImagesOf(int64_t identity) const;
  absl::StatusOr<std::vector<std::vector<ManifestImage>>> Draw() const;
  absl::Status Learn();
  absl::Status Take(int64_t identity, const FoundDuplicates& found);
  absl::StatusOr<int64_t> CountImages() const;
  absl::Status FlagAcrossPeople();
  absl::Status ScoreByTruth(CurationResult* result) const;
  absl::Status ShowClusters(CurationResult* result) const;

  const CurationContext& context_;
  DuplicateStageOptions options_;
  CurationRun* const run_;
  const std::string key_;
  VladVocabulary vocabulary_;
  Json learned_;  // the journal's head
  std::map<std::string, int64_t> counts_;
  std::map<int64_t, int64_t> cluster_sizes_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_STAGE_H_
