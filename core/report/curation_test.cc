#include "core/report/curation.h"

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/report/curation_json.h"
#include "core/report/grid_testing.h"
#include "core/report/grids.h"
#include "core/report/sample_report.h"
#include "core/report/table.h"
#include "core/report/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CurationTableTest, StagesFollowThoseThatTheyGoOnFrom) {
  const Report report = SampleCurationReport("");  // deduplicate is its first row
  const std::vector<CurationStage> stages = CurationStages(report);
  ASSERT_EQ(stages.size(), 3U);
  EXPECT_EQ(stages[2].before, stages[1].curation);
  const Grid grid = CurationGrid(stages);
  EXPECT_THAT(HeadsOf(grid), ElementsAre("row", "stage", "persons", "images per person", "images",
                                         "change", "effort", "precision [%]", "recall [%]"));
  EXPECT_THAT(CellsOf(grid, 0), ElementsAre("web", "synthetic_web", "2,622", "2,000", "5,244,000",
                                            "–", "none", "78.31", "100.00"));
  EXPECT_THAT(CellsOf(grid, 1),
              ElementsAre("purify", "purify", "2,622", "1,000", "2,622,000",
                          "\u22122,622,000 (\u221250.0 %)", "none", "97.93", "93.47"));
  // 1,635,159 of 2,622,000 images are 62.4 %; 1,635,159 of 2,622 persons 623.6 each.
  EXPECT_THAT(CellsOf(grid, 2),
              ElementsAre("deduplicate", "deduplicate", "2,622", "623.6", "1,635,159",
                          "\u2212986,841 (\u221237.6 %)", "none", "98.12 ± 0.05", "99.71"));
  const Grid own = OwnFigureGrid(*stages[1].curation);
  ASSERT_EQ(own.NumRows(), 3U);
  EXPECT_THAT(CellsOf(own, 0),
              ElementsAre("removed: below rank 1000", "2,301,771", "2,301,771", kCounted));
}

TEST(CurationTableTest, RowsWithOneStageShareIt) {
  Report report = SampleCurationReport("");
  report.rows[3].curation = report.rows[2].curation;
  const std::vector<CurationStage> stages = CurationStages(report);
  ASSERT_EQ(stages.size(), 3U);
  EXPECT_EQ(RowNames(stages[1].rows), "rows purify, full");
}

TEST(CurationTableTest, ACircleOrAMissingRowEndsTheChain) {
  Report report = SampleCurationReport("");
  report.rows[1].curation->from = "deduplicate";
  EXPECT_EQ(CurationStages(report).size(), 3U);
  report.rows[1].curation->from = "no such row";
  EXPECT_EQ(CurationStages(report)[0].before, nullptr);
}

TEST(CurationTableTest, WithoutTruthThereIsNeitherPrecisionNorRecall) {
  Report report = SampleCurationReport("");
  for (ReportRow& row : report.rows) {
    if (row.curation.has_value()) row.curation->metrics.resize(4);
  }
  EXPECT_EQ(HeadsOf(CurationGrid(CurationStages(report))).back(), "effort");
  for (const std::string& text :
       {RenderTable(report, {}), RenderMarkdown(report), RenderHtml(report)}) {
    EXPECT_THAT(text, HasSubstr("the truth is not known"));
  }
}

TEST(CurationTableTest, CountsNeedNoErrorButEstimatesDo) {
  const Report report = SampleCurationReport("");
  const Grid grid = ResultGrid(report);
  EXPECT_THAT(HeadsOf(grid),
              ElementsAre("row", "label", "100%-EER, pooled [%]", "n", "images", "precision [%]"));
  EXPECT_THAT(CellsOf(grid, 1),
              ElementsAre("web", "after stage 2", "90.20 ± 0.61", "6,000", "5,244,000", "78.31"));
  EXPECT_THAT(CellsOf(grid, 0), ElementsAre("deduplicate", "after stage 4", "94.10 ± 0.61", "6,000",
                                            "1,635,159", "98.12 ± 0.05"));
  EXPECT_THAT(CellsOf(grid, 3), ElementsAre("full", "a list from elsewhere", "93.40 ± 0.61",
                                            "6,000", "–", "–"));  // no curator of its own
  EXPECT_EQ(FormatStageFigure({"effort", 12.5, 0.0, kCounted, "h", 1}), "12 h 30 min");
  EXPECT_EQ(FormatStageFigure({"images", 12345.6, 0.0, kCounted, "1", 1}), "12,346");
  EXPECT_EQ(FormatStageFigure({"share", 1.5, -1.0, "", "%", 1}), "1.50, error unknown");
}

// A stage without a network of its own shows its counts as columns alone.
TEST(CurationTableTest, CountsDoNotStretchTheScaleOfTheHeadline) {
  Report report = SampleCurationReport("");
  report.rows[1].evaluation.metrics = report.rows[1].curation->metrics;
  report.columns = {"persons"};
  const std::string html = RenderHtml(report);
  EXPECT_THAT(html, HasSubstr("<td class=\"num\"><span class=\"muted\">–</span></td>"));
  const std::string dot = "<circle cx=\"";  // rows deduplicate, purify and full still differ
  EXPECT_EQ(CountOf(html.substr(0, html.find("What changed")), dot), 3);
}

class CurationReportTest : public testing::Test {
 protected:
  CurationReportTest() : folder_(testing::TempDir() + "/curation_report") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    EXPECT_TRUE(WriteFileAtomically(folder_ + "/picture", "JPEG bytes").ok());
  }
  Report Sample() const { return SampleCurationReport(folder_ + "/picture"); }
  std::string Written(const std::string& file) const {
    const absl::StatusOr<std::string> text = ReadFile(folder_ + "/report/" + file);
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }
  const std::string folder_;
};

TEST_F(CurationReportTest, ContactSheetsAreCopiedAndLoadedWhenLookedAt) {
  ASSERT_TRUE(WriteReport(Sample(), folder_ + "/report").ok());
  EXPECT_EQ(Written("sheets/purify_00.jpg"), "JPEG bytes");
  const std::string html = Written("report.html");
  EXPECT_THAT(html, HasSubstr("<img loading=\"lazy\" src=\"sheets/purify_00.jpg\" alt=\"removed: "
                              "below rank 1000 (2,301,771), 48 images\">"));
  EXPECT_EQ(CountOf(html, "<img"), 1);
  EXPECT_EQ(CountOf(html, "There is no picture of it."), 1);
  EXPECT_EQ(CountOf(html, "<details class=\"sheet\">"), 2);
  const std::string markdown = Written("report.md");
  EXPECT_THAT(markdown, HasSubstr("- [removed: below rank 1000 (2,301,771)]"
                                  "(sheets/purify_00.jpg), 48 images\n"));
  EXPECT_THAT(markdown, HasSubstr("(320,229), 1 image, no picture\n"));
  EXPECT_TRUE(WriteReport(Sample(), folder_ + "/report").ok());  // again, over it
}

TEST_F(CurationReportTest, AReportForAPlaceOfItsOwnHoldsItsPictures) {
  ASSERT_TRUE(WriteReport(Sample(), folder_ + "/report").ok());
  const absl::StatusOr<Json> json = ReadJsonFile(folder_ + "/report/results.json");
  ASSERT_TRUE(json.ok());
  const absl::StatusOr<Report> report = ReportFromJson(*json);
  ASSERT_TRUE(report.ok()) << report.status();
  // "JPEG bytes" in base64 by coreutils.
  EXPECT_THAT(RenderHtmlAlone(*report, folder_ + "/report"),
              HasSubstr("src=\"data:image/jpeg;base64,SlBFRyBieXRlcw==\""));
  EXPECT_THAT(RenderMarkdown(*report, "a b/report"),
              HasSubstr("(a%20b/report/sheets/purify_00.jpg)"));
  std::filesystem::remove_all(folder_ + "/report/sheets");
  const std::string html = RenderHtmlAlone(*report, folder_ + "/report");
  EXPECT_EQ(CountOf(html, "<img"), 0);
  EXPECT_EQ(CountOf(html, "There is no picture of it."), 2);
}

TEST_F(CurationReportTest, EscapesWhatCuratorsSayAndClosesWhatItOpens) {
  const std::string html = RenderHtml(Sample());
  EXPECT_THAT(html, HasSubstr("removed: no &lt;face&gt; &amp; &quot;none&quot;"));
  EXPECT_THAT(html, HasSubstr("&lt;all&gt; their images are kept."));
  for (const char* wild : {"<face>", "<all>"}) EXPECT_THAT(html, Not(HasSubstr(wild)));
  for (const char* tag : {"table", "svg", "section", "tr", "td", "ul", "div", "details", "a"}) {
    EXPECT_EQ(
        CountOf(html, "<" + std::string(tag) + ">") + CountOf(html, "<" + std::string(tag) + " "),
        CountOf(html, "</" + std::string(tag) + ">"))
        << tag;
  }
  EXPECT_THAT(RenderMarkdown(Sample()), HasSubstr("removed: no \\<face>"));
}

TEST_F(CurationReportTest, ShowsEveryStageWithItsFiguresInEveryForm) {
  const Report report = Sample();
  const std::string html = RenderHtml(report), markdown = RenderMarkdown(report),
                    table = RenderTable(report, {}), csv = RenderCsv(report);
  for (const std::string& text : {html, markdown, table}) {
    EXPECT_THAT(text, HasSubstr("\u2212986,841 (\u221237.6 %)"));
    EXPECT_THAT(text, HasSubstr("98.12 ± 0.05"));
  }
  EXPECT_THAT(html, HasSubstr("goes on from row purify"));
  EXPECT_THAT(html, HasSubstr("exact copies: nothing was counted"));
  EXPECT_THAT(markdown, HasSubstr("exact copies: nothing was counted."));
  EXPECT_THAT(markdown, HasSubstr("| 33 and more | 129 |"));
  EXPECT_THAT(markdown, HasSubstr("| 0.9712 ± 0.0031 | 2,622 | bootstrap over people |"));
  EXPECT_THAT(csv, HasSubstr("removed: near duplicate,712338.0,0.0,counted,1,712338"));
  EXPECT_EQ(CountOf(csv, "removed: near duplicate"), 1);  // the evaluation has it already
  // What a curator says stands with its stage alone.
  EXPECT_EQ(CountOf(html, "fewer than 50 images"), 1);
  EXPECT_EQ(CountOf(markdown, "fewer than 50 images"), 1);
}

TEST_F(CurationReportTest, IsShownAlsoWhileTheRowIsNotDone) {
  Report report = Sample();
  report.rows[2].state = ReportRow::State::kRunning;
  report.rows[2].evaluation = {};
  EXPECT_THAT(RenderHtml(report), HasSubstr("precision over recall"));
  EXPECT_THAT(RenderCsv(report), HasSubstr("running,images,2622000.0,0.0,counted,1,2622000"));
}

TEST_F(CurationReportTest, JsonKeepsAllOfIt) {
  const Report report = Sample();
  const Json json = ToJson(report);
  const absl::StatusOr<Report> back = ReportFromJson(json);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ToJson(*back), json);
  EXPECT_FALSE(back->rows[3].curation.has_value());
  EXPECT_FALSE(json["rows"][3].contains("curation"));
  EXPECT_EQ(back->rows[0].curation->from, "purify");
  EXPECT_EQ(back->rows[0].curation->histograms[0].counts[6], 129);
}

TEST_F(CurationReportTest, PicturesFromElsewhereAreRefused) {
  for (const char* file : {"/etc/passwd", "../x.jpg", "sheets/../x.jpg", "sheets/.x", "x.jpg"}) {
    Json json = ToJson(Sample());
    json["rows"][2]["curation"]["sheets"][0]["file"] = file;
    EXPECT_THAT(std::string(ReportFromJson(json).status().message()), HasSubstr("not in sheets/"))
        << file;
  }
}

TEST_F(CurationReportTest, ReportsWithoutCurationsHaveNoSuchSection) {
  const Report report = SampleReport();
  EXPECT_THAT(RenderHtml(report), Not(HasSubstr("Building the data set")));
  EXPECT_THAT(RenderMarkdown(report), Not(HasSubstr("Building the data set")));
}

}  // namespace
}  // namespace facet
