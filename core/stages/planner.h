// Experiment -> stages. What each stage of a row is made of:
//
//   stage           inputs                               roles                settings
//   B.dataset       -                                    data                 [holdout]
//   B.detect        samples=dataset                      detector             B.faces
//   B.align         samples=dataset faces=detect         aligner              max_megapixels
//                   [model=landmarks.fit]
//   landmarks.fit   samples=dataset faces=detect         aligner              max_megapixels
//   B.pack          samples=dataset frames=align         -                    size_px, encoding,
//                                                                             jpeg_quality,
//                                                                             max_megapixels
//   train           crops=train.pack [start=train]       architecture loss    optimizer, augment
//                                                        [miner]
//   describe        crops=test.pack [model=train]        architecture         test.crops
//   train.describe  crops=train.pack [model=train]       architecture         test.crops
//   embed           descriptors=describe samples=dataset  loss miner          embed
//                                                        [evaluator]
//   curate          [curation=curate] [images=curate]    curator              -
//                   [samples=dataset crops=pack]
//                   [scores=classify scored=dataset]
//   train.classify  descriptors=train.describe           loss                 -
//                   model=train
//   leak_check      samples=test.dataset                 -                    leaks,
//                   train=train.dataset                                       max_megapixels
//                   [descriptors=describe
//                   train_descriptors=train.describe]
//   evaluate        samples=dataset descriptors=describe  evaluator           [identities]
//                   [projection=embed] [leaks=leak_check]
//                   [curation=curate]
//                   or samples=dataset faces=detect
//                   or samples=dataset faces=detect frames=align
//
// What evaluate takes follows from the evaluator's traits (evaluator.h). An aligner that learns and
// brings no model gets one from landmarks.fit. B is `train`, `test` or, up to detect, `landmarks`.
// Settings are the options of core/stages/settings.h by name; train nests them ({"optimizer":
// {...}, "augment": {...}}). pack's size_px is train.crops.size_px, or the largest of
// test.crops.scales. An embedding on "folds" takes the descriptors and samples of the test set, one
// on "train" those of the training set, with views at train.crops.size_px (stage train.describe).
// Stages that are equal in everything are one stage of all their rows.
//
// A row with a curator has a curate stage: it goes on with the manifest of the row `from`, works on
// the faces that `from` would train on (B.pack of that row, at curation.crops.size_px), or with the
// scores of the network of the row `scores`. A training set with the trait "curation" and no file
// of its own is a snapshot of the row's curation, or of that of `from`: its dataset stage has the
// inputs curation=curate and images=curate (the stage that keeps the images), and what reads its
// images has samples.images=curate.
//
// Components that read images (detect, align, pack) depend on the content of the folder below which
// the images lie; `sources` says which option names it.
#ifndef FACET_CORE_STAGES_PLANNER_H_
#define FACET_CORE_STAGES_PLANNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/config/experiment.h"
#include "core/graph/stage.h"
#include "core/plugin/catalogue.h"
#include "core/stages/machine.h"

namespace facet {

// The stages of `rows`, and of the trainings they start from. InvalidArgument where a row asks for
// what cannot be: training without training data, a start from a row that trains nothing.
absl::StatusOr<StageGraph> PlanExperiment(const Experiment& experiment,
                                          const std::vector<const Row*>& rows,
                                          const Catalogue& catalogue, const Machine& machine);

}  // namespace facet

#endif  // FACET_CORE_STAGES_PLANNER_H_
