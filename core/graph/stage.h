// A stage: a pure function of its components, their options, the content of its inputs, its seed
// and the code that runs it. The host plans stages, keys them, and has a worker run what is not in
// the store. Nothing here knows what the stages compute, or for whom: core/pipeline does.
#ifndef FACET_CORE_GRAPH_STAGE_H_
#define FACET_CORE_GRAPH_STAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace facet {

// A component as a row uses it: options normalised, defaults filled in. Options that name inputs
// (OptionSpec role) hold the path here; the key replaces it by the content's digest.
struct ComponentUse {
  std::string kind, name;
  Json options = Json::object();
  std::string library_path;
  std::string library_digest;  // SHA-256 of the shared library
  // Option that names a folder -> patterns of the files that are read below it; none: all.
  std::map<std::string, std::vector<std::string>> files = {};
};

struct ExternalInput;
// Paths below the folder that an input names, from the files of an artifact (name -> path).
using FileLister = absl::StatusOr<std::vector<std::string>> (*)(
    const std::map<std::string, std::string>& artifact, const ExternalInput& input);

// A file or folder outside the store that a stage reads.
struct ExternalInput {
  std::string option;  // "data.root": role and option that named it; "data.lists.0": of a list
  std::string path;    // absolute
  bool directory = false;
  // What the component itself writes and finds again: it may be missing. A folder's content is not
  // in the key; a file's is, or that there is none.
  bool kept = false;
  std::vector<std::string> files = {};  // of a folder: FilePatterns of what is read
  // Of a folder, instead: what `list` finds in the artifact at this port is read.
  std::string port = {};
  FileLister list = nullptr;
};

// What a stage may take, at most; 0: no such limit. No limit changes a result.
struct StageLimits {
  int64_t memory_bytes = 0;  // of its worker and that one's children (memory_watch.h)
  double seconds = 0.0;      // wall time of one run of its worker
};

struct StageSpec {
  std::string type;                                // names the code that computes it
  std::string name;                                // as users see it: "test.detect"
  std::map<std::string, ComponentUse> components;  // by role: "detector", "data", "loss"
  Json settings = Json::object();     // the host's own options for this stage, normalised
  std::map<std::string, int> inputs;  // port -> index of the producing stage
  std::vector<ExternalInput> externals;

  // What else the result depends on. Fields that a stage does not use stay empty and out of the
  // key.
  bool uses_seed = false;
  uint64_t seed = 0;                   // DeriveSeed(row seed, type of randomness)
  std::string device, precision;       // "cpu", "cuda"; "float32", "bfloat16"
  int64_t threads = 0;                 // of networks, in the key; 0: not in the key
  std::vector<std::string> libraries;  // "torch", "opencv": releases that enter the key

  // Not in the key.
  std::vector<std::string> users;  // names of what needs it: rows
  // Port -> the data set component whose root() its samples' paths are relative to. (The content of
  // that folder is in the key, through `externals`.)
  std::map<std::string, ComponentUse> sources;
  // The stage keeps a folder beside its artifact (Store::KeptFolder, or the one that a kept
  // external names): an artifact without it does not count.
  bool keeps_folder = false;
  // Port -> the input port whose stage keeps the folder that this port's paths are relative to.
  // (Its artifact says what the files hold, and is in the key.)
  std::map<std::string, std::string> folders;
  // Ports whose artifact's images are read: the first of such stages decodes them for all, as far as
  // there is room (shared_memory.h).
  std::vector<std::string> shares = {};
  // For people or servers, for hours perhaps: it begins at once, whatever else runs.
  bool waits_for_others = false;
  int64_t worker_threads = 2;
  StageLimits limits;
};

// In an order in which inputs come first.
struct StageGraph {
  std::vector<StageSpec> stages;
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_STAGE_H_
