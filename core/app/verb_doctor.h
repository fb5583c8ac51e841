// `facet doctor`: what facet has to work with here, and what is wrong with it.
#ifndef FACET_CORE_APP_VERB_DOCTOR_H_
#define FACET_CORE_APP_VERB_DOCTOR_H_

#include <string>

#include "core/app/command_line.h"
#include "core/app/finding.h"
#include "core/app/verb.h"

namespace facet {

void AddDoctorVerb(Command program, VerbContext& context);

// One page; its last line counts.
std::string RenderFindings(const Findings& findings, bool colour);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_DOCTOR_H_
