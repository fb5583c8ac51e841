#include "core/report/cell_pictures.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace facet {

namespace {

struct Scale {
  double low = 0.0, high = 1.0;
};

Scale ScaleOf(const std::vector<std::optional<ShownInterval>>& intervals, bool zero) {
  std::vector<double> values;
  if (zero) values.push_back(0.0);
  for (const std::optional<ShownInterval>& each : intervals) {
    if (!each.has_value()) continue;
    values.insert(values.end(), {each->value, each->low, each->high});
    if (each->reference.has_value()) values.push_back(*each->reference);
  }
  const auto is_finite = [](double value) { return std::isfinite(value); };
  values.erase(std::partition(values.begin(), values.end(), is_finite), values.end());
  if (values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double margin = *high > *low ? 0.05 * (*high - *low) : 1.0;
  return {*low - margin, *high + margin};
}

std::string IntervalSvg(const Scale& scale, const ShownInterval& interval, bool zero) {
  constexpr int kWidth = 180, kHeight = 20, kEdge = 6;
  const auto x = [&](double at) {
    return kEdge + (at - scale.low) / (scale.high - scale.low) * (kWidth - 2 * kEdge);
  };
  std::string out = absl::StrFormat(
      "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" aria-hidden=\"true\">"
      "<line x1=\"0\" x2=\"%d\" y1=\"10\" y2=\"10\" stroke=\"var(--line)\"/>",
      kWidth, kHeight, kWidth, kHeight, kWidth);
  if (zero) {
    absl::StrAppendFormat(
        &out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"1\" y2=\"19\" stroke=\"var(--muted)\"/>", x(0.0),
        x(0.0));
  }
  if (interval.reference.has_value()) {
    absl::StrAppendFormat(&out,
                          "<path d=\"M%.1f 5l5 5l-5 5l-5 -5z\" fill=\"var(--bg)\" "
                          "stroke=\"var(--muted)\" stroke-width=\"1.25\"/>",
                          x(*interval.reference));
  }
  if (interval.high > interval.low) {
    absl::StrAppendFormat(&out,
                          "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"10\" y2=\"10\" "
                          "stroke=\"var(--accent)\" stroke-width=\"2\"/>",
                          x(interval.low), x(interval.high));
  }
  absl::StrAppendFormat(&out, "<circle cx=\"%.1f\" cy=\"10\" r=\"4\" fill=\"%s\"/></svg>",
                        x(interval.value),
                        interval.hollow ? "var(--bg)\" stroke=\"var(--accent)\" stroke-width=\"1.5"
                                        : "var(--accent)");
  return out;
}

}  // namespace

std::vector<std::string> IntervalSvgs(const std::vector<std::optional<ShownInterval>>& intervals,
                                      bool zero) {
  const Scale scale = ScaleOf(intervals, zero);
  std::vector<std::string> pictures;
  for (const std::optional<ShownInterval>& each : intervals) {
    const bool shown = each.has_value() && std::isfinite(each->value);
    pictures.push_back(shown ? IntervalSvg(scale, *each, zero) : "");
  }
  return pictures;
}

std::string BarSvg(int full_px, double share, double before, const char* colour) {
  const auto px = [&](double part) { return std::clamp(part, 0.0, 1.0) * full_px; };
  std::string out = absl::StrFormat(
      "<svg class=\"bar\" viewBox=\"0 0 %d 12\" width=\"%d\" height=\"12\" aria-hidden=\"true\">",
      full_px, full_px);
  if (before > 0.0) {
    absl::StrAppendFormat(&out, "<rect y=\"1\" width=\"%.1f\" height=\"10\" fill=\"var(--line)\"/>",
                          px(before));
  }
  if (share > 0.0) {
    absl::StrAppendFormat(&out, "<rect y=\"1\" width=\"%.1f\" height=\"10\" fill=\"%s\"/>",
                          std::max(px(share), 1.0), colour);
  }
  return out + "</svg>";
}

}  // namespace facet
