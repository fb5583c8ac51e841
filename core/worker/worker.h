// What a worker program does; worker_main.cc and torch_worker_main.cc are the real ones, tests have
// programs with fake stages.
#ifndef FACET_CORE_WORKER_WORKER_H_
#define FACET_CORE_WORKER_WORKER_H_

#include <string>

#include "core/pipeline/context.h"

namespace facet {

// Runs the job's stage; the exit code of core/graph/job.h. A stage that is not among `stages` is the
// program `other`'s: the process becomes it.
int RunJob(const std::string& job_path, const StageFunctions& stages,
           const std::string& other = "");
// Prints DescribeLibrary (core/plugin/library.h); 0, or 4 with the reason on stderr.
int DescribePlugin(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_WORKER_WORKER_H_
