#include "core/app/shell_pages.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace facet {
namespace {

// Text of a troff line: nothing in it is a request.
std::string Troff(const std::string& text) {
  std::string line = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"\n", " "}});
  if (!line.empty() && (line[0] == '.' || line[0] == '\'')) line.insert(0, "\\&");
  return line;
}

std::string NamesOf(const CommandPage::Option& option) {
  std::string names = absl::StrJoin(option.names, ", ");
  if (!option.value.empty() && !option.is_positional) absl::StrAppend(&names, " ", option.value);
  return names;
}

void AppendOptions(const CommandPage& command, std::string* page) {
  for (const CommandPage::Option& option : command.options) {
    absl::StrAppend(page, ".TP\n.B ", Troff(NamesOf(option)), "\n", Troff(option.doc), "\n");
  }
}

void AppendCommands(const CommandPage& command, const std::string& prefix, std::string* page) {
  for (const CommandPage& each : command.subcommands) {
    const std::string name = absl::StrCat(prefix, each.name);
    if (each.subcommands.empty()) {
      std::string positional;
      for (const CommandPage::Option& option : each.options) {
        if (option.is_positional) absl::StrAppend(&positional, " ", option.names[0]);
      }
      absl::StrAppend(page, ".SS ", Troff(name + positional), "\n", Troff(each.doc), "\n");
      AppendOptions(each, page);
    }
    AppendCommands(each, name + " ", page);
  }
}

// "cache verify" as a word of a shell variable's name.
std::string Key(const std::string& path) { return absl::StrReplaceAll(path, {{" ", "_"}}); }

// `everywhere`: options of the program, which may follow any verb.
void AppendWords(const CommandPage& command, const std::string& path, const std::string& everywhere,
                 std::string* script) {
  std::vector<std::string> words;
  for (const CommandPage& each : command.subcommands) words.push_back(each.name);
  for (const CommandPage::Option& option : command.options) {
    if (option.is_positional) {
      words.insert(words.end(), option.choices.begin(), option.choices.end());
      continue;
    }
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  absl::StrAppend(script, "    ", Key(path), ") words=\"", absl::StrJoin(words, " "), everywhere,
                  "\" ;;\n");
  for (const CommandPage& each : command.subcommands) {
    AppendWords(each, absl::StrCat(path, " ", each.name), everywhere, script);
  }
}

void AppendChoices(const CommandPage& command, std::string* script) {
  for (const CommandPage::Option& option : command.options) {
    if (option.is_positional || option.value.empty()) continue;
    absl::StrAppend(script, "    ", absl::StrJoin(option.names, "|"), ") COMPREPLY=($(compgen ",
                    option.choices.empty()
                        ? "-o default"
                        : absl::StrCat("-W \"", absl::StrJoin(option.choices, " "), "\""),
                    " -- \"$word\")); return ;;\n");
  }
  for (const CommandPage& each : command.subcommands) AppendChoices(each, script);
}

void AppendPaths(const CommandPage& command, const std::string& path,
                 std::vector<std::string>* paths) {
  for (const CommandPage& each : command.subcommands) {
    paths->push_back(Key(absl::StrCat(path, " ", each.name)));
    AppendPaths(each, absl::StrCat(path, " ", each.name), paths);
  }
}

}  // namespace

std::string ManualPage(const CommandPage& program, const std::string& version) {
  const std::string name = program.name;
  const std::string doc(absl::StripPrefix(program.doc, name + ": "));
  std::string page =
      absl::StrCat(".TH ", absl::AsciiStrToUpper(name), " 1 \"\" \"", name, " ", Troff(version),
                   "\"\n.SH NAME\n", name, " \\- ", Troff(doc), "\n.SH SYNOPSIS\n.B ", name,
                   "\n[OPTION...] VERB [ARGUMENT...]\n.SH OPTIONS\n");
  AppendOptions(program, &page);
  absl::StrAppend(&page, ".SH VERBS\n");
  AppendCommands(program, "", &page);
  absl::StrAppend(
      &page,
      ".SH ENVIRONMENT\n.TP\n.B FACET_PLUGIN_PATH\nfolders with plugins, separated by colons\n"
      ".SH FILES\n.TP\n.B ~/.local/share/facet/plugins\nplugins of the user\n"
      ".TP\n.B .facet\nthe store: what was computed, and the reports of runs\n"
      ".SH EXIT STATUS\n0 done; 1 some row failed; 2 command line; 3 the experiment is not valid; "
      "4 a plugin is missing or unusable; 5 an input is missing; 75 stopped after a checkpoint: "
      "run the same command again; 130, 143 ended by SIGINT, SIGTERM\n");
  return page;
}

std::string BashCompletion(const CommandPage& program) {
  const std::string& name = program.name;
  std::vector<std::string> paths;
  AppendPaths(program, name, &paths);
  std::string script = absl::StrCat(
      "# ", name, ": completion for bash.\n_", name, "() {\n",
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=", name,
      " words i\n  case $before in\n");
  AppendChoices(program, &script);
  absl::StrAppend(&script,
                  "  esac\n  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
                  "    case ${path}_${COMP_WORDS[i]} in\n    ",
                  absl::StrJoin(paths, "|"),
                  ") path=${path}_${COMP_WORDS[i]} ;;\n    esac\n  done\n  case $path in\n");
  std::string everywhere;
  for (const CommandPage::Option& option : program.options) {
    for (const std::string& each : option.names) absl::StrAppend(&everywhere, " ", each);
  }
  AppendWords(program, name, everywhere, &script);
  absl::StrAppend(&script,
                  "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
                  "complete -o default -F _",
                  name, " ", name, "\n");
  return script;
}

}  // namespace facet
