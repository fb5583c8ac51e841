// What a changed key (core/graph/key_cause.h) is to a user: settings by the row's paths, with both
// values and where the new one was said; plugins and compiled code by their names. An input with
// another content is told as what changed in the stage that makes it.
#ifndef FACET_CORE_APP_KEY_CHANGES_H_
#define FACET_CORE_APP_KEY_CHANGES_H_

#include <string>
#include <vector>

#include "core/app/planned_experiment.h"
#include "core/base/json.h"
#include "core/graph/key_cause.h"

namespace facet {

struct KeyChange {
  std::string stage;                 // whose key it is in: "train.detect"
  std::string row;                   // by whose words that stage was planned
  std::vector<std::string> through;  // stages between that one and the one asked about, from there
  std::string key_path;              // in the key's document
  std::string path;                  // in the row: "train.loss.margin"; empty: no row says it
  std::string what;                  // for people: the path, or "the compiled code of stage train"
  Json before, after;                // null: absent
  // "tiny.toml:12:9", "--set #1", "default of plugins/losses/triplet"; of a plugin its library.
  std::string origin;
  std::string note;  // of a content: which file or folder
};
Json ToJson(const KeyChange& change);
// In a message: a digest by its first digits, what is long cut, "absent" for null.
std::string ShortValue(const Json& value);
// "train.loss.margin  0.2 -> 0.3  (tiny.toml:12:9)", without the stages.
std::string Describe(const KeyChange& change);

// First those of the stage itself; each once, however many ways lead to it.
std::vector<KeyChange> ChangesOf(const KeyCause& cause, const PlannedExperiment& planned,
                                 const Row& row);

// The first of them in a line, without origins and without what lies further up: "train.batch 12 ->
// 10, the input crops and 2 more". `differences`: of the stage's key, at least one.
std::string BriefChanges(int stage, const std::vector<KeyDifference>& differences,
                         const PlannedExperiment& planned, const Row& row);

// All that the key of a stage names, with its origins: `before` is null throughout.
std::vector<KeyChange> PartsOf(int stage, const Json& document, const PlannedExperiment& planned,
                               const Row& row);

}  // namespace facet

#endif  // FACET_CORE_APP_KEY_CHANGES_H_
