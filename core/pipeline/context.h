// What a stage's implementation sees, in the worker process.
//
// A stage is one function: absl::Status RunDetect(StageContext& context). It reads the
// files of its input artifacts, writes files into output_dir(), reports progress, and returns. The
// host commits the files as one artifact; a stage that fails or dies leaves nothing behind but its
// log and, for long stages, what it wrote into checkpoint_dir().
#ifndef FACET_CORE_PIPELINE_CONTEXT_H_
#define FACET_CORE_PIPELINE_CONTEXT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "core/api/component.h"
#include "core/api/guard.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/graph/shared_memory.h"

namespace facet {

inline absl::Status StatusOf(const absl::Status& status) { return status; }
template <class T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

class StageContext {
 public:
  virtual ~StageContext() = default;

  virtual const Json& settings() const = 0;
  virtual uint64_t seed() const = 0;
  virtual int threads() const = 0;
  virtual const std::string& device() const = 0;
  virtual const std::string& precision() const = 0;

  virtual bool has_component(const std::string& role) const = 0;
  // "haar" ...; for messages and manifests.
  virtual std::string component_name(const std::string& role) const = 0;
  virtual Json component_options(const std::string& role) const = 0;
  // What the library says of it (core/api/trait.h).
  virtual absl::StatusOr<Traits> component_traits(const std::string& role) const = 0;
  // Option that names a folder -> patterns of the files that it says it reads there; none: all.
  virtual std::map<std::string, std::vector<std::string>> component_files(
      const std::string& role) const = 0;
  // Loads the plugin and creates the component; errors name plugin and options. Each call creates a
  // new one (one per thread).
  template <class Interface>
  absl::StatusOr<std::unique_ptr<Interface>> Create(const std::string& role) {
    FACET_ASSIGN_OR_RETURN(std::unique_ptr<Component> made,
                           CreateComponent(role, Interface::kKind));
    return std::unique_ptr<Interface>(static_cast<Interface*>(made.release()));
  }

  virtual bool has_input(const std::string& port) const = 0;
  // Path of a file of an input artifact, e.g. InputFile("samples", "samples.jsonl").
  virtual absl::StatusOr<std::string> InputFile(const std::string& port,
                                                const std::string& file) const = 0;
  // The folder that the samples' paths of this port are relative to; empty: none.
  virtual std::string root(const std::string& port) const = 0;
  // What this stage shares with others that read the artifact at this port; mostly none.
  virtual SharedMemory shared(const std::string&) const { return {}; }
  // The folder that this stage keeps beside its artifact, for later ones; empty: none.
  virtual const std::string& kept_folder() const = 0;
  virtual const std::string& output_dir() const = 0;
  // Survives a crash of this stage; removed when the artifact is committed.
  virtual const std::string& checkpoint_dir() const = 0;

  // Progress for people: `done` of `total` units, e.g. (1200, 5000, "images"); `note` may add
  // "loss 3.21". Cheap: call it as often as convenient, it throttles itself.
  virtual void Progress(int64_t done, int64_t total, const std::string& unit,
                        const std::string& note = "") = 0;
  // What only people can do, and now ("open http://127.0.0.1:..."): shown at once and whole.
  virtual void Ask(const std::string& sentence) = 0;
  // Counted facts and sentences for the report; they become part of the artifact's manifest.
  virtual void Count(const std::string& name, int64_t count) = 0;
  virtual void Notice(const std::string& sentence) = 0;
  // True after the first SIGINT or SIGTERM: write a checkpoint and return absl::CancelledError.
  virtual bool stop_requested() const = 0;

 protected:
  virtual absl::StatusOr<std::unique_ptr<Component>> CreateComponent(const std::string& role,
                                                                     const char* kind) = 0;
};

// Calls into a component; what it says is told with its name, once, whether it names itself or not.
template <class Function>
auto CallNamed(const std::string& component, Function&& function) -> decltype(function()) {
  auto result = Guard(component, std::forward<Function>(function));
  const absl::Status status = StatusOf(result);
  if (status.ok() || absl::StartsWith(status.message(), component + ": ")) return result;
  return Annotate(status, component);
}

// By StageSpec::type.
using StageFunction = absl::Status (*)(StageContext&);
using StageFunctions = std::map<std::string, StageFunction>;

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_CONTEXT_H_
