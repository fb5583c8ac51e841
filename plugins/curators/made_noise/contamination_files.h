// A planned contamination as files below the folder of images.
#ifndef FACET_PLUGINS_CURATORS_MADE_NOISE_CONTAMINATION_FILES_H_
#define FACET_PLUGINS_CURATORS_MADE_NOISE_CONTAMINATION_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/made_noise/contamination_plan.h"

namespace facet {

// The folders of `root` that have images, in byte order.
absl::StatusOr<std::vector<PersonFolder>> ListPersonFolders(const std::string& root);

// "Ann/0007.jpg": by rank, since the name must not tell what it is.
std::string ContaminatedPath(const ContaminationPlan& plan, const ContaminatedImage& image);

// Of a near duplicate whose original cannot be decoded: there is no file.
inline constexpr char kImpossible[] = "-";
// Links or copies photographs and exact duplicates and makes near ones, on all threads; what is
// there is kept. Of each image what was changed (DescribeDuplicate), or nothing.
absl::StatusOr<std::vector<std::string>> WriteContamination(const ContaminationPlan& plan,
                                                            const std::string& root,
                                                            const CurationContext& context);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_MADE_NOISE_CONTAMINATION_FILES_H_
