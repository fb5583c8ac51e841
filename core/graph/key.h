// The key of a stage: equal key, equal artifact.
//
// A key is the SHA-256 of a canonical JSON document that names everything the artifact depends on,
// and nothing else:
//
//   format                 version of this rule
//   stage                  type
//   code                   digest of the compiled code of that stage, and of all that it calls
//   components.<role>      kind, name, options (defaults filled in; an option that names an input
//                          file or folder holds the input's content digest), digest of the library,
//                          digest of what it calls of libfacet
//   settings               the host's options of the stage; where a table of them names an input
//                          (weights.file), its content digest
//   inputs.<port>          content digest of the input artifact
//   externals.<option>     content digest of an input outside the store that nothing above names
//   seed, device, precision, threads, libraries.<name>    where the stage uses them
//
// Never in it: paths, labels, row ids, names, times, the order of keys in a file.
//
// Inputs enter by content, so that a stage that is computed anew with equal bytes stops the
// recomputation there. Where an input's content is not known yet, the key of the stage that will
// make it stands in (PendingInput); such a key is never looked up.
#ifndef FACET_CORE_GRAPH_KEY_H_
#define FACET_CORE_GRAPH_KEY_H_

#include <map>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/graph/stage.h"

namespace facet {

inline constexpr int kKeyFormat = 2;

// What this build and machine contribute to keys.
struct KeyEnvironment {
  std::map<std::string, std::string> stage_code;   // stage type -> digest
  std::map<std::string, std::string> called_code;  // digest of a plugin's library -> DigestOfCalls
  std::map<std::string, std::string> libraries;  // "torch" -> "1.13.1, oneDNN 2.6.3, openblas ..."
};

// Of what a plugin's library calls of libfacet: its symbols, with the digests of their code. A
// library of which an environment knows nothing calls nothing.
std::string DigestOfCalls(const std::vector<std::string>& calls,
                          const std::map<std::string, std::string>& interface_code);

struct StageKey {
  std::string digest;  // 64 hexadecimal digits
  Json document;
};

// `input_digests` by port, `external_digests` by ExternalInput::option; both must be complete.
// Every library of the stage must be in the environment.
StageKey ComputeKey(const StageSpec& stage, const std::map<std::string, std::string>& input_digests,
                    const std::map<std::string, std::string>& external_digests,
                    const KeyEnvironment& environment);

// The stand-in for an input whose stage has yet to run.
std::string PendingInput(const std::string& producer_key);

// The leaves of a key document, by path: what CompareKeys() compares.
std::map<std::string, Json> KeyLeaves(const Json& document);
// The same for stages that are alike: of one type, with the same components, options, settings,
// device and precision; code, inputs, releases and draws of random numbers may be others.
std::string LikenessDigest(const std::map<std::string, Json>& leaves);

// Where two key documents differ: paths of leaves with both values, sorted by path. A list of tables
// is its names ("settings.groups": ["loss"]) and what each table has
// ("settings.groups.loss.settings.rate_factor").
struct KeyDifference {
  std::string path;    // "components.loss.options.margin", "code", "inputs.crops"
  Json before, after;  // null: absent
};
std::vector<KeyDifference> CompareKeys(const Json& before, const Json& after);
// For people: "loss.margin 0.2 -> 0.3", "the code of stage train", "library of detector haar".
std::string DescribeDifference(const KeyDifference& difference);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_KEY_H_
