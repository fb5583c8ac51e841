// One of two libraries that provide an aligner of the same name.
#include "core/api/aligner.h"

namespace {

class Twin final : public facet::Aligner {
 public:
  explicit Twin(const facet::NoOptions&) {}
  absl::StatusOr<facet::Alignment> Align(const facet::Image&, const facet::Face& face) override {
    return facet::CropOfBox(face.box, 1.0);
  }
};

}  // namespace

FACET_PLUGIN(facet::Aligner, Twin, facet::NoOptions, "twin", "one of two of a name", "")
