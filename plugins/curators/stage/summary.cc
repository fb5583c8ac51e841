#include "plugins/curators/stage/summary.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/component.h"

namespace facet {
namespace {

// Reasons of flags that say that the image does not show its person.
constexpr char kWrongReasons[] = "SELECT id FROM reasons WHERE reason IN (?, ?)";

struct State {
  int64_t persons = 0, images = 0;                // left
  int64_t right_left = 0;                         // images that show their person
  int64_t pictures_given = 0, pictures_left = 0;  // the same, duplicates counted once
};

// Whose removals count after a run, and whose flags tell the truth.
struct Runs {
  std::vector<int64_t> in_force, truth;
  double effort_seconds = 0.0;
};

absl::StatusOr<std::vector<int64_t>> TruthRuns(const Manifest& manifest) {
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestRun> all, manifest.Runs());
  std::vector<int64_t> truth;
  for (const ManifestRun& run : all) {
    if (run.finished && !run.undone && run.stage == kTruthStage) truth.push_back(run.id);
  }
  return truth;
}

absl::StatusOr<Runs> RunsUpTo(const Manifest& manifest, int64_t last) {
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestRun> all, manifest.Runs());
  Runs runs;
  bool found = false;
  for (const ManifestRun& run : all) {
    if (run.id == last) {
      if (!run.finished) {
        return absl::FailedPreconditionError(
            absl::StrCat(manifest.path(), ": run ", last, " is not finished"));
      }
      found = true;
      runs.effort_seconds = run.effort_seconds.value_or(0.0);
    }
    if (run.finished && !run.undone && run.stage != kTruthStage && run.id <= last) {
      runs.in_force.push_back(run.id);
    }
  }
  if (!found) return absl::NotFoundError(absl::StrCat(manifest.path(), ": no run ", last));
  FACET_ASSIGN_OR_RETURN(runs.truth, TruthRuns(manifest));
  return runs;
}

// The first of `runs` that removes the row, NULL if none does.
std::string RemovedBy(const std::string& table, const std::string& column, const std::string& id,
                      const std::vector<int64_t>& runs) {
  return absl::StrCat("(SELECT min(m.run) FROM ", table, " AS m WHERE m.", column, " = ", id,
                      " AND m.undone = 0 AND m.run IN (", absl::StrJoin(runs, ", "),
                      ") AND m.reason IN (SELECT id FROM reasons WHERE removes = 1))");
}

// That one of `runs` brought the image, or no run is named as bringing it.
std::string IsThere(const std::vector<int64_t>& runs) {
  return absl::StrCat("(images.run IS NULL OR images.run IN (", absl::StrJoin(runs, ", "), "))");
}

// Row by row in order of id, in which marks lie too: one pass over both tables. Of an image that
// several truths say of what it repeats, the latest knows most images.
absl::StatusOr<State> Count(const Manifest& manifest, const Runs& runs, int64_t run) {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      manifest.database().Prepare(absl::StrCat(
          "SELECT images.identity, ", RemovedBy("marks", "image", "images.id", runs.in_force), ", ",
          RemovedBy("identity_marks", "identity", "images.identity", runs.in_force),
          ", EXISTS (SELECT 1 FROM marks AS m WHERE m.image = images.id AND m.undone = 0 AND ",
          "m.run IN (", absl::StrJoin(runs.truth, ", "), ") AND m.reason IN (", kWrongReasons,
          ")), (SELECT m.other FROM marks AS m WHERE m.image = images.id AND m.undone = 0 AND ",
          "m.run IN (", absl::StrJoin(runs.truth, ", "),
          ") AND m.other IS NOT NULL ORDER BY m.run DESC LIMIT 1), images.id FROM images WHERE ",
          IsThere(runs.in_force), " ORDER BY images.id")));
  row.Bind(1, std::string(kTruthWrongPerson));
  row.Bind(2, std::string(kTruthNoFace));
  std::vector<bool> seen_given, seen_left;  // by the id of the picture's original
  const auto count_new = [](int64_t picture, std::vector<bool>* seen) {
    const auto at = static_cast<size_t>(picture);
    if (seen->size() <= at) seen->resize(at + 1);
    const bool is_new = !(*seen)[at];
    (*seen)[at] = true;
    return is_new;
  };
  State state;
  std::set<int64_t> persons;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    bool given = true, left = true;
    for (const int column : {1, 2}) {
      if (row.IsNull(column)) continue;
      left = false;
      given = given && row.Int(column) >= run;
    }
    const bool right = row.Int(3) == 0;
    state.images += left;
    state.right_left += left && right;
    if (right) {
      const int64_t picture = row.IsNull(4) ? row.Int(5) : row.Int(4);
      state.pictures_given += given && count_new(picture, &seen_given);
      state.pictures_left += left && count_new(picture, &seen_left);
    }
    if (left) persons.insert(row.Int(0));
  }
  state.persons = static_cast<int64_t>(persons.size());
  return state;
}

// Identities that no run in force removes.
absl::StatusOr<int64_t> CountIdentities(const Manifest& manifest, const Runs& runs) {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      manifest.database().Prepare(absl::StrCat(
          "SELECT count(*) FROM identities WHERE ",
          RemovedBy("identity_marks", "identity", "identities.id", runs.in_force), " IS NULL")));
  FACET_RETURN_IF_ERROR(row.Step().status());
  return row.Int(0);
}

absl::StatusOr<bool> HasImages(const Manifest& manifest, const Runs& runs) {
  FACET_ASSIGN_OR_RETURN(SqliteStatement row,
                         manifest.database().Prepare(absl::StrCat(
                             "SELECT 1 FROM images WHERE ", IsThere(runs.in_force), " LIMIT 1")));
  return row.Step();
}

}  // namespace

absl::StatusOr<std::optional<std::unordered_map<int64_t, ImageTruth>>> ReadTruth(
    const Manifest& manifest) {
  using Truth = std::optional<std::unordered_map<int64_t, ImageTruth>>;
  FACET_ASSIGN_OR_RETURN(const std::vector<int64_t> runs, TruthRuns(manifest));
  if (runs.empty()) return Truth();
  // What says most of an image comes last, and stays.
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      manifest.database().Prepare(absl::StrCat(
          "SELECT marks.image, marks.other, reasons.reason, marks.detail FROM marks "
          "JOIN reasons ON reasons.id = marks.reason WHERE marks.undone = 0 AND marks.run IN (",
          absl::StrJoin(runs, ", "),
          ") ORDER BY marks.image, reasons.reason IN (?, ?), marks.run, reasons.reason")));
  row.Bind(1, std::string(kTruthWrongPerson));
  row.Bind(2, std::string(kTruthNoFace));
  std::unordered_map<int64_t, ImageTruth> truth;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return Truth(std::move(truth));
    ImageTruth& image = truth[row.Int(0)];
    image.reason = row.Text(2);
    image.detail = row.Text(3);
    if (image.reason == kTruthWrongPerson || image.reason == kTruthNoFace) image.right = false;
    if (image.reason == kTruthExactDuplicate || image.reason == kTruthNearDuplicate) {
      image.exact = image.reason == kTruthExactDuplicate;
      image.original = row.IsNull(1) ? -1 : row.Int(1);
    }
  }
}

absl::StatusOr<std::vector<Metric>> SummariseRun(const Manifest& manifest, int64_t run) {
  FACET_ASSIGN_OR_RETURN(const Runs runs, RunsUpTo(manifest, run));
  FACET_ASSIGN_OR_RETURN(State state, Count(manifest, runs, run));
  FACET_ASSIGN_OR_RETURN(const bool has_images, HasImages(manifest, runs));
  if (!has_images) {
    FACET_ASSIGN_OR_RETURN(state.persons, CountIdentities(manifest, runs));
  }
  const auto share = [](int64_t part, int64_t of) {
    return static_cast<double>(part) / static_cast<double>(of);
  };
  std::vector<Metric> metrics = {
      CountedMetric("persons", static_cast<double>(state.persons), "1", state.persons)};
  if (state.images > 0) {
    metrics.push_back(
        CountedMetric("images per person", share(state.images, state.persons), "1", state.persons));
  }
  metrics.push_back(CountedMetric("images", static_cast<double>(state.images), "1", state.images));
  metrics.push_back(CountedMetric("effort", runs.effort_seconds / 3600.0, "h", 1));
  if (runs.truth.empty()) return metrics;
  if (state.images > 0) {
    metrics.push_back(CountedMetric("precision", 100.0 * share(state.right_left, state.images), "%",
                                    state.images));
  }
  if (state.pictures_given > 0) {
    metrics.push_back(CountedMetric("recall",
                                    100.0 * share(state.pictures_left, state.pictures_given), "%",
                                    state.pictures_given));
  }
  return metrics;
}

}  // namespace facet
