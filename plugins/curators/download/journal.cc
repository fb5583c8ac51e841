#include "plugins/curators/download/journal.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace facet {
namespace {

using Outcome = DownloadOutcome;

constexpr std::array<std::pair<Outcome, std::string_view>, 14> kNames = {{
    {Outcome::kOk, "ok"},
    {Outcome::kBadUrl, "bad_url"},
    {Outcome::kNotAllowed, "not_allowed"},
    {Outcome::kUnreachable, "unreachable"},
    {Outcome::kTimeout, "timeout"},
    {Outcome::kHttpStatus, "http_status"},
    {Outcome::kTooManyRedirects, "too_many_redirects"},
    {Outcome::kTooLarge, "too_large"},
    {Outcome::kTruncated, "truncated"},
    {Outcome::kEmpty, "empty"},
    {Outcome::kHtml, "html"},
    {Outcome::kNotAnImage, "not_an_image"},
    {Outcome::kBrokenAnswer, "broken_answer"},
    {Outcome::kStopped, "stopped"},
}};

}  // namespace

std::string_view OutcomeName(DownloadOutcome outcome) {
  return kNames[static_cast<size_t>(outcome)].second;
}

std::optional<DownloadOutcome> OutcomeOf(std::string_view name) {
  for (const auto& [outcome, known] : kNames) {
    if (name == known) return outcome;
  }
  return std::nullopt;
}

bool MayPass(const DownloadResult& result) {
  switch (result.outcome) {
    case Outcome::kUnreachable:
    case Outcome::kTimeout:
    case Outcome::kTruncated:
    case Outcome::kBrokenAnswer:
    case Outcome::kStopped:
      return true;
    case Outcome::kHttpStatus:
      return result.http_status == 408 || result.http_status == 429 || result.http_status >= 500;
    default:
      return false;
  }
}

std::string ToJournalLine(const DownloadResult& result) {
  Json json = {{"id", result.id},
               {"url", result.url},
               {"outcome", OutcomeName(result.outcome)},
               {"attempts", result.attempts}};
  if (result.http_status != 0) json["http_status"] = result.http_status;
  if (!result.detail.empty()) json["detail"] = result.detail;
  if (!result.final_url.empty() && result.final_url != result.url) {
    json["final_url"] = result.final_url;
  }
  if (result.outcome == Outcome::kOk) {
    json["file"] = result.file;
    json["size"] = result.size;
    json["sha256"] = result.sha256;
  }
  return Dump(json);
}

absl::StatusOr<DownloadResult> FromJournalLine(const std::string& line) {
  FACET_ASSIGN_OR_RETURN(const Json json, ParseJson(line, "the line"));
  DownloadResult result;
  try {
    json.at("id").get_to(result.id);
    json.at("url").get_to(result.url);
    const std::optional<Outcome> outcome = OutcomeOf(json.at("outcome").get<std::string>());
    if (!outcome.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("unknown outcome ", Dump(json["outcome"])));
    }
    result.outcome = *outcome;
    json.at("attempts").get_to(result.attempts);
    result.http_status = json.value("http_status", int64_t{0});
    result.detail = json.value("detail", "");
    result.final_url = json.value("final_url", result.url);
    result.file = json.value("file", "");
    result.size = json.value("size", int64_t{0});
    result.sha256 = json.value("sha256", "");
  } catch (const Json::exception& exception) {
    return absl::InvalidArgumentError(exception.what());
  }
  return result;
}

absl::StatusOr<std::unique_ptr<DownloadJournal>> DownloadJournal::Open(const std::string& path) {
  std::unique_ptr<DownloadJournal> journal(new DownloadJournal());
  const auto take = [&](int64_t number, const std::string& line) -> absl::StatusOr<bool> {
    absl::StatusOr<DownloadResult> result = FromJournalLine(line);
    if (!result.ok()) {
      return absl::DataLossError(absl::StrCat(path, ":", number, ": ", result.status().message(),
                                              "; delete the line, and its image is fetched anew"));
    }
    journal->results_[result->id] = *std::move(result);
    return true;
  };
  FACET_ASSIGN_OR_RETURN(
      journal->lines_,
      LineJournal::Open(path, "another process downloads to this folder; wait for it", take));
  return journal;
}

absl::Status DownloadJournal::Append(const DownloadResult& result) {
  FACET_RETURN_IF_ERROR(lines_->Append(ToJournalLine(result)));
  results_[result.id] = result;
  return absl::OkStatus();
}

}  // namespace facet
