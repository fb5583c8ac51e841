// facet-torch-worker: what facet-worker (worker_main.cc) becomes where LibTorch is needed.
#include <cstdio>
#include <string>

#include "core/stages/code_digests.h"
#include "core/stages/stage_functions.h"
#include "core/worker/versions.h"
#include "core/worker/worker.h"

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "run" && argc == 3)
    return facet::RunJob(argv[2], facet::AllStageFunctions(), facet::StageCodeDigests());
  if (verb == "versions" && argc == 2) return facet::PrintVersions();
  std::fprintf(stderr, "usage: facet-torch-worker run JOB | versions\n");
  return 2;
}
