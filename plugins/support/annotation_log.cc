#include "plugins/support/annotation_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace facet {
namespace {

using Action = AnnotationEvent::Action;

constexpr std::array<std::string_view, 6> kActions = {"mark",   "unmark", "accept",
                                                      "reject", "undo",   "finish"};

std::string ToLine(const AnnotationEvent& event) {
  Json json = {{"action", kActions[static_cast<size_t>(event.action)]},
               {"annotator", event.annotator},
               {"seconds", event.seconds},
               {"time", event.time}};
  if (event.action != Action::kFinish) {
    json["block"] = event.block;
    json["identity"] = event.identity;
    json["rank"] = event.rank;
  }
  if (!event.images.empty()) json["images"] = event.images;
  if (event.action == Action::kUndo) json["undoes"] = event.undoes;
  return Dump(json);
}

absl::StatusOr<AnnotationEvent> FromLine(const std::string& line) {
  FACET_ASSIGN_OR_RETURN(const Json json, ParseJson(line, "the line"));
  AnnotationEvent event;
  try {
    const std::string action = json.at("action").get<std::string>();
    const auto known = std::find(kActions.begin(), kActions.end(), action);
    if (known == kActions.end()) {
      return absl::InvalidArgumentError(absl::StrCat("unknown action \"", action, "\""));
    }
    event.action = static_cast<Action>(known - kActions.begin());
    json.at("annotator").get_to(event.annotator);
    json.at("seconds").get_to(event.seconds);
    event.time = json.value("time", "");
    if (event.action != Action::kFinish) {
      json.at("block").get_to(event.block);
      json.at("identity").get_to(event.identity);
      json.at("rank").get_to(event.rank);
    }
    if (event.action == Action::kMark || event.action == Action::kUnmark) {
      json.at("images").get_to(event.images);
    }
    if (event.action == Action::kUndo) json.at("undoes").get_to(event.undoes);
  } catch (const Json::exception& exception) {
    return absl::InvalidArgumentError(exception.what());
  }
  return event;
}

// So that a new file's name survives a crash, too.
absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", folder));
  const int failed = ::fsync(file);
  const int reason = errno;
  ::close(file);
  if (failed != 0) return absl::ErrnoToStatus(reason, absl::StrCat("cannot sync ", folder));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<AnnotationLog>> AnnotationLog::Open(const std::string& path) {
  std::error_code ignored;  // open() says what is wrong
  std::filesystem::create_directories(std::filesystem::absolute(path).parent_path(), ignored);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  std::unique_ptr<AnnotationLog> log(new AnnotationLog(path, file));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " is in use: another process writes decisions to it; end that one first"));
  }
  FACET_RETURN_IF_ERROR(log->Load());
  FACET_RETURN_IF_ERROR(SyncFolderOf(path));
  return log;
}

AnnotationLog::~AnnotationLog() { ::close(file_); }

absl::Status AnnotationLog::Load() {
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path_));
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string where = absl::StrCat(path_, ":", events_.size() + 1, ": ");
    absl::StatusOr<AnnotationEvent> event = FromLine(text.substr(begin, end - begin));
    if (!event.ok()) {
      return absl::DataLossError(
          absl::StrCat(where, event.status().message(), "; mend the line, or name another file"));
    }
    if (event->action == Action::kUndo) {
      const int64_t line = event->undoes;
      if (line < 1 || line > static_cast<int64_t>(events_.size()) ||
          events_[line - 1].annotator != event->annotator) {
        return absl::DataLossError(absl::StrCat(
            where, "undoes line ", line, ", which is no line of ", event->annotator, " before it"));
      }
    }
    events_.push_back(*std::move(event));
  }
  size_ = static_cast<int64_t>(begin);
  if (begin < text.size() && ::ftruncate(file_, size_) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot cut the torn last line off ", path_));
  }
  return absl::OkStatus();
}

absl::Status AnnotationLog::Write(const std::string& line) {
  size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(file_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write to ", path_));
    written += static_cast<size_t>(count);
  }
  if (::fdatasync(file_) != 0)
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot sync ", path_));
  return absl::OkStatus();
}

absl::Status AnnotationLog::Append(AnnotationEvent event) {
  if (damaged_) {
    return absl::DataLossError(
        absl::StrCat(path_, " has a line that could not be finished; free space, start again"));
  }
  const std::string line = ToLine(event) + "\n";
  if (absl::Status status = Write(line); !status.ok()) {
    damaged_ = ::ftruncate(file_, size_) != 0;
    return status;
  }
  size_ += static_cast<int64_t>(line.size());
  events_.push_back(std::move(event));
  return absl::OkStatus();
}

}  // namespace facet
