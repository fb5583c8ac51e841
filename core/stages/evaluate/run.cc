#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/pipeline/context.h"
#include "core/records/descriptors.h"
#include "core/records/faces.h"
#include "core/records/npy.h"
#include "core/records/pooling.h"
#include "core/records/record_lines.h"
#include "core/records/results.h"
#include "core/records/samples.h"
#include "core/stages/evaluate/evaluate.h"

namespace facet {
namespace {

absl::StatusOr<FloatArray> ReadMatrix(const StageContext& context, const std::string& port,
                                      const std::string& file, size_t dimensions) {
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile(port, file));
  FACET_ASSIGN_OR_RETURN(FloatArray array, ReadNpy(path));
  if (array.shape.size() != dimensions || array.values.empty()) {
    return absl::DataLossError(absl::StrCat(path, ": an array of ", array.shape.size(),
                                            " dimensions and ", array.values.size(),
                                            " values; wanted ", dimensions, " dimensions"));
  }
  return array;
}

absl::StatusOr<DatasetContents> ReadTestSet(const StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const std::string samples, context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string protocol, context.InputFile("samples", "protocol.json"));
  return ReadDataset(samples, protocol);
}

// What the evaluator is given, with the matrices that its views look into.
struct Given {
  EvaluationInput input;
  std::vector<FloatArray> matrices;
  int64_t undescribed = 0;  // samples that are no template for want of a descriptor
};

// Without a protocol: a template for every sample that has a descriptor.
void MakeTemplates(const std::vector<DescriptorRecord>& records, DatasetContents* data) {
  for (const DescriptorRecord& record : records) {
    const auto sample = static_cast<size_t>(record.sample);
    if (sample >= data->samples.size()) continue;  // PoolTemplates says what is wrong
    data->protocol.templates.push_back({data->samples[sample].key, {record.sample}});
  }
}

absl::Status GiveDescriptors(StageContext& context, const TemplatePooling& pooling,
                             DatasetContents* data, Given* given) {
  const bool has_pairs = data->protocol.kind != Protocol::Kind::kNone;
  if (!has_pairs && !context.settings().value("identities", false)) {
    return absl::FailedPreconditionError(
        "the test set has no protocol: it lists images, not pairs to verify; name a data set with "
        "one in test.data");
  }
  FACET_ASSIGN_OR_RETURN(const FloatArray descriptors,
                         ReadMatrix(context, "descriptors", "descriptors.npy", 2));
  FACET_ASSIGN_OR_RETURN(const std::string rows, context.InputFile("descriptors", "rows.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::vector<DescriptorRecord> records,
                         ReadRecords(rows, &DescriptorRecordFromJson));
  if (!has_pairs && data->protocol.templates.empty()) {
    MakeTemplates(records, data);
    given->undescribed = static_cast<int64_t>(data->samples.size()) -
                         static_cast<int64_t>(data->protocol.templates.size());
  }
  FACET_ASSIGN_OR_RETURN(FloatArray pooled, PoolTemplates(*data, descriptors, records, pooling));
  given->input.projected = context.has_input("projection");
  if (given->input.projected) {
    FACET_ASSIGN_OR_RETURN(const FloatArray projection,
                           ReadMatrix(context, "projection", "projection.npy", 3));
    FACET_ASSIGN_OR_RETURN(given->matrices, Project(*data, pooled, projection, context.threads()));
  } else {
    given->matrices.push_back(std::move(pooled));
  }
  for (const FloatArray& matrix : given->matrices) {
    given->input.descriptors.push_back({matrix.shape[0], matrix.shape[1], matrix.values.data()});
  }
  context.Count("templates", static_cast<int64_t>(data->protocol.templates.size()));
  context.Count("pairs", static_cast<int64_t>(data->protocol.pairs.size()));
  return absl::OkStatus();
}

Detections DetectionsOf(FaceRecord record) {
  Detections found;
  found.readable = record.state != FaceRecord::State::kUnreadable;
  found.width = record.width;
  found.height = record.height;
  if (record.state == FaceRecord::State::kFound) found.faces.push_back(std::move(record.face));
  for (Face& other : record.others) found.faces.push_back(std::move(other));
  std::stable_sort(found.faces.begin(), found.faces.end(),
                   [](const Face& a, const Face& b) { return a.score > b.score; });
  return found;
}

absl::Status GiveFaces(StageContext& context, const DatasetContents& data, Given* given) {
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("faces", "faces.jsonl"));
  FACET_ASSIGN_OR_RETURN(std::vector<FaceRecord> faces, ReadRecords(path, &FaceRecordFromJson));
  if (faces.size() != data.samples.size()) {
    return absl::DataLossError(absl::StrCat(
        path, " has ", faces.size(), " lines, the data set has ", data.samples.size(), " samples"));
  }
  context.Count("images", static_cast<int64_t>(faces.size()));
  if (!context.has_input("alignments")) {
    for (FaceRecord& face : faces) {
      given->input.detections.push_back(DetectionsOf(std::move(face)));
    }
    return absl::OkStatus();
  }
  FACET_ASSIGN_OR_RETURN(const std::string alignments_path,
                         context.InputFile("alignments", "alignments.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::vector<AlignmentRecord> alignments,
                         ReadRecords(alignments_path, &AlignmentRecordFromJson));
  given->input.landmarks.resize(faces.size());
  for (const AlignmentRecord& alignment : alignments) {
    if (alignment.sample < 0 || alignment.sample >= static_cast<int64_t>(faces.size())) {
      return absl::DataLossError(
          absl::StrCat(alignments_path, " names sample ", alignment.sample, " of ", faces.size()));
    }
    const auto sample = static_cast<size_t>(alignment.sample);
    // A central box is where the detector found nothing: the face is missed, as it is where such
    // are dropped, and what the aligner made of the box is no result of theirs.
    if (faces[sample].state == FaceRecord::State::kFallback) continue;
    given->input.landmarks[sample] = {true, faces[sample].face.box, alignment.alignment};
  }
  return absl::OkStatus();
}

// Faces may share an image.
size_t NumImages(const DatasetContents& data) {
  std::set<std::pair<std::string, int64_t>> images;
  for (const Sample& sample : data.samples) {
    images.emplace(sample.path, sample.path.empty() ? sample.render : 0);
  }
  return images.size();
}

// An evaluator of identities may leave the protocol's pairs alone; one that can do either has an
// option `pairs`.
bool UsesPairs(const StageContext& context) {
  return !context.settings().value("identities", false) ||
         context.component_options("evaluator").value("pairs", "") == "protocol";
}

// What was measured and what replicates are drawn from: rows are compared where it is the same.
std::string ProtocolName(const StageContext& context, const DatasetContents& data,
                         const Evaluation& evaluation) {
  const Protocol& protocol = data.protocol;
  const bool has_protocol = protocol.kind != Protocol::Kind::kNone;
  const bool of_templates = context.has_input("descriptors");
  Json drawn_from = ToJson(protocol);
  if (!has_protocol || !of_templates) {
    for (const Sample& sample : data.samples) drawn_from["samples"].push_back(sample.key);
  }
  std::string name = has_protocol ? protocol.name + ", " : "";
  if (!of_templates) {
    absl::StrAppend(&name, NumImages(data), " images");
  } else if (!has_protocol) {
    absl::StrAppend(&name, data.samples.size(), " samples");
  } else if (UsesPairs(context)) {
    absl::StrAppend(&name, protocol.pairs.size(), " pairs");
  } else {
    absl::StrAppend(&name, protocol.templates.size(), " templates");
  }
  absl::StrAppend(&name, ", sha256 ", Sha256Hex(Dump(drawn_from)).substr(0, 16));
  if (evaluation.replicate_kind == "bootstrap") absl::StrAppend(&name, ", seed ", context.seed());
  return name;
}

// What the row's curator measured; nothing without one.
absl::StatusOr<std::vector<Metric>> ReadCurationMetrics(const StageContext& context) {
  if (!context.has_input("curation")) return std::vector<Metric>();
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("curation", "curation.json"));
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
  FACET_ASSIGN_OR_RETURN(CurationResult result, CurationResultFromJson(json));
  return std::move(result.metrics);
}

// After the evaluator's own, which win where a name is the same.
void AppendMetrics(const std::vector<Metric>& more, std::vector<Metric>* metrics) {
  for (const Metric& metric : more) {
    const auto same = [&](const Metric& other) { return other.name == metric.name; };
    if (std::none_of(metrics->begin(), metrics->end(), same)) metrics->push_back(metric);
  }
}

}  // namespace

absl::Status RunEvaluate(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Evaluator> evaluator,
                         context.Create<Evaluator>("evaluator"));
  DatasetContents data;
  Given given;
  given.input.seed = context.seed();
  FACET_ASSIGN_OR_RETURN(given.input.curation, ReadCurationMetrics(context));
  const bool has_test_set = context.has_input("samples");
  if (has_test_set) {
    FACET_ASSIGN_OR_RETURN(data, ReadTestSet(context));
    given.input.data = &data;
  }
  if (context.has_input("descriptors")) {
    FACET_RETURN_IF_ERROR(GiveDescriptors(context, evaluator->pooling(), &data, &given));
  } else if (has_test_set) {
    FACET_RETURN_IF_ERROR(GiveFaces(context, data, &given));
  }
  const std::string name = context.component_name("evaluator");
  FACET_ASSIGN_OR_RETURN(Evaluation evaluation,
                         CallNamed(name, [&] { return evaluator->Evaluate(given.input); }));
  FACET_RETURN_IF_ERROR(
      Annotate(CheckRecord(evaluation), absl::StrCat("the result of evaluator \"", name, "\"")));
  if (given.undescribed > 0) {
    evaluation.notices.push_back(
        absl::StrCat(given.undescribed, " of ", data.samples.size(),
                     " samples have no descriptor (no face was found) and do not count: the "
                     "figures are those of "
                     "the others; test.faces.missing = \"central\" scores all."));
  }
  if (has_test_set) {
    evaluation.protocol = ProtocolName(context, data, evaluation);
    AppendMetrics(given.input.curation, &evaluation.metrics);
  }
  // The report shows those of the result; these are for whoever watches the run.
  for (const std::string& notice : evaluation.notices) context.Notice(notice);
  return WriteFileAtomically(context.output_dir() + "/evaluation.json",
                             DumpPretty(ToJson(evaluation)));
}

}  // namespace facet
