#include "core/app/shell_pages.h"

#include <map>

#include "absl/algorithm/container.h"
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

// What the program is asked for values that the help calls so; empty: nothing.
std::string AskedFor(const std::string& value) {
  static const auto* const kAsked =
      new std::map<std::string, std::string>{{"ROW", "rows"},
                                             {"STAGE", "stages"},
                                             {"ROW/STAGE", "row-stages"},
                                             {"RUN", "runs"},
                                             {"RUN-or-KEY", "runs"},
                                             {"A", "runs"},  // of diff
                                             {"B", "runs"},
                                             {"[ROW:]PATH=VALUE", "settings"},
                                             {"[ROW:]PATH=VALUE,VALUE", "settings"},
                                             {"NAME", "components"},
                                             {"[KIND/]NAME", "components"},
                                             {"NAME[,NAME...]", "components"}};
  const auto found = kAsked->find(value);
  return found == kAsked->end() ? "" : found->second;
}

bool IsFolder(const std::string& value) { return value == "DIR" || value == "FOLDER"; }

std::string ValueOf(const CommandPage::Option& option) {
  return option.is_positional ? option.names[0] : option.value;
}

bool ReadsExperiment(const CommandPage& command) {
  return absl::c_any_of(command.options, [](const CommandPage::Option& option) {
    return absl::c_linear_search(option.names, "--set");
  });
}

// "cache verify" as a word of a shell variable's name.
std::string Key(const std::string& path) { return absl::StrReplaceAll(path, {{" ", "_"}}); }

// What is offered where a word of a command may stand. `everywhere`: options of the program, which
// may follow any verb.
void AppendWords(const CommandPage& command, const std::string& path,
                 const std::vector<std::string>& everywhere, std::string* script) {
  std::vector<std::string> words, ask;
  bool folders = false;
  for (const CommandPage& each : command.subcommands) words.push_back(each.name);
  for (const CommandPage::Option& option : command.options) {
    if (!option.is_positional) {
      words.insert(words.end(), option.names.begin(), option.names.end());
      continue;
    }
    words.insert(words.end(), option.choices.begin(), option.choices.end());
    if (const std::string asked = AskedFor(ValueOf(option)); !asked.empty()) ask.push_back(asked);
    folders = folders || IsFolder(ValueOf(option));
  }
  for (const std::string& each : everywhere) {
    if (!absl::c_linear_search(words, each)) words.push_back(each);
  }
  absl::StrAppend(script, "    ", Key(path), ") words=\"", absl::StrJoin(words, " "), "\"");
  if (ReadsExperiment(command)) absl::StrAppend(script, " experiment=1");
  if (!ask.empty()) absl::StrAppend(script, " ask=\"", absl::StrJoin(ask, " "), "\"");
  if (folders) absl::StrAppend(script, " folders=1");
  absl::StrAppend(script, " ;;\n");
  for (const CommandPage& each : command.subcommands) {
    AppendWords(each, absl::StrCat(path, " ", each.name), everywhere, script);
  }
}

// What stands for the value of an option.
void AppendValues(const CommandPage& command, const std::string& name, std::string* script) {
  for (const CommandPage::Option& option : command.options) {
    if (option.is_positional || option.value.empty()) continue;
    const std::string asked = AskedFor(option.value);
    std::string offer = "compgen -f";
    if (!option.choices.empty()) {
      offer = absl::StrCat("compgen -W \"", absl::StrJoin(option.choices, " "), "\"");
    } else if (!asked.empty()) {
      offer = absl::StrCat("compgen -W \"$(_", name, "_ask ", asked, ")\"");
    } else if (IsFolder(option.value)) {
      offer = "compgen -d";
    }
    absl::StrAppend(script, "    ", absl::StrJoin(option.names, "|"), ") COMPREPLY=($(", offer,
                    " -- \"$word\"));",
                    asked == "settings" ? " compopt -o nospace 2>/dev/null;" : "", " return ;;\n");
  }
  for (const CommandPage& each : command.subcommands) AppendValues(each, name, script);
}

void AppendPaths(const CommandPage& command, const std::string& path,
                 std::vector<std::string>* paths) {
  for (const CommandPage& each : command.subcommands) {
    paths->push_back(Key(absl::StrCat(path, " ", each.name)));
    AppendPaths(each, absl::StrCat(path, " ", each.name), paths);
  }
}

std::string FishQuoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}, {"\n", " "}}),
                      "'");
}

// -a and what is offered for a value; empty: files.
std::string FishOffer(const CommandPage::Option& option, const std::string& name) {
  if (!option.choices.empty()) {
    return absl::StrCat(" -a ", FishQuoted(absl::StrJoin(option.choices, " ")));
  }
  if (const std::string asked = AskedFor(ValueOf(option)); !asked.empty()) {
    return absl::StrCat(" -a '(__", name, "_ask ", asked, ")'");
  }
  return IsFolder(ValueOf(option)) ? " -a '(__fish_complete_directories)'" : "";
}

// `when`: the condition under which the command is the one that is typed.
void AppendFish(const CommandPage& command, const std::string& name, const std::string& when,
                std::string* script) {
  const std::string head = absl::StrCat("complete -c ", name,
                                        when.empty() ? "" : absl::StrCat(" -n ", FishQuoted(when)));
  for (const CommandPage::Option& option : command.options) {
    const std::string offer = FishOffer(option, name);
    if (option.is_positional) {
      const bool experiment = option.names[0] == "FILE" && ReadsExperiment(command);
      if (experiment) {
        absl::StrAppend(script, head, " -k -a '(__fish_complete_suffix .toml)'\n");
      } else if (!offer.empty()) {
        absl::StrAppend(script, head, " -f", offer, "\n");
      }
      continue;
    }
    absl::StrAppend(script, head);
    for (const std::string& each : option.names) {
      absl::StrAppend(script, each.size() == 2 ? " -s " : " -l ",
                      each.substr(each.size() == 2 ? 1 : 2));
    }
    if (!option.value.empty()) absl::StrAppend(script, offer.empty() ? " -r" : " -x", offer);
    absl::StrAppend(script, " -d ", FishQuoted(option.doc), "\n");
  }
  std::vector<std::string> names;
  for (const CommandPage& each : command.subcommands) names.push_back(each.name);
  for (const CommandPage& each : command.subcommands) {
    const std::string none =
        absl::StrCat("not __fish_seen_subcommand_from ", absl::StrJoin(names, " "));
    absl::StrAppend(script, "complete -c ", name, " -f -n ",
                    FishQuoted(when.empty() ? none : absl::StrCat(when, "; and ", none)), " -a ",
                    each.name, " -d ", FishQuoted(each.doc), "\n");
    const std::string seen = absl::StrCat("__fish_seen_subcommand_from ", each.name);
    AppendFish(each, name, when.empty() ? seen : absl::StrCat(when, "; and ", seen), script);
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
      "4 a plugin is missing or unusable; 5 an input is missing, or what is asked cannot be "
      "written; 7 a live run holds what is needed; 8 the worker program cannot be run; 9 cache "
      "verify found damage; 10 plan --exit-code: work is to be done; 70 a bug in the program; 75 "
      "stopped after a checkpoint: run the same command again; 130, 143 ended by SIGINT, SIGTERM; "
      "141 the reader of the answer went away\n");
  return page;
}

std::string BashCompletion(const CommandPage& program) {
  const std::string& name = program.name;
  std::vector<std::string> paths;
  AppendPaths(program, name, &paths);
  // The experiment is the first word that names one; where it has none, there is nothing to ask of.
  std::string script = absl::StrCat(
      "# ", name, ": completion for bash.\n_", name, "_ask() {\n", "  local each file=\n",
      "  for each in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n",
      "    [[ $each == *.toml ]] && { file=$each; break; }\n  done\n",
      "  \"${COMP_WORDS[0]}\" __complete \"$1\" \"${file/#\\~/$HOME}\" 2>/dev/null\n}\n_", name,
      "() {\n",
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=", name,
      " words i ask= experiment= folders= named= each\n  COMPREPLY=()\n  case $before in\n");
  AppendValues(program, name, &script);
  absl::StrAppend(&script,
                  "  esac\n  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
                  "    [[ ${COMP_WORDS[i]} == *.toml ]] && named=1\n"
                  "    case ${path}_${COMP_WORDS[i]} in\n    ",
                  absl::StrJoin(paths, "|"),
                  ") path=${path}_${COMP_WORDS[i]} ;;\n    esac\n  done\n  case $path in\n");
  std::vector<std::string> everywhere;
  for (const CommandPage::Option& option : program.options) {
    everywhere.insert(everywhere.end(), option.names.begin(), option.names.end());
  }
  AppendWords(program, name, everywhere, &script);
  absl::StrAppend(&script, R"sh(  esac
  if [[ $word != -* ]]; then
    if [[ $experiment && ! $named ]]; then
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -X '!*.toml' -- "$word") $(compgen -d -- "$word"))
      [[ " $ask " == *" runs "* ]] && COMPREPLY+=($(compgen -W "$(_)sh",
                  name, R"sh(_ask runs)" -- "$word"))
      return
    fi
    for each in $ask; do words+=" $(_)sh",
                  name, R"sh(_ask $each)"; done
    [[ $folders ]] && COMPREPLY=($(compgen -d -- "$word"))
  fi
  COMPREPLY+=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _)sh",
                  name, " ", name, "\n");
  return script;
}

std::string FishCompletion(const CommandPage& program) {
  const std::string& name = program.name;
  std::string script = absl::StrCat("# ", name, ": completion for fish.\nfunction __", name,
                                    "_ask\n", "  set -l words (commandline -opc)\n",
                                    "  set -l file (string match -- '*.toml' $words)[1]\n",
                                    "  $words[1] __complete $argv[1] \"$file\" 2>/dev/null\nend\n");
  AppendFish(program, name, "", &script);
  return script;
}

}  // namespace facet
