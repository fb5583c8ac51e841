#include "core/report/plot.h"

#include <limits>
#include <string>
#include <vector>

#include "core/report/figures.h"
#include "core/report/sample_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<double> Heights(const Plot& plot) {
  std::vector<double> heights;
  for (const PlotBar& bar : plot.bars) heights.push_back(bar.height);
  return heights;
}

TEST(PlotTest, TicksAreRoundAndInside) {
  EXPECT_THAT(RoundTicks(0, 1, 5), ElementsAre(0, 0.2, 0.4, 0.6000000000000001, 0.8, 1));
  EXPECT_THAT(RoundTicks(3, 17, 5), ElementsAre(5, 10, 15));
  EXPECT_THAT(RoundTicks(2, 2, 5), ElementsAre(2));
}

TEST(PlotTest, EpochsHaveWholeTicksAndASingleOneIsSeen) {
  Plot plot;
  plot.counted_x = true;
  plot.x_min = 1;
  plot.x_max = 2;
  plot.lines = {{"one epoch", {1}, {0.5}, "red", false}};
  const std::string svg = RenderPlot(plot, 58 + 14 + 100, 34 + 46 + 200, false);
  EXPECT_THAT(svg, HasSubstr(">1</text>"));
  EXPECT_THAT(svg, Not(HasSubstr(">1.2</text>")));
  EXPECT_THAT(svg, HasSubstr("<circle cx=\"58\" cy=\"134\" r=\"2.5\" fill=\"red\"/>"));
}

TEST(PlotTest, PointsAreWhereTheAxesSay) {
  Plot plot;
  plot.lines = {{"line <1>", {0, 1}, {0, 1}, "red", false}};
  const std::string svg = RenderPlot(plot, 58 + 14 + 100, 34 + 46 + 200, false);
  EXPECT_THAT(svg, HasSubstr("M58 234L158 34"));  // lower left to upper right of 100 x 200 px
  EXPECT_THAT(svg, HasSubstr("line &lt;1&gt;"));
  plot.log_x = true;
  plot.x_min = 0.01;
  plot.lines[0].x = {0.001, 0.1};
  EXPECT_THAT(RenderPlot(plot, 172, 280, false), HasSubstr("M58 234L108 34"));
}

TEST(CurationPlotTest, CurvesWithEqualAxesShareAPlot) {
  const ReportCuration curation = *SampleCurationReport("").rows[2].curation;
  const std::vector<Plot> plots = CurationPlots(curation);
  ASSERT_EQ(plots.size(), 2U);
  EXPECT_EQ(plots[0].title, "precision over recall");
  EXPECT_EQ(plots[1].title, "purity by rank");
  EXPECT_EQ(plots[1].lines.size(), 2U);
  EXPECT_EQ(plots[1].x_max, 2000.0);
  EXPECT_EQ(plots[1].y_max, 1.0);
}

TEST(HistogramPlotTest, WideningBinsLieOnALogarithmicAxis) {
  const ReportCuration curation = *SampleCurationReport("").rows[0].curation;
  const Plot plot = HistogramPlot(curation.histograms[0]);
  EXPECT_TRUE(plot.log_x);
  EXPECT_TRUE(plot.log_y);  // 1,201,332 and 129
  EXPECT_EQ(plot.x_min, 1.0);
  EXPECT_DOUBLE_EQ(plot.x_max, 33.0 * 33.0 / 17.0);  // the open bin is as wide as its neighbour
  EXPECT_THAT(Heights(plot), ElementsAre(1201332, 251004, 121990, 48011, 10872, 1821, 129));
  EXPECT_EQ(plot.bars[3].name, "5 to below 9: 48,011");
  EXPECT_EQ(plot.bars[6].name, "33 and more: 129");
}

TEST(HistogramPlotTest, WholeNumbersStandOverTheirNumber) {
  const Plot plot = HistogramPlot({"sizes", "images", {0, 1, 2, 3, 4, 5}, {0, 5, 0, 7, 0}});
  EXPECT_FALSE(plot.log_x);
  EXPECT_FALSE(plot.log_y);
  EXPECT_TRUE(plot.whole_x);
  EXPECT_EQ(plot.x_min, 0.5);  // bins without a count at the ends are left out
  EXPECT_EQ(plot.x_max, 3.5);
  EXPECT_EQ(plot.bars[0].name, "1: 5");
  const Plot shares = HistogramPlot({"d", "x", {0.0, 0.25, 0.5}, {1, 2}});
  EXPECT_FALSE(shares.whole_x);
  EXPECT_EQ(shares.x_max, 0.5);
  EXPECT_EQ(shares.bars[1].name, "0.25 to below 0.5: 2");
}

TEST(HistogramPlotTest, OpenEndsAndNothingCounted) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Plot plot = HistogramPlot({"d", "x", {-kInfinity, -2, 0, kInfinity}, {1, 2, 3}});
  EXPECT_EQ(plot.x_min, -4.0);
  EXPECT_EQ(plot.x_max, 2.0);
  EXPECT_EQ(plot.bars[0].name, "below \u22122: 1");
  const Plot one = HistogramPlot({"d", "x", {-kInfinity, kInfinity}, {4}});
  EXPECT_EQ(one.x_min, -0.5);
  EXPECT_EQ(one.x_max, 0.5);
  EXPECT_TRUE(HistogramPlot({"none", "x", {}, {}}).bars.empty());
  EXPECT_TRUE(HistogramPlot({"zeros", "x", {1, 2, 3}, {0, 0}}).bars.empty());
  EXPECT_EQ(HistogramPlot({"point", "x", {2, 2}, {3}}).x_max, 3.0);
}

TEST(PlotTest, BarsReachFromTheBottomToTheirHeight) {
  Plot plot;
  plot.x_max = 2.0;
  plot.whole_x = true;
  plot.y_max = 4.0;
  plot.bars = {{0, 1, 2, "red", "a <b>"}, {1, 2, 0, "red", "nothing"}};
  // 100 x 200 px of plot from (58, 34): half as wide less the gap of 1 px, half as high.
  const std::string svg = RenderPlot(plot, 172, 280, false);
  EXPECT_THAT(svg, HasSubstr("<rect x=\"58\" y=\"134\" width=\"49\" height=\"100\" fill=\"red\">"
                             "<title>a &lt;b&gt;</title></rect>"));
  EXPECT_THAT(svg, Not(HasSubstr("nothing")));
  plot.y_max = 2.0;
  EXPECT_THAT(RenderPlot(plot, 172, 280, false), Not(HasSubstr(">0.5</text>")));  // whole counts
  plot.log_y = true;
  plot.y_min = 0.5;
  plot.y_max = 50.0;
  plot.bars[0].height = 5.0;
  EXPECT_THAT(RenderPlot(plot, 172, 280, false), HasSubstr("y=\"134\" width=\"49\""));
}

TEST(PlotTest, TicksOfLogarithmicAxes) {
  EXPECT_THAT(LogTicks(0.5, 2000), ElementsAre(1, 10, 100, 1000));
  EXPECT_THAT(LogTicks(0.5, 15), ElementsAre(0.5, 1, 2, 5, 10));
  EXPECT_THAT(LogTicks(0.0, 1.0), ElementsAre(0.0));
}

}  // namespace
}  // namespace facet
