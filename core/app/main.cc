// facet: the host. Reads the command line and hands over to one verb; links neither LibTorch nor
// OpenCV, so that everything but the stages themselves is instant.
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "core/app/command_line.h"
#include "core/app/exit_code.h"
#include "core/app/signals.h"
#include "core/app/verb.h"
#include "core/app/verb_check.h"
#include "core/app/verb_manifest.h"
#include "core/app/verb_plan.h"
#include "core/app/verb_plugins.h"
#include "core/app/verb_preview.h"
#include "core/app/verb_report.h"
#include "core/app/verb_run.h"
#include "core/app/verb_show.h"
#include "core/app/verb_version.h"
#include "core/app/verb_weights.h"

namespace facet {
namespace {

void AddGlobalOptions(CLI::App& app, VerbContext& context) {
  app.add_option("--store", context.store, "folder of the cache and of the runs")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--plugin-path", context.plugin_paths,
                 "folder with plugins, before the build's own; repeatable")
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory)
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--color",
         [&context](const std::string& when) {
           context.color = when == "always"  ? VerbContext::Color::kAlways
                           : when == "never" ? VerbContext::Color::kNever
                                             : VerbContext::Color::kAuto;
         },
         "colours in tables and messages; auto: on a terminal")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  app.add_flag_callback(
      "-q,--quiet", [&context] { context.verbosity = -1; }, "errors only");
  app.add_flag_function(
      "-v,--verbose", [&context](int64_t count) { context.verbosity = static_cast<int>(count); },
      "say what is decided; -vv: details");
}

int Main(int argc, char** argv) {
  CatchSignals();
  VerbContext context;
  context.arguments.assign(argv + 1, argv + argc);
  std::function<int()> run;
  CLI::App app("facet: face-recognition experiments from swappable parts", "facet");
  app.fallthrough();
  app.require_subcommand(1);
  AddGlobalOptions(app, context);
  AddRunVerb(app, context, &run);
  AddPlanVerb(app, context, &run);
  AddCheckVerb(app, context, &run);
  AddShowVerb(app, context, &run);
  AddPreviewVerb(app, context, &run);
  AddReportVerb(app, context, &run);
  AddWeightsVerb(app, context, &run);
  AddManifestVerb(app, context, &run);
  AddPluginsVerb(app, context, &run);
  AddVersionVerb(app, context, &run);
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  for (CLI::App* verb : app.get_subcommands({})) verb->group("Verbs");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return UsageError(app, error);
  }
  return FlushAnswer(run());
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  try {
    return facet::Main(argc, argv);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "facet: a bug in the host: %s\n", exception.what());
    return facet::kExitBug;
  }
}
