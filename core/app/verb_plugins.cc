#include "core/app/verb_plugins.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/api/kinds.h"
#include "core/app/catalogue_page.h"
#include "core/app/verb_plugins_check.h"
#include "core/base/suggest.h"
#include "core/plugin/traits.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

struct PluginsArguments {
  std::string kind, name;
  bool json = false;
};

std::string FileName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

Json ToJson(const OptionSpec& option) {
  Json json = {{"name", option.name},
               {"type", option.type},
               {"doc", option.doc},
               {"default", option.default_value},
               {"required", option.required}};
  if (option.has_min) json["min"] = option.min;
  if (option.has_min && option.min_open) json["min_open"] = true;
  if (option.has_max) json["max"] = option.max;
  if (!option.choices.empty()) json["choices"] = option.choices;
  if (!option.role.empty()) json["role"] = option.role;
  if (!option.files.empty()) json["files"] = option.files;
  if (!option.renamed_from.empty()) json["renamed_from"] = option.renamed_from;
  return json;
}

Json ToJson(const ComponentInfo& info) {
  Json options = Json::array();
  for (const OptionSpec& option : info.options) options.push_back(ToJson(option));
  return {{"kind", info.kind},
          {"name", info.name},
          {"summary", info.summary},
          {"source", info.paper},
          {"traits", TraitNames(info.traits)},
          {"options", options},
          {"library", info.library_path},
          {"digest", info.library_digest}};
}

void PrintComponents(const std::vector<const ComponentInfo*>& infos) {
  Json components = Json::array();
  for (const ComponentInfo* info : infos) components.push_back(ToJson(*info));
  std::fputs(DumpPretty({{"schema", 1}, {"components", components}}).c_str(), stdout);
}

int List(const PluginsArguments& arguments, VerbContext& context) {
  const Catalogue& catalogue = context.catalogue();
  if (!arguments.kind.empty() && FindKind(arguments.kind) == nullptr) {
    const std::string nearest = Nearest(arguments.kind, KindNames());
    return Fail(context,
                absl::NotFoundError(absl::StrCat(
                    "no component is of kind \"", arguments.kind,
                    "\"; kinds: ", absl::StrJoin(KindNames(), ", "),
                    nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"))),
                kExitUsage);
  }
  std::vector<const ComponentInfo*> infos;
  for (const ComponentInfo& info : catalogue.components()) {
    if (arguments.kind.empty() || info.kind == arguments.kind) infos.push_back(&info);
  }
  std::sort(infos.begin(), infos.end(), [](const ComponentInfo* a, const ComponentInfo* b) {
    return std::pair(a->kind, a->name) < std::pair(b->kind, b->name);
  });
  if (arguments.json) {
    PrintComponents(infos);
    return kExitDone;
  }
  size_t kind_width = 4, name_width = 4;
  for (const ComponentInfo* info : infos) {
    kind_width = std::max(kind_width, info->kind.size());
    name_width = std::max(name_width, info->name.size());
  }
  for (const ComponentInfo* info : infos) {
    std::printf("%-*s  %-*s  %s", static_cast<int>(kind_width), info->kind.c_str(),
                static_cast<int>(name_width), info->name.c_str(), info->summary.c_str());
    if (!info->paper.empty()) std::printf(" [%s]", info->paper.c_str());
    std::printf("\n");
  }
  return kExitDone;
}

void PrintDescription(const ComponentInfo& info) {
  std::printf("%s \"%s\": %s\n", info.kind.c_str(), info.name.c_str(), info.summary.c_str());
  if (!info.paper.empty()) std::printf("source: %s\n", info.paper.c_str());
  std::printf("plugin: %s (%s)\n", FileName(info.library_path).c_str(),
              info.library_digest.substr(0, 12).c_str());
  if (info.options.empty()) std::printf("no options\n");
  for (const OptionSpec& option : info.options) {
    const std::string value =
        option.required ? "required" : absl::StrCat("default ", Dump(option.default_value));
    const std::string range = RangeText(option);
    std::printf("  %s  (%s, %s%s%s)\n      %s\n", option.name.c_str(), option.type.c_str(),
                value.c_str(), range.empty() ? "" : "; ", range.c_str(), option.doc.c_str());
  }
}

int Describe(const PluginsArguments& arguments, VerbContext& context) {
  const Catalogue& catalogue = context.catalogue();
  const size_t slash = arguments.name.find('/');
  const std::string kind = slash == std::string::npos ? "" : arguments.name.substr(0, slash);
  const std::string name =
      slash == std::string::npos ? arguments.name : arguments.name.substr(slash + 1);
  std::vector<const ComponentInfo*> infos;
  std::vector<std::string> names;
  for (const ComponentInfo& info : catalogue.components()) {
    if (!kind.empty() && info.kind != kind) continue;
    names.push_back(info.name);
    if (info.name == name) infos.push_back(&info);
  }
  if (infos.empty()) {
    const std::string nearest = Nearest(name, names);
    return Fail(context,
                absl::NotFoundError(absl::StrCat(
                    "no plugin provides ", kind.empty() ? "a component" : kind, " \"", name, "\"",
                    nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"), " (",
                    context.command(), " plugins list shows all; plugin path: ",
                    absl::StrJoin(catalogue.folders(), ", "), ")")),
                kExitPlugin);
  }
  if (arguments.json) {
    PrintComponents(infos);
    return kExitDone;
  }
  for (size_t i = 0; i < infos.size(); ++i) {
    if (i > 0) std::printf("\n");
    PrintDescription(*infos[i]);
  }
  return kExitDone;
}

}  // namespace

void AddPluginsVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<PluginsArguments>();
  Command verb = program.Subcommand("plugins", "the components there are");
  verb.RequireSubcommand();
  Command list = verb.Subcommand("list", "kind, name, summary and source of every component");
  list.Option("--kind", &arguments->kind, "this kind alone");
  list.Flag("--json", &arguments->json, "one JSON document");
  list.OnRun([arguments, &context] { return List(*arguments, context); });
  Command describe = verb.Subcommand("describe", "a component's options");
  describe.Positional("NAME", &arguments->name, "[KIND/]NAME of the component").Required();
  describe.Flag("--json", &arguments->json, "one JSON document");
  describe.OnRun([arguments, &context] { return Describe(*arguments, context); });
  AddPluginsCheckVerb(verb, context);
  verb.Subcommand("catalogue", "all components and their options as one Markdown page")
      .OnRun([&context] {
        std::fputs(CataloguePage(context.catalogue(), AllStageTypes()).c_str(), stdout);
        return static_cast<int>(kExitDone);
      });
}

}  // namespace facet
