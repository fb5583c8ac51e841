#include "core/report/sample_report.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace facet {
namespace {

// A binormal ROC of separation d: TAR = Phi(d + Phi^-1(FAR)), drawn by its threshold.
Curve BinormalRoc(double separation) {
  Curve curve{"ROC, pooled", "false accept rate", "true accept rate", {0.0}, {0.0}};
  for (int i = -40; i <= 60; ++i) {
    const double threshold = 0.1 * i;
    curve.x.push_back(0.5 * std::erfc((6.0 - threshold - 1.0) / std::sqrt(2.0)));
    curve.y.push_back(0.5 * std::erfc((6.0 - threshold - 1.0 - separation) / std::sqrt(2.0)));
  }
  curve.x.push_back(1.0);
  curve.y.push_back(1.0);
  return curve;
}

ReportRow DoneRow(const std::string& id, const std::string& label, const std::string& parent,
                  double value, double paper, double separation) {
  ReportRow row;
  row.id = id;
  row.label = label;
  row.parent = parent;
  row.state = ReportRow::State::kDone;
  row.references = {{"100%-EER", paper, "%", "", -1.0}};
  Evaluation& evaluation = row.evaluation;
  const std::string folds = "over 10 folds, ddof 1";
  evaluation.metrics = {{"100%-EER, pooled", value, 0.61, folds, "%", 6000},
                        {"100%-EER, mean of folds", value + 0.04, 0.61, folds, "%", 6000},
                        {"accuracy", value - 0.31, 0.58, folds, "%", 6000},
                        {"threshold", 1.1041, 0.0032, folds, "1", 6000}};
  evaluation.curves = {BinormalRoc(separation)};
  evaluation.protocol = "LFW view 2 (official), 6000 pairs, sha256 0123456789abcdef";
  evaluation.replicate_kind = "fold";
  Random random(static_cast<uint64_t>(value * 100));
  for (int fold = 0; fold < 10; ++fold) {
    evaluation.replicates.push_back(value + 1.2 * std::sin(fold) + 0.5 * random.Normal());
  }
  using State = ReportStage::State;
  row.stages = {{"test.detect",
                 State::kCached,
                 41.2,
                 "k-detect",
                 {{"faces found", 13175}, {"faces missed", 58}, {"unreadable images", 1}},
                 {"58 of 13,233 images show no face to the detector: a central box was taken."}},
                {"train",
                 State::kRun,
                 3912.0,
                 "k-train" + label.substr(0, 1),
                 {{"images", 2600000}, {"classes", 2622}},
                 {}},
                {"evaluate", State::kRun, 0.4, "k-evaluate" + id, {{"pairs", 6000}}, {}}};
  return row;
}

void AddTraining(ReportRow* row, double final_loss) {
  Curve loss{"training loss", "epoch", "loss", {}, {}};
  Curve accuracy{"validation accuracy", "epoch", "accuracy", {}, {}};
  for (int epoch = 1; epoch <= 20; ++epoch) {
    loss.x.push_back(epoch);
    loss.y.push_back(final_loss + (7.8 - final_loss) * std::exp(-0.22 * epoch));
    accuracy.x.push_back(epoch);
    accuracy.y.push_back((1.0 - final_loss / 10) * (1.0 - std::exp(-0.3 * epoch)));
  }
  row->training = {loss, accuracy};
}

Metric Counted(const std::string& name, double value, const std::string& unit = "1") {
  return {name, value, 0.0, kCounted, unit, static_cast<int64_t>(value)};
}

std::vector<Metric> CommonFigures(double persons, double images, double effort_h, double precision,
                                  double recall) {
  return {Counted("persons", persons),
          Counted("images per person", images / persons),
          Counted("images", images),
          Counted("effort", effort_h, "h"),
          {"precision", precision, 0.0, kCounted, "%", static_cast<int64_t>(images)},
          {"recall", recall, 0.0, kCounted, "%", static_cast<int64_t>(images)}};
}

ReportCuration MadeWeb() {
  ReportCuration web;
  web.component = "synthetic_web";
  web.key = "k-web";
  web.metrics = CommonFigures(2622, 5244000, 0.0, 78.31, 100.0);
  web.histograms = {
      {"images per person", "images", {1998, 1999, 2000, 2001, 2002}, {12, 310, 2010, 290}}};
  return web;
}

// Of 80 % right images, ranked so that the last are wrong.
ReportCuration Purify(const std::string& picture) {
  ReportCuration purify;
  purify.component = "purify";
  purify.from = "web";
  purify.key = "k-purify";
  purify.metrics = CommonFigures(2622, 2622000, 0.0, 97.93, 93.47);
  purify.metrics.push_back(Counted("removed: below rank 1000", 2301771));
  purify.metrics.push_back(Counted("removed: no <face>", 320229));
  purify.metrics.push_back(
      {"area under the curve", 0.9712, 0.0031, "bootstrap over people", "1", 2622});
  Curve precision{"precision over recall", "recall", "precision", {}, {}};
  Curve by_rank{"purity by rank, all", "rank", "purity", {}, {}};
  Curve women{"purity by rank, women", "rank", "purity", {}, {}};
  for (int i = 1; i <= 100; ++i) {
    const double share = i / 100.0;
    precision.x.push_back(share);
    precision.y.push_back(1.0 - 0.22 * std::pow(share, 9.0));
    by_rank.x.push_back(20.0 * i);
    by_rank.y.push_back(0.995 / (1.0 + std::exp(14.0 * (share - 0.82))));
    women.x.push_back(20.0 * i);
    women.y.push_back(0.99 / (1.0 + std::exp(12.0 * (share - 0.78))));
  }
  purify.curves = {precision, by_rank, women};
  purify.notices = {
      "3 persons have fewer than 50 images with a face: <all> their images are kept."};
  purify.sheets = {{"removed: below rank 1000 (2,301,771)", 48, "", picture},
                   {"removed: no <face> & \"none\" (320,229)", 1, "", "/no/such/picture.jpg"}};
  return purify;
}

ReportCuration Deduplicate() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  ReportCuration deduplicate;
  deduplicate.component = "deduplicate";
  deduplicate.from = "purify";
  deduplicate.key = "k-deduplicate";
  deduplicate.metrics = CommonFigures(2622, 1635159, 0.0, 98.12, 99.71);
  deduplicate.metrics[4].standard_error = 0.05;
  deduplicate.metrics[4].error_kind = "bootstrap over people";
  deduplicate.metrics.push_back(Counted("removed: near duplicate", 712338));
  deduplicate.metrics.push_back(Counted("removed: exact duplicate", 274503));
  deduplicate.histograms = {{"cluster sizes",
                             "images in a cluster",
                             {1, 2, 3, 5, 9, 17, 33, kInfinity},
                             {1201332, 251004, 121990, 48011, 10872, 1821, 129}},
                            {"exact copies", "copies of one file", {1, 2, 3, 4}, {0, 0, 0}},
                            {"distance to the image kept",
                             "distance",
                             {0, 0.1, 0.2, 0.3, 0.4},
                             {310000, 222338, 120000, 60000}}};
  return deduplicate;
}

}  // namespace

Report SampleReport() {
  Report report;
  report.title = "Deep Face Recognition, Table 4: component analysis on LFW";
  report.reference_title = "Deep Face Recognition, Table 4";
  report.reference_source = "Parkhi, Vedaldi, Zisserman, BMVC 2015, Table 4";
  report.command = "facet run experiments/table4.toml --set seed=3";
  report.provenance = {{"facet", "0.1.0"}, {"torch", "1.13.1"}, {"processor", "2 cores, amx_bf16"}};
  report.rows = {DoneRow("1", "A, curated", "2", 91.20, 92.83, 2.7),
                 DoneRow("2", "A, full", "", 93.87, 95.80, 3.1),
                 DoneRow("3", "A, full, test aligned", "2", 94.93, 96.70, 3.3),
                 DoneRow("4", "B, full, test aligned", "3", 95.60, 97.27, 3.42)};
  report.rows[0].changes = {{"train.data.snapshot", "full", "curated"}};
  report.rows[2].changes = {{"test.aligner", "none", "eyes"}};
  report.rows[3].changes = {{"train.architecture.config", "A", "B"}, {"train.start_from", "", "2"}};
  AddTraining(&report.rows[0], 0.9);
  AddTraining(&report.rows[1], 0.7);
  AddTraining(&report.rows[3], 0.5);

  ReportRow failed;
  failed.id = "5";
  failed.label = "B, full, <both> aligned & \"more\"";
  failed.parent = "4";
  failed.state = ReportRow::State::kFailed;
  failed.reason =
      "stage train: the loss is not finite at step 18,400; lower the rate of train.schedule";
  failed.log_path = "runs/table4/logs/5.train.log";
  failed.log_tail = "epoch 3  step 18300  loss 4.11\nepoch 3  step 18400  loss nan\n";
  failed.references = {{"100%-EER", 96.17, "%", "", -1.0}};
  failed.changes = {{"train.aligner", "none", "eyes"}};
  ReportRow skipped;
  skipped.id = "6";
  skipped.label = "D, full, test aligned";
  skipped.parent = "4";
  skipped.state = ReportRow::State::kSkipped;
  skipped.reason = "no list of curated images";
  skipped.references = {{"100%-EER", 96.73, "%", "", -1.0}};
  ReportRow waiting;
  waiting.id = "7";
  waiting.label = "B, full, test aligned, triplet embedding";
  waiting.parent = "4";
  waiting.references = {{"100%-EER", 99.13, "%", "", -1.0}};
  waiting.changes = {{"embed", "", "set"}, {"embed.loss", "", "triplet"}};
  report.rows.insert(report.rows.end(), {failed, skipped, waiting});
  return report;
}

Report SampleCurationReport(const std::string& picture) {
  Report report;
  report.title = "Deep Face Recognition, Table 2: building the data set";
  report.columns = {"images", "precision"};
  report.rows = {DoneRow("deduplicate", "after stage 4", "purify", 94.10, 92.83, 3.0),
                 DoneRow("web", "after stage 2", "", 90.20, 92.83, 2.6),
                 DoneRow("purify", "after stage 3", "web", 93.87, 95.80, 3.1),
                 DoneRow("full", "a list from elsewhere", "", 93.40, 95.80, 3.0)};
  report.rows[0].curation = Deduplicate();
  report.rows[1].curation = MadeWeb();
  report.rows[2].curation = Purify(picture);
  for (ReportRow& row : report.rows) {
    row.references.clear();
    if (!row.curation.has_value()) continue;
    row.stages.insert(
        row.stages.begin(),
        {"curate", ReportStage::State::kRun, 812.0, row.curation->key, {}, row.curation->notices});
    const std::vector<Metric>& metrics = row.curation->metrics;
    row.evaluation.metrics.insert(row.evaluation.metrics.end(), metrics.begin(), metrics.end());
  }
  return report;
}

}  // namespace facet
