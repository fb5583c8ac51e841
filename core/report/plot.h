// Plots of lines and bars as SVG. Colours are CSS variables with a fallback, so that a plot follows
// a page's light or dark theme and stands alone as well.
#ifndef FACET_CORE_REPORT_PLOT_H_
#define FACET_CORE_REPORT_PLOT_H_

#include <cstddef>
#include <string>
#include <vector>

namespace facet {

struct PlotLine {
  std::string name;
  std::vector<double> x, y;
  std::string colour;  // SeriesColour()
  bool dashed = false;
  double shift_px = 0.0;  // to the right, of points that would hide each other; likewise below
};

// A bar from the bottom up to `height` over [low, high].
struct PlotBar {
  double low = 0.0, high = 0.0, height = 0.0;
  std::string colour, name;  // as a mark's
};

struct PlotMark {
  double x = 0.0, y = 0.0;
  std::string colour, name;  // the name is shown when the pointer rests on it
  bool ringed = false;
  double shift_px = 0.0;
};

// A vertical line over [low, high].
struct PlotErrorBar {
  double x = 0.0, low = 0.0, high = 0.0;
  std::string colour;
  double shift_px = 0.0;
};

struct Plot {
  std::string title, x_label, y_label;
  double x_min = 0.0, x_max = 1.0, y_min = 0.0, y_max = 1.0;
  bool log_x = false;             // x_min > 0; smaller x are drawn at x_min
  bool log_y = false;             // likewise
  bool percent = false;           // ticks of both axes in %, of values in [0, 1]
  bool counted_x = false;         // epochs and the like: whole ticks, and a dot for each value
  bool whole_x = false;           // whole ticks alone
  bool falling_diagonal = false;  // y = 1 - x, where the two error rates are equal
  std::vector<PlotBar> bars;
  std::vector<PlotLine> lines;
  std::vector<PlotErrorBar> error_bars;
  std::vector<PlotMark> marks;
};

// An <svg> element. With `legend` the names stand beside the plot, which grows by their width, and
// the background is white.
std::string RenderPlot(const Plot& plot, int width_px, int height_px, bool legend);

// The lines that a legend names: of several with one name, as copies of a row have, the first.
std::vector<const PlotLine*> NamedLines(const Plot& plot);

// The colour of the i-th series, distinguishable also by people with colour-blindness (after Okabe
// and Ito); from the ninth on they repeat, to be told apart by dashes.
inline constexpr size_t kNumColours = 8;
std::string SeriesColour(size_t index);
// The same as the page's style sheet declares it: "--c0:#0072b2;...".
std::string ColourVariables(bool dark);

// Positions of at most `count` + 1 round numbers in [low, high].
std::vector<double> RoundTicks(double low, double high, int count);
// Powers of ten in [low, high]; with fewer than three also their double and fivefold.
std::vector<double> LogTicks(double low, double high);

}  // namespace facet

#endif  // FACET_CORE_REPORT_PLOT_H_
