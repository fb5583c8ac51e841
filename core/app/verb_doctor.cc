#include "core/app/verb_doctor.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/text_columns.h"
#include "core/report/grid.h"

namespace facet {
namespace {

struct LevelWord {
  const char* word;
  Tone tone;
};

LevelWord WordOf(Finding::Level level) {
  switch (level) {
    case Finding::Level::kOk:
      return {"ok", Tone::kMuted};
    case Finding::Level::kWarning:
      return {"warning", Tone::kWarn};
    case Finding::Level::kProblem:
      break;
  }
  return {"problem", Tone::kBad};
}

int64_t LevelCount(const Findings& findings, Finding::Level level) {
  return std::count_if(findings.begin(), findings.end(),
                       [level](const Finding& finding) { return finding.level == level; });
}

int Doctor(bool json, const VerbContext& context) {
  bool unusable = false;
  Findings findings = ExamineLibraries(context, &unusable);
  const auto add = [&findings](Findings more) {
    for (Finding& finding : more) findings.push_back(std::move(finding));
  };
  add(ExamineMachine());
  add(ExaminePlugins(context));
  add(ExamineData(context.home_folder() + "/experiments"));
  add(ExamineStore(context.store));
  const bool is_wrong = LevelCount(findings, Finding::Level::kProblem) > 0;
  const int exit_code = unusable ? kExitBackend : is_wrong ? kExitRowFailed : kExitDone;
  if (!json) {
    std::fputs(RenderFindings(findings, context.Colored(1)).c_str(), stdout);
    return exit_code;
  }
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"section", finding.section},
                    {"level", WordOf(finding.level).word},
                    {"text", finding.text},
                    {"cure", finding.cure},
                    {"facts", finding.facts}});
  }
  std::fputs(DumpPretty({{"schema", 1}, {"findings", std::move(list)}}).c_str(), stdout);
  return exit_code;
}

}  // namespace

std::string RenderFindings(const Findings& findings, bool colour) {
  TableStyle style;
  style.colour = colour;
  std::string text, section;
  for (const Finding& finding : findings) {
    if (finding.section != section) absl::StrAppend(&text, finding.section, "\n");
    section = finding.section;
    const LevelWord word = WordOf(finding.level);
    const std::string blanks(9 - std::string(word.word).size(), ' ');
    absl::StrAppend(&text, "  ", TerminalText(word.word, word.tone, style), blanks,
                    Printable(finding.text), "\n");
    if (!finding.cure.empty() && finding.level != Finding::Level::kOk) {
      absl::StrAppend(&text, "           ", Printable(finding.cure), "\n");
    }
  }
  const int64_t problems = LevelCount(findings, Finding::Level::kProblem);
  const int64_t warnings = LevelCount(findings, Finding::Level::kWarning);
  return absl::StrCat(text, "\n", problems, problems == 1 ? " problem, " : " problems, ", warnings,
                      warnings == 1 ? " warning\n" : " warnings\n");
}

void AddDoctorVerb(Command program, VerbContext& context) {
  auto json = std::make_shared<bool>(false);
  Command verb = program.Subcommand(
      "doctor", "what facet has to work with here: machine, libraries, plugins, data, store");
  verb.Flag("--json", json.get(), "one JSON document");
  verb.OnRun([json, &context] { return Doctor(*json, context); });
}

}  // namespace facet
