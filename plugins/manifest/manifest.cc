#include "plugins/manifest/manifest.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"

namespace facet {

// Prepared when first needed: writing statements do not exist for a frozen file.
struct Manifest::Statements {
  std::optional<SqliteStatement> add_image, update_image, add_mark, set_score;

  static absl::StatusOr<SqliteStatement*> Get(const SqliteDatabase& database,
                                              std::optional<SqliteStatement>* statement,
                                              const std::string& sql) {
    if (!statement->has_value()) {
      FACET_ASSIGN_OR_RETURN(SqliteStatement prepared, database.Prepare(sql));
      statement->emplace(std::move(prepared));
    }
    return &**statement;
  }
};

Manifest::Manifest(std::unique_ptr<SqliteDatabase> database)
    : database_(std::move(database)), statements_(std::make_unique<Statements>()) {}

Manifest::~Manifest() { statements_.reset(); }

absl::Status Manifest::InTransaction(const std::function<absl::Status()>& work) {
  absl::Status status = database_->InTransaction(work);
  if (!status.ok()) {
    // What is remembered may have been rolled back.
    reasons_.clear();
    open_run_ = -1;
  }
  return status;
}

absl::StatusOr<int64_t> Manifest::AddIdentity(const ManifestIdentity& identity) {
  FACET_RETURN_IF_ERROR(CheckManifestIdentity(identity));
  FACET_ASSIGN_OR_RETURN(const auto known, FindIdentity(identity.name));
  if (known.has_value()) {
    return absl::AlreadyExistsError(
        absl::StrCat(path(), ": identity \"", identity.name, "\" is there already"));
  }
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement statement,
      database_->Prepare("INSERT INTO identities (name, sex, rank, images_judged, images_right, "
                         "attributes) VALUES (?, ?, ?, ?, ?, ?)"));
  BindManifestIdentity(&statement, 1, identity);
  FACET_RETURN_IF_ERROR(statement.Run());
  return database_->last_id();
}

absl::Status Manifest::UpdateIdentity(const ManifestIdentity& identity) {
  FACET_RETURN_IF_ERROR(CheckManifestIdentity(identity));
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement statement,
      database_->Prepare("UPDATE identities SET (name, sex, rank, images_judged, images_right, "
                         "attributes) = (?, ?, ?, ?, ?, ?) WHERE id = ?"));
  statement.Bind(BindManifestIdentity(&statement, 1, identity), identity.id);
  FACET_RETURN_IF_ERROR(statement.Run());
  if (database_->num_changes() == 1) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(path(), ": no identity ", identity.id));
}

absl::StatusOr<int64_t> Manifest::AddImage(const ManifestImage& image) {
  FACET_RETURN_IF_ERROR(CheckManifestImage(image));
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement* const statement,
      Statements::Get(*database_, &statements_->add_image,
                      "INSERT INTO images VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                      "?, ?, ?, ?, ?, ?, ?)"));
  BindManifestImage(statement, 1, image);
  FACET_RETURN_IF_ERROR(
      Annotate(statement->Run(), absl::StrCat("image of identity ", image.identity)));
  return database_->last_id();
}

absl::Status Manifest::UpdateImage(const ManifestImage& image) {
  FACET_RETURN_IF_ERROR(CheckManifestImage(image));
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement* const statement,
      Statements::Get(
          *database_, &statements_->update_image,
          "UPDATE images SET (identity, number, source, query, rank, url, uid, path, width_px, "
          "height_px, num_bytes, bytes_sha256, pixels_sha256, box_x_px, box_y_px, box_width_px, "
          "box_height_px, pose, pose_component, detection_score, run) = (?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?"));
  statement->Bind(BindManifestImage(statement, 1, image), image.id);
  FACET_RETURN_IF_ERROR(statement->Run());
  if (database_->num_changes() == 1) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(path(), ": no image ", image.id));
}

absl::StatusOr<int64_t> Manifest::StartRun(const std::string& stage, const std::string& settings) {
  FACET_RETURN_IF_ERROR(CheckManifestText("stage", stage));
  if (stage.empty()) return absl::InvalidArgumentError("a run needs the name of its stage");
  FACET_ASSIGN_OR_RETURN(const std::string object, CanonicalObject("settings", settings));
  FACET_ASSIGN_OR_RETURN(SqliteStatement statement,
                         database_->Prepare("INSERT INTO runs (stage, settings) VALUES (?, ?)"));
  statement.Bind(1, stage);
  statement.Bind(2, object);
  FACET_RETURN_IF_ERROR(statement.Run());
  return database_->last_id();
}

absl::Status Manifest::FinishRun(int64_t run, const std::string& statistics,
                                 std::optional<double> seconds,
                                 std::optional<double> effort_seconds) {
  FACET_RETURN_IF_ERROR(CheckOpenRun(run));
  FACET_ASSIGN_OR_RETURN(const std::string object, CanonicalObject("statistics", statistics));
  for (const double value : {seconds.value_or(0), effort_seconds.value_or(0)}) {
    if (!(value >= 0) || std::isinf(value))
      return absl::InvalidArgumentError(absl::StrCat("run ", run, " took ", value, " s"));
  }
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement statement,
      database_->Prepare("UPDATE runs SET statistics = ?, seconds = ?, effort_seconds = ?, "
                         "finished = 1 WHERE id = ?"));
  statement.Bind(1, object);
  statement.Bind(2, seconds);
  statement.Bind(3, effort_seconds);
  statement.Bind(4, run);
  open_run_ = -1;
  return statement.Run();
}

absl::Status Manifest::CheckOpenRun(int64_t run) {
  if (run == open_run_) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(SqliteStatement statement,
                         database_->Prepare("SELECT finished, undone FROM runs WHERE id = ?"));
  statement.Bind(1, run);
  FACET_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return absl::NotFoundError(absl::StrCat(path(), ": no run ", run));
  if (statement.Int(0) != 0 || statement.Int(1) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(path(), ": run ", run, " is ",
                                                      statement.Int(0) != 0 ? "finished" : "undone",
                                                      "; start another"));
  }
  open_run_ = run;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Manifest::ReasonId(const std::string& reason, bool removes) {
  const auto known = reasons_.find({reason, removes});
  if (known != reasons_.end()) return known->second;
  FACET_RETURN_IF_ERROR(CheckManifestText("reason", reason));
  if (reason.empty()) return absl::InvalidArgumentError("a mark needs a reason");
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement insert,
      database_->Prepare("INSERT OR IGNORE INTO reasons (reason, removes) VALUES (?, ?)"));
  insert.Bind(1, reason);
  insert.Bind(2, int64_t{removes});
  FACET_RETURN_IF_ERROR(insert.Run());
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement select,
      database_->Prepare("SELECT id FROM reasons WHERE reason = ? AND removes = ?"));
  select.Bind(1, reason);
  select.Bind(2, int64_t{removes});
  FACET_RETURN_IF_ERROR(select.Step().status());
  return reasons_[{reason, removes}] = select.Int(0);
}

absl::Status Manifest::Mark(int64_t run, const ManifestMark& mark) {
  FACET_RETURN_IF_ERROR(CheckOpenRun(run));
  FACET_RETURN_IF_ERROR(CheckManifestText("detail", mark.detail));
  FACET_ASSIGN_OR_RETURN(const int64_t reason, ReasonId(mark.reason, mark.removes));
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement* const statement,
      Statements::Get(*database_, &statements_->add_mark,
                      "INSERT OR REPLACE INTO marks (run, image, reason, other, detail) "
                      "VALUES (?, ?, ?, ?, ?)"));
  statement->Bind(1, run);
  statement->Bind(2, mark.image);
  statement->Bind(3, reason);
  statement->Bind(4, mark.other < 0 ? std::nullopt : std::optional<int64_t>(mark.other));
  statement->Bind(5, mark.detail);
  return Annotate(statement->Run(), absl::StrCat("mark of image ", mark.image));
}

absl::Status Manifest::MarkIdentity(int64_t run, int64_t identity, const std::string& reason,
                                    const std::string& detail) {
  FACET_RETURN_IF_ERROR(CheckOpenRun(run));
  FACET_RETURN_IF_ERROR(CheckManifestText("detail", detail));
  FACET_ASSIGN_OR_RETURN(const int64_t reason_id, ReasonId(reason, true));
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement statement,
      database_->Prepare("INSERT OR REPLACE INTO identity_marks (run, identity, reason, detail) "
                         "VALUES (?, ?, ?, ?)"));
  statement.Bind(1, run);
  statement.Bind(2, identity);
  statement.Bind(3, reason_id);
  statement.Bind(4, detail);
  return Annotate(statement.Run(), absl::StrCat("mark of identity ", identity));
}

absl::Status Manifest::SetScore(int64_t run, int64_t image, double score) {
  FACET_RETURN_IF_ERROR(CheckOpenRun(run));
  if (!std::isfinite(score))
    return absl::InvalidArgumentError(absl::StrCat("the score of image ", image, " is ", score));
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement* const statement,
      Statements::Get(*database_, &statements_->set_score,
                      "INSERT OR REPLACE INTO scores (run, image, score) VALUES (?, ?, ?)"));
  statement->Bind(1, run);
  statement->Bind(2, image);
  statement->Bind(3, score);
  return Annotate(statement->Run(), absl::StrCat("score of image ", image));
}

absl::Status Manifest::SetUndone(int64_t run, int64_t image, const std::string& reason,
                                 bool undone) {
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement statement,
      database_->Prepare("UPDATE marks SET undone = ? WHERE run = ? AND image = ? AND reason IN "
                         "(SELECT id FROM reasons WHERE reason = ?)"));
  statement.Bind(1, int64_t{undone});
  statement.Bind(2, run);
  statement.Bind(3, image);
  statement.Bind(4, reason);
  FACET_RETURN_IF_ERROR(statement.Run());
  if (database_->num_changes() > 0) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat(path(), ": run ", run, " has no mark \"", reason, "\" of image ", image));
}

absl::Status Manifest::SetRunUndone(int64_t run, bool undone) {
  open_run_ = -1;
  FACET_ASSIGN_OR_RETURN(SqliteStatement statement,
                         database_->Prepare("UPDATE runs SET undone = ? WHERE id = ?"));
  statement.Bind(1, int64_t{undone});
  statement.Bind(2, run);
  FACET_RETURN_IF_ERROR(statement.Run());
  if (database_->num_changes() == 1) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(path(), ": no run ", run));
}

absl::Status Manifest::Undo(int64_t run) { return SetRunUndone(run, true); }
absl::Status Manifest::Redo(int64_t run) { return SetRunUndone(run, false); }

absl::Status Manifest::DefineSnapshot(const std::string& name, const std::vector<int64_t>& runs) {
  FACET_RETURN_IF_ERROR(CheckManifestText("snapshot", name));
  if (name.empty()) return absl::InvalidArgumentError("a snapshot needs a name");
  return InTransaction([&]() -> absl::Status {
    FACET_ASSIGN_OR_RETURN(SqliteStatement insert,
                           database_->Prepare("INSERT OR IGNORE INTO snapshots (name) VALUES (?)"));
    insert.Bind(1, name);
    FACET_RETURN_IF_ERROR(insert.Run());
    FACET_ASSIGN_OR_RETURN(const int64_t id, SnapshotId(name));
    FACET_RETURN_IF_ERROR(
        database_->Execute(absl::StrCat("DELETE FROM snapshot_runs WHERE snapshot = ", id)));
    for (const int64_t run : runs) {
      FACET_ASSIGN_OR_RETURN(const int64_t finished,
                             database_->Int(absl::StrCat(
                                 "SELECT count(*) FROM runs WHERE finished = 1 AND id = ", run)));
      if (finished == 0) {
        return absl::FailedPreconditionError(absl::StrCat(
            path(), ": snapshot \"", name, "\" names run ", run, ", which is not finished"));
      }
      FACET_RETURN_IF_ERROR(database_->Execute(absl::StrCat(
          "INSERT OR IGNORE INTO snapshot_runs (snapshot, run) VALUES (", id, ", ", run, ")")));
    }
    return absl::OkStatus();
  });
}

}  // namespace facet
