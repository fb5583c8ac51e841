// Pictures in the cells of HTML tables.
#ifndef FACET_CORE_REPORT_CELL_PICTURES_H_
#define FACET_CORE_REPORT_CELL_PICTURES_H_

#include <optional>
#include <string>
#include <vector>

namespace facet {

struct ShownInterval {
  double value = 0.0, low = 0.0, high = 0.0;
  std::optional<double> reference = {};
  bool hollow = false;  // the point
};
// Each as a picture on a line of its own, all on one scale, with `zero` on it too if that is asked
// for; nothing for what there is not, or is not finite.
std::vector<std::string> IntervalSvgs(const std::vector<std::optional<ShownInterval>>& intervals,
                                      bool zero);

// A bar of `full_px` length filled up to `share` of it, and in outline up to `before`.
std::string BarSvg(int full_px, double share, double before, const char* colour);

}  // namespace facet

#endif  // FACET_CORE_REPORT_CELL_PICTURES_H_
