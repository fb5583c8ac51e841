#include "core/app/command_line.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "core/app/exit_code.h"
#include "core/base/suggest.h"

namespace facet {
namespace {

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

}  // namespace

int UsageError(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  const bool has_verb = !app.get_subcommands().empty();
  std::string message = error.what(), nearest;
  if (has_verb && !unknown.empty()) {
    nearest = Nearest(unknown.front(), OptionNames(app));
  } else if (!unknown.empty()) {
    message = "there is no verb \"" + unknown.front() + "\"";
    nearest = Nearest(unknown.front(), VerbNames(app));
    if (nearest.empty()) {
      message += "; verbs: " + absl::StrJoin(VerbNames(app), ", ");
    } else {
      nearest = "\"" + nearest + "\"";
    }
  } else if (!has_verb) {
    message = "no verb is named; verbs: " + absl::StrJoin(VerbNames(app), ", ");
  }
  if (!nearest.empty()) message += "; did you mean " + nearest + "?";
  std::fprintf(stderr, "error: %s\nRun with --help for the verbs and their options.\n",
               message.c_str());
  return kExitUsage;
}

int FlushAnswer(int exit_code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  if (errno == EPIPE) return kExitClosedPipe;
  std::fprintf(stderr, "error: cannot write the answer to stdout%s%s\n", errno == 0 ? "" : ": ",
               errno == 0 ? "" : std::strerror(errno));
  return exit_code == kExitDone ? kExitInput : exit_code;
}

}  // namespace facet
