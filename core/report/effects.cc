#include "core/report/effects.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>

namespace facet {
namespace {

constexpr double kEffectLevel = 0.05;

double SizeOf(const Effect& effect) {
  return effect.difference ? std::abs(effect.difference->value) : -1.0;
}

Effect EffectOf(const std::vector<RowGroup>& groups, const RowGroup& group) {
  const ReportRow& row = group.first();
  Effect effect;
  const size_t equals = row.part.find('=');
  effect.slot = row.part.substr(0, equals);
  if (equals != std::string::npos) effect.alternative = row.part.substr(equals + 1);
  effect.row = group.id;
  effect.against = row.compared_with;
  const RowGroup* other = FindGroup(groups, row.compared_with);
  if (other == nullptr) {
    effect.why = "row " + row.compared_with + " is not in this report";
    return effect;
  }
  effect.against = other->id;
  const bool taken_out = effect.alternative.empty();
  effect.difference = taken_out ? CompareGroups(*other, group, &effect.why)
                                : CompareGroups(group, *other, &effect.why);
  return effect;
}

// Parts come before slots with alternatives, and these by their largest effect.
void Rank(std::vector<Effect>* effects) {
  std::map<std::string, double> largest;
  for (const Effect& effect : *effects) {
    if (effect.alternative.empty()) continue;
    const auto [slot, is_new] = largest.emplace(effect.slot, SizeOf(effect));
    slot->second = std::max(slot->second, SizeOf(effect));
  }
  std::stable_sort(effects->begin(), effects->end(), [&](const Effect& a, const Effect& b) {
    if (a.alternative.empty() != b.alternative.empty()) return a.alternative.empty();
    if (!a.alternative.empty() && a.slot != b.slot) {
      const double of_a = largest.at(a.slot), of_b = largest.at(b.slot);
      return of_a != of_b ? of_a > of_b : a.slot < b.slot;
    }
    return SizeOf(a) > SizeOf(b);
  });
}

void AdjustAll(std::vector<Effect>* effects) {
  std::vector<double> p_values;
  for (const Effect& effect : *effects) {
    p_values.push_back(effect.difference ? effect.difference->p_value : effect.adjusted_p);
  }
  const std::vector<double> adjusted = HolmAdjusted(p_values);
  for (size_t i = 0; i < adjusted.size(); ++i) (*effects)[i].adjusted_p = adjusted[i];
}

}  // namespace

std::vector<double> HolmAdjusted(const std::vector<double>& p_values) {
  std::vector<size_t> order;
  for (size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted = p_values;
  double largest = 0.0;
  for (size_t i = 0; i < order.size(); ++i) {
    const double scaled = static_cast<double>(order.size() - i) * p_values[order[i]];
    largest = std::max(largest, std::min(scaled, 1.0));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

std::vector<Effect> EffectsOf(const Report& report) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<Effect>> by_row;
  const std::vector<RowGroup> groups = GroupsOf(report);
  for (const RowGroup& group : groups) {
    if (group.first().part.empty() || group.first().compared_with.empty()) continue;
    Effect effect = EffectOf(groups, group);
    std::vector<Effect>& effects = by_row[effect.against];
    if (effects.empty()) order.push_back(effect.against);
    effects.push_back(std::move(effect));
  }
  std::vector<Effect> all;
  for (const std::string& id : order) {
    std::vector<Effect>& effects = by_row[id];
    Rank(&effects);
    AdjustAll(&effects);
    std::move(effects.begin(), effects.end(), std::back_inserter(all));
  }
  return all;
}

std::string EffectVerdict(const Effect& effect) {
  if (!effect.difference) return "";
  if (effect.difference->low <= 0.0 && effect.difference->high >= 0.0) return "interval holds 0";
  return effect.adjusted_p < kEffectLevel ? "differs from 0" : "not after Holm";
}

}  // namespace facet
