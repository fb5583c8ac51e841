// The preview stage: a contact sheet of what another stage made -> preview.png.
//
//   what       inputs                  shows
//   detect     samples, faces          images with the chosen face's box and landmarks
//   align      samples, frames         images with the frame's outline and its landmarks
//   crops      crops                   stored crops
//   triplets   crops, descriptors      what the component "miner" mines from the frozen
//   descriptors:
//                                      a row of the sheet is anchor, positive, negative
// Which of them are shown is drawn by the seed.
#ifndef FACET_CORE_STAGES_PREVIEW_H_
#define FACET_CORE_STAGES_PREVIEW_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "core/api/options.h"
#include "core/stages/context.h"

namespace facet {

struct PreviewSettings {
  std::string what = "detect";
  int64_t count = 40;
  int64_t seed = 1;

  void Visit(OptionVisitor& v) {
    v("what", what, OneOf({"detect", "align", "crops", "triplets"}), "which stage's work is shown");
    v("count", count, Range(1, 1000), "pictures, or triplets");
    v("seed", seed, AtLeast(0), "draws those that are shown");
  }
};

absl::Status RunPreview(StageContext& context);

}  // namespace facet

#endif  // FACET_CORE_STAGES_PREVIEW_H_
