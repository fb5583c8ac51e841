#include "plugins/manifest/csv.h"

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/component.h"
#include "core/base/hash.h"
#include "plugins/lists/csv.h"
#include "plugins/manifest/schema.h"

namespace facet {
namespace {

using Type = ManifestColumn::Type;

std::string FileOf(const std::string& folder, const ManifestTable& table) {
  return absl::StrCat(folder, "/", table.name, ".csv");
}

// The shortest text that is read back as the same number.
std::string FloatText(double value) {
  char text[32];
  const std::to_chars_result result = std::to_chars(text, text + sizeof(text), value);
  return std::string(text, result.ptr);
}

std::string FieldText(const SqliteStatement& row, int column, Type type) {
  if (row.IsNull(column)) return "";
  switch (type) {
    case Type::kInt:
      return absl::StrCat(row.Int(column));
    case Type::kFloat:
      return FloatText(row.Float(column));
    case Type::kBlob:
      return absl::BytesToHexString(row.Text(column));
    case Type::kText:
      return CsvField(row.Text(column));
  }
  return "";
}

absl::Status ExportTable(const SqliteDatabase& database, const ManifestTable& table,
                         const std::string& path) {
  std::vector<std::string> names;
  for (const ManifestColumn& column : table.columns) names.push_back(column.name);
  const std::string header = absl::StrJoin(names, ",");
  FACET_ASSIGN_OR_RETURN(SqliteStatement row,
                         database.Prepare(absl::StrCat("SELECT ", header, " FROM ", table.name,
                                                       " ORDER BY ", table.order)));
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << header << '\n';
  for (;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (i > 0) stream << ',';
      stream << FieldText(row, static_cast<int>(i), table.columns[i].type);
    }
    stream << '\n';
  }
  stream.close();
  if (stream) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
}

absl::Status BindField(const CsvTable& csv, const CsvTable::Row& row, const ManifestColumn& column,
                       int parameter, SqliteStatement* statement) {
  const std::string& text = csv.Get(row, column.name);
  if (text.empty() && column.nullable) {
    statement->BindNull(parameter);
    return absl::OkStatus();
  }
  if (text.empty() && column.type != Type::kText) {
    return csv.Error(row, absl::StrCat(column.name, " is empty"));
  }
  switch (column.type) {
    case Type::kInt: {
      FACET_ASSIGN_OR_RETURN(const int64_t value, csv.Int(row, column.name, 0));
      statement->Bind(parameter, value);
      break;
    }
    case Type::kFloat: {
      FACET_ASSIGN_OR_RETURN(const double value, csv.Float(row, column.name, 0));
      statement->Bind(parameter, value);
      break;
    }
    case Type::kBlob:
      if (text.size() % 2 != 0 ||
          text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
        return csv.Error(row, absl::StrCat(column.name, " is hexadecimal, here \"", text, "\""));
      }
      statement->BindBlob(parameter, BytesOfHex(text));
      break;
    case Type::kText:
      if (const absl::Status status = CheckManifestText(column.name, text); !status.ok()) {
        return csv.Error(row, std::string(status.message()));
      }
      statement->Bind(parameter, text);
      break;
  }
  return absl::OkStatus();
}

// The table's columns that the file has. Every column of the file must be one of them.
absl::StatusOr<std::vector<ManifestColumn>> ColumnsOf(const CsvTable& csv, const CsvTable::Row& row,
                                                      const ManifestTable& table) {
  std::vector<ManifestColumn> columns;
  std::vector<std::string> names;
  for (const ManifestColumn& column : table.columns) {
    names.push_back(column.name);
    if (csv.Has(column.name)) columns.push_back(column);
  }
  if (columns.size() == csv.columns().size()) return columns;
  return csv.Error(row, absl::StrCat("the file's columns are ", absl::StrJoin(csv.columns(), ", "),
                                     "; ", table.name, " has: ", absl::StrJoin(names, ", ")));
}

// What the rows of the class would be refused for and the tables do not see.
absl::Status CheckRow(const CsvTable& csv, const CsvTable::Row& row, const ManifestTable& table) {
  absl::Status status;
  if (table.name == "images") {
    ManifestImage image;
    image.path = csv.Get(row, "path");
    status = CheckManifestImage(image);
  }
  for (const char* column : {"attributes", "settings", "statistics"}) {
    if (csv.Has(column) && status.ok()) {
      status = CanonicalObject(column, csv.Get(row, column)).status();
    }
  }
  return status.ok() ? status : csv.Error(row, std::string(status.message()));
}

absl::Status ImportTable(const SqliteDatabase& database, const ManifestTable& table,
                         const std::string& path) {
  std::optional<SqliteStatement> statement;
  std::vector<ManifestColumn> columns;
  return CsvTable::Scan(path, [&](const CsvTable& csv, CsvTable::Row&& row) -> absl::Status {
    if (!statement.has_value()) {
      FACET_ASSIGN_OR_RETURN(columns, ColumnsOf(csv, row, table));
      const std::string names =
          absl::StrJoin(columns, ", ", [](std::string* out, const ManifestColumn& column) {
            absl::StrAppend(out, column.name);
          });
      const std::vector<std::string> marks(columns.size(), "?");
      FACET_ASSIGN_OR_RETURN(
          SqliteStatement prepared,
          database.Prepare(absl::StrCat("INSERT INTO ", table.name, " (", names, ") VALUES (",
                                        absl::StrJoin(marks, ", "), ")")));
      statement.emplace(std::move(prepared));
    }
    FACET_RETURN_IF_ERROR(CheckRow(csv, row, table));
    for (size_t i = 0; i < columns.size(); ++i) {
      FACET_RETURN_IF_ERROR(BindField(csv, row, columns[i], static_cast<int>(i) + 1, &*statement));
    }
    const absl::Status status = statement->Run();
    return status.ok() ? status : csv.Error(row, std::string(status.message()));
  });
}

}  // namespace

absl::Status ExportManifestCsv(Manifest* manifest, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot make ", folder, ": ", error.message()));
  }
  const SqliteDatabase& database = manifest->database();
  // One reading transaction: all tables are of one state.
  FACET_RETURN_IF_ERROR(database.Execute("BEGIN"));
  absl::Status status;
  for (const ManifestTable& table : ManifestTables()) {
    if (status.ok()) status = ExportTable(database, table, FileOf(folder, table));
  }
  const absl::Status ended = database.Execute("COMMIT");
  return status.ok() ? ended : status;
}

absl::Status ImportManifestCsv(const std::string& folder, Manifest* manifest) {
  return manifest->InTransaction([&]() -> absl::Status {
    const SqliteDatabase& database = manifest->database();
    for (const ManifestTable& table : ManifestTables()) {
      FACET_ASSIGN_OR_RETURN(const int64_t count,
                             database.Int("SELECT count(*) FROM " + table.name));
      if (count > 0) {
        return absl::FailedPreconditionError(
            absl::StrCat(manifest->path(), " has rows in ", table.name,
                         " already; import into an empty manifest"));
      }
      const std::string path = FileOf(folder, table);
      std::error_code ignored;
      const bool is_there = std::filesystem::exists(path, ignored);
      if (is_there) {
        FACET_RETURN_IF_ERROR(ImportTable(database, table, path));
      } else if (table.name == "identities" || table.name == "images") {
        return absl::NotFoundError(absl::StrCat("no file ", path));
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace facet
