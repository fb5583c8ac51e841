#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/child_process.h"
#include "core/base/status.h"
#include "plugins/curators/search/engine_results.h"

namespace facet {
namespace {

constexpr size_t kMaxOutput = size_t{16} << 20;
constexpr size_t kShownError = 500;

absl::StatusOr<std::vector<std::string>> Arguments(const std::vector<std::string>& argv,
                                                   const SearchQuery& query, int64_t count) {
  if (argv.empty() || argv[0].empty()) return absl::InvalidArgumentError("the command is empty");
  std::vector<std::string> arguments = {argv[0]};
  for (size_t i = 1; i < argv.size(); ++i) {
    arguments.push_back(absl::StrReplaceAll(
        argv[i],
        {{"{query}", query.text}, {"{engine}", query.engine}, {"{count}", absl::StrCat(count)}}));
    if (absl::StartsWith(arguments.back(), "-") && !absl::StartsWith(argv[i], "-")) {
      return absl::InvalidArgumentError(absl::StrCat("\"", argv[i], "\" would become the option \"",
                                                     arguments.back(), "\" of ", argv[0]));
    }
    if (arguments.back().find('\0') != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("\"", argv[i], "\" becomes two arguments"));
    }
  }
  return arguments;
}

absl::StatusOr<std::vector<SearchHit>> ParseUrls(const std::string& output) {
  std::vector<SearchHit> hits;
  int64_t number = 0;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    if (!absl::StartsWithIgnoreCase(line, "http://") &&
        !absl::StartsWithIgnoreCase(line, "https://")) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " of its output is no URL: \"", line.substr(0, 80), "\""));
    }
    SearchHit hit;
    hit.url = std::string(line);
    hit.rank = static_cast<int64_t>(hits.size());
    hits.push_back(std::move(hit));
  }
  return hits;
}

}  // namespace

absl::StatusOr<std::vector<SearchHit>> RunUrlCommand(const std::vector<std::string>& argv,
                                                     const SearchQuery& query, int64_t count,
                                                     absl::Duration time_limit) {
  ChildOptions options;
  FACET_ASSIGN_OR_RETURN(options.command, Arguments(argv, query, count));
  options.streams = CapturedStreams();
  options.own_group = true;
  const std::string place = absl::StrCat(argv[0], " for \"", query.text, "\"");
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> child, ChildProcess::Start(options));
  absl::StatusOr<ChildOutput> output = child->Finish({time_limit, kMaxOutput});
  if (absl::IsDeadlineExceeded(output.status())) {
    return absl::DeadlineExceededError(
        absl::StrCat(place, " ran over ", absl::FormatDuration(time_limit), " and was killed"));
  }
  if (!output.ok()) return absl::ResourceExhaustedError(place + " printed more than 16 MiB");
  if (output->exit.status != 0) {
    std::string& error = output->error;
    if (error.size() > kShownError) error = "..." + error.substr(error.size() - kShownError);
    absl::StripAsciiWhitespace(&error);
    return absl::UnknownError(
        absl::StrCat(place, " failed with ", output->exit.Describe(), ": ", error));
  }
  absl::StatusOr<std::vector<SearchHit>> hits = ParseUrls(output->out);
  if (!hits.ok()) return Annotate(hits.status(), place);
  return hits;
}

}  // namespace facet
