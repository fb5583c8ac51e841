#include "core/records/results.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/records/json_fields.h"

namespace facet {
namespace {

Json OfMetrics(const std::vector<Metric>& metrics) {
  Json array = Json::array();
  for (const Metric& metric : metrics) {
    array.push_back(
        {{"name", metric.name},
         {"value", Number(metric.value)},
         {"standard_error", metric.standard_error < 0 ? Json() : Number(metric.standard_error)},
         {"error_kind", metric.error_kind},
         {"unit", metric.unit},
         {"count", metric.count}});
  }
  return array;
}
std::vector<Metric> MetricsFrom(const Json& json) {
  std::vector<Metric> metrics;
  for (const Json& each : json) {
    Metric metric;
    each.at("name").get_to(metric.name);
    metric.value = NumberFrom(each.at("value"));
    const Json& error = each.at("standard_error");
    metric.standard_error = error.is_null() ? -1 : NumberFrom(error);
    each.at("error_kind").get_to(metric.error_kind);
    each.at("unit").get_to(metric.unit);
    metric.count = WholeFrom(each.at("count"));
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

Json OfCurves(const std::vector<Curve>& curves) {
  Json array = Json::array();
  for (const Curve& curve : curves) {
    array.push_back({{"name", curve.name},
                     {"x_label", curve.x_label},
                     {"y_label", curve.y_label},
                     {"x", Numbers(curve.x)},
                     {"y", Numbers(curve.y)}});
  }
  return array;
}
std::vector<Curve> CurvesFrom(const Json& json) {
  std::vector<Curve> curves;
  for (const Json& each : json) {
    Curve curve;
    each.at("name").get_to(curve.name);
    each.at("x_label").get_to(curve.x_label);
    each.at("y_label").get_to(curve.y_label);
    curve.x = NumbersFrom(each.at("x"));
    curve.y = NumbersFrom(each.at("y"));
    if (curve.x.size() != curve.y.size()) {
      throw std::invalid_argument("a curve has as many x as y");
    }
    curves.push_back(std::move(curve));
  }
  return curves;
}

Histogram HistogramFrom(const Json& json) {
  Histogram histogram;
  json.at("name").get_to(histogram.name);
  json.at("x_label").get_to(histogram.x_label);
  histogram.edges = NumbersFrom(json.at("edges"));
  histogram.counts = WholesFrom(json.at("counts"));
  const std::vector<double>& edges = histogram.edges;
  const bool empty = edges.empty() && histogram.counts.empty();
  if (!empty && edges.size() != histogram.counts.size() + 1) {
    throw std::invalid_argument("a histogram has one edge more than counts");
  }
  for (size_t i = 1; i < edges.size(); ++i) {
    if (!(edges[i] >= edges[i - 1])) throw std::invalid_argument("a histogram's edges ascend");
  }
  return histogram;
}

ContactSheet SheetFrom(const Json& json, size_t index) {
  ContactSheet sheet;
  json.at("title").get_to(sheet.title);
  if (json.at("file").get<std::string>() != ContactSheetFile(index)) {
    throw std::invalid_argument(
        absl::StrCat("the picture of contact sheet ", index, " is ", ContactSheetFile(index)));
  }
  const auto cells = WholeFrom(json.at("cells"));
  constexpr int64_t kMostCells = 10000;
  if (cells < 0 || cells > kMostCells) {
    throw std::invalid_argument(absl::StrCat("a contact sheet of ", cells, " cells"));
  }
  sheet.cells.resize(static_cast<size_t>(cells));
  return sheet;
}

}  // namespace

Json ToJson(const Evaluation& evaluation) {
  return {{"metrics", OfMetrics(evaluation.metrics)},
          {"curves", OfCurves(evaluation.curves)},
          {"notices", evaluation.notices},
          {"replicates", Numbers(evaluation.replicates)},
          {"replicate_kind", evaluation.replicate_kind},
          {"protocol", evaluation.protocol}};
}

absl::Status CheckRecord(const Evaluation& evaluation) {
  if (evaluation.metrics.empty()) return absl::InternalError("it has no metric");
  const auto check_all = [](const std::vector<double>& values, const std::string& name) {
    for (const double value : values) FACET_RETURN_IF_ERROR(CheckNumber(value, name));
    return absl::OkStatus();
  };
  for (const Metric& metric : evaluation.metrics) {
    if (metric.name.empty()) return absl::InternalError("a metric has no name");
    FACET_RETURN_IF_ERROR(CheckNumber(metric.value, absl::StrCat("metric \"", metric.name, "\"")));
    FACET_RETURN_IF_ERROR(CheckNumber(metric.standard_error,
                                      absl::StrCat("standard error of \"", metric.name, "\"")));
  }
  for (const Curve& curve : evaluation.curves) {
    if (curve.x.size() != curve.y.size()) {
      return absl::InternalError(absl::StrCat("its curve \"", curve.name, "\" has ", curve.x.size(),
                                              " x and ", curve.y.size(), " y"));
    }
    const std::string name = absl::StrCat("curve \"", curve.name, "\"");
    FACET_RETURN_IF_ERROR(check_all(curve.x, name));
    FACET_RETURN_IF_ERROR(check_all(curve.y, name));
  }
  return check_all(evaluation.replicates, "replicate");
}

absl::StatusOr<Evaluation> EvaluationFromJson(const Json& json) {
  return Parse<Evaluation>(json, "evaluation", [&](Evaluation& evaluation) {
    evaluation.metrics = MetricsFrom(json.at("metrics"));
    evaluation.curves = CurvesFrom(json.at("curves"));
    json.at("notices").get_to(evaluation.notices);
    evaluation.replicates = NumbersFrom(json.at("replicates"));
    json.at("replicate_kind").get_to(evaluation.replicate_kind);
    json.at("protocol").get_to(evaluation.protocol);
  });
}

std::string ContactSheetFile(size_t index) {
  return absl::StrCat("sheet_", absl::Dec(index, absl::kZeroPad2), ".jpg");
}

Json ToJson(const CurationResult& result) {
  Json histograms = Json::array(), sheets = Json::array();
  for (const Histogram& histogram : result.histograms) {
    histograms.push_back({{"name", histogram.name},
                          {"x_label", histogram.x_label},
                          {"edges", Numbers(histogram.edges)},
                          {"counts", histogram.counts}});
  }
  for (size_t i = 0; i < result.sheets.size(); ++i) {
    sheets.push_back({{"title", result.sheets[i].title},
                      {"file", ContactSheetFile(i)},
                      {"cells", result.sheets[i].cells.size()}});
  }
  return {{"metrics", OfMetrics(result.metrics)},
          {"curves", OfCurves(result.curves)},
          {"histograms", std::move(histograms)},
          {"notices", result.notices},
          {"sheets", std::move(sheets)}};
}

absl::StatusOr<CurationResult> CurationResultFromJson(const Json& json) {
  return Parse<CurationResult>(json, "curation", [&](CurationResult& result) {
    result.metrics = MetricsFrom(json.at("metrics"));
    result.curves = CurvesFrom(json.at("curves"));
    for (const Json& each : json.at("histograms")) {
      result.histograms.push_back(HistogramFrom(each));
    }
    json.at("notices").get_to(result.notices);
    for (const Json& each : json.at("sheets")) {
      result.sheets.push_back(SheetFrom(each, result.sheets.size()));
    }
  });
}

}  // namespace facet
