#include "plugins/lists/csv.h"

#include <cerrno>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/api/component.h"
#include "plugins/lists/text_lines.h"

namespace facet {
namespace {

class Parser {
 public:
  Parser(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
    if (absl::StartsWith(text_, "\xef\xbb\xbf")) at_ = 3;
  }

  // None at the end.
  absl::StatusOr<std::optional<CsvTable::Row>> Next() {
    SkipEmptyLines();
    if (at_ == text_.size()) return std::optional<CsvTable::Row>();
    if (separator_ == '\0') ChooseSeparator();
    CsvTable::Row row;
    row.line = line_;
    for (;;) {
      FACET_ASSIGN_OR_RETURN(std::string field, Field());
      row.fields.push_back(std::move(field));
      if (at_ == text_.size()) break;
      const char end = text_[at_++];
      if (end == separator_) continue;
      ++line_;  // `end` is a line's end
      break;
    }
    return std::optional<CsvTable::Row>(std::move(row));
  }

 private:
  void SkipEmptyLines() {
    while (at_ < text_.size()) {
      const size_t end = std::min(text_.find('\n', at_), text_.size());
      const absl::string_view line(text_.data() + at_, end - at_);
      // A line of tabs alone is a row of empty fields, if anything; nobody means that.
      if (!absl::StripAsciiWhitespace(line).empty()) return;
      at_ = end + (end < text_.size());
      ++line_;
    }
  }

  void ChooseSeparator() {
    separator_ = ',';
    bool quoted = false;
    std::string seen;
    for (size_t i = at_; i < text_.size() && (quoted || text_[i] != '\n'); ++i) {
      if (text_[i] == '"') quoted = !quoted;
      if (!quoted) seen += text_[i];
    }
    for (const char candidate : {'\t', ';', ','}) {
      if (seen.find(candidate) != std::string::npos) {
        separator_ = candidate;
        return;
      }
    }
  }

  void SkipBlanks() {
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' &&
           absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) {
      ++at_;
    }
  }

  absl::StatusOr<std::string> Field() {
    SkipBlanks();
    if (at_ == text_.size() || text_[at_] != '"') {
      const size_t begin = at_;
      while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
      std::string field = text_.substr(begin, at_ - begin);
      absl::StripAsciiWhitespace(&field);
      return field;
    }
    const int64_t opened = line_;
    std::string field;
    for (++at_;; ++at_) {
      if (at_ == text_.size()) return LineError(path_, opened, "a quote is not closed");
      if (text_[at_] == '"') {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
        ++at_;
      }
      if (text_[at_] == '\n') ++line_;
      field += text_[at_];
    }
    ++at_;
    SkipBlanks();
    if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') {
      return LineError(path_, line_, "text follows a closing quote (a quote inside is \"\")");
    }
    return field;
  }

  const std::string path_, text_;
  size_t at_ = 0;
  int64_t line_ = 1;
  char separator_ = '\0';
};

// What a line that is not of the table's form, or its header, may have been meant as.
std::string NoComments(const CsvTable::Row& row, const std::string& header) {
  if (absl::StartsWith(row.fields[0], "#")) return " (a table has no comments: delete this line)";
  return absl::StartsWith(header, "#") ? " (a table has no comments: the first line is the header)"
                                       : "";
}

}  // namespace

absl::StatusOr<CsvTable> CsvTable::Read(const std::string& path) {
  CsvTable whole;
  std::vector<Row> rows;
  FACET_RETURN_IF_ERROR(Parse(path, &whole, [&rows](const CsvTable&, Row&& row) {
    rows.push_back(std::move(row));
    return absl::OkStatus();
  }));
  whole.rows_ = std::move(rows);
  return whole;
}

absl::Status CsvTable::Scan(
    const std::string& path,
    const std::function<absl::Status(const CsvTable& table, Row&& row)>& use) {
  CsvTable table;
  return Parse(path, &table, use);
}

absl::Status CsvTable::Parse(
    const std::string& path, CsvTable* into,
    const std::function<absl::Status(const CsvTable& table, Row&& row)>& use) {
  CsvTable& table = *into;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  Parser parser(path, std::string(std::istreambuf_iterator<char>(stream), {}));
  table.path_ = path;
  FACET_ASSIGN_OR_RETURN(std::optional<Row> row, parser.Next());
  if (!row.has_value()) return absl::InvalidArgumentError(path + " is empty: no header line");
  const int64_t header = row->line;
  table.columns_ = std::move(row->fields);
  for (size_t i = 0; i < table.columns_.size(); ++i) {
    const std::string& column = table.columns_[i];
    if (column.empty()) {
      return LineError(path, header, absl::StrCat("column ", i + 1, " has no name"));
    }
    if (!table.index_.emplace(column, i).second) {
      return LineError(path, header, absl::StrCat("two columns are named \"", column, "\""));
    }
  }
  for (;;) {
    FACET_ASSIGN_OR_RETURN(row, parser.Next());
    if (!row.has_value()) return absl::OkStatus();
    if (row->fields.size() != table.columns_.size()) {
      return LineError(
          path, row->line,
          absl::StrCat(row->fields.size(), " fields; the header has ", table.columns_.size(),
                       " columns", NoComments(*row, table.columns_[0])));
    }
    FACET_RETURN_IF_ERROR(use(table, *std::move(row)));
  }
}

const std::string& CsvTable::Get(const Row& row, const std::string& column) const {
  static const std::string& kNone = *new std::string;
  const auto found = index_.find(column);
  return found == index_.end() ? kNone : row.fields[found->second];
}

absl::Status CsvTable::Error(const Row& row, const std::string& message) const {
  return LineError(path_, row.line, message);
}

absl::StatusOr<int64_t> CsvTable::Int(const Row& row, const std::string& column,
                                      int64_t absent) const {
  const std::string& text = Get(row, column);
  int64_t value;
  if (text.empty()) return absent;
  if (absl::SimpleAtoi(text, &value)) return value;
  return Error(row, absl::StrCat(column, " is a whole number, here \"", text, "\""));
}

absl::StatusOr<double> CsvTable::Float(const Row& row, const std::string& column,
                                       double absent) const {
  const std::string& text = Get(row, column);
  double value;
  if (text.empty()) return absent;
  if (absl::SimpleAtod(text, &value) && std::isfinite(value)) return value;
  return Error(row, absl::StrCat(column, " is a number, here \"", text, "\""));
}

absl::StatusOr<bool> CsvTable::Bool(const Row& row, const std::string& column, bool absent) const {
  const std::string text = absl::AsciiStrToLower(Get(row, column));
  if (text.empty()) return absent;
  if (text == "1" || text == "true") return true;
  if (text == "0" || text == "false") return false;
  return Error(row, absl::StrCat(column, " is 0, 1, false or true, here \"", text, "\""));
}

std::string CsvField(const std::string& text) {
  const bool is_plain = text.find_first_of("\"\t;,\r\n") == std::string::npos &&
                        absl::StripAsciiWhitespace(text).size() == text.size();
  if (is_plain) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace facet
