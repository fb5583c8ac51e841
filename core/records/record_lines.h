// Records in files of JSON lines: ToJson() makes the line of a record, and its parser reads it.
//
// Names are sorted, so that equal content has equal bytes. A parser refuses a missing name or a
// wrong type (InvalidArgument); names it does not know it ignores. Numbers that are not finite are
// stored as the texts "nan", "inf" and "-inf".
//
// What components hand on is checked where it is written: every record has a CheckRecord() beside
// its ToJson(). Internal: what it has that is not finite, or not of the stated shape.
#ifndef FACET_CORE_RECORDS_RECORD_LINES_H_
#define FACET_CORE_RECORDS_RECORD_LINES_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/base/json_lines.h"
#include "core/base/status.h"

namespace facet {

// One by one, for stages that read two files side by side.
template <class Record>
class RecordReader {
 public:
  using Parse = absl::StatusOr<Record> (*)(const Json&);
  // A file that cannot be read is an error of Next().
  RecordReader(const std::string& path, Parse parse) : lines_(path), parse_(parse) {}

  // None at the end. Errors name file and line.
  absl::StatusOr<std::optional<Record>> Next() {
    FACET_ASSIGN_OR_RETURN(const std::optional<Json> line, lines_.Next());
    if (!line) return std::optional<Record>();
    absl::StatusOr<Record> record = parse_(*line);
    if (!record.ok()) return Annotate(record.status(), place());
    return std::optional<Record>(*std::move(record));
  }
  // "<path>:<line>" of the record that Next() gave last.
  std::string place() const { return lines_.place(); }

 private:
  JsonLineReader lines_;
  const Parse parse_;
};

// take(record) -> Status for each in order, until it returns an error, which is annotated with the
// line's place.
template <class Record, class Take>
absl::Status ForEachRecord(const std::string& path, absl::StatusOr<Record> (*parse)(const Json&),
                           const Take& take) {
  RecordReader<Record> reader(path, parse);
  while (true) {
    FACET_ASSIGN_OR_RETURN(std::optional<Record> record, reader.Next());
    if (!record) return absl::OkStatus();
    FACET_RETURN_IF_ERROR(Annotate(take(*std::move(record)), reader.place()));
  }
}

template <class Record>
absl::StatusOr<std::vector<Record>> ReadRecords(const std::string& path,
                                                absl::StatusOr<Record> (*parse)(const Json&)) {
  std::vector<Record> records;
  FACET_RETURN_IF_ERROR(ForEachRecord(path, parse, [&](Record record) {
    records.push_back(std::move(record));
    return absl::OkStatus();
  }));
  return records;
}

template <class Record>
class RecordWriter {
 public:
  static absl::StatusOr<std::unique_ptr<RecordWriter>> Create(const std::string& path) {
    FACET_ASSIGN_OR_RETURN(std::unique_ptr<JsonLineWriter> lines, JsonLineWriter::Create(path));
    return std::make_unique<RecordWriter>(std::move(lines));
  }
  explicit RecordWriter(std::unique_ptr<JsonLineWriter> lines) : lines_(std::move(lines)) {}

  absl::Status Write(const Record& record) {
    FACET_RETURN_IF_ERROR(CheckRecord(record));
    return lines_->Write(ToJson(record));
  }
  absl::Status Finish() { return lines_->Finish(); }

 private:
  const std::unique_ptr<JsonLineWriter> lines_;
};

template <class Record>
absl::Status WriteRecords(const std::string& path, const std::vector<Record>& records) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<RecordWriter<Record>> writer,
                         RecordWriter<Record>::Create(path));
  for (const Record& record : records) FACET_RETURN_IF_ERROR(writer->Write(record));
  return writer->Finish();
}

}  // namespace facet

#endif  // FACET_CORE_RECORDS_RECORD_LINES_H_
