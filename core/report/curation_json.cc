#include "core/report/curation_json.h"

#include <stdexcept>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/records/results.h"

namespace facet {
namespace {

constexpr char kSheets[] = "sheets/";

// A name in sheets/ and nowhere else: what a report loads must be its own.
void CheckFile(const std::string& file) {
  const bool inside = absl::StartsWith(file, kSheets) &&
                      file.find_first_of("/\\", sizeof(kSheets) - 1) == std::string::npos &&
                      !absl::StartsWith(file, "sheets/.");
  if (!file.empty() && !inside) {
    throw std::invalid_argument(absl::StrCat("a contact sheet in \"", file, "\", not in sheets/"));
  }
}

ReportCuration Read(const Json& json) {
  absl::StatusOr<CurationResult> result = CurationResultFromJson(json);
  if (!result.ok()) throw std::invalid_argument(std::string(result.status().message()));
  ReportCuration curation;
  curation.component = json.value("component", "");
  curation.metrics = std::move(result->metrics);
  curation.curves = std::move(result->curves);
  curation.histograms = std::move(result->histograms);
  curation.notices = std::move(result->notices);
  for (const ContactSheet& sheet : result->sheets) {
    curation.sheets.push_back({sheet.title, static_cast<int64_t>(sheet.cells.size()), "", ""});
  }
  return curation;
}

template <class Function>
absl::StatusOr<ReportCuration> Guarded(const Function& read) {
  try {
    return read();
  } catch (const std::exception& exception) {
    return absl::InvalidArgumentError(exception.what());
  }
}

}  // namespace

Json ToJson(const ReportCuration& curation) {
  CurationResult result;
  result.metrics = curation.metrics;
  result.curves = curation.curves;
  result.histograms = curation.histograms;
  result.notices = curation.notices;
  Json json = ToJson(result);
  for (const ReportSheet& sheet : curation.sheets) {
    json["sheets"].push_back(
        {{"title", sheet.title}, {"cells", sheet.cells}, {"file", sheet.file}});
  }
  json["component"] = curation.component;
  json["from"] = curation.from;
  json["key"] = curation.key;
  return json;
}

absl::StatusOr<ReportCuration> ReportCurationFromJson(const Json& json) {
  return Guarded([&] {
    Json rest = json;
    rest["sheets"] = Json::array();
    ReportCuration curation = Read(rest);
    json.at("from").get_to(curation.from);
    json.at("key").get_to(curation.key);
    for (const Json& each : json.at("sheets")) {
      ReportSheet sheet;
      each.at("title").get_to(sheet.title);
      each.at("cells").get_to(sheet.cells);
      each.at("file").get_to(sheet.file);
      CheckFile(sheet.file);
      curation.sheets.push_back(std::move(sheet));
    }
    return curation;
  });
}

}  // namespace facet
