// The preview stage: a contact sheet of what another stage made -> preview.png.
//
//   what       inputs                  shows
//   detect     samples, faces          images with the chosen face's box and landmarks
//   align      samples, alignments     images with the crop's outline and its landmarks
//   crops      samples, crops          stored crops
//   triplets   samples, crops,         what the component "miner" mines from the frozen
//              descriptors             descriptors: a row of the sheet is anchor, positive, negative
// Which of them are shown is drawn by the seed: `count` pictures, or with `people` so many people,
// one to a line, with `faces` pictures each (the paper's Figure 1), of those who have as many; where
// too few have, the others follow, their lines filled up with grey. Below each picture: the
// identity, the file, what is said of it. A notice says which fonts to install where the machine's lack characters of a name.
#ifndef FACET_CORE_STAGES_PREVIEW_PREVIEW_H_
#define FACET_CORE_STAGES_PREVIEW_PREVIEW_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunPreview(StageContext& context);

StageType PreviewStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_PREVIEW_PREVIEW_H_
