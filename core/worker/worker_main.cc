// facet-worker: runs one stage for the host.
//
//   facet-worker run JOB.json      a stage (core/graph/job.h); the host calls this
//   facet-worker describe LIBRARY  the description of a plugin, on stdout; exit code 4 if unusable
//   facet-worker versions          releases of the libraries used, on stdout
//
// It is linked without LibTorch, which takes 0.4 s to load. For stages that need it, and for
// `versions`, the process becomes facet-torch-worker, which lies beside it.
#include <cstdio>
#include <string>

#include "core/base/child_process.h"
#include "core/base/freed_memory.h"
#include "core/plugin/library_answer.h"
#include "core/stages/code_digests.h"
#include "core/stages/stage_functions.h"
#include "core/worker/worker.h"

int main(int argc, char** argv) {
  facet::DieWithParent();  // a library that hangs while it is looked at outlives nobody
  const std::string verb = argc > 1 ? argv[1] : "";
  const std::string torch_worker = facet::ProgramFolder() + "/facet-torch-worker";
  if (verb == "run" && argc == 3) {
    facet::KeepSomeFreedMemory();  // what one image takes, the next one takes too
    return facet::RunJob(argv[2], facet::StageFunctionsWithoutTorch(), facet::StageCodeDigests(),
                         torch_worker);
  }
  if (verb == "describe" && argc == 3) return facet::AnswerDescription(argv[2]);
  if (verb == "versions" && argc == 2) {
    const absl::Status status = facet::BecomeProgram({torch_worker, "versions"});
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return 1;
  }
  std::fprintf(stderr, "usage: facet-worker run JOB | describe LIBRARY | versions\n");
  return 2;
}
