#include "plugins/curators/annotation/log.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "absl/strings/str_cat.h"
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
  if (event.shown > 0) {
    json["shown"] = event.shown;
    json["sheets"] = event.sheets;
    json["marked"] = event.marked;
    json["purity"] = 1.0 - static_cast<double>(event.marked) / static_cast<double>(event.shown);
  }
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
    event.shown = json.value("shown", int64_t{0});
    event.sheets = json.value("sheets", int64_t{0});
    event.marked = json.value("marked", int64_t{0});
  } catch (const Json::exception& exception) {
    return absl::InvalidArgumentError(exception.what());
  }
  return event;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AnnotationLog>> AnnotationLog::Open(const std::string& path) {
  std::error_code ignored;  // opening says what is wrong
  std::filesystem::create_directories(std::filesystem::absolute(path).parent_path(), ignored);
  std::unique_ptr<AnnotationLog> log(new AnnotationLog());
  FACET_ASSIGN_OR_RETURN(
      log->lines_,
      LineJournal::Open(path, "another process writes decisions to it; end that one first",
                        [&](int64_t number, const std::string& line) -> absl::StatusOr<bool> {
                          FACET_RETURN_IF_ERROR(
                              log->Take(absl::StrCat(path, ":", number, ": "), line));
                          return true;
                        }));
  return log;
}

absl::Status AnnotationLog::Take(const std::string& where, const std::string& line) {
  absl::StatusOr<AnnotationEvent> event = FromLine(line);
  if (!event.ok()) {
    return absl::DataLossError(
        absl::StrCat(where, event.status().message(), "; mend the line, or name another file"));
  }
  if (event->action == Action::kUndo) {
    const int64_t undone = event->undoes;
    if (undone < 1 || undone > static_cast<int64_t>(events_.size()) ||
        events_[undone - 1].annotator != event->annotator) {
      return absl::DataLossError(absl::StrCat(
          where, "undoes line ", undone, ", which is no line of ", event->annotator, " before it"));
    }
  }
  events_.push_back(*std::move(event));
  return absl::OkStatus();
}

absl::Status AnnotationLog::Append(AnnotationEvent event) {
  FACET_RETURN_IF_ERROR(lines_->Append(ToLine(event)));
  events_.push_back(std::move(event));
  return absl::OkStatus();
}

}  // namespace facet
