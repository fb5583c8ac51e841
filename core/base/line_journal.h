// A file of lines that only grows: what a program has finished or was told, so that a killed one
// goes on. A line is on the disk when Append() returns OK; a kill loses at most the one that is
// being written, which Open() cuts off.
#ifndef FACET_CORE_BASE_LINE_JOURNAL_H_
#define FACET_CORE_BASE_LINE_JOURNAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

class LineJournal {
 public:
  // `number` from 1. False: this line and all after it are cut off. An error ends Open() with it.
  using Take = std::function<absl::StatusOr<bool>(int64_t number, const std::string& line)>;

  // Gives each whole line of the file, if there is one, to `take`. The file is locked until the
  // journal is destroyed: FailedPrecondition, with `in_use` ("another process downloads to this
  // folder; wait for it"), if another process has it.
  static absl::StatusOr<std::unique_ptr<LineJournal>> Open(const std::string& path,
                                                           const std::string& in_use,
                                                           const Take& take);
  ~LineJournal();
  LineJournal(const LineJournal&) = delete;
  LineJournal& operator=(const LineJournal&) = delete;

  bool empty() const { return size_ == 0; }

  // Without an end of line. After an error the file is as before; where that cannot be had, every
  // later call is DataLoss.
  absl::Status Append(const std::string& line);

 private:
  LineJournal(std::string path, int file) : path_(std::move(path)), file_(file) {}
  absl::Status Load(const Take& take);
  absl::Status Write(const std::string& text) const;

  const std::string path_;
  const int file_;
  int64_t size_ = 0;      // bytes of whole lines
  bool damaged_ = false;  // an append failed and could not be taken back
};

}  // namespace facet

#endif  // FACET_CORE_BASE_LINE_JOURNAL_H_
