#include "core/app/command_line.h"

#include <cstdio>
#include <filesystem>
#include <optional>
#include <type_traits>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/app/exit_code.h"
#include "core/base/answer.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"

namespace facet {
namespace {

std::vector<std::string> VerbNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) {
    if (!verb->get_group().empty()) names.push_back(verb->get_name());
  }
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

CommandPage::Option PageOf(const CLI::Option& option, const Offers& offers) {
  CommandPage::Option page;
  for (const std::string& name : option.get_snames()) page.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) page.names.push_back("--" + name);
  page.is_positional = page.names.empty();
  if (page.is_positional) page.names = {option.get_name()};
  page.doc = option.get_description();
  if (option.get_items_expected_max() == 0) return page;
  // "WHEN:{auto,always,never}": validators add what they take.
  const std::string type = option.get_type_name();
  size_t colon = type.find(':');
  if (colon != std::string::npos && type.compare(colon, 2, ":]") == 0) {  // "[ROW:]PATH=VALUE"
    colon = type.find(':', colon + 1);
  }
  page.value = type.substr(0, colon);
  const size_t open = type.find('{'), close = type.find('}');
  if (open != std::string::npos && close != std::string::npos) {
    page.choices = absl::StrSplit(type.substr(open + 1, close - open - 1), ',');
  }
  if (const auto offered = offers.find(&option); offered != offers.end()) {
    page.choices = offered->second;
  }
  return page;
}

CommandPage PageOf(const CLI::App& app, const Offers& offers) {
  CommandPage page;
  page.name = app.get_name();
  page.doc = app.get_description();
  for (const CLI::Option* option : app.get_options())
    page.options.push_back(PageOf(*option, offers));
  for (const CLI::App* verb : app.get_subcommands({})) {
    if (!verb->get_group().empty()) page.subcommands.push_back(PageOf(*verb, offers));
  }
  return page;
}

// What is wrong, and where more is said. What the user wrote may hold anything.
std::string UsageMessage(const CLI::App& program, const CLI::ParseError& error) {
  // Of "cache gc --x" it is gc that cannot go on, of "cache gx" cache.
  const CLI::App* named = &program;
  std::string command = program.get_name();
  while (!named->get_subcommands().empty()) {
    named = named->get_subcommands().front();
    absl::StrAppend(&command, " ", named->get_name());
  }
  const CLI::App& app = *named;
  const std::vector<std::string> unknown = program.remaining(/*recurse=*/true);
  const bool is_verb = VerbNames(app).empty();
  std::string message = Printable(error.what()), nearest;
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    constexpr char kTheirs[] = "Could not convert: ";  // then "--older-than = x"
    message = absl::StrCat("no value that it takes: ", absl::StripPrefix(message, kTheirs));
  }
  if (is_verb && !unknown.empty()) {
    nearest = Nearest(unknown.front(), OptionNames(program));
  } else if (!unknown.empty()) {
    message = absl::StrCat(command, " has no verb \"", Printable(unknown.front()), "\"");
    nearest = Nearest(unknown.front(), VerbNames(app));
    if (nearest.empty()) {
      message += "; verbs: " + absl::StrJoin(VerbNames(app), ", ");
    } else {
      nearest = "\"" + nearest + "\"";
    }
  } else if (!is_verb) {
    message =
        absl::StrCat(command, ": no verb is named; verbs: ", absl::StrJoin(VerbNames(app), ", "));
  }
  if (!nearest.empty()) message += "; did you mean " + nearest + "?";
  return absl::StrCat(message, "\n`", command, " --help` says more.");
}

// The exit code, which is another, and told, where the answer cannot be written. A reader that went
// away ("| head") is no mistake of ours and ends us quietly.
int EndAnswer(int exit_code, const std::function<void(const std::string&, int)>& tell) {
  const absl::Status written = FlushAnswer();
  if (written.ok()) return exit_code;
  if (absl::IsCancelled(written)) return kExitClosedPipe;
  if (exit_code == kExitDone) exit_code = kExitInput;
  tell(std::string(written.message()), exit_code);
  return exit_code;
}

}  // namespace

CommandOption& CommandOption::Required() {
  option_->required();
  return *this;
}

CommandOption& CommandOption::TypeName(const std::string& name) {
  option_->type_name(name);
  return *this;
}

CommandOption& CommandOption::ShowDefault() {
  option_->capture_default_str();
  return *this;
}

CommandOption& CommandOption::OneOf(const std::vector<std::string>& values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

CommandOption& CommandOption::Range(int min, int max) {
  option_->check(CLI::Range(min, max));
  return *this;
}

CommandOption& CommandOption::NonNegative() {
  option_->check([](const std::string& text) -> std::string {
    return !text.empty() && text.front() == '-' ? absl::StrCat("must be at least 0, got ", text)
                                                : "";
  });
  return *this;
}

CommandOption& CommandOption::NotEmpty(const std::string& says) {
  option_->check([says](const std::string& text) { return text.empty() ? says : ""; });
  return *this;
}

CommandOption& CommandOption::ExistingFolder() {
  option_->check([](const std::string& path) -> std::string {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return "";
    if (!std::filesystem::exists(path, error)) return "there is no folder " + path;
    return path + " is a file; give the folder that it lies in";
  });
  return *this;
}

CommandOption& CommandOption::Offer(const std::vector<std::string>& values) {
  (*offers_)[option_] = values;
  return *this;
}

CommandOption& CommandOption::Delimiter(char delimiter) {
  option_->delimiter(delimiter);
  return *this;
}

CommandOption& CommandOption::Needs(const CommandOption& other) {
  option_->needs(other.option_);
  return *this;
}

CommandOption& CommandOption::Excludes(const CommandOption& other) {
  option_->excludes(other.option_);
  return *this;
}

Command Command::Subcommand(const std::string& name, const std::string& doc) {
  CLI::App* verb = app_->add_subcommand(name, doc);
  // Said for both, because a verb inherits its parent's.
  verb->group("Verbs");
  return Command(verb, run_, offers_);
}

Command& Command::RequireSubcommand() {
  app_->require_subcommand(1);
  return *this;
}

Command& Command::Hide() {
  app_->group("");
  return *this;
}

template <typename T>
CommandOption Command::Positional(const std::string& name, T* value, const std::string& doc) {
  return CommandOption(app_->add_option(name, *value, doc), offers_);
}

template <typename T>
CommandOption Command::Option(const std::string& names, T* value, const std::string& doc) {
  CLI::Option* option = app_->add_option(names, *value, doc);
  if constexpr (std::is_same_v<T, std::vector<std::string>>) option->allow_extra_args(false);
  return CommandOption(option, offers_);
}

// The types of command_line.h.
template CommandOption Command::Positional(const std::string&, std::string*, const std::string&);
template CommandOption Command::Positional(const std::string&, std::vector<std::string>*,
                                           const std::string&);
template CommandOption Command::Option(const std::string&, std::string*, const std::string&);
template CommandOption Command::Option(const std::string&, int*, const std::string&);
template CommandOption Command::Option(const std::string&, int64_t*, const std::string&);
template CommandOption Command::Option(const std::string&, std::optional<int64_t>*,
                                       const std::string&);
template CommandOption Command::Option(const std::string&, std::vector<std::string>*,
                                       const std::string&);

CommandOption Command::Flag(const std::string& names, bool* value, const std::string& doc) {
  return CommandOption(app_->add_flag(names, *value, doc), offers_);
}

CommandOption Command::Flag(const std::string& names, int* count, const std::string& doc) {
  return CommandOption(app_->add_flag(names, *count, doc), offers_);
}

CommandOption Command::Flag(const std::string& names, std::function<void()> given,
                            const std::string& doc) {
  return CommandOption(app_->add_flag_callback(names, std::move(given), doc), offers_);
}

void Command::OnRun(std::function<int()> run) {
  app_->callback([target = run_, run = std::move(run)] { *target = run; });
}

void Command::OnRunWithWords(std::function<int(const std::vector<std::string>&)> run) {
  app_->prefix_command();
  app_->fallthrough(false);
  app_->set_help_flag();
  OnRun([app = app_, run = std::move(run)] { return run(app->remaining()); });
}

struct CommandLine::State {
  CLI::App app;
  std::function<int()> run;
  Offers offers;
  std::function<void(const std::string&, int)> tell;
};

CommandLine::CommandLine(const std::string& name, const std::string& doc)
    : state_(new State{CLI::App(doc, name), nullptr, {}, [](const std::string& message, int) {
                         std::fprintf(stderr, "error: %s\n", message.c_str());
                       }}) {
  state_->app.require_subcommand(1);
  state_->app.get_formatter()->label("SUBCOMMAND", "VERB");
}

CommandLine::~CommandLine() = default;

void CommandLine::AllowOptionsAfterVerb() { state_->app.fallthrough(); }

void CommandLine::TellMistakes(std::function<void(const std::string&, int)> tell) {
  state_->tell = std::move(tell);
}

Command CommandLine::program() { return Command(&state_->app, &state_->run, &state_->offers); }

CommandPage CommandLine::Page() const { return PageOf(state_->app, state_->offers); }

int CommandLine::Run(int argc, char** argv) {
  try {
    state_->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return state_->app.exit(error);  // --help
    state_->tell(UsageMessage(state_->app, error), kExitUsage);
    return kExitUsage;
  }
  return EndAnswer(state_->run(), state_->tell);
}

int ExitCodeOfMain(const char* program, int (*run)(int argc, char** argv), int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "%s: a bug in it: %s\n", program, exception.what());
    return kExitBug;
  }
}

}  // namespace facet
