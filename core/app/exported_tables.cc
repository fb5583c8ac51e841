#include "core/app/exported_tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/json_lines.h"
#include "core/base/status.h"
#include "core/records/descriptors.h"
#include "core/records/faces.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;

using Fields = std::vector<std::string>;

Fields Joined(const std::vector<Fields>& parts) {
  Fields all;
  for (const Fields& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// -1 is nowhere an index or a number that is known.
std::string Index(int64_t index) { return index < 0 ? "" : absl::StrCat(index); }

std::string Truth(bool value) { return value ? "1" : "0"; }

absl::StatusOr<DatasetContents> Read(const StoredDataset& data) {
  return ReadDataset(data.samples, data.protocol);
}

// A record's sample; DataLoss where the data set has none of that number.
absl::StatusOr<const Sample*> SampleOf(const DatasetContents& data, int64_t index) {
  if (index >= 0 && index < static_cast<int64_t>(data.samples.size())) {
    return &data.samples[static_cast<size_t>(index)];
  }
  return absl::DataLossError(
      absl::StrCat("sample ", index, " of a data set of ", data.samples.size()));
}

constexpr size_t kBoxFields = 4;
Fields BoxColumns() { return {"x", "y", "width", "height"}; }
Fields OfBox(const Box& box) {
  return {ExactNumber(box.x), ExactNumber(box.y), ExactNumber(box.width), ExactNumber(box.height)};
}

// "lx1", "ly1" ... as the data set `image_list` reads them.
Fields LandmarkColumns(size_t num_points) {
  Fields columns = {"scheme"};
  for (size_t i = 1; i <= num_points; ++i) {
    columns.push_back(absl::StrCat("lx", i));
    columns.push_back(absl::StrCat("ly", i));
  }
  return columns;
}
Fields OfLandmarks(const Landmarks& landmarks, size_t num_points) {
  Fields fields = {std::string(LandmarkSchemeName(landmarks.scheme))};
  for (const Point& point : landmarks.points) {
    fields.push_back(ExactNumber(point.x));
    fields.push_back(ExactNumber(point.y));
  }
  fields.resize(1 + 2 * num_points);
  return fields;
}

Fields FaceColumns(size_t num_points) {
  return Joined({{"face", "taken"}, BoxColumns(), {"score", "pose"}, LandmarkColumns(num_points)});
}
Fields OfFace(const Face& face, size_t index, bool taken, size_t num_points) {
  return Joined({{absl::StrCat(index), Truth(taken)},
                 OfBox(face.box),
                 {ExactNumber(face.score), std::string(PoseName(face.pose))},
                 OfLandmarks(face.landmarks, num_points)});
}

// The most landmarks that any of a file's records has.
template <class Record, class PointsOf>
absl::StatusOr<size_t> MostPoints(const std::string& path,
                                  absl::StatusOr<Record> (*parse)(const Json&),
                                  const PointsOf& points_of) {
  size_t most = 0;
  FACET_RETURN_IF_ERROR(ForEachRecord(path, parse, [&](const Record& record) {
    most = std::max(most, points_of(record));
    return absl::OkStatus();
  }));
  return most;
}

size_t PointsOfFaces(const FaceRecord& record) {
  size_t most = HasFace(record) ? record.face.landmarks.points.size() : 0;
  for (const Face& face : record.others) most = std::max(most, face.landmarks.points.size());
  return most;
}

// For each sample its rows of the descriptors.
absl::StatusOr<std::multimap<int64_t, int64_t>> RowsBySample(const std::string& rows) {
  std::multimap<int64_t, int64_t> by_sample;
  int64_t row = 0;
  FACET_RETURN_IF_ERROR(
      ForEachRecord(rows, &DescriptorRecordFromJson, [&](const DescriptorRecord& record) {
        by_sample.emplace(record.sample, row++);
        return absl::OkStatus();
      }));
  return by_sample;
}

std::string IdentityOf(const DatasetContents& data, const Template& of) {
  return of.samples.empty() ? "" : data.samples[static_cast<size_t>(of.samples[0])].identity;
}

// One matrix's distances are those of the protocol's pairs, in its order.
absl::Status CheckScores(const Protocol& protocol, const Curve& curve) {
  bool fits = curve.x.size() == protocol.pairs.size() && curve.y.size() == curve.x.size();
  for (size_t i = 0; fits && i < protocol.pairs.size(); ++i) {
    fits = (curve.y[i] != 0.0) == protocol.pairs[i].genuine;
  }
  if (fits) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      "the evaluator's curve \"", curve.name, "\" of ", curve.x.size(), " points is not of the ",
      protocol.pairs.size(), " pairs of the protocol, in their order (a fault of the plugin)"));
}

std::string TextOf(const Json& value) {
  if (value.is_number_float()) return ExactNumber(value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : Dump(value);
}

// The keys of objects: those of `first` that occur, in that order, then the others.
Fields KeysOf(const std::vector<Json>& objects, const Fields& first) {
  std::set<std::string> found;
  for (const Json& object : objects) {
    for (const auto& [key, value] : object.items()) found.insert(key);
  }
  Fields keys;
  for (const std::string& key : first) {
    if (found.erase(key) > 0) keys.push_back(key);
  }
  keys.insert(keys.end(), found.begin(), found.end());
  return keys;
}

absl::Status WriteObjects(const std::vector<Json>& objects, const Fields& first,
                          const std::string& path) {
  const Fields keys = KeysOf(objects, first);
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CsvFile> file, CsvFile::Create(path, keys));
  for (const Json& object : objects) {
    Fields fields;
    for (const std::string& key : keys) fields.push_back(TextOf(object.value(key, Json())));
    FACET_RETURN_IF_ERROR(file->Add(fields));
  }
  return file->Finish();
}

}  // namespace

absl::StatusOr<std::unique_ptr<CsvFile>> CsvFile::Create(const std::string& path,
                                                         const std::vector<std::string>& columns) {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  std::unique_ptr<CsvFile> made(new CsvFile(std::move(file), columns.size()));
  FACET_RETURN_IF_ERROR(made->Add(columns));
  return made;
}

absl::Status CsvFile::Add(const std::vector<std::string>& fields) {
  FACET_CHECK(fields.size() == columns_);
  for (size_t i = 0; i < fields.size(); ++i) {
    absl::StrAppend(&text_, i > 0 ? "," : "", CsvField(fields[i]));
  }
  text_ += '\n';
  if (text_.size() < kBufferBytes) return absl::OkStatus();
  return file_->Append(std::exchange(text_, ""));
}

absl::Status CsvFile::Finish() {
  FACET_RETURN_IF_ERROR(file_->Append(text_));
  return file_->Commit();
}

absl::Status WriteDescriptorTable(const StoredDataset& data, const std::string& rows,
                                  const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const DatasetContents contents, Read(data));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CsvFile> file,
                         CsvFile::Create(path, {"row", "image", "path", "identity", "fold", "video",
                                                "frame", "confidence"}));
  int64_t row = 0;
  FACET_RETURN_IF_ERROR(ForEachRecord(
      rows, &DescriptorRecordFromJson, [&](const DescriptorRecord& record) -> absl::Status {
        FACET_ASSIGN_OR_RETURN(const Sample* const sample, SampleOf(contents, record.sample));
        return file->Add({absl::StrCat(row++), sample->key, sample->path, sample->identity,
                          Index(sample->fold), sample->video, Index(sample->frame),
                          ExactNumber(record.confidence)});
      }));
  return file->Finish();
}

absl::StatusOr<bool> WriteTemplateTable(const StoredDataset& data, const std::string& rows,
                                        const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const DatasetContents contents, Read(data));
  const std::vector<Template>& templates = contents.protocol.templates;
  if (templates.empty()) return false;
  FACET_ASSIGN_OR_RETURN(const auto by_sample, RowsBySample(rows));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CsvFile> file,
                         CsvFile::Create(path, {"template", "name", "identity", "image", "row"}));
  for (size_t t = 0; t < templates.size(); ++t) {
    const Fields about = {absl::StrCat(t), templates[t].name, IdentityOf(contents, templates[t])};
    for (const int64_t index : templates[t].samples) {
      FACET_ASSIGN_OR_RETURN(const Sample* const sample, SampleOf(contents, index));
      const auto [first, last] = by_sample.equal_range(index);
      if (first == last) FACET_RETURN_IF_ERROR(file->Add(Joined({about, {sample->key, ""}})));
      for (auto row = first; row != last; ++row) {
        FACET_RETURN_IF_ERROR(file->Add(Joined({about, {sample->key, Index(row->second)}})));
      }
    }
  }
  FACET_RETURN_IF_ERROR(file->Finish());
  return true;
}

absl::Status WriteScoreTable(const StoredDataset& data, const Evaluation& evaluation,
                             const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const DatasetContents contents, Read(data));
  const Protocol& protocol = contents.protocol;
  FACET_ASSIGN_OR_RETURN(
      const std::unique_ptr<CsvFile> file,
      CsvFile::Create(path, {"matrix", "fold", "first", "second", "first_identity",
                             "second_identity", "genuine", "distance"}));
  int64_t num_matrices = 0;
  for (const Curve& curve : evaluation.curves) {
    constexpr char kEach[] = "pair distances, fold ";
    const bool each = absl::StartsWith(curve.name, kEach);
    if (!each && curve.name != "pair distances") continue;
    FACET_RETURN_IF_ERROR(CheckScores(protocol, curve));
    const std::string matrix = each ? curve.name.substr(sizeof(kEach) - 1) : "";
    ++num_matrices;
    for (size_t i = 0; i < protocol.pairs.size(); ++i) {
      const Pair& pair = protocol.pairs[i];
      const Template& first = protocol.templates[static_cast<size_t>(pair.first)];
      const Template& second = protocol.templates[static_cast<size_t>(pair.second)];
      FACET_RETURN_IF_ERROR(file->Add({matrix, absl::StrCat(pair.fold), first.name, second.name,
                                       IdentityOf(contents, first), IdentityOf(contents, second),
                                       Truth(pair.genuine), ExactNumber(curve.x[i])}));
    }
  }
  if (num_matrices == 0) {
    return absl::InternalError(
        "the evaluator has an option `scores`, but returned no curve \"pair distances\" (a fault "
        "of the plugin)");
  }
  return file->Finish();
}

absl::Status WriteFaceTable(const StoredDataset& data, const std::string& faces,
                            const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const DatasetContents contents, Read(data));
  FACET_ASSIGN_OR_RETURN(const size_t points,
                         MostPoints(faces, &FaceRecordFromJson, &PointsOfFaces));
  FACET_ASSIGN_OR_RETURN(
      const std::unique_ptr<CsvFile> file,
      CsvFile::Create(
          path, Joined({{"image", "identity", "image_width", "image_height", "state", "reason"},
                        FaceColumns(points)})));
  const auto add = [&](const FaceRecord& record) -> absl::Status {
    FACET_ASSIGN_OR_RETURN(const Sample* const sample, SampleOf(contents, record.sample));
    const Fields about = {sample->key,
                          sample->identity,
                          absl::StrCat(record.width),
                          absl::StrCat(record.height),
                          NameOf(record.state),
                          record.reason};
    std::vector<std::pair<const Face*, bool>> all;
    if (HasFace(record)) all.emplace_back(&record.face, true);
    for (const Face& face : record.others) all.emplace_back(&face, false);
    if (all.empty()) return file->Add(Joined({about, Fields(FaceColumns(points).size())}));
    for (size_t i = 0; i < all.size(); ++i) {
      const auto& [face, taken] = all[i];
      FACET_RETURN_IF_ERROR(file->Add(Joined({about, OfFace(*face, i, taken, points)})));
    }
    return absl::OkStatus();
  };
  FACET_RETURN_IF_ERROR(ForEachRecord(faces, &FaceRecordFromJson, add));
  return file->Finish();
}

absl::Status WriteAlignmentTable(const StoredDataset& data, const std::string& alignments,
                                 const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const DatasetContents contents, Read(data));
  FACET_ASSIGN_OR_RETURN(
      const size_t points,
      MostPoints(alignments, &AlignmentRecordFromJson, [](const AlignmentRecord& record) {
        return record.alignment.landmarks.points.size();
      }));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CsvFile> file,
                         CsvFile::Create(path, Joined({{"image", "aligned", "confidence", "pose",
                                                        "aspect", "a", "b", "c", "d", "e", "f"},
                                                       LandmarkColumns(points)})));
  FACET_RETURN_IF_ERROR(ForEachRecord(
      alignments, &AlignmentRecordFromJson, [&](const AlignmentRecord& record) -> absl::Status {
        FACET_ASSIGN_OR_RETURN(const Sample* const sample, SampleOf(contents, record.sample));
        const Alignment& alignment = record.alignment;
        Fields fields = {sample->key, Truth(alignment.aligned), ExactNumber(alignment.confidence),
                         std::string(PoseName(record.pose)), ExactNumber(alignment.aspect)};
        for (const double each : alignment.crop_from_image.m) fields.push_back(ExactNumber(each));
        return file->Add(Joined({fields, OfLandmarks(alignment.landmarks, points)}));
      }));
  return file->Finish();
}

absl::Status WriteTrainingTable(const std::string& log, const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::vector<Json> epochs, ReadJsonLines(log));
  return WriteObjects(
      epochs, {"epoch", "phase", "step", "rate", "loss", "accuracy", "validation_loss"}, path);
}

absl::Status WriteEmbeddingTable(const std::string& log, const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const Json projections, ReadJsonFile(log));
  std::vector<Json> epochs;
  for (size_t i = 0; i < projections.size(); ++i) {
    for (Json epoch : projections[i].value("epochs", Json::array())) {
      epoch["matrix"] = projections.size() == 1 ? Json() : Json(i);
      epochs.push_back(std::move(epoch));
    }
  }
  return WriteObjects(epochs, {"matrix", "epoch", "loss"}, path);
}

absl::Status WriteCurveTable(const std::vector<Curve>& curves, const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CsvFile> file,
                         CsvFile::Create(path, {"curve", "x_label", "y_label", "x", "y"}));
  for (const Curve& curve : curves) {
    for (size_t i = 0; i < curve.x.size(); ++i) {
      FACET_RETURN_IF_ERROR(file->Add({curve.name, curve.x_label, curve.y_label,
                                       ExactNumber(curve.x[i]), ExactNumber(curve.y[i])}));
    }
  }
  return file->Finish();
}

absl::Status WriteImageTable(const StoredDataset& data, const std::string& faces,
                             const std::string& rows, const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const DatasetContents contents, Read(data));
  FACET_ASSIGN_OR_RETURN(const auto by_sample, RowsBySample(rows));
  FACET_ASSIGN_OR_RETURN(
      const std::unique_ptr<CsvFile> file,
      CsvFile::Create(
          path, Joined({{"row", "image", "state", "reason"}, BoxColumns(), {"score", "faces"}})));
  FACET_RETURN_IF_ERROR(
      ForEachRecord(faces, &FaceRecordFromJson, [&](const FaceRecord& record) -> absl::Status {
        FACET_ASSIGN_OR_RETURN(const Sample* const sample, SampleOf(contents, record.sample));
        const auto row = by_sample.find(record.sample);
        const Fields about = {row == by_sample.end() ? "" : Index(row->second), sample->key,
                              NameOf(record.state), record.reason};
        const bool has_face = HasFace(record);
        return file->Add(Joined(
            {about,
             has_face ? OfBox(record.face.box) : Fields(kBoxFields),
             {has_face ? ExactNumber(record.face.score) : "", absl::StrCat(record.num_found)}}));
      }));
  return file->Finish();
}

}  // namespace facet
