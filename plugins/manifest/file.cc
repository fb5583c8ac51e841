// The manifest as a file: made, opened, copied, frozen, checked.
#include "core/base/file.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "core/base/status.h"
#include "plugins/manifest/manifest.h"
#include "plugins/manifest/schema.h"

namespace facet {
namespace {

using Mode = SqliteDatabase::Mode;

// Files that become a manifest, and take its name, when they are complete.
constexpr char kPartial[] = ".partial";

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
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is not a manifest: it is no SQLite file"));
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
  return Sync(FolderOf(to));
}

absl::Status CheckAbsent(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat(path, " is there already; choose another name"));
}

// SQL without comments, and with one blank for each piece of white.
std::string Plain(absl::string_view sql) {
  std::string plain;
  for (const absl::string_view line : absl::StrSplit(sql, '\n')) {
    absl::StrAppend(&plain, line.substr(0, line.find("--")), " ");
  }
  return absl::StrJoin(absl::StrSplit(plain, absl::ByAnyChar(" \t\r"), absl::SkipEmpty()), " ");
}

// What the file calls its tables and views are ours: a stranger's view in the place of one may never
// end, and a trigger writes what nobody asked for.
absl::Status CheckSchema(const SqliteDatabase& database) {
  static const auto* const kOurs = [] {
    auto* const statements = new std::set<std::string>();
    for (const absl::string_view statement : absl::StrSplit(Plain(kManifestSchema), ';')) {
      statements->emplace(absl::StripAsciiWhitespace(statement));
    }
    return statements;
  }();
  FACET_ASSIGN_OR_RETURN(
      SqliteStatement found,
      database.Prepare("SELECT name, sql FROM sqlite_master "
                       "WHERE sql IS NOT NULL AND (type <> 'table' OR name NOT LIKE 'sqlite@_%' "
                       "ESCAPE '@')"));
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool more, found.Step());
    if (!more) return absl::OkStatus();
    if (kOurs->count(Plain(found.Text(1))) > 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(database.path(), ": what it calls \"", found.Text(0),
                     "\" is not of a manifest; drop it, or make the file again"));
  }
}

absl::Status CheckVersion(const SqliteDatabase& database) {
  FACET_ASSIGN_OR_RETURN(const int64_t application, database.Int("PRAGMA application_id"));
  FACET_ASSIGN_OR_RETURN(const int64_t version, database.Int("PRAGMA user_version"));
  if (application != kManifestApplicationId) {
    return absl::InvalidArgumentError(
        absl::StrCat(database.path(), " is not a manifest, but a database of another program"));
  }
  if (version != kManifestVersion) {
    return absl::InvalidArgumentError(absl::StrCat(
        database.path(), " is a manifest of version ", version, ", expected version ",
        kManifestVersion, "; make it again with this program, or read it with the other"));
  }
  return CheckSchema(database);
}

}  // namespace

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
