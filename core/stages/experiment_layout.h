// The slots of a row: what an experiment file may set, and how the stages read it.
//
//   seed, device, precision, threads                       values of the row
//   train.{data, detector, aligner, architecture, loss, miner}   components
//   train.{faces, crops, augment, optimizer}               settings
//   train.start_from                                       another row's network
//   test.{data, detector, aligner, evaluator}              components
//   test.{faces, crops}                                    settings
//   curation.{curator, from, scores, crops}                a stage of building the training set
//   embed, embed.{loss, miner}                             optional as a whole
#ifndef FACET_CORE_STAGES_EXPERIMENT_LAYOUT_H_
#define FACET_CORE_STAGES_EXPERIMENT_LAYOUT_H_

#include "core/config/layout.h"

namespace facet {

ExperimentLayout MakeExperimentLayout();

}  // namespace facet

#endif  // FACET_CORE_STAGES_EXPERIMENT_LAYOUT_H_
