// Faces for curators that are in memory already: tests, contracts, benchmarks.
#ifndef FACET_PLUGINS_CURATORS_STAGE_FACES_IN_MEMORY_H_
#define FACET_PLUGINS_CURATORS_STAGE_FACES_IN_MEMORY_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "core/api/curator.h"

namespace facet {

class FacesInMemory final : public CurationFaces {
 public:
  // In ascending order of `image`.
  void Add(int64_t image, Image face) { faces_.emplace_back(image, std::move(face)); }
  int64_t size() const override { return static_cast<int64_t>(faces_.size()); }
  int64_t image(int64_t index) const override { return faces_[static_cast<size_t>(index)].first; }
  absl::StatusOr<Image> Get(int64_t index) const override {
    return faces_[static_cast<size_t>(index)].second;
  }

 private:
  std::vector<std::pair<int64_t, Image>> faces_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_STAGE_FACES_IN_MEMORY_H_
