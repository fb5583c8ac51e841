#include "plugins/curators/download/downloader.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <unordered_map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/utf8.h"
#include "plugins/curators/download/data_url.h"
#include "plugins/curators/download/exchange.h"
#include "plugins/curators/download/host_schedule.h"
#include "plugins/curators/download/journal.h"
#include "plugins/curators/download/part.h"
#include "plugins/curators/download/url.h"

namespace facet {
namespace {

using Outcome = DownloadOutcome;

constexpr absl::Duration kMaxWait = absl::Milliseconds(100);  // between two looks at `stop`

// Not the wall clock, which may jump.
absl::Time Now() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

// "<id>.<extension>": nothing else is looked at or removed, whatever the journal says.
bool IsFileOf(const std::string& file, const std::string& id) {
  return absl::StartsWith(file, id + ".") && file.find('/', id.size()) == std::string::npos;
}

class Run {
 public:
  Run(const std::vector<DownloadRequest>& requests, const std::string& folder,
      const DownloadOptions& options, const std::function<bool()>& stop,
      const std::function<void(const DownloadProgress&)>& progress)
      : requests_(requests),
        folder_(folder),
        options_(options),
        stop_(stop),
        report_(progress),
        schedule_({options.max_connections, options.max_connections_per_host, options.host_delay}) {
  }
  ~Run() {
    for (auto& [curl, transfer] : active_) curl_multi_remove_handle(multi_, curl);
    active_.clear();
    curl_multi_cleanup(multi_);
    curl_share_cleanup(cookies_);
  }

  absl::StatusOr<std::vector<DownloadResult>> Do() {
    FACET_RETURN_IF_ERROR(Open());
    for (size_t i = 0; i < requests_.size(); ++i) FACET_RETURN_IF_ERROR(Plan(i));
    Report();
    while (!schedule_.empty() || schedule_.active() > 0) {
      if (stop_ && stop_()) break;
      while (const std::optional<int64_t> next = schedule_.Start(Now())) {
        FACET_RETURN_IF_ERROR(Begin(static_cast<size_t>(*next)));
      }
      FACET_RETURN_IF_ERROR(Step());
    }
    return std::move(results_);
  }

 private:
  struct Item {
    DownloadUrl url;  // where the next exchange goes
    int64_t redirects = 0;
    absl::Duration spent;  // by this attempt's earlier exchanges
    bool started_anew = false, as_it_is = false;
  };
  struct Transfer {
    size_t index = 0;
    absl::Time begin;
    std::unique_ptr<DownloadExchange> exchange;
  };

  absl::Status Open();
  absl::Status Plan(size_t index);
  absl::Status TakeData(size_t index);
  absl::Status Begin(size_t index);
  absl::Status Step();
  absl::Status Done(Transfer transfer, CURLcode code);
  absl::Status Redirect(size_t index, DownloadAnswer answer, DownloadPart& part);
  absl::Status End(size_t index, const DownloadAnswer& answer, DownloadPart& part);
  absl::Status Record(size_t index);
  bool IsKept(const DownloadResult& earlier, const DownloadRequest& request) const;
  void Report() {
    if (report_) report_(progress_);
  }
  std::string PathOf(size_t index) const { return absl::StrCat(folder_, "/", requests_[index].id); }

  const std::vector<DownloadRequest>& requests_;
  const std::string folder_;
  const DownloadOptions& options_;
  const std::function<bool()>& stop_;
  const std::function<void(const DownloadProgress&)>& report_;
  HostSchedule schedule_;
  std::unique_ptr<DownloadJournal> journal_;
  CURLM* multi_ = nullptr;
  CURLSH* cookies_ = nullptr;  // null: none are kept
  std::unordered_map<CURL*, Transfer> active_;
  std::unordered_map<size_t, Item> items_;  // what is neither done nor refused
  std::vector<DownloadResult> results_;
  DownloadProgress progress_;
};

absl::Status Run::Open() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) {
    return absl::InternalError(
        absl::StrCat("libcurl does not start: ", curl_easy_strerror(initialised)));
  }
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot make the folder ", folder_));
  }
  FACET_ASSIGN_OR_RETURN(journal_, DownloadJournal::Open(folder_ + "/downloads.jsonl"));
  multi_ = curl_multi_init();
  if (multi_ == nullptr) return absl::ResourceExhaustedError("libcurl gives no handle");
  // Idle connections count, for the servers.
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_connections));
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS,
                    static_cast<long>(options_.max_connections_per_host));
  if (options_.cookies) {
    cookies_ = curl_share_init();
    if (cookies_ == nullptr) return absl::ResourceExhaustedError("libcurl gives no handle");
    curl_share_setopt(cookies_, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
  }
  results_.resize(requests_.size());
  progress_.total = static_cast<int64_t>(requests_.size());
  return absl::OkStatus();
}

bool Run::IsKept(const DownloadResult& earlier, const DownloadRequest& request) const {
  if (earlier.url != request.url) return false;
  if (earlier.outcome == Outcome::kOk) {
    if (!IsFileOf(earlier.file, request.id)) return false;
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(folder_ + "/" + earlier.file, error);
    return !error && size == static_cast<uintmax_t>(earlier.size);
  }
  if (options_.again == DownloadOptions::Again::kAll) return false;
  return options_.again == DownloadOptions::Again::kNone || !MayPass(earlier);
}

absl::Status Run::Plan(size_t index) {
  const DownloadRequest& request = requests_[index];
  DownloadResult& result = results_[index];
  const auto earlier = journal_->results().find(request.id);
  if (earlier != journal_->results().end()) {
    if (IsKept(earlier->second, request)) {
      result = earlier->second;
      result.reused = true;
      ++progress_.done;
      ++progress_.reused;
      progress_.failed += result.outcome != Outcome::kOk;
      return absl::OkStatus();
    }
    // Whatever comes now, the image of another URL must not stand for it.
    if (IsFileOf(earlier->second.file, request.id)) {
      ::unlink((folder_ + "/" + earlier->second.file).c_str());
    }
  }
  result.id = request.id;
  result.url = request.url;
  if (IsDataUrl(request.url)) return TakeData(index);
  absl::StatusOr<DownloadUrl> url = ParseDownloadUrl(request.url, "");
  if (!IsUtf8(request.url)) url = absl::InvalidArgumentError("no URL: it is not UTF-8");
  if (!url.ok()) {
    result.outcome = Outcome::kBadUrl;
    result.detail = std::string(url.status().message());
    return Record(index);
  }
  if (url->scheme != "http" && url->scheme != "https") {
    result.outcome = Outcome::kNotAllowed;
    result.detail = absl::StrCat(url->scheme, " is neither http nor https");
    return Record(index);
  }
  schedule_.Add(url->host, static_cast<int64_t>(index));
  items_[index].url = *std::move(url);
  return absl::OkStatus();
}

// What the URL itself holds.
absl::Status Run::TakeData(size_t index) {
  const DownloadRequest& request = requests_[index];
  results_[index].attempts = 1;
  const DataImage image = ImageOfDataUrl(request.url, options_.max_bytes);
  FACET_ASSIGN_OR_RETURN(DownloadPart part, DownloadPart::Open(PathOf(index), request.url));
  if (image.outcome == Outcome::kOk) {
    FACET_RETURN_IF_ERROR(part.Restart("", static_cast<int64_t>(image.bytes.size())));
    FACET_RETURN_IF_ERROR(part.Append(image.bytes));
  }
  DownloadAnswer answer;
  answer.outcome = image.outcome;
  answer.detail = image.detail;
  answer.extension = image.extension;
  return End(index, answer, part);
}

absl::Status Run::Begin(size_t index) {
  Item& item = items_[index];
  if (item.redirects == 0 && !item.started_anew) ++results_[index].attempts;
  FACET_ASSIGN_OR_RETURN(DownloadPart part,
                         DownloadPart::Open(PathOf(index), requests_[index].url));
  Transfer transfer;
  transfer.index = index;
  transfer.begin = Now();
  FACET_ASSIGN_OR_RETURN(
      transfer.exchange,
      DownloadExchange::Create(
          {item.url.text, options_.send_page ? RefererOf(requests_[index].page, item.url) : "",
           options_.timeout - item.spent, item.as_it_is, cookies_},
          std::move(part), options_));
  CURL* curl = transfer.exchange->handle();
  active_[curl] = std::move(transfer);
  if (const CURLMcode code = curl_multi_add_handle(multi_, curl); code != CURLM_OK) {
    return absl::InternalError(absl::StrCat("libcurl: ", curl_multi_strerror(code)));
  }
  return absl::OkStatus();
}

absl::Status Run::Step() {
  int running = 0, left = 0;
  CURLMcode code = curl_multi_perform(multi_, &running);
  bool any = false;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    any = true;
    const CURLcode result = message->data.result;
    const auto found = active_.find(message->easy_handle);
    Transfer transfer = std::move(found->second);
    active_.erase(found);
    curl_multi_remove_handle(multi_, transfer.exchange->handle());
    FACET_RETURN_IF_ERROR(Done(std::move(transfer), result));
  }
  if (code == CURLM_OK && !any) {
    const absl::Duration wait = std::min(kMaxWait, schedule_.NextStart() - Now());
    // Rounded up: a wait of 0 ms would spin until the start is due.
    const int64_t wait_ms = absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1)));
    code = curl_multi_poll(multi_, nullptr, 0, static_cast<int>(std::max<int64_t>(0, wait_ms)),
                           nullptr);
  }
  if (code == CURLM_OK) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("libcurl: ", curl_multi_strerror(code)));
}

absl::Status Run::Done(Transfer transfer, CURLcode code) {
  Item& item = items_[transfer.index];
  DownloadResult& result = results_[transfer.index];
  DownloadPart& part = transfer.exchange->part();
  schedule_.Finish(item.url.host);
  item.spent += Now() - transfer.begin;
  FACET_ASSIGN_OR_RETURN(DownloadAnswer answer, transfer.exchange->Judge(code));
  result.http_status = answer.http_status;
  result.final_url = item.url.text;
  if (!answer.redirect.empty()) return Redirect(transfer.index, std::move(answer), part);
  if (answer.start_anew && !item.started_anew) {
    item.started_anew = true;
    item.as_it_is = answer.as_it_is;
    part.Remove();
    schedule_.AddAt(Now(), item.url.host, static_cast<int64_t>(transfer.index));
    return absl::OkStatus();
  }
  return End(transfer.index, answer, part);
}

absl::Status Run::Redirect(size_t index, DownloadAnswer answer, DownloadPart& part) {
  Item& item = items_[index];
  absl::StatusOr<DownloadUrl> next = ParseDownloadUrl(answer.redirect, item.url.text);
  if (item.redirects >= options_.max_redirects) {
    answer.outcome = Outcome::kTooManyRedirects;
    answer.detail = absl::StrCat("more than ", options_.max_redirects, " redirects");
  } else if (!next.ok()) {
    answer.outcome = Outcome::kBadUrl;
    answer.detail = absl::StrCat("redirected to ", next.status().message());
  } else if (next->scheme != "http" && next->scheme != "https") {
    answer.outcome = Outcome::kNotAllowed;
    answer.detail = absl::StrCat("redirected to ", next->scheme, ", not http or https");
  } else if (item.spent >= options_.timeout) {
    answer.outcome = Outcome::kTimeout;
    answer.detail = "redirects took all the time";
  } else {
    ++item.redirects;
    item.url = *std::move(next);
    schedule_.AddAt(Now(), item.url.host, static_cast<int64_t>(index));
    return absl::OkStatus();
  }
  return End(index, answer, part);
}

absl::Status Run::End(size_t index, const DownloadAnswer& answer, DownloadPart& part) {
  DownloadResult& result = results_[index];
  Item& item = items_[index];
  result.outcome = answer.outcome;
  result.detail = answer.detail;
  if (answer.outcome == Outcome::kOk) {
    result.size = part.size();
    FACET_ASSIGN_OR_RETURN(const DownloadPart::Finished finished, part.Finish(answer.extension));
    result.file = finished.file.substr(folder_.size() + 1);
    result.sha256 = finished.sha256;
    return Record(index);
  }
  if (MayPass(result) && result.attempts < options_.max_attempts) {
    const double twice = static_cast<double>(int64_t{1} << std::min<int64_t>(result.attempts, 30));
    absl::Duration wait = std::max(options_.retry_delay * (twice / 2), answer.retry_after);
    wait = std::min(wait, options_.max_retry_delay);
    if (answer.retry_after > absl::ZeroDuration()) schedule_.Hold(item.url.host, Now() + wait);
    item = Item();
    FACET_ASSIGN_OR_RETURN(item.url, ParseDownloadUrl(requests_[index].url, ""));
    schedule_.AddAt(Now() + wait, item.url.host, static_cast<int64_t>(index));
    result.outcome = Outcome::kStopped;  // should the run be stopped before
    return absl::OkStatus();
  }
  // What a later run may continue stays.
  if (!MayPass(result) || part.validator().empty() || part.size() == 0) part.Remove();
  return Record(index);
}

absl::Status Run::Record(size_t index) {
  const DownloadResult& result = results_[index];
  items_.erase(index);
  FACET_RETURN_IF_ERROR(journal_->Append(result));
  ++progress_.done;
  progress_.failed += result.outcome != Outcome::kOk;
  progress_.bytes += result.size;
  Report();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<DownloadResult>> Download(
    const std::vector<DownloadRequest>& requests, const std::string& folder,
    const DownloadOptions& options, const std::function<bool()>& stop,
    const std::function<void(const DownloadProgress&)>& progress) {
  FACET_RETURN_IF_ERROR(CheckDownloadRequests(requests));
  FACET_RETURN_IF_ERROR(CheckDownloadOptions(options));
  return Run(requests, folder, options, stop, progress).Do();
}

}  // namespace facet
