// The log of annotators' decisions: one JSON object a line, appended and synced one by one, so that
// a kill loses at most a line of which nobody was told that it is kept. Nothing in it is ever
// changed: an undo is a line, too.
//
//   {"action":"mark","annotator":"ann","block":"9f..","identity":"Zoe","images":["Zoe/7.jpg"],
//    "rank":0,"seconds":4.1,"time":"2026-11-25T04:30:00Z"}
//   {"action":"accept","annotator":"ann","block":"9f..","identity":"Zoe","marked":3,"purity":0.985,
//    "rank":0,"sheets":4,"shown":200,...}
//   {"action":"undo","annotator":"ann","block":"9f..","identity":"Zoe","rank":0,"undoes":2,...}
//   {"action":"finish","annotator":"ann","seconds":1.5,"time":"..."}
//
// `block` is the digest of what was looked at (annotation_blocks.h), `undoes` the number of a line,
// from 1; `seconds` are the annotator's, of work since the line before of the same annotator. A
// verdict says how many images were shown, on how many sheets, and how many of them the annotator
// had marked as wrong; `purity` is the share of the others, and where he did not mark all of the
// wrong ones an upper bound.
#ifndef FACET_PLUGINS_CURATORS_ANNOTATION_LOG_H_
#define FACET_PLUGINS_CURATORS_ANNOTATION_LOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/line_journal.h"

namespace facet {

struct AnnotationEvent {
  enum class Action { kMark, kUnmark, kAccept, kReject, kUndo, kFinish };
  Action action = Action::kMark;
  std::string annotator;
  std::string block;     // digest; none for kFinish
  std::string identity;  // the block's name and rank, for those who read the log
  int64_t rank = 0;
  std::vector<std::string> images;  // paths; of kMark and kUnmark alone
  int64_t undoes = 0;               // kUndo: the line, from 1
  // kAccept, kReject: images and sheets shown, images marked; 0 in lines of earlier releases.
  int64_t shown = 0, sheets = 0, marked = 0;
  double seconds = 0;
  std::string time;  // UTC
};

class AnnotationLog {
 public:
  // Reads `path`, or makes it, and cuts off a last line without an end. The log is locked until it
  // is destroyed: FailedPrecondition if another process has it. DataLoss names a line that is not
  // of this form.
  static absl::StatusOr<std::unique_ptr<AnnotationLog>> Open(const std::string& path);

  // events()[i] is line i + 1.
  const std::vector<AnnotationEvent>& events() const { return events_; }
  // On the disk when it returns OK; otherwise the log is as before.
  absl::Status Append(AnnotationEvent event);

 private:
  AnnotationLog() = default;
  absl::Status Take(const std::string& where, const std::string& line);

  std::unique_ptr<LineJournal> lines_;
  std::vector<AnnotationEvent> events_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_ANNOTATION_LOG_H_
