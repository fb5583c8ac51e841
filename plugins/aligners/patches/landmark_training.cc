#include "plugins/aligners/patches/landmark_training.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace facet {

absl::Status NoModelError() {
  return absl::FailedPreconditionError(
      "no model: give `model` (a file) or a `landmarks` table (data to train on)");
}

absl::Status WrongModelError(const std::string& path, const std::string& name,
                             const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(path, " is no model of the aligner ", name, ": ",
                                                 what,
                                                 "; give a file that its training wrote, or leave "
                                                 "`model` empty and train on `landmarks`"));
}

absl::Status ReportProgress(const TrainingContext& context, int64_t done, int64_t total,
                            const std::string& unit) {
  if (context.progress && !context.progress(done, total, unit)) {
    return absl::CancelledError("the training was stopped");
  }
  return absl::OkStatus();
}

absl::Status VisitExamples(const LandmarkExamples& examples, const TrainingContext& context,
                           int64_t max_examples,
                           const std::function<absl::Status(LandmarkExample)>& use) {
  const int64_t size = examples.size();
  const int64_t count = max_examples > 0 ? std::min(size, max_examples) : size;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t index = i * size / count;
    absl::StatusOr<LandmarkExample> example = examples.Get(index);
    if (!example.ok()) {
      return Annotate(example.status(), absl::StrCat("landmark example ", index));
    }
    FACET_RETURN_IF_ERROR(use(*std::move(example)));
    FACET_RETURN_IF_ERROR(ReportProgress(context, i + 1, count, "examples"));
  }
  return absl::OkStatus();
}

absl::Status RunInThreads(const TrainingContext& context, int64_t count, const std::string& unit,
                          const std::function<void(int64_t)>& work) {
  std::mutex mutex;
  std::condition_variable finished;
  int64_t next = 0, done = 0, running = 0;
  std::exception_ptr failure;
  const auto run = [&] {
    std::unique_lock<std::mutex> lock(mutex);
    while (next < count) {
      const int64_t index = next++;
      lock.unlock();
      std::exception_ptr thrown;
      try {
        work(index);
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      ++done;
      if (thrown != nullptr) {
        failure = thrown;
        next = count;
      }
      finished.notify_one();
    }
    --running;
    finished.notify_one();
  };
  std::vector<std::thread> threads;
  running = std::min<int64_t>(count, std::max(1, context.threads));
  for (int64_t i = running; i > 0; --i) threads.emplace_back(run);
  absl::Status status;
  {
    std::unique_lock<std::mutex> lock(mutex);
    int64_t told = -1;
    for (bool ended = false; !ended;) {
      finished.wait(lock, [&] { return done != told || running == 0; });
      ended = running == 0;
      told = done;
      lock.unlock();
      const absl::Status reported = ReportProgress(context, told, count, unit);
      lock.lock();
      if (status.ok() && !reported.ok()) {
        status = reported;
        next = count;
      }
    }
  }
  for (std::thread& thread : threads) thread.join();
  if (failure != nullptr) std::rethrow_exception(failure);
  return status;
}

}  // namespace facet
