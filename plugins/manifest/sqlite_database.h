// SQLite with statuses instead of return codes. One thread at a time.
#ifndef FACET_PLUGINS_MANIFEST_SQLITE_DATABASE_H_
#define FACET_PLUGINS_MANIFEST_SQLITE_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace facet {

class SqliteDatabase;

// A prepared statement; must not outlive its database. Parameters count from 1, columns from 0.
// Text and blobs are copied.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&& other) noexcept;
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement();

  void Bind(int parameter, int64_t value);
  void Bind(int parameter, double value);
  void Bind(int parameter, const std::string& text);
  void BindBlob(int parameter, const std::string& bytes);
  void BindNull(int parameter);
  template <class T>
  void Bind(int parameter, const std::optional<T>& value) {
    value.has_value() ? Bind(parameter, *value) : BindNull(parameter);
  }

  // True: there is a row; false: no more. Refused values of Bind (text too long) are found here.
  absl::StatusOr<bool> Step();
  // To the end, from the beginning again afterwards: for statements that give no rows.
  absl::Status Run();
  void Reset();

  bool IsNull(int column) const;
  int64_t Int(int column) const;
  double Float(int column) const;
  std::string Text(int column) const;  // of a blob: its bytes
  int num_columns() const;

 private:
  friend class SqliteDatabase;
  SqliteStatement(const SqliteDatabase* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

  const SqliteDatabase* database_;
  sqlite3_stmt* statement_;
  int bind_error_ = 0;  // SQLITE_OK
};

class SqliteDatabase {
 public:
  enum class Mode {
    kCreate,     // a file that is not there yet
    kWrite,      // an existing one
    kImmutable,  // an existing one that nobody writes: no locks, nothing written beside it
  };
  // Errors name the path: NotFound, AlreadyExists, DataLoss (no database, a damaged one),
  // FailedPrecondition (locked by another program).
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(const std::string& path, Mode mode);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  const std::string& path() const { return path_; }
  absl::StatusOr<SqliteStatement> Prepare(const std::string& sql) const;
  // One or several statements without parameters; rows are passed over.
  absl::Status Execute(const std::string& sql) const;
  // The first column of the only row.
  absl::StatusOr<int64_t> Int(const std::string& sql) const;
  absl::StatusOr<std::string> Text(const std::string& sql) const;
  int64_t last_id() const;
  int64_t num_changes() const;  // rows that the last statement inserted or changed

  // Commits what `work` did if it returns OK, undoes it otherwise. Within another call it is a part
  // of that one's transaction, and is undone alone if it alone fails.
  absl::Status InTransaction(const std::function<absl::Status()>& work);

  // The status of what SQLite said last; OK for SQLITE_OK, SQLITE_ROW and SQLITE_DONE.
  absl::Status Error(int code) const;

 private:
  SqliteDatabase(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  const std::string path_;
  sqlite3* const handle_;
  int depth_ = 0;
};

}  // namespace facet

#endif  // FACET_PLUGINS_MANIFEST_SQLITE_DATABASE_H_
