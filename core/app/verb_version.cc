#include "core/app/verb_version.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/app/build_info.h"
#include "core/base/child_process.h"
#include "core/stages/code_digests.h"

namespace facet {
namespace {

// Asks the worker itself: a broken installation shows here.
Json WorkerLibraries(const VerbContext& context) {
  const absl::StatusOr<std::string> output = CaptureOutput({context.worker_path(), "versions"});
  if (!output.ok()) {
    Warn(context, std::string(output.status().message()));
    return nullptr;
  }
  const absl::StatusOr<Json> json = ParseJson(*output, "the worker's releases");
  return json.ok() ? json->value("libraries", Json()) : Json();
}

int Version(bool json, const VerbContext& context) {
  Json info = BuildInfo();
  info["libraries"] = WorkerLibraries(context);
  if (json) {
    info["schema"] = 1;
    info["stage_code"] = StageCodeDigests();
    std::fputs(DumpPretty(info).c_str(), stdout);
    return kExitDone;
  }
  std::printf("facet %s (build %s)\n", kVersion, info["host"].get<std::string>().c_str());
  std::printf("plugin interface %d; %s\n", info["interface"].get<int>(),
              info["fingerprint"].get<std::string>().c_str());
  for (const auto& [library, release] : info["libraries"].items()) {
    std::printf("%s %s\n", library.c_str(), release.get<std::string>().c_str());
  }
  return kExitDone;
}

}  // namespace

void AddVersionVerb(Command program, VerbContext& context) {
  auto json = std::make_shared<bool>(false);
  Command verb = program.Subcommand("version", "what this facet is and was built with");
  verb.Flag("--json", json.get(), "one JSON document");
  verb.OnRun([json, &context] { return Version(*json, context); });
}

}  // namespace facet
