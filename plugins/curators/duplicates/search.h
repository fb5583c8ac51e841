// Duplicates among the images of one person: exact ones by hashes of bytes and pixels, near ones by
// VLAD and the agreement of pixels (image_vlad.h, photograph_alignment.h).
#ifndef FACET_PLUGINS_CURATORS_DUPLICATES_SEARCH_H_
#define FACET_PLUGINS_CURATORS_DUPLICATES_SEARCH_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/duplicates/near_duplicates.h"
#include "plugins/curators/duplicates/vlad_vocabulary.h"
#include "plugins/manifest/manifest.h"

namespace facet {

inline constexpr char kExactDuplicate[] = "exact duplicate";
inline constexpr char kNearDuplicate[] = "near duplicate";
inline constexpr char kUnreadable[] = "unreadable";

struct DuplicateSearchOptions {
  int side_px = 128;         // of GreyOfArea()
  double threshold = 0.0;    // of the l2 distance between VLADs
  bool check_pixels = true;  // and PhotographAgreement() of at least `min_agreement`
  double min_agreement = 0.98;
  Linkage linkage = Linkage::kSingle;
};

struct FoundDuplicates {
  std::vector<ManifestImage> images;           // as given, with hashes and sizes filled in
  std::vector<ManifestMark> marks;             // removals, and flags kUnreadable
  std::vector<std::vector<int64_t>> clusters;  // of two or more: the kept image first
};

// SHA-256 of size and pixels; hexadecimal.
std::string PixelHash(const Image& image);

// Who is kept: the best rank (unknown: last), then the larger, then the smaller id.
bool IsPreferred(const ManifestImage& a, const ManifestImage& b);

// `go_on` is called from the calling thread with how many images are read. Cancelled; an image
// that cannot be read is no error: it gets a flag and stays.
absl::StatusOr<FoundDuplicates> SearchDuplicates(const CurationContext& context,
                                                 const VladVocabulary& vocabulary,
                                                 const DuplicateSearchOptions& options,
                                                 std::vector<ManifestImage> images,
                                                 const std::function<bool(int64_t)>& go_on);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DUPLICATES_SEARCH_H_
