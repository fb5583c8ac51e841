// The truth of a collection, where it is known by URL.
#ifndef FACET_PLUGINS_CURATORS_SEARCH_COLLECTED_TRUTH_H_
#define FACET_PLUGINS_CURATORS_SEARCH_COLLECTED_TRUTH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "plugins/curators/names/candidate_names.h"
#include "plugins/manifest/manifest.h"

namespace facet {

// A row of the manifest; without a hash, its download failed.
struct CollectedImage {
  int64_t image = 0, rank = -1;
  std::string name, url, bytes_sha256;
};

// Adds a finished run "truth" (curation_summary.h) from a table with the columns url, what and
// optional name, original and detail, as a synthetic web has it: `what` is a reason or empty, a URL
// may have several rows, and a row with a name is of that person's search alone. Of the images of
// one person that are one picture (the same URL, or one that repeats it) the best ranked of the
// original URL is the original, or where that was not collected the best ranked of all; the others
// are flagged as its duplicates, exact ones if their bytes are equal. What failed counts as what it
// would have shown, but is an original only where the whole picture failed. The number of images
// there whose URL the table does not have. InvalidArgument: a `what` that is no reason.
absl::StatusOr<int64_t> StoreTruth(const std::string& path,
                                   const std::vector<CollectedImage>& images,
                                   const NameNormalizer& normalize, Manifest* manifest);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_SEARCH_COLLECTED_TRUTH_H_
