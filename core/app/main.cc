// facet: the host. Reads the command line and hands over to one verb; links neither LibTorch nor
// OpenCV, so that everything but the stages themselves is instant.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_join.h"
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
#include "core/base/suggest.h"

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

std::vector<std::string> VerbNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
  return names;
}

// "--set", ... of the program and of the verb that was named.
std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const CLI::App* verb : app.get_subcommands()) {
    for (const std::string& name : OptionNames(*verb)) names.push_back(name);
  }
  return names;
}

// CLI11's words, and the nearest verb or option where one is unknown.
int UsageError(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  const bool has_verb = !app.get_subcommands().empty();
  std::string message = error.what(), nearest;
  if (has_verb && !unknown.empty()) {
    nearest = Nearest(unknown.front(), OptionNames(app));
  } else if (!unknown.empty()) {
    message = "there is no verb \"" + unknown.front() + "\"";
    nearest = Nearest(unknown.front(), VerbNames(app));
    if (!nearest.empty()) nearest = "\"" + nearest + "\"";
  } else if (!has_verb) {
    message = "no verb is named; verbs: " + absl::StrJoin(VerbNames(app), ", ");
  }
  if (!nearest.empty()) message += "; did you mean " + nearest + "?";
  std::fprintf(stderr, "error: %s\nRun with --help for the verbs and their options.\n",
               message.c_str());
  return kExitUsage;
}

// The exit code, which is another where the answer cannot be written. A reader that went away
// ("| head") is no mistake of ours and ends us quietly.
int FlushAnswer(int exit_code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  if (errno == EPIPE) return kExitClosedPipe;
  std::fprintf(stderr, "error: cannot write the answer to stdout%s%s\n", errno == 0 ? "" : ": ",
               errno == 0 ? "" : std::strerror(errno));
  return exit_code == kExitDone ? kExitInput : exit_code;
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
