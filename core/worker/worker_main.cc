// facet-worker: runs one stage, with LibTorch and OpenCV, for the host.
//
//   facet-worker run JOB.json      a stage (core/graph/job.h); the host calls this
//   facet-worker describe LIBRARY  the description of a plugin, on stdout; exit code 4 if unusable
//   facet-worker versions          releases of the libraries used, on stdout
#include <cstdio>
#include <string>

#include "core/stages/stage_functions.h"
#include "core/worker/versions.h"
#include "core/worker/worker.h"

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "run" && argc == 3) return facet::RunJob(argv[2], facet::AllStageFunctions());
  if (verb == "describe" && argc == 3) return facet::DescribePlugin(argv[2]);
  if (verb == "versions" && argc == 2) return facet::PrintVersions();
  std::fprintf(stderr, "usage: facet-worker run JOB | describe LIBRARY | versions\n");
  return 2;
}
