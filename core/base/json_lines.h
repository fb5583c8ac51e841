// Files of one JSON object a line, written and read one line at a time: a file of millions of lines
// needs no memory of its size. Errors name file and line; a file whose last line has no end is cut
// off: DataLoss.
#ifndef FACET_CORE_BASE_JSON_LINES_H_
#define FACET_CORE_BASE_JSON_LINES_H_

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace facet {

class JsonLineWriter {
 public:
  static absl::StatusOr<std::unique_ptr<JsonLineWriter>> Create(const std::string& path);
  ~JsonLineWriter();
  JsonLineWriter(const JsonLineWriter&) = delete;
  JsonLineWriter& operator=(const JsonLineWriter&) = delete;

  absl::Status Write(const Json& line);
  absl::Status Finish();  // synced; without it the file is incomplete

 private:
  JsonLineWriter(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}
  absl::Status Error(const char* what) const;

  std::FILE* file_;
  const std::string path_;
};

class JsonLineReader {
 public:
  // A file that cannot be read is an error of Next().
  explicit JsonLineReader(const std::string& path);
  JsonLineReader(const JsonLineReader&) = delete;
  JsonLineReader& operator=(const JsonLineReader&) = delete;

  // The next line; none at the end.
  absl::StatusOr<std::optional<Json>> Next();
  // "<path>:<number>" of the line that Next() gave last, for errors in what it says.
  std::string place() const;

 private:
  const std::string path_;
  std::vector<char> buffer_;  // of stream_, which is destroyed first
  std::ifstream stream_;
  int open_error_ = 0;
  int64_t number_ = 0;
  std::string text_;
};

absl::Status WriteJsonLines(const std::string& path, const std::vector<Json>& lines);
absl::StatusOr<std::vector<Json>> ReadJsonLines(const std::string& path);

// How many lines a file has, without a look at what they say: for progress.
absl::StatusOr<int64_t> CountLines(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_BASE_JSON_LINES_H_
