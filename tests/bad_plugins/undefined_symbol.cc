// Calls a function that no library defines.
#include "core/api/aligner.h"

int DefinedNowhere();

namespace {

class Broken final : public facet::Aligner {
 public:
  explicit Broken(const facet::NoOptions&) {}
  absl::StatusOr<facet::Alignment> Align(const facet::Image&, const facet::Face& face) override {
    return facet::CropOfBox(face.box, DefinedNowhere());
  }
};

}  // namespace

FACET_PLUGIN(facet::Aligner, Broken, facet::NoOptions, "undefined", "calls what is not there", "")
