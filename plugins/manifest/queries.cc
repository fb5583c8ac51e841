// What Manifest reads.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/component.h"
#include "core/base/suggest.h"
#include "plugins/manifest/manifest.h"

namespace facet {
namespace {

constexpr char kIdentityColumns[] =
    "identities.id, identities.name, identities.sex, identities.rank, identities.images_judged, "
    "identities.images_right, identities.attributes";

// That none of `runs` removes the row `id` of `table` ("marks", "identity_marks").
std::string NotRemoved(const std::string& table, const std::string& column, const std::string& id,
                       const std::vector<int64_t>& runs) {
  return absl::StrCat("NOT EXISTS (SELECT 1 FROM ", table, " AS m JOIN reasons ON reasons.id = ",
                      "m.reason AND reasons.removes = 1 JOIN runs ON runs.id = m.run AND ",
                      "runs.undone = 0 WHERE m.", column, " = ", id,
                      " AND m.undone = 0 AND m.run IN (", absl::StrJoin(runs, ", "), "))");
}

// That one of `runs` brought the image, or that no run is named.
std::string BroughtBy(const std::vector<int64_t>& runs) {
  return absl::StrCat(
      "(images.run IS NULL OR images.run IN (SELECT id FROM runs WHERE undone = 0 AND id IN (",
      absl::StrJoin(runs, ", "), ")))");
}

std::string IsLeft(const std::vector<int64_t>& runs) {
  return absl::StrCat(BroughtBy(runs), " AND ", NotRemoved("marks", "image", "images.id", runs),
                      " AND ", NotRemoved("identity_marks", "identity", "images.identity", runs));
}

}  // namespace

absl::StatusOr<std::vector<ManifestRun>> Manifest::Runs() const {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      database_->Prepare("SELECT id, stage, settings, statistics, seconds, effort_seconds, "
                         "finished, undone FROM runs ORDER BY id"));
  std::vector<ManifestRun> runs;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return runs;
    ManifestRun run;
    run.id = row.Int(0);
    run.stage = row.Text(1);
    run.settings = row.Text(2);
    run.statistics = row.Text(3);
    if (!row.IsNull(4)) run.seconds = row.Float(4);
    if (!row.IsNull(5)) run.effort_seconds = row.Float(5);
    run.finished = row.Int(6) != 0;
    run.undone = row.Int(7) != 0;
    runs.push_back(std::move(run));
  }
}

absl::StatusOr<std::vector<std::string>> Manifest::Snapshots() const {
  FACET_ASSIGN_OR_RETURN(SqliteStatement row,
                         database_->Prepare("SELECT name FROM snapshots ORDER BY name"));
  std::vector<std::string> names;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return names;
    names.push_back(row.Text(0));
  }
}

absl::StatusOr<int64_t> Manifest::SnapshotId(const std::string& name) const {
  FACET_ASSIGN_OR_RETURN(SqliteStatement row,
                         database_->Prepare("SELECT id FROM snapshots WHERE name = ?"));
  row.Bind(1, name);
  FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (found) return row.Int(0);
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> known, Snapshots());
  const std::string nearest = Nearest(name, known);
  return absl::NotFoundError(
      absl::StrCat(path(), " has no snapshot \"", name,
                   "\"; it has: ", known.empty() ? "none" : absl::StrJoin(known, ", "),
                   nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?")));
}

absl::StatusOr<std::vector<int64_t>> Manifest::SnapshotRuns(const std::string& name) const {
  FACET_ASSIGN_OR_RETURN(const int64_t id, SnapshotId(name));
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      database_->Prepare("SELECT run FROM snapshot_runs WHERE snapshot = ? ORDER BY run"));
  row.Bind(1, id);
  std::vector<int64_t> runs;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return runs;
    runs.push_back(row.Int(0));
  }
}

absl::StatusOr<std::optional<ManifestIdentity>> Manifest::FindIdentity(
    const std::string& name) const {
  FACET_ASSIGN_OR_RETURN(SqliteStatement row,
                         database_->Prepare(absl::StrCat("SELECT ", kIdentityColumns,
                                                         " FROM identities WHERE name = ?")));
  row.Bind(1, name);
  FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::optional<ManifestIdentity>();
  return std::optional<ManifestIdentity>(ReadManifestIdentity(row));
}

absl::StatusOr<std::vector<ManifestIdentity>> Manifest::Identities(
    const std::string& snapshot) const {
  if (snapshot.empty()) return IdentitiesWhere("TRUE");
  FACET_ASSIGN_OR_RETURN(const std::vector<int64_t> runs, SnapshotRuns(snapshot));
  return IdentitiesLeft(runs);
}

absl::StatusOr<std::vector<ManifestIdentity>> Manifest::IdentitiesLeft(
    const std::vector<int64_t>& runs) const {
  return IdentitiesWhere(NotRemoved("identity_marks", "identity", "identities.id", runs));
}

absl::StatusOr<std::vector<ManifestIdentity>> Manifest::IdentitiesWhere(
    const std::string& condition) const {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      database_->Prepare(absl::StrCat("SELECT ", kIdentityColumns, " FROM identities WHERE ",
                                      condition, " ORDER BY id")));
  std::vector<ManifestIdentity> identities;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return identities;
    identities.push_back(ReadManifestIdentity(row));
  }
}

absl::StatusOr<ManifestImages> Manifest::Images(const ManifestQuery& query) const {
  using Order = ManifestQuery::Order;
  if (query.order == Order::kScore && query.score_run < 0) {
    return absl::InvalidArgumentError("an order by score needs the run whose scores are meant");
  }
  std::string sql = absl::StrCat("SELECT ", kManifestImageColumns, ", ",
                                 query.score_run < 0 ? "NULL" : "scores.score", " FROM images");
  if (query.score_run >= 0) {
    absl::StrAppend(&sql, " LEFT JOIN scores ON scores.run = ", query.score_run,
                    " AND scores.image = images.id");
  }
  std::vector<std::string> conditions;
  if (query.identity >= 0) {
    conditions.push_back(absl::StrCat("images.identity = ", query.identity));
  }
  std::optional<std::vector<int64_t>> runs = query.runs;
  if (!query.snapshot.empty()) {
    FACET_ASSIGN_OR_RETURN(runs, SnapshotRuns(query.snapshot));
  }
  if (runs.has_value()) conditions.push_back(IsLeft(*runs));
  if (!conditions.empty()) absl::StrAppend(&sql, " WHERE ", absl::StrJoin(conditions, " AND "));
  sql += query.order == Order::kRank
             ? " ORDER BY images.identity, images.rank NULLS LAST, images.id"
         : query.order == Order::kScore
             ? " ORDER BY images.identity, scores.score DESC NULLS LAST, images.id"
             : " ORDER BY images.id";
  FACET_ASSIGN_OR_RETURN(SqliteStatement statement, database_->Prepare(sql));
  return ManifestImages(std::move(statement));
}

absl::StatusOr<ManifestCounts> Manifest::Counts(const std::string& snapshot) const {
  std::string images = "SELECT count(*), count(DISTINCT identity) FROM images";
  std::string identities = "SELECT count(*) FROM identities";
  if (!snapshot.empty()) {
    FACET_ASSIGN_OR_RETURN(const std::vector<int64_t> runs, SnapshotRuns(snapshot));
    absl::StrAppend(&images, " WHERE ", IsLeft(runs));
    absl::StrAppend(&identities, " WHERE ",
                    NotRemoved("identity_marks", "identity", "identities.id", runs));
  }
  ManifestCounts counts;
  FACET_ASSIGN_OR_RETURN(counts.identities, database_->Int(identities));
  FACET_ASSIGN_OR_RETURN(SqliteStatement row, database_->Prepare(images));
  FACET_RETURN_IF_ERROR(row.Step().status());
  counts.images = row.Int(0);
  counts.identities_with_images = row.Int(1);
  return counts;
}

absl::StatusOr<std::vector<ManifestMark>> Manifest::Marks(int64_t image) const {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      database_->Prepare(
          "SELECT reasons.reason, reasons.removes, marks.other, marks.detail, runs.id, runs.stage "
          "FROM marks JOIN runs ON runs.id = marks.run JOIN reasons ON reasons.id = marks.reason "
          "WHERE marks.image = ? AND marks.undone = 0 AND runs.undone = 0 "
          "ORDER BY runs.id, reasons.reason"));
  row.Bind(1, image);
  std::vector<ManifestMark> marks;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return marks;
    ManifestMark mark;
    mark.image = image;
    mark.reason = row.Text(0);
    mark.removes = row.Int(1) != 0;
    mark.other = row.IsNull(2) ? -1 : row.Int(2);
    mark.detail = row.Text(3);
    mark.run = row.Int(4);
    mark.stage = row.Text(5);
    marks.push_back(std::move(mark));
  }
}

absl::StatusOr<std::map<std::pair<int64_t, std::string>, int64_t>> Manifest::RemovalCounts() const {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement row,
      database_->Prepare("SELECT run, reason, count(*) FROM removals GROUP BY run, reason"));
  std::map<std::pair<int64_t, std::string>, int64_t> counts;
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return counts;
    counts[{row.Int(0), row.Text(1)}] = row.Int(2);
  }
}

}  // namespace facet
