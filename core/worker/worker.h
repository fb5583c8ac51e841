// What a worker program does; worker_main.cc and torch_worker_main.cc are the real ones, tests have
// programs with fake stages.
#ifndef FACET_CORE_WORKER_WORKER_H_
#define FACET_CORE_WORKER_WORKER_H_

#include <map>
#include <string>

#include "core/pipeline/context.h"

namespace facet {

// Runs the job's stage; the exit code of core/graph/job.h. A stage that is not among `stages` is the
// program `other`'s: the process becomes it.
// `code`: digests of the stages' code in this program, by type; a job that was planned with other
// code is refused before anything is computed, and so is one whose plugins were replaced since.
int RunJob(const std::string& job_path, const StageFunctions& stages,
           const std::map<std::string, std::string>& code, const std::string& other = "");

}  // namespace facet

#endif  // FACET_CORE_WORKER_WORKER_H_
