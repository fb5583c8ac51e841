#include "core/report/group_json.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "core/report/comparison.h"
#include "core/report/effects.h"
#include "core/report/groups.h"
#include "core/report/sweep.h"

namespace facet {
namespace {

Json KnownOrNull(double value, bool known) { return known ? Json(value) : Json(); }

void AddDifference(const PairedDifference& difference, Json* json) {
  (*json)["difference"] = difference.value;
  (*json)["interval_95"] = {difference.low, difference.high};
  (*json)["p"] = KnownOrNull(difference.p_value, !std::isnan(difference.p_value));
  (*json)["seeds"] = difference.seeds;
  (*json)["unit"] = difference.unit;
  (*json)["method"] = difference.method;
}

Json OfGroup(const std::vector<RowGroup>& groups, const RowGroup& group) {
  const SeedMeans means = MeansOf(group);
  Json metrics = Json::array();
  for (const Metric& metric : means.row.evaluation.metrics) {
    const auto spread = means.spreads.find(metric.name);
    const bool spreads = spread != means.spreads.end();
    metrics.push_back(
        {{"name", metric.name},
         {"unit", metric.unit},
         {"mean", metric.value},
         {"deviation", spreads ? Json(spread->second.deviation) : Json()},
         {"seeds", spreads ? spread->second.seeds : 1},
         {"test_error", KnownOrNull(metric.standard_error, metric.standard_error >= 0.0)}});
  }
  Json json = {{"row", group.id},
               {"asked", means.asked},
               {"done", means.done},
               {"failed", means.failed},
               {"metrics", std::move(metrics)}};
  if (const auto difference = ReferenceDifference(means.row)) {
    json["reference_difference"] = *difference;
  }
  if (const std::string verdict = Verdict(means.row); !verdict.empty()) json["verdict"] = verdict;
  const RowGroup* parent = FindGroup(groups, group.first().parent);
  std::string why;
  if (parent == nullptr) return json;
  if (const auto paired = CompareGroups(group, *parent, &why)) {
    json["against_parent"]["parent"] = parent->id;
    AddDifference(*paired, &json["against_parent"]);
  }
  return json;
}

Json OfEffect(const Effect& effect) {
  Json json = {{"part", effect.slot},
               {"alternative", effect.alternative},
               {"row", effect.row},
               {"against", effect.against}};
  if (!effect.difference) {
    json["why"] = effect.why;
    return json;
  }
  AddDifference(*effect.difference, &json);
  json["p_holm"] = KnownOrNull(effect.adjusted_p, !std::isnan(effect.adjusted_p));
  json["reading"] = EffectVerdict(effect);
  return json;
}

Json OfSweep(const ReportSweep& sweep) {
  Json axes = Json::array(), points = Json::array();
  for (const SweepAxis& axis : sweep.axes) axes.push_back(axis.path);
  for (const RowGroup& point : sweep.points) points.push_back(point.id);
  Json json = {{"row", sweep.row}, {"axes", std::move(axes)}, {"points", std::move(points)}};
  for (const bool highest : {true, false}) {
    const std::optional<Extreme> extreme = ExtremeOf(sweep, highest);
    if (!extreme) continue;
    json[highest ? "highest" : "lowest"] = {{"row", extreme->point->id},
                                            {"value", extreme->value},
                                            {"not_separable", extreme->not_separable}};
  }
  return json;
}

}  // namespace

Json DerivedOfGroups(const Report& report) {
  Json derived = Json::object();
  const std::vector<RowGroup> groups = GroupsOf(report);
  for (const RowGroup& group : groups) {
    if (group.repeated()) derived["seeds"].push_back(OfGroup(groups, group));
  }
  for (const Effect& effect : EffectsOf(report)) derived["effects"].push_back(OfEffect(effect));
  for (const ReportSweep& sweep : SweepsOf(report)) derived["sweeps"].push_back(OfSweep(sweep));
  return derived;
}

}  // namespace facet
