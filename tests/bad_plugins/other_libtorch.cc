// Tensors cross its border, and it was built with a LibTorch of long ago.
#define FACET_TENSOR_LIBRARY ", LibTorch 0.4.1"
#include "core/api/aligner.h"

namespace {

class Old final : public facet::Aligner {
 public:
  explicit Old(const facet::NoOptions&) {}
  absl::StatusOr<facet::Alignment> Align(const facet::Image&, const facet::Face& face) override {
    return facet::CropOfBox(face.box, 1.0);
  }
};

}  // namespace

FACET_PLUGIN(facet::Aligner, Old, facet::NoOptions, "old", "built with another LibTorch", "")
