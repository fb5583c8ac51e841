#include "plugins/manifest/sqlite_database.h"

#include <sqlite3.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/api/component.h"

namespace facet {
namespace {

constexpr int kBusyTimeoutMs = 10000;

absl::StatusCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return absl::StatusCode::kInvalidArgument;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

std::string Uri(const std::string& path, SqliteDatabase::Mode mode) {
  const std::string quoted = absl::StrReplaceAll(path, {{"%", "%25"}, {"?", "%3f"}, {"#", "%23"}});
  return absl::StrCat("file:", quoted,
                      mode == SqliteDatabase::Mode::kImmutable ? "?immutable=1" : "");
}

}  // namespace

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_error_(other.bind_error_) {}

SqliteStatement& SqliteStatement::operator=(SqliteStatement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(statement_, other.statement_);
  std::swap(bind_error_, other.bind_error_);
  return *this;
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

void SqliteStatement::Bind(int parameter, int64_t value) {
  bind_error_ |= sqlite3_bind_int64(statement_, parameter, value);
}

void SqliteStatement::Bind(int parameter, double value) {
  bind_error_ |= sqlite3_bind_double(statement_, parameter, value);
}

void SqliteStatement::Bind(int parameter, const std::string& text) {
  bind_error_ |= sqlite3_bind_text64(statement_, parameter, text.data(), text.size(),
                                     SQLITE_TRANSIENT, SQLITE_UTF8);
}

void SqliteStatement::BindBlob(int parameter, const std::string& bytes) {
  bind_error_ |=
      sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

void SqliteStatement::BindNull(int parameter) {
  bind_error_ |= sqlite3_bind_null(statement_, parameter);
}

absl::StatusOr<bool> SqliteStatement::Step() {
  if (std::exchange(bind_error_, SQLITE_OK) != SQLITE_OK) {
    return absl::InternalError(absl::StrCat(database_->path(), ": cannot bind a value for \"",
                                            sqlite3_sql(statement_), "\""));
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  absl::Status status = database_->Error(code);
  sqlite3_reset(statement_);
  return status;
}

absl::Status SqliteStatement::Run() {
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool more, Step());
    if (!more) break;
  }
  Reset();
  return absl::OkStatus();
}

void SqliteStatement::Reset() { sqlite3_reset(statement_); }

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t SqliteStatement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

double SqliteStatement::Float(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string SqliteStatement::Text(int column) const {
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? "" : std::string(bytes, size);
}

int SqliteStatement::num_columns() const { return sqlite3_column_count(statement_); }

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path,
                                                                     Mode mode) {
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  if (mode == Mode::kCreate && exists) {
    return absl::AlreadyExistsError(absl::StrCat(path, " is there already; choose another name"));
  }
  if (mode != Mode::kCreate && !exists) return absl::NotFoundError(absl::StrCat("no file ", path));
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                    (mode == Mode::kCreate  ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                     : mode == Mode::kWrite ? SQLITE_OPEN_READWRITE
                                            : SQLITE_OPEN_READONLY);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(Uri(path, mode).c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path, handle));
  if (code != SQLITE_OK) return database->Error(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  // Files come from others too: what their schema says calls no function with effects.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_exec(handle, "PRAGMA cell_size_check = ON", nullptr, nullptr, nullptr);
  // Read something: a file of another kind is found only then.
  FACET_RETURN_IF_ERROR(database->Execute("PRAGMA schema_version"));
  return database;
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close_v2(handle_); }

absl::StatusOr<SqliteStatement> SqliteDatabase::Prepare(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.c_str(), static_cast<int>(sql.size()) + 1,
                                      &statement, nullptr);
  SqliteStatement prepared(this, statement);
  if (code != SQLITE_OK) return Error(code);
  return prepared;
}

absl::Status SqliteDatabase::Execute(const std::string& sql) const {
  return Error(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr));
}

absl::StatusOr<int64_t> SqliteDatabase::Int(const std::string& sql) const {
  FACET_ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  FACET_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return absl::InternalError(absl::StrCat(path_, ": no row from \"", sql, "\""));
  return statement.Int(0);
}

absl::StatusOr<std::string> SqliteDatabase::Text(const std::string& sql) const {
  FACET_ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  FACET_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return absl::InternalError(absl::StrCat(path_, ": no row from \"", sql, "\""));
  return statement.Text(0);
}

int64_t SqliteDatabase::last_id() const { return sqlite3_last_insert_rowid(handle_); }
int64_t SqliteDatabase::num_changes() const { return sqlite3_changes(handle_); }

absl::Status SqliteDatabase::InTransaction(const std::function<absl::Status()>& work) {
  if (depth_ > 0) {
    const std::string name = absl::StrCat("nested", depth_);
    FACET_RETURN_IF_ERROR(Execute("SAVEPOINT " + name));
    ++depth_;
    absl::Status status = work();
    --depth_;
    if (!status.ok()) Execute("ROLLBACK TO " + name).IgnoreError();
    const absl::Status released = Execute("RELEASE " + name);
    return status.ok() ? released : status;
  }
  FACET_RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
  ++depth_;
  absl::Status status = work();
  --depth_;
  if (status.ok()) status = Execute("COMMIT");
  // A failed COMMIT may have left the transaction open; some errors have ended it already.
  if (!status.ok() && sqlite3_get_autocommit(handle_) == 0) Execute("ROLLBACK").IgnoreError();
  return status;
}

absl::Status SqliteDatabase::Error(int code) const {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return absl::OkStatus();
  return absl::Status(CodeOf(code), absl::StrCat(path_, ": SQLite: ",
                                                 handle_ == nullptr ? sqlite3_errstr(code)
                                                                    : sqlite3_errmsg(handle_)));
}

}  // namespace facet
