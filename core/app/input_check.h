// `facet check --inputs`: what the data sets of an experiment hold, and whether all of it is there.
#ifndef FACET_CORE_APP_INPUT_CHECK_H_
#define FACET_CORE_APP_INPUT_CHECK_H_

#include <cstddef>

#include "core/app/verb.h"

namespace facet {

// Lines that say so.
struct InputFindings {
  size_t errors = 0, warnings = 0;
};

// Runs the stages that read data sets, as a run would: their results are in the store afterwards.
// No image is opened. Prints a line for each, and for each file that a stage reads. Of a data set
// that the run itself makes there is nothing to be said.
//
// Exit code 5: something is missing, or a list cannot be read; 75: stopped; or PlanForVerb's.
int LookIntoInputs(const ExperimentArguments& arguments, VerbContext& context,
                   InputFindings* findings);

}  // namespace facet

#endif  // FACET_CORE_APP_INPUT_CHECK_H_
