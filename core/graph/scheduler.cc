#include "core/graph/scheduler.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/graph/core_budget.h"
#include "core/graph/shared_memories.h"
#include "core/graph/stage_job.h"
#include "core/graph/stored_stage.h"

namespace facet {
namespace {

using Clock = std::chrono::steady_clock;

std::string LogName(const StageSpec& stage) {
  const std::string row = stage.users.empty() ? "" : stage.users.front() + ".";
  std::string name = row + stage.name;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

// The folder that a stage keeps where its user says; empty: none, or the store's.
std::string NamedKeptFolder(const StageSpec& stage) {
  for (const ExternalInput& external : stage.externals) {
    if (stage.keeps_folder && external.kept && external.directory) return external.path;
  }
  return "";
}

std::string LockNameOf(const std::string& folder) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::weakly_canonical(folder, error);
  return Sha256Hex("folder " + (error ? folder : path.string()));
}

double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One run of a graph. Threads take ready stages; everything but the work itself is under `mutex_`.
class Run {
 public:
  Run(const StageGraph& graph, const KeyEnvironment& environment, Store& store,
      InputDigests& digests, StageRunner& runner, RunObserver& observer, const RunOptions& options)
      : graph_(graph),
        environment_(environment),
        store_(store),
        digests_(digests),
        runner_(runner),
        observer_(observer),
        options_(options),
        cores_(options.num_cores),
        outcomes_(graph.stages.size()) {}

  std::vector<StageOutcome> Execute() {
    std::vector<std::thread> threads;
    for (int i = 1; i < options_.jobs; ++i) threads.emplace_back([this] { Work(); });
    Work();
    for (std::thread& thread : threads) thread.join();
    return std::move(outcomes_);
  }

 private:
  // Two stages of one row may have one name: an evaluation's and its leak check's data set.
  std::string UnusedLogPath(const StageSpec& stage) {
    const std::string name = LogName(stage);
    const int count = ++logs_[name];
    return absl::StrCat(options_.log_folder, "/", name, count > 1 ? absl::StrCat(".", count) : "",
                        ".log");
  }

  bool Stopping() const { return options_.stop && options_.stop() != 0; }
  // Nothing more is to start: one that waits for cores or a lock waits no longer.
  bool Ending() const { return Stopping() || (failed_ && options_.fail_fast); }
  // Of a stage that was ready and did not start.
  absl::Status NotStart(StageOutcome* outcome) const {
    outcome->state = Stopping() ? StageState::kStopped : StageState::kBlocked;
    return absl::OkStatus();
  }

  void Work() {
    while (const std::optional<int> stage = NextStage()) {
      StageOutcome outcome = Compute(*stage);
      const std::lock_guard<std::mutex> lock(mutex_);
      SetOutcome(*stage, std::move(outcome));
      changed_.notify_all();
    }
  }

  // The first stage whose inputs are there; waits for one; nullopt when all are settled.
  std::optional<int> NextStage() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      bool unsettled = false;
      for (int i = 0; i < static_cast<int>(outcomes_.size()); ++i) {
        if (outcomes_[i].state == StageState::kRunning) unsettled = true;
        if (outcomes_[i].state != StageState::kPending) continue;
        if (Settle(i)) continue;
        if (InputsReady(i)) {
          outcomes_[i].state = StageState::kRunning;
          return i;
        }
        unsettled = true;
      }
      if (!unsettled) return std::nullopt;
      changed_.wait(lock);
    }
  }

  // Settles a pending stage that cannot run any more.
  bool Settle(int stage) {
    StageOutcome outcome;
    if (Stopping()) {
      outcome.state = StageState::kStopped;
    } else if (failed_ && options_.fail_fast) {
      outcome.state = StageState::kBlocked;
    } else {
      for (const auto& [port, producer] : graph_.stages[stage].inputs) {
        const StageState state = outcomes_[producer].state;
        if (state == StageState::kFailed || state == StageState::kBlocked) {
          outcome.state = StageState::kBlocked;
        }
        if (state == StageState::kStopped) outcome.state = StageState::kStopped;
      }
    }
    if (outcome.state == StageState::kPending) return false;
    SetOutcome(stage, std::move(outcome));
    return true;
  }

  static bool Shares(const StageSpec& stage, int producer) {
    return std::any_of(stage.shares.begin(), stage.shares.end(),
                       [&](const std::string& port) { return stage.inputs.at(port) == producer; });
  }

  // Whether another stage than this one may still want what is shared of the producer.
  bool OthersShare(int producer, int stage) const {
    for (int i = 0; i < static_cast<int>(outcomes_.size()); ++i) {
      const StageState state = outcomes_[i].state;
      const bool unsettled = state == StageState::kPending || state == StageState::kRunning;
      if (i != stage && unsettled && Shares(graph_.stages[i], producer)) return true;
    }
    return false;
  }

  // Memory goes with the last stage that it is for.
  void DropUnshared(int stage) {
    for (const std::string& port : graph_.stages[stage].shares) {
      const int producer = graph_.stages[stage].inputs.at(port);
      if (!OthersShare(producer, stage)) shared_.Drop(producer);
    }
  }

  void Share(int stage, Job* job) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::string& port : graph_.stages[stage].shares) {
      const int producer = graph_.stages[stage].inputs.at(port);
      if (!shared_.Has(producer) && !OthersShare(producer, stage)) continue;
      const SharedMemory memory = shared_.Of(producer);
      if (memory) job->shared[port] = memory;
    }
  }

  bool InputsReady(int stage) const {
    for (const auto& [port, producer] : graph_.stages[stage].inputs) {
      if (!HasArtifact(outcomes_[producer].state)) return false;
    }
    return true;
  }

  void SetOutcome(int stage, StageOutcome outcome) {
    outcomes_[stage] = std::move(outcome);
    if (outcomes_[stage].state == StageState::kFailed) failed_ = true;
    DropUnshared(stage);
    observer_.OnStage(stage, outcomes_[stage]);
  }

  StageOutcome Compute(int stage) {
    StageOutcome outcome;
    const Clock::time_point start = Clock::now();
    const absl::Status status = FindOrRunGuarded(stage, &outcome);
    if (outcome.seconds == 0.0) outcome.seconds = Since(start);  // no worker ran
    if (absl::IsCancelled(status)) {
      outcome.state = StageState::kStopped;
    } else if (!status.ok()) {
      outcome.state = StageState::kFailed;
      outcome.status = status;
    }
    return outcome;
  }

  // An exception that left a thread would end the process, and the other stages with it.
  absl::Status FindOrRunGuarded(int index, StageOutcome* outcome) {
    try {
      FACET_RETURN_IF_ERROR(FindOrRun(index, outcome));
      const bool computed = outcome->state == StageState::kDone;
      if (computed && options_.computed) options_.computed(index, outcome->artifact);
      return absl::OkStatus();
    } catch (const std::exception& exception) {
      return absl::InternalError(absl::StrCat("a bug in the host: ", exception.what()));
    }
  }

  absl::Status FindOrRun(int index, StageOutcome* outcome) {
    const StageSpec& stage = graph_.stages[index];
    std::map<std::string, std::string> inputs;
    const std::map<std::string, const Artifact*> artifacts = InputsOf(stage);
    for (const auto& [port, artifact] : artifacts) inputs[port] = artifact->ContentDigest();
    FACET_ASSIGN_OR_RETURN(const auto externals,
                           ExternalDigests(stage, artifacts, store_, digests_));
    const StageKey key = ComputeKey(stage, inputs, externals, environment_);
    outcome->key = key.digest;
    const bool forced = IsForced(stage, options_.force);
    if (!forced && Take(stage, key.digest, outcome)) return absl::OkStatus();
    // Cores first: who holds the lock computes, and another host may take what this one queues.
    std::optional<CoreBudget::Share> cores;
    std::unique_ptr<KeyLock> lock;
    while (lock == nullptr) {
      cores = TakeCores(stage);
      if (!cores) return NotStart(outcome);
      FACET_ASSIGN_OR_RETURN(lock, store_.TryLock(key.digest, nullptr));
      const bool is_free = lock != nullptr;
      if (!is_free) {
        cores->GiveBack();
        FACET_ASSIGN_OR_RETURN(lock, WaitForLock(index, key.digest));
        if (lock == nullptr) return NotStart(outcome);
      }
      // Whoever held the lock may have made the artifact; so may an equal stage of this run.
      if ((!forced || WasComputed(key.digest)) && Take(stage, key.digest, outcome)) {
        return absl::OkStatus();
      }
      if (!is_free) lock.reset();
    }
    // A folder that the user named is of stages with other keys too, whose files this one goes on
    // with: one after the other. (Who has it waits for no key.)
    std::vector<int> locks = {lock->file()};
    std::unique_ptr<KeyLock> folder_lock;
    if (const std::string folder = NamedKeptFolder(stage); !folder.empty()) {
      FACET_ASSIGN_OR_RETURN(folder_lock, WaitForLock(index, LockNameOf(folder)));
      if (folder_lock == nullptr) return NotStart(outcome);
      locks.push_back(folder_lock->file());
    }
    const absl::Status status = RunStage(index, key, externals, locks, &*cores, outcome);
    // Before its cores are free: nobody begins with them under fail_fast.
    if (!status.ok() && !absl::IsCancelled(status)) failed_ = true;
    FACET_RETURN_IF_ERROR(status);
    const std::lock_guard<std::mutex> guard(mutex_);
    computed_.insert(key.digest);
    return absl::OkStatus();
  }

  // nullopt: the run ended first, perhaps by the failure that set the cores free.
  std::optional<CoreBudget::Share> TakeCores(const StageSpec& stage) {
    std::optional<CoreBudget::Share> cores =
        cores_.Take(CoresOf(stage, cores_.num_cores()), [this] { return Ending(); });
    if (Ending()) cores.reset();
    return cores;
  }

  bool Take(const StageSpec& stage, const std::string& key, StageOutcome* outcome) {
    std::optional<Artifact> artifact = FindArtifact(stage, key, store_, digests_);
    if (!artifact) return false;
    outcome->state = StageState::kCached;
    outcome->artifact = *std::move(artifact);
    return true;
  }

  bool WasComputed(const std::string& key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return computed_.count(key) > 0;
  }

  // nullptr: the run ended first.
  absl::StatusOr<std::unique_ptr<KeyLock>> WaitForLock(int stage, const std::string& key) {
    std::string told;
    while (true) {
      std::string holder;
      FACET_ASSIGN_OR_RETURN(std::unique_ptr<KeyLock> lock, store_.TryLock(key, &holder));
      if (lock != nullptr) return lock;
      if (Ending()) return std::unique_ptr<KeyLock>();
      if (holder != told) {  // another one, or one that was stopped meanwhile
        const std::lock_guard<std::mutex> guard(mutex_);
        observer_.OnWait(stage, holder);
        told = holder;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  // Settled outcomes are never changed, so they are read without the mutex.
  std::map<std::string, const Artifact*> InputsOf(const StageSpec& stage) const {
    std::map<std::string, const Artifact*> artifacts;
    for (const auto& [port, producer] : stage.inputs) {
      artifacts[port] = &outcomes_[static_cast<size_t>(producer)].artifact;
    }
    return artifacts;
  }

  // The key names what the inputs held before the worker read them; do they hold it still?
  absl::Status CheckExternals(const StageSpec& stage,
                              const std::map<std::string, std::string>& before) const {
    if (stage.externals.empty()) return absl::OkStatus();
    InputDigests again(store_.index_path());  // digests_ gives the answers of before
    FACET_ASSIGN_OR_RETURN(const auto now, ExternalDigests(stage, InputsOf(stage), store_, again));
    for (const ExternalInput& external : stage.externals) {
      if (external.kept || now.at(external.option) == before.at(external.option)) continue;
      return absl::FailedPreconditionError(
          absl::StrCat(external.option, " = \"", external.path,
                       "\" changed after the run had begun; start the run again"));
    }
    return absl::OkStatus();
  }

  absl::Status RunStage(int index, const StageKey& key,
                        const std::map<std::string, std::string>& externals,
                        const std::vector<int>& locks, CoreBudget::Share* cores,
                        StageOutcome* outcome) {
    const StageSpec& stage = graph_.stages[index];
    const Clock::time_point start = Clock::now();
    FACET_ASSIGN_OR_RETURN(const std::string folder, store_.MakeWorkFolder(key.digest));
    outcome->state = StageState::kRunning;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      outcome->log_path = UnusedLogPath(stage);
      observer_.OnStage(index, *outcome);
    }
    const absl::Status status = RunIn(folder, index, key, externals, locks, cores, outcome);
    outcome->seconds = Since(start);
    RemoveFolder(folder);
    return status;
  }

  absl::Status RunIn(const std::string& folder, int index, const StageKey& key,
                     const std::map<std::string, std::string>& externals,
                     const std::vector<int>& locks, CoreBudget::Share* cores,
                     StageOutcome* outcome) {
    const StageSpec& stage = graph_.stages[index];
    FACET_ASSIGN_OR_RETURN(Job job, MakeJob(stage, key.digest, folder, store_));
    job.lock_files = locks;
    job.code = environment_.stage_code.at(stage.type);
    for (const auto& [port, producer] : stage.inputs) {
      job.inputs[port] = FilesOf(outcomes_[producer].artifact, store_);
    }
    for (const auto& [port, input] : stage.folders) {
      const int producer = stage.inputs.at(input);
      job.folders[port] = KeptFolder(graph_.stages[producer], outcomes_[producer].key, store_);
    }
    Share(index, &job);
    const bool is_resumed = IsResumed(job);
    const auto progress = [&](const StageProgress& event) {
      if (!event.ask.empty()) cores->GiveBack();  // people take their time
      const std::lock_guard<std::mutex> lock(mutex_);
      if (event.ask.empty()) {
        observer_.OnProgress(index, event);
      } else {
        observer_.OnAsk(index, event.ask);
      }
    };
    FACET_ASSIGN_OR_RETURN(JobResult result,
                           runner_.Run(job, folder, outcome->log_path, progress, options_.stop));
    FACET_RETURN_IF_ERROR(result.status);
    // The worker looked before it loaded them.
    FACET_RETURN_IF_ERROR(CheckLibraries(stage));
    FACET_RETURN_IF_ERROR(CheckExternals(stage, externals));

    Artifact artifact = ArtifactOf(stage, key, std::move(result), is_resumed, options_.provenance);
    FACET_RETURN_IF_ERROR(store_.Commit(job.output_dir, &artifact, &digests_));
    outcome->artifact = std::move(artifact);
    outcome->state = StageState::kDone;
    return absl::OkStatus();
  }

  const StageGraph& graph_;
  const KeyEnvironment& environment_;
  Store& store_;
  InputDigests& digests_;
  StageRunner& runner_;
  RunObserver& observer_;
  const RunOptions& options_;
  CoreBudget cores_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StageOutcome> outcomes_;
  SharedMemories shared_;  // by the stage whose artifact it is of
  std::atomic<bool> failed_{false};
  std::set<std::string> computed_;
  std::map<std::string, int> logs_;  // by name
};

}  // namespace

RunObserver::~RunObserver() = default;

const char* StageStateName(StageState state) {
  switch (state) {
    case StageState::kPending:
      return "pending";
    case StageState::kRunning:
      return "running";
    case StageState::kCached:
      return "cached";
    case StageState::kDone:
      return "done";
    case StageState::kFailed:
      return "failed";
    case StageState::kBlocked:
      return "blocked";
    case StageState::kStopped:
      return "stopped";
  }
  return "unknown";
}

std::vector<StageOutcome> RunStages(const StageGraph& graph, const KeyEnvironment& environment,
                                    Store& store, InputDigests& digests, StageRunner& runner,
                                    RunObserver& observer, const RunOptions& options) {
  return Run(graph, environment, store, digests, runner, observer, options).Execute();
}

}  // namespace facet
