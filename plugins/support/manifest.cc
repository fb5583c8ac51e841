#include "plugins/support/manifest.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/component.h"
#include "plugins/support/manifest_schema.h"

namespace facet {
namespace {

using Mode = SqliteDatabase::Mode;

// Files that become a manifest, and take its name, when they are complete.
constexpr char kPartial[] = ".partial";

template <class... Parts>
absl::Status Wrong(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// Whether the file's header says that there may be a write-ahead log beside it. (File format,
// bytes 18 and 19: https://www.sqlite.org/fileformat2.html)
absl::StatusOr<bool> IsWorkingFile(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return absl::NotFoundError(absl::StrCat("no manifest ", path));
  }
  std::ifstream stream(path, std::ios::binary);
  char header[20] = {};
  if (!stream.read(header, sizeof(header)) ||
      std::string(header, 16) != std::string("SQLite format 3\0", 16)) {
    return Wrong(path, " is not a manifest: it is no SQLite file");
  }
  return header[18] == 2;
}

absl::Status RemoveFile(const std::string& path) {
  std::error_code error;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::filesystem::remove(path + suffix, error);
    if (error) return absl::UnavailableError(absl::StrCat("cannot remove ", path, suffix));
  }
  return absl::OkStatus();
}

// The new name is on the disk when this returns.
absl::Status Rename(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot rename ", from, " to ", to, ": ", error.message()));
  }
  std::string folder = std::filesystem::path(to).parent_path().string();
  if (folder.empty()) folder = ".";
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", folder));
  const int result = fsync(descriptor);
  const int code = errno;
  close(descriptor);
  return result == 0 ? absl::OkStatus()
                     : absl::ErrnoToStatus(code, absl::StrCat("cannot sync ", folder));
}

absl::Status CheckAbsent(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat(path, " is there already; choose another name"));
}

absl::Status CheckVersion(const SqliteDatabase& database) {
  FACET_ASSIGN_OR_RETURN(const int64_t application, database.Int("PRAGMA application_id"));
  FACET_ASSIGN_OR_RETURN(const int64_t version, database.Int("PRAGMA user_version"));
  if (application != kManifestApplicationId) {
    return Wrong(database.path(), " is not a manifest, but a database of another program");
  }
  if (version != kManifestVersion) {
    return Wrong(database.path(), " is a manifest of version ", version, ", expected version ",
                 kManifestVersion, "; make it again with this program, or read it with the other");
  }
  return absl::OkStatus();
}

}  // namespace

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

absl::StatusOr<std::unique_ptr<Manifest>> Manifest::Wrap(std::unique_ptr<SqliteDatabase> database,
                                                         bool write) {
  FACET_RETURN_IF_ERROR(CheckVersion(*database));
  if (write) {
    FACET_RETURN_IF_ERROR(
        database->Execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;"));
  }
  FACET_RETURN_IF_ERROR(database->Execute("PRAGMA cache_size = -65536"));  // 64 MiB
  return std::unique_ptr<Manifest>(new Manifest(std::move(database)));
}

absl::StatusOr<std::unique_ptr<Manifest>> Manifest::Create(const std::string& path) {
  FACET_RETURN_IF_ERROR(CheckAbsent(path));
  const std::string partial = path + kPartial;
  FACET_RETURN_IF_ERROR(RemoveFile(partial));
  {
    FACET_ASSIGN_OR_RETURN(const auto database, SqliteDatabase::Open(partial, Mode::kCreate));
    FACET_RETURN_IF_ERROR(database->Execute(
        absl::StrCat("PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; "
                     "PRAGMA auto_vacuum = NONE; PRAGMA application_id = ",
                     kManifestApplicationId, "; PRAGMA user_version = ", kManifestVersion)));
    FACET_RETURN_IF_ERROR(
        database->InTransaction([&] { return database->Execute(kManifestSchema); }));
    FACET_RETURN_IF_ERROR(database->Execute("PRAGMA journal_mode = WAL"));
  }
  FACET_RETURN_IF_ERROR(Rename(partial, path));
  return Open(path);
}

absl::StatusOr<std::unique_ptr<Manifest>> Manifest::Open(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const bool working, IsWorkingFile(path));
  FACET_ASSIGN_OR_RETURN(auto database, SqliteDatabase::Open(path, Mode::kWrite));
  FACET_RETURN_IF_ERROR(CheckVersion(*database));
  if (!working) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is frozen; go on with a copy (Manifest::CreateFrom)"));
  }
  return Wrap(std::move(database), /*write=*/true);
}

absl::StatusOr<std::unique_ptr<Manifest>> Manifest::OpenFrozen(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const bool working, IsWorkingFile(path));
  FACET_ASSIGN_OR_RETURN(auto database, SqliteDatabase::Open(path, Mode::kImmutable));
  FACET_RETURN_IF_ERROR(CheckVersion(*database));
  if (working) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is a working file, which may change; freeze it first"));
  }
  return Wrap(std::move(database), /*write=*/false);
}

absl::StatusOr<std::unique_ptr<Manifest>> Manifest::CreateFrom(const std::string& frozen,
                                                               const std::string& path) {
  FACET_RETURN_IF_ERROR(OpenFrozen(frozen).status());
  FACET_RETURN_IF_ERROR(CheckAbsent(path));
  const std::string partial = path + kPartial;
  FACET_RETURN_IF_ERROR(RemoveFile(partial));
  std::error_code error;
  std::filesystem::copy_file(frozen, partial, error);
  if (!error) {
    // Artifacts are read-only.
    std::filesystem::permissions(partial, std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add, error);
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot copy ", frozen, " to ", partial, ": ", error.message()));
  }
  {
    FACET_ASSIGN_OR_RETURN(const auto database, SqliteDatabase::Open(partial, Mode::kWrite));
    FACET_RETURN_IF_ERROR(database->Execute("PRAGMA journal_mode = WAL"));
  }
  FACET_RETURN_IF_ERROR(Rename(partial, path));
  return Open(path);
}

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
                      "?, ?, ?, ?, ?, ?)"));
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
          "box_height_px, pose, pose_component, detection_score) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?"));
  statement->Bind(BindManifestImage(statement, 1, image), image.id);
  FACET_RETURN_IF_ERROR(statement->Run());
  if (database_->num_changes() == 1) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(path(), ": no image ", image.id));
}

absl::StatusOr<int64_t> Manifest::StartRun(const std::string& stage, const std::string& settings) {
  FACET_RETURN_IF_ERROR(CheckManifestText("stage", stage));
  if (stage.empty()) return Wrong("a run needs the name of its stage");
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
    if (!(value >= 0) || std::isinf(value)) return Wrong("run ", run, " took ", value, " s");
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
  const auto known = reasons_.find(reason);
  if (known == reasons_.end()) {
    FACET_RETURN_IF_ERROR(CheckManifestText("reason", reason));
    if (reason.empty()) return Wrong("a mark needs a reason");
    FACET_ASSIGN_OR_RETURN(
        SqliteStatement insert,
        database_->Prepare("INSERT OR IGNORE INTO reasons (reason, removes) VALUES (?, ?)"));
    insert.Bind(1, reason);
    insert.Bind(2, int64_t{removes});
    FACET_RETURN_IF_ERROR(insert.Run());
    FACET_ASSIGN_OR_RETURN(SqliteStatement select,
                           database_->Prepare("SELECT id, removes FROM reasons WHERE reason = ?"));
    select.Bind(1, reason);
    FACET_RETURN_IF_ERROR(select.Step().status());
    reasons_[reason] = {select.Int(0), select.Int(1) != 0};
  }
  const auto& [id, known_removes] = reasons_[reason];
  if (known_removes == removes) return id;
  return Wrong("\"", reason, "\" is ", known_removes ? "a removal's reason" : "a flag", " in ",
               path(), "; choose another word");
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
  if (!std::isfinite(score)) return Wrong("the score of image ", image, " is ", score);
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
      database_->Prepare("UPDATE marks SET undone = ? WHERE run = ? AND image = ? AND reason = "
                         "(SELECT id FROM reasons WHERE reason = ?)"));
  statement.Bind(1, int64_t{undone});
  statement.Bind(2, run);
  statement.Bind(3, image);
  statement.Bind(4, reason);
  FACET_RETURN_IF_ERROR(statement.Run());
  if (database_->num_changes() == 1) return absl::OkStatus();
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
  if (name.empty()) return Wrong("a snapshot needs a name");
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

absl::Status Manifest::Freeze(const std::string& path, bool keep_seconds) {
  FACET_RETURN_IF_ERROR(CheckAbsent(path));
  FACET_ASSIGN_OR_RETURN(
      const int64_t unfinished,
      database_->Int("SELECT coalesce(min(id), -1) FROM runs WHERE finished = 0 AND undone = 0"));
  if (unfinished >= 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        this->path(), ": run ", unfinished, " is not finished; finish or undo it before freezing"));
  }
  const std::string partial = path + kPartial, timed = path + ".timed";
  FACET_RETURN_IF_ERROR(RemoveFile(partial));
  FACET_RETURN_IF_ERROR(RemoveFile(timed));
  const auto vacuum = [](const SqliteDatabase& database, const std::string& to) -> absl::Status {
    FACET_ASSIGN_OR_RETURN(SqliteStatement statement, database.Prepare("VACUUM INTO ?"));
    statement.Bind(1, to);
    return statement.Run();
  };
  FACET_ASSIGN_OR_RETURN(const int64_t timed_runs,
                         database_->Int("SELECT count(seconds) FROM runs"));
  if (keep_seconds || timed_runs == 0) {
    FACET_RETURN_IF_ERROR(vacuum(*database_, partial));
  } else {
    // An edited file has traces of what was there; so it is packed once more.
    FACET_RETURN_IF_ERROR(vacuum(*database_, timed));
    {
      FACET_ASSIGN_OR_RETURN(const auto copy, SqliteDatabase::Open(timed, Mode::kWrite));
      FACET_RETURN_IF_ERROR(copy->Execute("UPDATE runs SET seconds = NULL"));
      FACET_RETURN_IF_ERROR(vacuum(*copy, partial));
    }
    FACET_RETURN_IF_ERROR(RemoveFile(timed));
  }
  {
    // The schema's counter tells how often the file was copied. Setting it also waits for the disk.
    FACET_ASSIGN_OR_RETURN(const auto copy, SqliteDatabase::Open(partial, Mode::kWrite));
    FACET_RETURN_IF_ERROR(copy->Execute("PRAGMA synchronous = FULL; PRAGMA schema_version = 1"));
  }
  return Rename(partial, path);
}

absl::Status Manifest::CheckIntegrity() const {
  FACET_ASSIGN_OR_RETURN(const std::string found, database_->Text("PRAGMA integrity_check(1)"));
  if (found != "ok") return absl::DataLossError(absl::StrCat(path(), " is damaged: ", found));
  FACET_ASSIGN_OR_RETURN(SqliteStatement statement, database_->Prepare("PRAGMA foreign_key_check"));
  FACET_ASSIGN_OR_RETURN(const bool orphan, statement.Step());
  if (!orphan) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path(), ": a row of ", statement.Text(0),
                                          " refers to a row of ", statement.Text(2),
                                          " that is not there"));
}

}  // namespace facet
