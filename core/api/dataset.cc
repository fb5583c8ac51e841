#include "core/api/dataset.h"

namespace facet {

Dataset::~Dataset() = default;

absl::Status Dataset::LoadCuration(const std::string&, const std::string&) {
  return absl::UnimplementedError("this data set takes no curation");
}
absl::StatusOr<Image> Dataset::Render(int64_t) const {
  return absl::UnimplementedError("this data set has files only, it renders nothing");
}

}  // namespace facet
