// What each part of a row is worth: the rows that [ablate] makes, against the row that they change.
#ifndef FACET_CORE_REPORT_EFFECTS_H_
#define FACET_CORE_REPORT_EFFECTS_H_

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/report/groups.h"

namespace facet {

struct Effect {
  // "train.aligner", taken out of the row; or a slot, "train.loss", that has an `alternative`.
  std::string slot, alternative;
  std::string row, against;  // ids: without the part or with the alternative; the row compared with
  // Of the headline: with the part minus without it; the alternative minus what the row has.
  std::optional<PairedDifference> difference;
  std::string why;  // there is none
  // The p value adjusted for all effects against one row (Holm); NaN: unknown.
  double adjusted_p = std::numeric_limits<double>::quiet_NaN();
};

// Against each row the parts, then the alternatives slot by slot; all of these, and the slots by
// their largest, by size. What has no difference is last.
std::vector<Effect> EffectsOf(const Report& report);

// Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979): of m
// p values the i-th smallest becomes the largest of (m - j + 1) p_j over j <= i, at most 1. In the
// order given; NaN stays and is not counted.
std::vector<double> HolmAdjusted(const std::vector<double>& p_values);

// "differs from 0", where also the adjusted p is below 0.05; "not after Holm", where only the
// interval excludes 0; "interval holds 0"; empty: there is no difference.
std::string EffectVerdict(const Effect& effect);

}  // namespace facet

#endif  // FACET_CORE_REPORT_EFFECTS_H_
