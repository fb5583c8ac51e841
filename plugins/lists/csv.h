// Tables as text: RFC 4180 with a header line.
//
// The separator is the first of tab, semicolon and comma that the header line has outside quotes.
// Fields may be quoted ("" inside is one quote; separators and line ends are kept); those that are
// not lose the blanks around them. A byte order mark, CR LF and a last line without an end are
// understood; blank lines are skipped. There are no comments: a field may begin with '#'.
#ifndef FACET_PLUGINS_LISTS_CSV_H_
#define FACET_PLUGINS_LISTS_CSV_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

class CsvTable {
 public:
  struct Row {
    int64_t line = 0;  // where it begins, from 1
    std::vector<std::string> fields;
  };

  // InvalidArgument, by file and line: no header, a column without a name or named twice, a row of
  // another number of fields than the header, a quote that is not closed or not followed by a
  // separator.
  static absl::StatusOr<CsvTable> Read(const std::string& path);
  // The same row by row, none of them kept: `use` gets the table without rows, and the row. Its
  // first error ends the reading.
  static absl::Status Scan(
      const std::string& path,
      const std::function<absl::Status(const CsvTable& table, Row&& row)>& use);

  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<Row>& rows() const { return rows_; }
  bool Has(const std::string& column) const { return index_.count(column) > 0; }
  // Empty where there is no such column.
  const std::string& Get(const Row& row, const std::string& column) const;
  // "<path>:<line>: <message>".
  absl::Status Error(const Row& row, const std::string& message) const;
  // Numbers of a row; an empty field gives `absent`. Error() for another text.
  absl::StatusOr<int64_t> Int(const Row& row, const std::string& column, int64_t absent) const;
  absl::StatusOr<double> Float(const Row& row, const std::string& column, double absent) const;
  // 0, 1, false, true.
  absl::StatusOr<bool> Bool(const Row& row, const std::string& column, bool absent) const;

 private:
  static absl::Status Parse(
      const std::string& path, CsvTable* into,
      const std::function<absl::Status(const CsvTable& table, Row&& row)>& use);

  std::string path_;
  std::vector<std::string> columns_;
  std::map<std::string, size_t> index_;
  std::vector<Row> rows_;
};

// A field as Read() gives it back: quoted where that is needed.
std::string CsvField(const std::string& text);

}  // namespace facet

#endif  // FACET_PLUGINS_LISTS_CSV_H_
