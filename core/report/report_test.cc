#include "core/report/report.h"

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/text_columns.h"
#include "core/report/figures.h"
#include "core/report/grid_testing.h"
#include "core/report/grids.h"
#include "core/report/sample_report.h"
#include "core/report/summary.h"
#include "core/report/table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

TEST(TableTest, ShowsEveryRowWithErrorsAndStates) {
  const std::string table = RenderTable(SampleReport(), {});
  EXPECT_THAT(table, HasSubstr("100%-EER, pooled [%]"));
  EXPECT_THAT(table, HasSubstr("A, curated"));
  EXPECT_THAT(table, HasSubstr("91.20 ± 0.61"));
  EXPECT_THAT(table, HasSubstr("\u22121.63"));  // 91.20 - 92.83
  EXPECT_THAT(table, HasSubstr("not run"));
  EXPECT_THAT(table, HasSubstr("row 5 failed: stage train: the loss is not finite"));
  EXPECT_THAT(table, HasSubstr("row 6 skipped: no list of curated images"));
  EXPECT_THAT(table, HasSubstr("4 vs 3"));
  EXPECT_THAT(table, HasSubstr("train.architecture.config A → B; train.start_from none → 2"));
  EXPECT_THAT(table, HasSubstr("10 paired folds, t interval"));
  EXPECT_THAT(table, HasSubstr("differences are not judged"));
  EXPECT_THAT(table, HasSubstr("\nmeasured on LFW view 2, 6,000 pairs, official\n"));
  EXPECT_THAT(table, Not(HasSubstr("verdict")));
  EXPECT_THAT(table, Not(HasSubstr("\033")));
}

// What the data set says of its protocol in every form of the report, in words of the evaluation.
TEST(MeasuredOnTest, NameCountAndSource) {
  ReportRow row;
  row.state = ReportRow::State::kDone;
  row.data = "celeba";
  for (const auto& [protocol, measured] : std::vector<std::pair<std::string, std::string>>{
           {"LFW view 2 (official), 6000 pairs, sha256 01", "LFW view 2, 6,000 pairs, official"},
           {"LFW view 2 (not official: the others of 6,000 are missing), 5312 pairs, sha256 01, "
            "seed 7",
            "LFW view 2, 5,312 pairs, not official: the others of 6,000 are missing"},
           {"YouTube Faces, corrected labels (official pairs), 5000 pairs, sha256 01",
            "YouTube Faces, corrected labels, 5,000 pairs, official pairs"},
           {"mine, too (pairs (1).csv), 12 pairs, sha256 01", "mine, too, 12 pairs, pairs (1).csv"},
           {"f(x), 12 pairs, sha256 01", "f(x), 12 pairs"},
           {"(x), 12 pairs, sha256 01", "(x), 12 pairs"},
           {"synthetic test, 6000 pairs, sha256 01, seed 3", "synthetic test, 6,000 pairs"},
           {", 12 pairs, sha256 01", "12 pairs"},
           {"302 samples, sha256 01", "celeba, 302 images"},
           {"image list (a, b.csv), 1302 images, sha256 01, seed 3",
            "image list, 1,302 images, a, b.csv"},
           {"image list, 90 templates, sha256 01, seed 3", "image list, 90 templates"},
           {"12 images, sha256 01, seed 3", "celeba, 12 images"},
           {"", ""}}) {
    row.evaluation.protocol = protocol;
    EXPECT_EQ(MeasuredOn(row), measured) << protocol;
  }
  row.state = ReportRow::State::kRunning;
  row.evaluation.protocol = "LFW view 2, 6000 pairs, sha256 01";
  EXPECT_EQ(MeasuredOn(row), "");
}

TEST(MeasuredOnTest, IsInEveryForm) {
  Report report = SampleReport();
  const std::string says = "LFW view 2, 6,000 pairs, official";
  EXPECT_THAT(RenderMarkdown(report), HasSubstr("- measured on " + says + "\n"));
  EXPECT_THAT(RenderHtml(report), HasSubstr("measured on " + says + "</p>"));
  EXPECT_THAT(RenderCsv(report), HasSubstr(",\"" + says + "\"\n"));
  EXPECT_EQ(ToJson(report).at("rows").at(0).at("derived").at("measured_on"), says);
  // Rows of several protocols, each with its own.
  report.rows[0].evaluation.protocol = "mine (pairs.csv), 20 pairs, sha256 01";
  const std::string table = RenderTable(report, {});
  EXPECT_THAT(table, HasSubstr("measured on mine, 20 pairs, pairs.csv (row " + report.rows[0].id +
                               "); LFW view 2, 6,000 pairs, official (row"));
}

TEST(TableTest, ColumnsAreAlignedByDisplayWidth) {
  Report report = SampleReport();
  report.rows[0].label = "中文 é";
  const std::vector<std::string> lines = Lines(RenderTable(report, {}));
  // Title, blank, heads, rule, then the seven rows; the counts end in one column.
  const auto end_of_count = [](const std::string& line) {
    return DisplayWidth(line.substr(0, line.find("6,000") + 5));
  };
  EXPECT_EQ(end_of_count(lines[4]), end_of_count(lines[5]));
  EXPECT_EQ(DisplayWidth(lines[3]), DisplayWidth(lines[4]));
}

TEST(TableTest, PlainAsciiAndColour) {
  for (const char c : RenderTable(SampleReport(), {false, true})) {
    EXPECT_TRUE((c >= 0x20 && c < 0x7F) || c == '\n') << static_cast<int>(c);
  }
  EXPECT_THAT(RenderTable(SampleReport(), {true, false}), HasSubstr("\033[31mfailed\033[0m"));
}

TEST(TableTest, VerdictsAreWordsWhereTolerancesAreGiven) {
  Report report = SampleReport();
  report.rows[0].references[0].tolerance = 2.0;
  report.rows[1].references[0].tolerance = 0.5;
  const std::string table = RenderTable(report, {});
  EXPECT_THAT(table, HasSubstr("within tolerance"));
  EXPECT_THAT(table, HasSubstr("differs"));
}

TEST(TableTest, ARowWithAnotherHeadlineIsNamed) {
  Report report = SampleReport();
  report.rows[3].evaluation.metrics.erase(report.rows[3].evaluation.metrics.begin());
  const std::string table = RenderTable(report, {});
  EXPECT_THAT(table, HasSubstr("100%-EER [%]"));
  EXPECT_THAT(table, HasSubstr("100%-EER, mean of folds [%] (row 4)"));
}

TEST(TableTest, ShowsTheColumnsThatTheExperimentWants) {
  Report report = SampleReport();
  report.rows.resize(2);
  report.rows[0].evaluation.metrics.push_back({"recall, pooled", 90.5, 0.5, "folds", "%", 10});
  report.rows[0].stages = {
      {"test.detect", ReportStage::State::kRun, 3.0, "k", {{"images", 200}}, {}}};
  report.columns = {"recall", "time/test.detect"};
  const Grid grid = ResultGrid(report);
  EXPECT_THAT(HeadsOf(grid), ElementsAre("row", "label", "100%-EER, pooled [%]", "n", "recall [%]",
                                         "test.detect [ms/image]", "paper", "difference"));
  EXPECT_THAT(CellsOf(grid, 0), ElementsAre("1", "A, curated", "91.20 ± 0.61", "6,000",
                                            "90.50 ± 0.50", "15", "92.83", "\u22121.63"));
  EXPECT_THAT(CellsOf(grid, 1), ElementsAre("2", "A, full", "93.87 ± 0.61", "6,000", "–", "–",
                                            "95.80", "\u22121.93"));
  // Its error is made in another way than the headline's.
  EXPECT_THAT(grid.notes, testing::Contains("recall: ± folds"));
  for (const std::string& text :
       {RenderTable(report, {}), RenderMarkdown(report), RenderHtml(report)}) {
    EXPECT_THAT(text, HasSubstr("90.50 ± 0.50"));
    EXPECT_THAT(text, HasSubstr("test.detect"));
  }
}

TEST(TableTest, WhatHasAColumnIsNotShownAsTheHeadlineOfOtherThings) {
  Report report = SampleReport();
  report.rows.resize(2);
  report.rows[0].state = report.rows[1].state = ReportRow::State::kDone;
  report.rows[0].references.clear();
  report.rows[0].evaluation.metrics = {{"persons", 5000, 0, kCounted, "1", 5000}};
  report.rows[1].evaluation.metrics = {{"100%-EER", 96.0, 0.5, "10 folds", "%", 6000},
                                       {"persons", 2622, 0, kCounted, "1", 2622}};
  report.columns = {"persons"};
  const Grid grid = ResultGrid(report);
  EXPECT_THAT(HeadsOf(grid),
              ElementsAre("row", "label", "100%-EER [%]", "n", "persons", "paper", "difference"));
  EXPECT_THAT(CellsOf(grid, 0), ElementsAre("1", "A, curated", "–", "", "5,000", "–", "–"));
  EXPECT_THAT(grid.notes, Not(Contains(HasSubstr("persons"))));
  // Alone, it is the headline.
  report.rows.resize(1);
  EXPECT_EQ(CellsOf(ResultGrid(report), 0)[2], "5,000");
}

TEST(TableTest, ReportedRowsShowTheirPublishedFigureAndSource) {
  Report report = SampleReport();
  report.rows.resize(2);
  report.rows[1].state = ReportRow::State::kReported;
  report.rows[1].reason = "Taigman et al., CVPR 2014";
  const std::string text = RenderTable(report, {});
  EXPECT_THAT(text, HasSubstr("reported"));
  EXPECT_THAT(text, HasSubstr("95.80"));
  EXPECT_THAT(text, HasSubstr("reported, not computed here: Taigman et al., CVPR 2014"));
  EXPECT_THAT(text, Not(HasSubstr("skipped")));
}

TEST(TableTest, SettingsStandBeforeTheResultInEveryForm) {
  Report report = SampleReport();
  report.rows.resize(3);
  report.setting_columns = {"Config.", "Train align.", "Images"};
  report.rows[0].settings = {"A", "no", "982,803"};
  report.rows[1].settings = {"A", "no", "2,622,000"};
  report.rows[2].settings = {"B", "yes", "–"};
  // They tell the rows apart, so that the labels are needless, until one is made like another.
  EXPECT_THAT(HeadsOf(ResultGrid(report)), testing::Not(testing::Contains("label")));
  report.rows.push_back(report.rows[2]);
  const Grid grid = ResultGrid(report);
  EXPECT_THAT(HeadsOf(grid), ElementsAre("row", "label", "Config.", "Train align.", "Images",
                                         "100%-EER, pooled [%]", "n", "paper", "difference"));
  EXPECT_THAT(CellsOf(grid, 1), ElementsAre("2", "A, full", "A", "no", "2,622,000", "93.87 ± 0.61",
                                            "6,000", "95.80", "\u22121.93"));
  EXPECT_TRUE(grid.columns[4].look.right);
  EXPECT_FALSE(grid.columns[3].look.right);
  EXPECT_THAT(RenderMarkdown(report), HasSubstr("| 3 | A, full, test aligned | B | yes | – |"));
  EXPECT_THAT(RenderHtml(report), HasSubstr(">Train align.</th>"));
  const std::vector<std::string> lines = Lines(RenderCsv(report));
  EXPECT_THAT(lines[0], HasSubstr(",measured_on,Config.,Train align.,Images"));
  EXPECT_THAT(lines[1], HasSubstr(",A,no,\"982,803\""));
  const auto back = ReportFromJson(ToJson(report));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(RenderTable(*back, {}), RenderTable(report, {}));
}

TEST(TableTest, ReportedRowsShowTheirPublishedFiguresInTheColumns) {
  Report report = SampleReport();
  report.rows.resize(2);
  report.columns = {"accuracy", "recall"};
  report.rows[1].state = ReportRow::State::kReported;
  report.rows[1].references.push_back({"accuracy", 91.4, "%", "", -1.0});
  EXPECT_THAT(CellsOf(ResultGrid(report), 1),
              ElementsAre("2", "A, full", "reported", "", "91.40", "–", "95.80", "–"));
}

// A table of the literature: nothing to compute, so no column for results and differences.
TEST(TableTest, ATableOfReportedRowsAloneHasAColumnForEachPublishedFigure) {
  Report report = SampleReport();
  report.rows.resize(2);
  for (ReportRow& row : report.rows) {
    row.state = ReportRow::State::kReported;
    row.reason = "the paper of row " + row.id;
    row.parent.clear();
  }
  report.rows[0].references = {{"identities", 5749, "", "", -1.0}, {"images", 13233, "", "", -1.0}};
  report.rows[1].references = {{"images", 2600000, "", "", -1.0}};
  const Grid grid = ResultGrid(report);
  EXPECT_THAT(HeadsOf(grid), ElementsAre("row", "label", "identities", "images"));
  EXPECT_THAT(CellsOf(grid, 0), ElementsAre("1", "A, curated", "5,749", "13,233"));
  EXPECT_THAT(CellsOf(grid, 1), ElementsAre("2", "A, full", "–", "2,600,000"));
  EXPECT_THAT(RenderTable(report, {}), HasSubstr("the paper of row 1 (row 1); the paper of row 2"));
  EXPECT_THAT(RenderHtml(report), Not(HasSubstr("95 % interval")));
  const std::vector<std::string> lines = Lines(RenderCsv(report));
  ASSERT_EQ(lines.size(), 1U + 3U);
  EXPECT_THAT(lines[2], HasSubstr("reported,images,,,,,,13233.0,"));
}

// Beside the row's own curve, or alone.
TEST(TableTest, PublishedCurvesAreDashedInTheRocPlot) {
  Report report = SampleReport();
  report.rows.resize(2);
  report.rows[1].state = ReportRow::State::kReported;
  for (ReportRow& row : report.rows) {
    row.published_roc =
        Curve{"ROC, published", "far", "tar", {0, 0.001, 0.05, 1}, {0, 0.5, 0.9, 1}};
  }
  const Plot plot = RocPlot(report, false);
  ASSERT_EQ(plot.lines.size(), 3U);
  EXPECT_EQ(plot.lines[0].name, "1  A, curated");
  EXPECT_FALSE(plot.lines[0].dashed);
  EXPECT_EQ(plot.lines[1].name, "1  A, curated, published");
  EXPECT_EQ(plot.lines[2].name, "2  A, full, published");
  EXPECT_TRUE(plot.lines[1].dashed && plot.lines[2].dashed);
  EXPECT_EQ(plot.lines[1].colour, plot.lines[0].colour);
  EXPECT_EQ(plot.lines[2].y, (std::vector<double>{0, 0.5, 0.9, 1}));
  EXPECT_EQ(plot.marks.size(), 3U);  // each curve's equal error rate
  EXPECT_EQ(RocPlot(report, true).lines.size(), 3U);
  EXPECT_THAT(RenderRocSvg(report), HasSubstr("2  A, full, published"));
  const auto back = ReportFromJson(ToJson(report));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(RenderHtml(*back), RenderHtml(report));
}

TEST(TableTest, AnEmptyReportIsATableWithoutRows) {
  EXPECT_THAT(RenderTable(Report(), {}), HasSubstr("label"));
  EXPECT_THAT(RenderHtml(Report()), HasSubstr("0 of 0 rows done"));
}

TEST(JsonTest, AReportReadsBackWhole) {
  const Report report = SampleReport();
  const auto back = ReportFromJson(ToJson(report));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(Dump(ToJson(*back)), Dump(ToJson(report)));
  EXPECT_EQ(RenderHtml(*back), RenderHtml(report));
  EXPECT_EQ(RenderTable(*back, {}), RenderTable(report, {}));
  EXPECT_EQ(back->rows[0].training.size(), 2U);
  EXPECT_EQ(back->rows[4].state, ReportRow::State::kFailed);
  EXPECT_EQ(back->rows[6].state, ReportRow::State::kNotRun);
}

TEST(JsonTest, OtherSchemasAndOtherFilesAreRefused) {
  Json json = ToJson(SampleReport());
  json["schema"] = 2;
  EXPECT_THAT(std::string(ReportFromJson(json).status().message()), HasSubstr("schema 2"));
  EXPECT_EQ(ReportFromJson(Json::object()).status().code(), absl::StatusCode::kInvalidArgument);
  json["schema"] = 1;
  json["rows"][0]["state"] = "done for";
  EXPECT_THAT(std::string(ReportFromJson(json).status().message()), HasSubstr("done for"));
}

TEST(HtmlTest, IsOneFileThatLoadsNothingAndEscapesLabels) {
  const std::string html = RenderHtml(SampleReport());
  EXPECT_THAT(html, HasSubstr("B, full, &lt;both&gt; aligned &amp; &quot;more&quot;"));
  EXPECT_THAT(html, Not(HasSubstr("<both>")));
  for (const char* loader : {"<script", "<link", "<img", "src=", "url(", "@import", "href="}) {
    EXPECT_THAT(html, Not(HasSubstr(loader)));
  }
  EXPECT_EQ(CountOf(html, "http"), CountOf(html, "xmlns=\"http://www.w3.org/2000/svg\""));
  for (const char* tag : {"table", "svg", "section", "tr", "td", "ul", "div", "details"}) {
    EXPECT_EQ(
        CountOf(html, "<" + std::string(tag) + ">") + CountOf(html, "<" + std::string(tag) + " "),
        CountOf(html, "</" + std::string(tag) + ">"))
        << tag;
  }
}

TEST(HtmlTest, AFigureThatIsNoNumberHasNoPicture) {
  Report report = SampleReport();
  report.rows[2].evaluation.metrics[0].value = std::nan("");
  const std::string html = RenderHtml(report);
  EXPECT_THAT(html, HasSubstr("<b>not a number</b>"));
  EXPECT_THAT(html, Not(HasSubstr("\"nan\"")));
}

TEST(HtmlTest, ShowsWhatWentWrongAndHowToReproduce) {
  const std::string html = RenderHtml(SampleReport());
  EXPECT_THAT(html, HasSubstr("step 18400  loss nan"));
  EXPECT_THAT(html, HasSubstr("runs/table4/logs/5.train.log"));
  EXPECT_THAT(html, HasSubstr("facet run experiments/table4.toml --set seed=3"));
  EXPECT_THAT(html, HasSubstr("faces missed <b>58</b>"));
  EXPECT_THAT(html, HasSubstr("58 of 13,233 images show no face"));
  // test.detect is one artifact of rows 1 to 4: shown once.
  EXPECT_EQ(CountOf(html, "<code>test.detect</code>"), 1);
}

TEST(MarkdownTest, EscapesLabelsAndKeepsTheTableWhole) {
  Report report = SampleReport();
  report.rows[0].label = "A|B *x* $y$";
  const std::vector<std::string> lines = Lines(RenderMarkdown(report));
  int width = 0, rows = 0;
  for (const std::string& line : lines) {
    if (line.empty() || line[0] != '|') {
      if (rows > 0) break;
      continue;
    }
    const int bars = CountOf(line, "|") - CountOf(line, "\\|");
    if (rows++ == 0) width = bars;
    EXPECT_EQ(bars, width) << line;
  }
  EXPECT_EQ(rows, 9);
  EXPECT_THAT(RenderMarkdown(report), HasSubstr("A\\|B \\*x\\* \\$y\\$"));
}

TEST(CsvTest, OneLineAFigureAndQuotesWhereNeeded) {
  const std::vector<std::string> lines = Lines(RenderCsv(SampleReport()));
  EXPECT_EQ(lines.size(), 1U + 4U * 4U + 3U);
  EXPECT_EQ(
      lines[1],
      "1,\"A, curated\",2,done,\"100%-EER, pooled\",91.2,0.61,\"over 10 folds, ddof 1\",%,6000,"
      "92.83,-1.6299999999999955,,,\"LFW view 2, 6,000 pairs, official\"");
  EXPECT_THAT(RenderCsv(SampleReport()), HasSubstr("\"B, full, <both> aligned & \"\"more\"\"\""));
  EXPECT_THAT(lines.back(), HasSubstr("not run,100%-EER,,,,%,,99.13,,,"));
}

TEST(WriteReportTest, WritesEveryForm) {
  const std::string folder = testing::TempDir() + "/report_test/deep/report";
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(WriteReport(SampleReport(), folder).ok());
  for (const char* file : {"results.json", "report.html", "report.md", "report.csv", "roc.svg"}) {
    EXPECT_TRUE(ReadFile(folder + "/" + file).ok()) << file;
  }
  const auto results = ReadJsonFile(folder + "/results.json");
  ASSERT_TRUE(results.ok());
  EXPECT_EQ((*results)["rows"][0]["derived"]["reference_difference"], 91.20 - 92.83);
  EXPECT_EQ((*results)["rows"][3]["derived"]["against_parent"]["interval_95"].size(), 2U);
}

TEST(WriteReportTest, WithoutACurveThereIsNoPicture) {
  EXPECT_EQ(RenderRocSvg(Report()), "");
  EXPECT_THAT(RenderRocSvg(SampleReport()), HasSubstr("B, full, test aligned"));
}

}  // namespace
}  // namespace facet
