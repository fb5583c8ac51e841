// SQLite files that only remember what can be found out again (input_digests.h, store_index.h): an
// error makes them useless, not wrong, and is "not remembered".
#ifndef FACET_CORE_GRAPH_DATABASE_H_
#define FACET_CORE_GRAPH_DATABASE_H_

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace facet {

// A prepared statement that is finalised with its scope.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) {
    if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) {
      statement_ = nullptr;
    }
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void Bind(int index, const std::string& text) {
    sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
  }
  void BindBlob(int index, const std::string& bytes) {
    sqlite3_bind_blob(statement_, index, bytes.data(), static_cast<int>(bytes.size()),
                      SQLITE_TRANSIENT);
  }
  void Bind(int index, int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void Bind(int index, double value) { sqlite3_bind_double(statement_, index, value); }
  // Whether there is a row.
  bool Step() {
    result_ = statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_);
    return result_ == SQLITE_ROW;
  }
  bool ok() const { return result_ == SQLITE_ROW || result_ == SQLITE_DONE; }  // of the last step
  void Reset() { sqlite3_reset(statement_); }
  // Of the row, until the next step.
  std::string_view View(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string_view()
                            : std::string_view(bytes, static_cast<size_t>(size));
  }
  std::string Text(int column) const { return std::string(View(column)); }
  int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double Number(int column) const { return sqlite3_column_double(statement_, column); }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int result_ = SQLITE_DONE;
};

inline bool Execute(sqlite3* database, const char* sql) {
  return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace facet

#endif  // FACET_CORE_GRAPH_DATABASE_H_
