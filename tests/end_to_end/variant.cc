// An aligner whose builds differ in what they say of themselves, or in what they do.
#include "core/api/aligner.h"

namespace {

class Variant final : public facet::Aligner {
 public:
  explicit Variant(const facet::NoOptions&) {}
  absl::StatusOr<facet::Alignment> Align(const facet::Image&, const facet::Face& face) override {
    return facet::CropOfBox(face.box, VARIANT_EXTEND);
  }
};

}  // namespace

FACET_PLUGIN(facet::Aligner, Variant, facet::NoOptions, "variant", VARIANT_SUMMARY, "")
