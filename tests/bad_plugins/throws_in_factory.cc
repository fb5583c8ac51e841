// Its constructor throws.
#include <stdexcept>

#include "core/api/aligner.h"

namespace {

class Broken final : public facet::Aligner {
 public:
  explicit Broken(const facet::NoOptions&) { throw std::runtime_error("the glass is empty"); }
  absl::StatusOr<facet::Alignment> Align(const facet::Image&, const facet::Face& face) override {
    return facet::CropOfBox(face.box, 1.0);
  }
};

}  // namespace

FACET_PLUGIN(facet::Aligner, Broken, facet::NoOptions, "throws", "throws when it is made", "")
