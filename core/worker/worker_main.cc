// facet-worker: runs one stage for the host.
//
//   facet-worker run JOB.json      a stage (core/graph/job.h); the host calls this
//   facet-worker describe LIBRARY  the description of a plugin, on stdout; exit code 4 if unusable
//   facet-worker versions          releases of the libraries used, on stdout
//
// It is linked without LibTorch, which takes 0.4 s to load. For stages that need it, and for
// `versions`, the process becomes facet-torch-worker, which lies beside it.
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/base/child_process.h"
#include "core/plugin/library_answer.h"
#include "core/stages/code_digests.h"
#include "core/stages/stage_functions.h"
#include "core/worker/worker.h"

namespace {

// What a stage makes of one image is as large as what it made of the one before: some freed memory
// is kept for it. As it comes, the C library maps large blocks anew, and the kernel clears them.
void KeepSomeFreedMemory() {
  for (const char* own : {"GLIBC_TUNABLES", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"}) {
    if (std::getenv(own) != nullptr) return;  // somebody has chosen
  }
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 128 << 20);
}

}  // namespace

int main(int argc, char** argv) {
  facet::DieWithParent();  // a library that hangs while it is looked at outlives nobody
  const std::string verb = argc > 1 ? argv[1] : "";
  const std::string torch_worker = facet::ProgramFolder() + "/facet-torch-worker";
  if (verb == "run" && argc == 3) {
    KeepSomeFreedMemory();
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
