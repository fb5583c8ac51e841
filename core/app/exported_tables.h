// What `facet export` and `facet describe` write of artifacts: tables as CSV, with a line of column
// names, fields quoted as RFC 4180 has it and numbers that read back exactly. Each file is replaced
// in one step. README.md, "Figures for another program", documents the columns.
#ifndef FACET_CORE_APP_EXPORTED_TABLES_H_
#define FACET_CORE_APP_EXPORTED_TABLES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/evaluator.h"
#include "core/base/file.h"

namespace facet {

class CsvFile {
 public:
  static absl::StatusOr<std::unique_ptr<CsvFile>> Create(const std::string& path,
                                                         const std::vector<std::string>& columns);
  absl::Status Add(const std::vector<std::string>& fields);  // as many as columns
  absl::Status Finish();

 private:
  CsvFile(std::unique_ptr<AtomicFile> file, size_t columns)
      : file_(std::move(file)), columns_(columns) {}

  const std::unique_ptr<AtomicFile> file_;
  const size_t columns_;
  std::string text_;
};

// The files of a data set's artifact.
struct StoredDataset {
  std::string samples, protocol;
};

// `rows`: rows.jsonl of descriptors -> descriptors.csv, a line for each row of descriptors.npy.
absl::Status WriteDescriptorTable(const StoredDataset& data, const std::string& rows,
                                  const std::string& path);
// templates.csv: a line for each descriptor of a template. False, and no file: there are none.
absl::StatusOr<bool> WriteTemplateTable(const StoredDataset& data, const std::string& rows,
                                        const std::string& path);
// scores.csv, from the curves of an evaluator's option `scores` (plugins/evaluators/README.md).
// Internal: they are not of the protocol's pairs.
absl::Status WriteScoreTable(const StoredDataset& data, const Evaluation& evaluation,
                             const std::string& path);
// faces.csv: a line for each face found, and for each image without one.
absl::Status WriteFaceTable(const StoredDataset& data, const std::string& faces,
                            const std::string& path);
// alignments.csv: a line for each face that was cut out.
absl::Status WriteAlignmentTable(const StoredDataset& data, const std::string& alignments,
                                 const std::string& path);
// training.csv: a line for each epoch of log.jsonl.
absl::Status WriteTrainingTable(const std::string& log, const std::string& path);
// embedding.csv: a line for each epoch of each projection of embed.json.
absl::Status WriteEmbeddingTable(const std::string& log, const std::string& path);
// curves.csv: a line for each point.
absl::Status WriteCurveTable(const std::vector<Curve>& curves, const std::string& path);
// images.csv of `describe`: a line for each image of the data set, whether a face was found or not.
absl::Status WriteImageTable(const StoredDataset& data, const std::string& faces,
                             const std::string& rows, const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_APP_EXPORTED_TABLES_H_
