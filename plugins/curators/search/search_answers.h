// What engines answer for people's names, from files or from a command.
#ifndef FACET_PLUGINS_CURATORS_SEARCH_SEARCH_ANSWERS_H_
#define FACET_PLUGINS_CURATORS_SEARCH_SEARCH_ANSWERS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plugins/curators/names/candidate_names.h"
#include "plugins/curators/search/query_expansion.h"

namespace facet {

struct AnswerSources {
  // One of the two: a folder of result files (.json, .jsonl, .csv, .tsv), of the form that
  // KnownEngineMapping() knows by `format`, changed by `mapping` (ChangeEngineMapping), or a
  // command (RunUrlCommand).
  std::string results, format = "facet";
  std::vector<std::string> mapping;
  std::vector<std::string> command;
  absl::Duration time_limit = absl::Seconds(60);
  std::string command_folder;  // keeps the command's answers, so that none is asked for twice

  // Empty: those that the files name; "command" for a command. A file of form "facet" that names
  // none is of the engine that it is called by, one of another form of the engine "<format>".
  std::vector<std::string> engines;
  std::vector<std::string> templates = {"{name}", "{name} actor"};
  int64_t top = 500;
};

// The hits of each name, engine and template, in this order, then by rank. An answer is a query's
// if the texts are equal or, where there is none, fold to one ("ANN_LEE actor", "Ann Lee actor").
// `go_on` (may be empty) is asked before each run of the command: Cancelled. NotFound: no files, or
// no answer to any query.
absl::StatusOr<CandidateImages> FindImages(
    const std::vector<std::string>& names, const AnswerSources& sources,
    const NameNormalizer& normalize, const std::function<bool(int64_t done, int64_t total)>& go_on);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_SEARCH_SEARCH_ANSWERS_H_
