// The journal of a download folder: one JSON object a line, appended and synced one by one, so that
// a kill loses at most the line that is being written. The last line of an id holds.
//
//   {"attempts":1,"file":"Ann_Lee/0f..3c.jpg","http_status":200,"id":"Ann_Lee/0f..3c",
//    "outcome":"ok","sha256":"9a..","size":48123,"url":"http://..."}
//   {"attempts":2,"detail":"404 ...","http_status":404,"id":"Ann_Lee/17..aa",
//    "outcome":"http_status","url":"http://..."}
//
// `final_url` is there where it differs from `url`.
#ifndef FACET_PLUGINS_CURATORS_DOWNLOAD_JOURNAL_H_
#define FACET_PLUGINS_CURATORS_DOWNLOAD_JOURNAL_H_

#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/line_journal.h"
#include "plugins/curators/download/result.h"

namespace facet {

class DownloadJournal {
 public:
  // Reads `path` if it exists and cuts off a last line without an end. The journal is locked until
  // it is destroyed: FailedPrecondition if another process has it. DataLoss names a line that is
  // not of this form.
  static absl::StatusOr<std::unique_ptr<DownloadJournal>> Open(const std::string& path);

  // What earlier runs and Append() recorded, by id.
  const std::unordered_map<std::string, DownloadResult>& results() const { return results_; }
  absl::Status Append(const DownloadResult& result);

 private:
  DownloadJournal() = default;

  std::unique_ptr<LineJournal> lines_;
  std::unordered_map<std::string, DownloadResult> results_;
};

// As Append() writes it and DownloadJournal reads it. Invalid UTF-8 becomes U+FFFD.
std::string ToJournalLine(const DownloadResult& result);
absl::StatusOr<DownloadResult> FromJournalLine(const std::string& line);

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_DOWNLOAD_JOURNAL_H_
