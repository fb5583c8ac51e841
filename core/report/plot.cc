#include "core/report/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/text_columns.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr std::array<const char*, kNumColours> kLight = {
    "#0072b2", "#d55e00", "#009e73", "#b4488a", "#c98b00", "#3a9bd9", "#6f5bb5", "#6b7280"};
constexpr std::array<const char*, kNumColours> kDark = {"#4aa8e0", "#f08a3c", "#2fc79b", "#e08abf",
                                                        "#e9b949", "#7cc4f2", "#a593ea", "#a3aab5"};

constexpr int kLeft = 58, kRight = 14, kTop = 34, kBottom = 46;
constexpr char kText[] = "var(--fg,#1b1f24)", kMuted[] = "var(--muted,#5f6873)",
               kGrid[] = "var(--line,#e4e6ea)";

std::string Pixel(double value) {
  std::string text = absl::StrFormat("%.2f", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

class Canvas {
 public:
  Canvas(const Plot& plot, int width, int height)
      : plot_(plot), width_(width - kLeft - kRight), height_(height - kTop - kBottom) {}

  double X(double x) const {
    return kLeft + Share(x, plot_.x_min, plot_.x_max, plot_.log_x) * width_;
  }
  double Y(double y) const {
    return kTop + (1.0 - Share(y, plot_.y_min, plot_.y_max, plot_.log_y)) * height_;
  }

  std::string Axes() const {
    std::string out;
    for (const double x : XTicks()) {
      absl::StrAppend(&out, Segment(X(x), kTop, X(x), kTop + height_, kGrid),
                      Label(X(x), kTop + height_ + 17, "middle", TickText(x), kMuted));
    }
    for (const double y : YTicks()) {
      absl::StrAppend(&out, Segment(kLeft, Y(y), kLeft + width_, Y(y), kGrid),
                      Label(kLeft - 8, Y(y) + 4, "end", TickText(y), kMuted));
    }
    absl::StrAppend(&out, Label(kLeft, 18, "start", plot_.title, kText, "600"),
                    Label(kLeft + width_ / 2.0, kTop + height_ + 37, "middle",
                          plot_.x_label + (plot_.percent ? " [%]" : ""), kMuted));
    const std::string middle = Pixel(kTop + height_ / 2.0);
    absl::StrAppend(&out, "<text x=\"14\" y=\"", middle, "\" transform=\"rotate(-90 14 ", middle,
                    ")\" text-anchor=\"middle\" fill=\"", kMuted, "\">",
                    EscapeHtml(plot_.y_label + (plot_.percent ? " [%]" : "")), "</text>");
    return out;
  }

  // Neighbours that fall on one point of the screen are left out.
  std::string Path(const std::vector<double>& xs, const std::vector<double>& ys,
                   double shift_px = 0.0) const {
    std::string path;
    double last_x = -1e9, last_y = -1e9;
    for (size_t i = 0; i < xs.size(); ++i) {
      if (!std::isfinite(xs[i]) || !std::isfinite(ys[i])) continue;
      const double x = X(xs[i]) + shift_px, y = Y(ys[i]);
      const bool last = i + 1 == xs.size();
      if (!last && std::abs(x - last_x) < 0.3 && std::abs(y - last_y) < 0.3) continue;
      absl::StrAppend(&path, path.empty() ? "M" : "L", Pixel(x), " ", Pixel(y));
      last_x = x;
      last_y = y;
    }
    return path;
  }

  std::string Dots(const PlotLine& line) const {
    std::string out;
    for (size_t i = 0; i < line.x.size(); ++i) {
      if (!std::isfinite(line.x[i]) || !std::isfinite(line.y[i])) continue;
      absl::StrAppend(&out, "<circle cx=\"", Pixel(X(line.x[i])), "\" cy=\"", Pixel(Y(line.y[i])),
                      "\" r=\"2.5\" fill=\"", line.colour, "\"/>");
    }
    return out;
  }

  // What is higher than nothing is seen. Neighbours are kept apart.
  std::string Bars() const {
    constexpr double kGap = 1.0, kLeast = 1.5;
    std::string out;
    for (const PlotBar& bar : plot_.bars) {
      if (!(bar.height > 0.0)) continue;
      const double left = X(bar.low), bottom = kTop + height_;
      const double width = X(bar.high) - left;
      const double top = std::min(Y(bar.height), bottom - kLeast);
      absl::StrAppend(&out, "<rect x=\"", Pixel(left), "\" y=\"", Pixel(top), "\" width=\"",
                      Pixel(std::max(width > 4.0 ? width - kGap : width, kLeast)), "\" height=\"",
                      Pixel(bottom - top), "\" fill=\"", bar.colour, "\"><title>",
                      EscapeHtml(bar.name), "</title></rect>");
    }
    return out;
  }

  std::string ErrorBars() const {
    constexpr double kCap = 3.5;
    std::string out;
    for (const PlotErrorBar& bar : plot_.error_bars) {
      if (!(bar.high > bar.low)) continue;
      const double x = X(bar.x) + bar.shift_px, low = Y(bar.low), high = Y(bar.high);
      absl::StrAppend(&out, "<path d=\"M", Pixel(x), " ", Pixel(low), "V", Pixel(high));
      for (const double y : {low, high}) {
        absl::StrAppend(&out, "M", Pixel(x - kCap), " ", Pixel(y), "h", Pixel(2.0 * kCap));
      }
      absl::StrAppend(&out, "\" fill=\"none\" stroke=\"", bar.colour, "\" stroke-width=\"1.25\"/>");
    }
    return out;
  }

  std::string Ring(const PlotMark& mark) const {
    return absl::StrCat("<circle cx=\"", Pixel(X(mark.x) + mark.shift_px), "\" cy=\"",
                        Pixel(Y(mark.y)), "\" r=\"7.5\" fill=\"none\" stroke=\"", mark.colour,
                        "\" stroke-width=\"1.5\"/>");
  }

  std::string FallingDiagonal() const {
    std::vector<double> xs, ys;
    for (int i = 0; i <= 200; ++i) {
      const double share = i / 200.0;
      const double x = plot_.log_x ? plot_.x_min * std::pow(plot_.x_max / plot_.x_min, share)
                                   : plot_.x_min + share * (plot_.x_max - plot_.x_min);
      if (1.0 - x < plot_.y_min || 1.0 - x > plot_.y_max) continue;
      xs.push_back(x);
      ys.push_back(1.0 - x);
    }
    return absl::StrCat("<path d=\"", Path(xs, ys), "\" fill=\"none\" stroke=\"", kMuted,
                        "\" stroke-width=\"1\" stroke-dasharray=\"2 4\"/>");
  }

  // Opens an element that shows the plot's inside alone (and half a line around it).
  std::string Clip() const {
    const std::string box =
        absl::StrCat(kLeft - 1, " ", kTop - 1, " ", width_ + 2, " ", height_ + 2);
    return absl::StrCat("<svg x=\"", kLeft - 1, "\" y=\"", kTop - 1, "\" width=\"", width_ + 2,
                        "\" height=\"", height_ + 2, "\" viewBox=\"", box, "\">");
  }

  static std::string Segment(double x1, double y1, double x2, double y2, const char* colour) {
    return absl::StrCat("<line x1=\"", Pixel(x1), "\" y1=\"", Pixel(y1), "\" x2=\"", Pixel(x2),
                        "\" y2=\"", Pixel(y2), "\" stroke=\"", colour, "\"/>");
  }
  static std::string Label(double x, double y, const char* anchor, const std::string& text,
                           const char* colour, const char* weight = "400") {
    return absl::StrCat("<text x=\"", Pixel(x), "\" y=\"", Pixel(y), "\" text-anchor=\"", anchor,
                        "\" fill=\"", colour, "\" font-weight=\"", weight, "\">", EscapeHtml(text),
                        "</text>");
  }

 private:
  // Where `value` lies between `low` (0) and `high` (1).
  static double Share(double value, double low, double high, bool log) {
    if (!log) return (value - low) / (high - low);
    return std::log10(std::max(value, low) / low) / std::log10(high / low);
  }

  std::vector<double> XTicks() const {
    std::vector<double> ticks;
    if (!plot_.log_x) {
      for (const double x : RoundTicks(plot_.x_min, plot_.x_max, 5)) {
        const bool any = !plot_.counted_x && !plot_.whole_x;
        if (any || std::abs(x - std::round(x)) < 1e-9) ticks.push_back(x);
      }
      return ticks;
    }
    return LogTicks(plot_.x_min, plot_.x_max);
  }

  std::vector<double> YTicks() const {
    std::vector<double> ticks;
    if (plot_.log_y) return LogTicks(plot_.y_min, plot_.y_max);
    for (const double y : RoundTicks(plot_.y_min, plot_.y_max, 5)) {
      if (plot_.bars.empty() || std::abs(y - std::round(y)) < 1e-9) ticks.push_back(y);
    }
    return ticks;
  }

  std::string TickText(double value) const {
    double shown = plot_.percent ? 100.0 * value : value;
    const char* unit = "";
    if (std::abs(shown) >= 9999.5) {
      for (const char* larger : {"k", "M", "G"}) {
        shown /= 1000.0;
        unit = larger;
        if (std::abs(shown) < 999.5) break;
      }
    }
    return absl::StrFormat("%.4g%s", std::abs(shown) < 1e-12 ? 0.0 : shown, unit);
  }

  const Plot& plot_;
  const int width_, height_;
};

// Names begin 46 px from the plot; 7.5 px a letter is enough for 12 px text in any font.
int LegendWidth(const Plot& plot) {
  int letters = 0;
  for (const PlotLine& line : plot.lines) letters = std::max(letters, DisplayWidth(line.name));
  return 46 + static_cast<int>(std::lround(7.5 * letters)) + kRight;
}

std::string Legend(const Plot& plot, int left) {
  std::string out;
  double y = kTop + 8;
  for (const PlotLine* line : NamedLines(plot)) {
    absl::StrAppend(&out, "<line x1=\"", left, "\" x2=\"", left + 22, "\" y1=\"", Pixel(y - 4),
                    "\" y2=\"", Pixel(y - 4), "\" stroke=\"", line->colour,
                    "\" stroke-width=\"2.5\"", line->dashed ? " stroke-dasharray=\"5 3\"" : "",
                    "/>", Canvas::Label(left + 30, y, "start", line->name, kText));
    y += 20;
  }
  return out;
}

}  // namespace

std::vector<const PlotLine*> NamedLines(const Plot& plot) {
  std::vector<const PlotLine*> lines;
  std::set<std::string> names;
  for (const PlotLine& line : plot.lines) {
    if (names.insert(line.name).second) lines.push_back(&line);
  }
  return lines;
}

std::string SeriesColour(size_t index) {
  const size_t colour = index % kNumColours;
  return absl::StrCat("var(--c", colour, ",", kLight[colour], ")");
}

std::string ColourVariables(bool dark) {
  std::string text;
  for (size_t i = 0; i < kNumColours; ++i) {
    absl::StrAppend(&text, "--c", i, ":", dark ? kDark[i] : kLight[i], ";");
  }
  return text;
}

std::vector<double> RoundTicks(double low, double high, int count) {
  if (!(high > low) || count < 1) return {low};
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * (1.0 - 1e-9)) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9);
  for (int i = 0; (first + i) * step <= high + 1e-9 * step; ++i)
    ticks.push_back((first + i) * step);
  return ticks;
}

std::vector<double> LogTicks(double low, double high) {
  std::vector<double> tens, all;
  if (!(low > 0.0) || !(high > low)) return {low};
  for (double exponent = std::floor(std::log10(low)); exponent <= std::log10(high) + 1e-9;
       ++exponent) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10.0, exponent);
      if (tick < low * (1.0 - 1e-9) || tick > high * (1.0 + 1e-9)) continue;
      all.push_back(tick);
      if (factor == 1.0) tens.push_back(tick);
    }
  }
  return tens.size() < 3 ? all : tens;
}

std::string RenderPlot(const Plot& plot, int width_px, int height_px, bool legend) {
  const Canvas canvas(plot, width_px, height_px);
  const int full_width = width_px + (legend ? LegendWidth(plot) : 0);
  std::string out = absl::StrCat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", full_width, " ", height_px,
      "\" width=\"", full_width, "\" height=\"", height_px, "\" role=\"img\" aria-label=\"",
      EscapeHtml(plot.title),
      "\" font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,sans-serif\" font-size=\"12\">");
  if (legend) out += "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>";
  out += canvas.Axes();
  if (plot.falling_diagonal) out += canvas.FallingDiagonal();
  out += canvas.Clip() + canvas.Bars();
  for (const PlotLine& line : plot.lines) {
    absl::StrAppend(&out, "<path d=\"", canvas.Path(line.x, line.y, line.shift_px),
                    "\" fill=\"none\" stroke=\"", line.colour,
                    "\" stroke-width=\"1.75\" stroke-linejoin=\"round\"",
                    line.dashed ? " stroke-dasharray=\"5 3\"" : "", "><title>",
                    EscapeHtml(line.name), "</title></path>");
  }
  out += "</svg>";
  if (plot.counted_x) {
    for (const PlotLine& line : plot.lines) out += canvas.Dots(line);
  }
  out += canvas.ErrorBars();
  for (const PlotMark& mark : plot.marks) {
    if (mark.ringed) out += canvas.Ring(mark);
    absl::StrAppend(&out, "<circle cx=\"", Pixel(canvas.X(mark.x) + mark.shift_px), "\" cy=\"",
                    Pixel(canvas.Y(mark.y)), "\" r=\"3.5\" fill=\"", mark.colour,
                    "\" stroke=\"var(--bg,#fff)\" stroke-width=\"1.5\"><title>",
                    EscapeHtml(mark.name), "</title></circle>");
  }
  if (legend) out += Legend(plot, width_px + 16);
  return out + "</svg>\n";
}

}  // namespace facet
