// A stream of records that several threads work on while their results are taken in order.
#ifndef FACET_CORE_PIPELINE_WORK_IN_ORDER_H_
#define FACET_CORE_PIPELINE_WORK_IN_ORDER_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status.h"

namespace facet {

// Of one call of WorkInOrder.
template <class Record, class Result, class Next, class Work>
class OrderedPieces {
 public:
  struct Piece {
    std::optional<Record> record;
    std::optional<Result> result;
    absl::Status error;  // of `next`: there is no record
    std::exception_ptr thrown;
    bool done = false;
  };

  OrderedPieces(int num_workers, size_t most, const Next& next, const Work& work)
      : most_(most), next_(next), work_(work) {
    for (int worker = 0; worker < num_workers; ++worker) {
      threads_.emplace_back([this, worker] { Run(worker); });
    }
  }
  // Records that are begun are finished; no thread outlives this.
  ~OrderedPieces() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  // The next in order, when it is done; nullptr at the end.
  std::unique_ptr<Piece> Take() {
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return pieces_.empty() ? ended_ : pieces_.front()->done; });
    if (pieces_.empty()) return nullptr;
    std::unique_ptr<Piece> first = std::move(pieces_.front());
    pieces_.pop_front();
    room_.notify_one();
    return first;
  }

 private:
  void Run(int worker) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      room_.wait(lock, [this] { return ended_ || pieces_.size() < most_; });
      if (ended_) return;
      Piece* const piece = Begin();
      if (piece == nullptr) return;
      lock.unlock();
      try {
        piece->result.emplace(work_(std::as_const(*piece->record), worker));
      } catch (...) {
        piece->thrown = std::current_exception();
      }
      lock.lock();
      piece->done = true;
      if (piece == pieces_.front().get()) done_.notify_one();
    }
  }

  // nullptr: there is none any more, or none that anybody can work on.
  Piece* Begin() {
    auto piece = std::make_unique<Piece>();
    try {
      absl::StatusOr<std::optional<Record>> record = next_();
      piece->error = record.status();
      if (record.ok()) piece->record = *std::move(record);
    } catch (...) {
      piece->thrown = std::current_exception();
    }
    Piece* const made = piece.get();
    if (made->record) {
      pieces_.push_back(std::move(piece));
      return made;
    }
    ended_ = made->done = true;
    if (!made->error.ok() || made->thrown != nullptr) pieces_.push_back(std::move(piece));
    done_.notify_one();
    room_.notify_all();
    return nullptr;
  }

  const size_t most_;
  const Next& next_;
  const Work& work_;
  std::mutex mutex_;
  std::condition_variable room_, done_;
  std::deque<std::unique_ptr<Piece>> pieces_;  // begun and not taken
  bool ended_ = false;                         // no more is begun
  std::vector<std::thread> threads_;
};

// The records that next() -> StatusOr<optional<Record>> gives (none: the end), in one thread at a
// time; work(record, worker) -> Result by `num_workers` threads, `worker` in [0, num_workers) being
// what no two calls at one time share; take(record, Result&) -> Status by the caller's thread, in
// order. No more than `most` records are there at a time. An error of `next` comes after what lies
// before it was taken; after one of `take` nothing is begun any more. What `work` throws is thrown
// here, in its place.
template <class Record, class Result, class Next, class Work, class Take>
absl::Status WorkInOrder(int num_workers, size_t most, const Next& next, const Work& work,
                         const Take& take) {
  OrderedPieces<Record, Result, Next, Work> pieces(num_workers, most, next, work);
  while (const auto piece = pieces.Take()) {
    if (piece->thrown != nullptr) std::rethrow_exception(piece->thrown);
    FACET_RETURN_IF_ERROR(piece->error);
    FACET_RETURN_IF_ERROR(take(*piece->record, *piece->result));
  }
  return absl::OkStatus();
}

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_WORK_IN_ORDER_H_
