// Files of the artifacts that stages hand to each other, and the code that reads and writes them.
//
//   dataset   samples.jsonl    one Sample a line, in the data set's order: its line number is the
//                              sample's index everywhere
//             protocol.json    templates and pairs (kind "none" for training sets)
//             images.mdb       rendered data sets only: sample index -> JPEG or PNG bytes
//   detect    faces.jsonl      one FaceRecord a sample
//   fit       model            what an aligner learned, in its own format
//   align     frames.jsonl     one FrameRecord for every sample that has a face
//   pack      crops.mdb        crop row -> encoded or raw pixels (CropStore)
//             crops.jsonl      one CropRecord a row
//   train     weights.safetensors, model.json, log.jsonl (train.h)
//   describe  descriptors.npy  [rows, D] float32; rows.jsonl: one DescriptorRecord a row
//   embed     projection.npy   [F, L, D] float32, F = 1 or the number of folds; embed.json
//   leak_check  leaks.json     people, images, faces: count, allowed, the first 100 found
//   classify  scores.jsonl     one ScoreRecord for every sample whose identity the network knows
//   evaluate  evaluation.json  metrics, curves, replicates, notices
//   curate    manifest.sqlite  rows of images (plugins/manifest/manifest.h); not read by the host
//             curation.json    what the curator says of its stage: metrics, curves, histograms,
//                              notices, contact sheets; with "component", its name
//             sheet_00.jpg ... the contact sheets, in the order of curation.json
//
// Text files are UTF-8, one JSON object a line, names sorted, so that equal content has equal
// bytes. A reader refuses a missing name or a wrong type (InvalidArgument); names it does not know
// it ignores. Numbers that are not finite are stored as the texts "nan", "inf" and "-inf".
#ifndef FACET_CORE_RECORDS_ARTIFACTS_H_
#define FACET_CORE_RECORDS_ARTIFACTS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/aligner.h"
#include "core/api/curator.h"
#include "core/api/dataset.h"
#include "core/api/detector.h"
#include "core/api/evaluator.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace facet {

Json ToJson(const Sample& sample);
absl::StatusOr<Sample> SampleFromJson(const Json& json);
Json ToJson(const Protocol& protocol);
absl::StatusOr<Protocol> ProtocolFromJson(const Json& json);

// What the detect stage found for one sample.
struct FaceRecord {
  int64_t sample = 0;
  enum class State { kFound, kFallback, kDropped, kUnreadable } state = State::kFound;
  std::string reason;             // kUnreadable: why, kDropped and kFallback: what was tried
  int64_t num_found = 0;          // faces in the image, before selection
  int64_t width = 0, height = 0;  // of the image, px
  Face face;                      // canonical box; meaningful for kFound and kFallback
  std::vector<Face> others;       // the faces that were not selected, best score first
};
Json ToJson(const FaceRecord& record);
absl::StatusOr<FaceRecord> FaceRecordFromJson(const Json& json);

struct FrameRecord {
  int64_t sample = 0;
  Alignment alignment;
  Pose pose = Pose::kUnknown;
};
Json ToJson(const FrameRecord& record);
absl::StatusOr<FrameRecord> FrameRecordFromJson(const Json& json);

struct CropRecord {
  int64_t sample = 0;
  std::string identity;
  int64_t width = 0, height = 0;
  bool aligned = false;
  double confidence = 0.0;
  int64_t fold = -1;
};
Json ToJson(const CropRecord& record);
absl::StatusOr<CropRecord> CropRecordFromJson(const Json& json);

struct DescriptorRecord {
  int64_t sample = 0;
  std::string identity;
  double confidence = 0.0;
  int64_t fold = -1;
};
Json ToJson(const DescriptorRecord& record);
absl::StatusOr<DescriptorRecord> DescriptorRecordFromJson(const Json& json);

// classify: log p(identity of the sample | its face).
struct ScoreRecord {
  int64_t sample = 0;
  double log_probability = 0.0;
};
Json ToJson(const ScoreRecord& record);
absl::StatusOr<ScoreRecord> ScoreRecordFromJson(const Json& json);

Json ToJson(const Evaluation& evaluation);
absl::StatusOr<Evaluation> EvaluationFromJson(const Json& json);

// Of a contact sheet the JSON has the title, its picture's file and the number of cells: cells are
// read back blank. Other names are the caller's to add ("component", "from").
Json ToJson(const CurationResult& result);
absl::StatusOr<CurationResult> CurationResultFromJson(const Json& json);
// The picture of the index-th contact sheet, beside curation.json: "sheet_00.jpg".
std::string ContactSheetFile(size_t index);

// samples.jsonl and protocol.json of a dataset artifact.
absl::StatusOr<DatasetContents> ReadDataset(const std::string& samples_path,
                                            const std::string& protocol_path);

// Row -> bytes, in one memory-mapped LMDB file that is written once, in order, and then only read.
// The same rows give the same bytes in the file (on machines with one page size). While it is
// written, the rows are in "<path>.writing".
class BlobWriter {
 public:
  static absl::StatusOr<std::unique_ptr<BlobWriter>> Create(const std::string& path);
  virtual ~BlobWriter() = default;  // without Finish(): nothing is left behind
  // Rows ascending from 0 on, not necessarily every one; else InvalidArgument.
  virtual absl::Status Append(int64_t row, std::string_view bytes) = 0;
  virtual absl::Status Finish() = 0;  // compact, synced
};
class BlobReader {
 public:
  // Needs read permission alone and writes nothing beside the file. DataLoss: not such a file, or
  // cut off.
  static absl::StatusOr<std::unique_ptr<BlobReader>> Open(const std::string& path);
  virtual ~BlobReader() = default;
  virtual int64_t size() const = 0;  // number of rows stored
  // Valid while the reader lives. NotFound names row and file. Any thread.
  virtual absl::StatusOr<std::string_view> Get(int64_t row) const = 0;
};

// .npy (NumPy's format 1.0), float32, C order.
struct FloatArray {
  std::vector<int64_t> shape;
  std::vector<float> values;
};
// InvalidArgument if the shape does not fit the number of values.
absl::Status WriteNpy(const std::string& path, const FloatArray& array);
// Formats 1.0 to 3.0. InvalidArgument says what else the file holds (float64, Fortran order);
// DataLoss: too short or too long for its header.
absl::StatusOr<FloatArray> ReadNpy(const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_ARTIFACTS_H_
