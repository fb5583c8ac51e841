// Nine-point alignment: the least-squares similarity from the face's landmarks to the canonical
// position, for frontal faces alone.
//
// In:  a face with points9 or points68, from a detector or the data, and its pose.
// Out: a square crop, `aligned` true; confidence the negative root mean square distance between
//      mapped landmarks and template, in crop units (0 is a perfect fit). Profile faces (pose left
//      or right) are left as they are, as the paper does; those, and faces without such landmarks:
//      CropOfBox(box, fallback_extend), `aligned` false, confidence -1.
// The template is the mean frontal shape of Everingham et al., with the eyes where the aligner
// `none` shows them. `extend` widens it about (0.5, 0.5 + shift_y).
// Example: aligner = { use = "similarity9", extend = 1.0 }
// Source: Parkhi, Vedaldi, Zisserman, BMVC 2015, section 6; Everingham, Sivic, Zisserman, IVC 27,
//      2009; Umeyama, PAMI 1991.
#include "core/api/aligner.h"
#include "plugins/aligners/patches/nine_points.h"

namespace facet {
namespace {

class Similarity9 final : public Aligner {
 public:
  explicit Similarity9(const NinePointCrop& crop) : frame_(crop) {}

  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    return AlignNinePoints(face, face.landmarks, frame_);
  }

 private:
  const NinePointCrop frame_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Aligner, facet::Similarity9, facet::NinePointCrop, "similarity9",
             "similarity from the nine landmarks that come with the face",
             "Parkhi et al., BMVC 2015, section 6; Umeyama, PAMI 1991")
