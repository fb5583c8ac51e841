#include "plugins/curators/download/host_schedule.h"

#include <algorithm>

namespace facet {

int64_t HostSchedule::IndexOf(const std::string& host) {
  const auto [place, is_new] = index_.emplace(host, static_cast<int64_t>(hosts_.size()));
  if (is_new) hosts_.emplace_back();
  return place->second;
}

void HostSchedule::List(int64_t index) {
  Host& host = hosts_[index];
  if (host.listed || host.waiting.empty() || host.active >= limits_.max_active_per_host) return;
  host.listed = true;
  ready_.emplace(host.not_before, index);
}

void HostSchedule::Add(const std::string& host, int64_t transfer) {
  const int64_t index = IndexOf(host);
  hosts_[index].waiting.push_back(transfer);
  ++waiting_;
  List(index);
}

void HostSchedule::AddAt(absl::Time time, const std::string& host, int64_t transfer) {
  later_.emplace(std::make_pair(time, transfer), IndexOf(host));
  ++waiting_;
}

void HostSchedule::Hold(const std::string& host, absl::Time time) {
  const int64_t index = IndexOf(host);
  Host& held = hosts_[index];
  if (time <= held.not_before) return;
  if (held.listed) ready_.erase({held.not_before, index});
  held.listed = false;
  held.not_before = time;
  List(index);
}

std::optional<int64_t> HostSchedule::Start(absl::Time now) {
  while (!later_.empty() && later_.begin()->first.first <= now) {
    const int64_t index = later_.begin()->second;
    hosts_[index].waiting.push_front(later_.begin()->first.second);
    later_.erase(later_.begin());
    List(index);
  }
  if (active_ >= limits_.max_active || ready_.empty() || ready_.begin()->first > now) {
    return std::nullopt;
  }
  const int64_t index = ready_.begin()->second;
  ready_.erase(ready_.begin());
  Host& host = hosts_[index];
  host.listed = false;
  const int64_t transfer = host.waiting.front();
  host.waiting.pop_front();
  --waiting_;
  ++host.active;
  ++active_;
  host.not_before = std::max(host.not_before, now + limits_.delay);
  List(index);
  return transfer;
}

void HostSchedule::Finish(const std::string& host) {
  const int64_t index = IndexOf(host);
  --hosts_[index].active;
  --active_;
  List(index);
}

absl::Time HostSchedule::NextStart() const {
  if (active_ >= limits_.max_active) return absl::InfiniteFuture();
  absl::Time next = absl::InfiniteFuture();
  if (!ready_.empty()) next = ready_.begin()->first;
  if (!later_.empty()) next = std::min(next, later_.begin()->first.first);
  return next;
}

}  // namespace facet
