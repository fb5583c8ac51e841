#include "core/graph/job.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/graph/whole_numbers.h"

namespace facet {
namespace {

Json UsesToJson(const std::map<std::string, ComponentUse>& uses) {
  Json json = Json::object();
  for (const auto& [name, use] : uses) json[name] = ToJson(use);
  return json;
}

// Runs `read`; what is missing or of another type becomes a status.
template <class T, class Read>
absl::StatusOr<T> Parse(const char* what, Read&& read) {
  try {
    T value;
    read(value);
    return value;
  } catch (const Json::exception& exception) {
    return absl::InvalidArgumentError(absl::StrCat("malformed ", what, ": ", exception.what()));
  }
}

ComponentUse ReadUse(const Json& json) {
  ComponentUse use = {json.at("kind"), json.at("name"), json.at("options"), json.at("library"),
                      json.at("library_digest")};
  json.at("files").get_to(use.files);
  return use;
}

}  // namespace

Json ToJson(const ComponentUse& use) {
  return {{"kind", use.kind},
          {"name", use.name},
          {"options", use.options},
          {"library", use.library_path},
          {"library_digest", use.library_digest},
          {"files", use.files}};
}

absl::StatusOr<ComponentUse> ComponentUseFromJson(const Json& json) {
  return Parse<ComponentUse>("component", [&](ComponentUse& use) { use = ReadUse(json); });
}

Json ToJson(const Job& job) {
  const StageSpec& stage = job.stage;
  Json shared = Json::object();
  for (const auto& [port, memory] : job.shared) {
    const size_t descriptor = kFirstLockDescriptor + job.lock_files.size() + shared.size();
    shared[port] = {descriptor, memory.most_bytes};
  }
  return {{"schema", 1},
          {"type", stage.type},
          {"code", job.code},
          {"name", stage.name},
          {"components", UsesToJson(stage.components)},
          {"sources", UsesToJson(stage.sources)},
          {"settings", stage.settings},
          {"seed", stage.seed},
          {"device", stage.device},
          {"precision", stage.precision},
          {"threads", stage.worker_threads},
          {"inputs", job.inputs},
          {"folders", job.folders},
          {"kept_folder", job.kept_folder},
          {"locks", job.lock_files.size()},
          {"shared", shared},
          {"output_dir", job.output_dir},
          {"checkpoint_dir", job.checkpoint_dir},
          {"result_path", job.result_path}};
}

absl::StatusOr<Job> JobFromJson(const Json& json) {
  return Parse<Job>("job", [&](Job& job) {
    StageSpec& stage = job.stage;
    stage.type = json.at("type");
    job.code = json.at("code");
    stage.name = json.at("name");
    for (const auto& [role, use] : json.at("components").items()) {
      stage.components[role] = ReadUse(use);
    }
    for (const auto& [port, use] : json.at("sources").items()) stage.sources[port] = ReadUse(use);
    stage.settings = json.at("settings");
    const Json& seed = json.at("seed");
    if (!seed.is_number_integer()) {
      throw Json::type_error::create(302, "a whole number is expected", &seed);
    }
    stage.seed = seed;
    stage.device = json.at("device");
    stage.precision = json.at("precision");
    stage.worker_threads = WholeNumber(json.at("threads"));
    job.inputs = json.at("inputs").get<decltype(job.inputs)>();
    job.folders = json.at("folders").get<decltype(job.folders)>();
    job.kept_folder = json.at("kept_folder");
    job.num_locks = json.value("locks", 0);
    for (const auto& [port, memory] : json.at("shared").items()) {
      job.shared[port] = {static_cast<int>(WholeNumber(memory.at(0))), WholeNumber(memory.at(1))};
    }
    job.output_dir = json.at("output_dir");
    job.checkpoint_dir = json.at("checkpoint_dir");
    job.result_path = json.at("result_path");
  });
}

absl::Status CheckLibraries(const StageSpec& stage) {
  for (const auto& [role, use] : stage.components) {
    FACET_ASSIGN_OR_RETURN(const std::string digest, Sha256File(use.library_path));
    if (digest == use.library_digest) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(use.library_path, " (", role, " ", use.name,
                     ") was replaced after the run had begun; start the run again"));
  }
  return absl::OkStatus();
}

Json ToJson(const JobResult& result) {
  return {{"code", static_cast<int>(result.status.code())},
          {"message", std::string(result.status.message())},
          {"counts", result.counts},
          {"notices", result.notices}};
}

absl::StatusOr<JobResult> JobResultFromJson(const Json& json) {
  return Parse<JobResult>("result", [&](JobResult& result) {
    result.status = absl::Status(static_cast<absl::StatusCode>(WholeNumber(json.at("code"))),
                                 json.at("message").get<std::string>());
    result.counts = WholeNumbers(json.at("counts"));
    result.notices = json.at("notices").get<decltype(result.notices)>();
  });
}

Json ToJson(const StageProgress& progress) {
  return {{"done", progress.done},
          {"total", progress.total},
          {"unit", progress.unit},
          {"note", progress.note},
          {"ask", progress.ask}};
}

absl::StatusOr<StageProgress> StageProgressFromJson(const Json& json) {
  return Parse<StageProgress>("progress event", [&](StageProgress& progress) {
    progress = {WholeNumber(json.at("done")), WholeNumber(json.at("total")), json.at("unit"),
                json.at("note"), json.at("ask")};
  });
}

}  // namespace facet
