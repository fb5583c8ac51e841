// facet: the host. Reads the command line and hands over to one verb; links neither LibTorch nor
// OpenCV, so that everything but the stages themselves is instant.
#include <malloc.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/app/command_line.h"
#include "core/app/exit_code.h"
#include "core/app/plugin_process.h"
#include "core/app/signals.h"
#include "core/app/verb.h"
#include "core/app/verb_bench.h"
#include "core/app/verb_cache.h"
#include "core/app/verb_check.h"
#include "core/app/verb_completion.h"
#include "core/app/verb_describe.h"
#include "core/app/verb_diff.h"
#include "core/app/verb_doctor.h"
#include "core/app/verb_explain.h"
#include "core/app/verb_export.h"
#include "core/app/verb_logs.h"
#include "core/app/verb_manifest.h"
#include "core/app/verb_plan.h"
#include "core/app/verb_plugins.h"
#include "core/app/verb_preview.h"
#include "core/app/verb_report.h"
#include "core/app/verb_run.h"
#include "core/app/verb_schema.h"
#include "core/app/verb_show.h"
#include "core/app/verb_status.h"
#include "core/app/verb_stop.h"
#include "core/app/verb_version.h"
#include "core/app/verb_weights.h"

namespace facet {
namespace {

void AddGlobalOptions(Command program, VerbContext& context) {
  program.Option("--store", &context.store, "folder of the cache and of the runs")
      .TypeName("DIR")
      .NotEmpty("names no folder")
      .ShowDefault();
  program
      .Option("--plugin-path", &context.plugin_paths,
              "folder with plugins, before FACET_PLUGIN_PATH, ~/.local/share/facet/plugins and the "
              "installation's; repeatable")
      .TypeName("DIR")
      .ExistingFolder();
  program.Option("--color", &context.color, "colours in tables and messages; auto: on a terminal")
      .OneOf({"auto", "always", "never"})
      .TypeName("WHEN");
  program.Flag("-q,--quiet", [&context] { context.verbosity = -1; }, "errors only");
  program.Flag("-v,--verbose", &context.verbosity, "say what is decided; -vv: details");
}

// Of a line that could not be parsed: was a run asked for its events?
bool AsksForEvents(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--progress=json") return true;
    if (arguments[i] == "--progress" && i + 1 < arguments.size() && arguments[i + 1] == "json") {
      return true;
    }
  }
  return false;
}

// What other programs call so: "help VERB" is "VERB --help".
std::vector<std::string> WithOtherNames(std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  if (arguments.front() == "--version") arguments.front() = "version";
  if (arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  return arguments;
}

int Main(int argc, char** argv) {
  if (const std::optional<int> code = RunAsPluginProcess(argc, argv)) return *code;
  // Rows are many small pieces. Freed ones are joined at once: joining all that lie about at each
  // large one that is freed takes a sixth of the time of a plan of 1,000 rows.
  ::mallopt(M_MXFAST, 0);
  CatchSignals();
  VerbContext context;
  context.arguments = WithOtherNames({argv + 1, argv + argc});
  CommandLine line("facet", "facet: face-recognition experiments from swappable parts");
  line.AllowOptionsAfterVerb();
  line.TellMistakes([&context](const std::string& message, int exit_code) {
    context.json_events = context.json_events || AsksForEvents(context.arguments);
    (void)Fail(context, absl::InvalidArgumentError(message), exit_code);
  });
  const Command program = line.program();
  AddGlobalOptions(program, context);
  AddRunVerb(program, context);
  AddPlanVerb(program, context);
  AddExplainVerb(program, context);
  AddDiffVerb(program, context);
  AddCheckVerb(program, context);
  AddShowVerb(program, context);
  AddPreviewVerb(program, context);
  AddStatusVerb(program, context);
  AddLogsVerb(program, context);
  AddStopVerb(program, context);
  AddReportVerb(program, context);
  AddBenchVerb(program, context);
  AddExportVerb(program, context);
  AddDescribeVerb(program, context);
  AddWeightsVerb(program, context);
  AddCacheVerb(program, context);
  AddManifestVerb(program, context);
  AddPluginsVerb(program, context);
  AddDoctorVerb(program, context);
  AddSchemaVerb(program, context);
  AddVersionVerb(program, context);
  AddCompletionVerb(program, line);
  AddManualVerb(program, line);
  AddCompleteVerb(program, context);
  std::vector<char*> words = {argv[0]};
  for (std::string& argument : context.arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  return line.Run(static_cast<int>(words.size()) - 1, words.data());
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) { return facet::ExitCodeOfMain("facet", &facet::Main, argc, argv); }
