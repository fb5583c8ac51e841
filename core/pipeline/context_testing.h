// A stage's surroundings for unit tests: inputs are folders, components come from plugins or from
// the test itself, and what the stage reports is kept.
#ifndef FACET_CORE_PIPELINE_CONTEXT_TESTING_H_
#define FACET_CORE_PIPELINE_CONTEXT_TESTING_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/pipeline/context.h"
#include "core/plugin/library.h"

namespace facet {

// A component: of a plugin, or what `make` returns.
struct Use {
  std::string library, kind, name;
  Json options = Json::object();
  std::function<std::unique_ptr<Component>()> make = nullptr;
  Traits traits = {};  // of what it returns
};

class FakeContext : public StageContext {
 public:
  // `folder` gets the output in out/ and checkpoints in checkpoints/.
  FakeContext(const std::string& folder, std::map<std::string, Use> uses, Json settings)
      : uses_(std::move(uses)), settings_(std::move(settings)) {
    output_ = folder + "/out";
    checkpoints_ = folder + "/checkpoints";
    std::filesystem::create_directories(output_);
    std::filesystem::create_directories(checkpoints_);
  }
  const Json& settings() const override { return settings_; }
  uint64_t seed() const override { return seed_; }
  int threads() const override { return threads_; }
  const std::string& device() const override { return device_; }
  const std::string& precision() const override { return precision_; }
  bool has_component(const std::string& role) const override { return uses_.count(role) > 0; }
  std::string component_name(const std::string& role) const override { return uses_.at(role).name; }
  Json component_options(const std::string& role) const override { return uses_.at(role).options; }
  absl::StatusOr<Traits> component_traits(const std::string& role) const override {
    const Use& use = uses_.at(role);
    if (use.make != nullptr) return use.traits;
    return TraitsOfComponent(use.library, use.kind, use.name);
  }
  std::map<std::string, std::vector<std::string>> component_files(
      const std::string&) const override {
    return files_;
  }
  bool has_input(const std::string& port) const override { return inputs_.count(port) > 0; }
  absl::StatusOr<std::string> InputFile(const std::string& port,
                                        const std::string& file) const override {
    const auto input = inputs_.find(port);
    if (input == inputs_.end()) return absl::NotFoundError("no input " + port);
    const std::string path = input->second + "/" + file;
    if (!std::filesystem::exists(path)) {
      return absl::NotFoundError(absl::StrCat(port, " has no file ", path));
    }
    return path;
  }
  std::string root(const std::string&) const override { return root_; }
  const std::string& kept_folder() const override { return kept_folder_; }
  const std::string& output_dir() const override { return output_; }
  const std::string& checkpoint_dir() const override { return checkpoints_; }
  void Progress(int64_t done, int64_t total, const std::string& unit, const std::string&) override {
    ++steps_;
    done_ = done;
    total_ = total;
    last_progress_ = absl::StrCat(done, " of ", total, " ", unit);
  }
  void Ask(const std::string& sentence) override { asked_.push_back(sentence); }
  void Count(const std::string& name, int64_t count) override { counts_[name] = count; }
  void Notice(const std::string& sentence) override { notices_.push_back(sentence); }
  bool stop_requested() const override { return steps_ == stop_after_; }

  std::map<std::string, Use> uses_;
  Json settings_;
  std::map<std::string, std::vector<std::string>> files_;  // of each component
  std::map<std::string, std::string> inputs_;              // port -> folder
  std::map<std::string, int64_t> counts_;
  std::vector<std::string> notices_, asked_;
  std::string root_, kept_folder_, output_, checkpoints_, device_ = "cpu", precision_ = "float32";
  std::string last_progress_;
  uint64_t seed_ = 1;
  int threads_ = 2;
  int64_t done_ = 0, total_ = 0;         // of the last call of Progress
  int64_t steps_ = 0, stop_after_ = -1;  // calls of Progress; the stop is asked for after so many

 protected:
  absl::StatusOr<std::unique_ptr<Component>> CreateComponent(const std::string& role,
                                                             const char* kind) override {
    const Use& use = uses_.at(role);
    FACET_CHECK(use.kind == kind);
    if (use.make != nullptr) return use.make();
    return facet::CreateComponent(use.library, kind, use.name, Dump(use.options));
  }
};

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_CONTEXT_TESTING_H_
