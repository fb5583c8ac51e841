// Which transfer starts next, so that no host is asked too often: at most `max_active` at once in
// all, at most `max_active_per_host` to a host, and `delay` between two starts to one host.
//
// Transfers are numbers of the caller's. A host's are started in the order of Add; hosts take turns
// by when they may be asked next. The clock is the caller's: pure, all in order of the calls.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_HOST_SCHEDULE_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_HOST_SCHEDULE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace facet {

class HostSchedule {
 public:
  struct Limits {
    int64_t max_active = 1, max_active_per_host = 1;
    absl::Duration delay;
  };
  explicit HostSchedule(const Limits& limits) : limits_(limits) {}

  void Add(const std::string& host, int64_t transfer);
  // Not before `time`, and then before what else waits for the host.
  void AddAt(absl::Time time, const std::string& host, int64_t transfer);
  // Nothing more starts at this host before `time` ("Retry-After").
  void Hold(const std::string& host, absl::Time time);

  // What may start now, counted as started; none if nothing may.
  std::optional<int64_t> Start(absl::Time now);
  // A started transfer of this host is over.
  void Finish(const std::string& host);

  int64_t active() const { return active_; }
  bool empty() const { return waiting_ == 0; }
  // When Start() may next give something if nothing finishes; InfiniteFuture: only after a Finish.
  absl::Time NextStart() const;

 private:
  struct Host {
    std::deque<int64_t> waiting;
    int64_t active = 0;
    absl::Time not_before = absl::InfinitePast();
    bool listed = false;  // in ready_
  };
  void List(int64_t index);
  int64_t IndexOf(const std::string& host);

  const Limits limits_;
  std::map<std::string, int64_t> index_;
  std::vector<Host> hosts_;
  std::set<std::pair<absl::Time, int64_t>> ready_;           // hosts that wait for the clock alone
  std::map<std::pair<absl::Time, int64_t>, int64_t> later_;  // (time, transfer) -> host
  int64_t active_ = 0, waiting_ = 0;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_HOST_SCHEDULE_H_
