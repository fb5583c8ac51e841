// The other end of core/app/trials.h: components are made as a stage would make them, and asked what
// else the row says of them.
#ifndef FACET_CORE_APP_COMPONENT_TRIAL_H_
#define FACET_CORE_APP_COMPONENT_TRIAL_H_

#include <string>
#include <vector>

namespace facet {

// trials: JSON texts, each [{"library", "kind", "name", "options", "surroundings"}...]; surroundings,
// of a schedule: {"epochs", "warmup_epochs", "validates"}. Prints one JSON list, of one text for each
// trial, empty where there is nothing to say, and returns 0; 4 if a list cannot be read.
int AnswerTrials(const std::vector<std::string>& trials);

}  // namespace facet

#endif  // FACET_CORE_APP_COMPONENT_TRIAL_H_
