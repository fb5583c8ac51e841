#include "core/stages/evaluate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace facet {
namespace {

// In a fixed order of additions, whatever the compiler makes of it; 16 sums side by side keep
// vector units busy.
float Dot(const float* a, const float* b, size_t size) {
  std::array<float, 16> sums = {};
  size_t i = 0;
  for (; i + sums.size() <= size; i += sums.size()) {
    for (size_t k = 0; k < sums.size(); ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (; i < size; ++i) sums[i % sums.size()] += a[i] * b[i];
  float total = 0.0F;
  for (const float sum : sums) total += sum;
  return total;
}

// Rows first, first + step, ... of x = W' phi, phi [T, D] of unit length.
void ProjectRows(const FloatArray& unit, const float* weights, size_t first, size_t step,
                 FloatArray* projected) {
  const auto rows = static_cast<size_t>(unit.shape[0]),
             columns = static_cast<size_t>(unit.shape[1]);
  const auto outputs = static_cast<size_t>(projected->shape[1]);
  for (size_t row = first; row < rows; row += step) {
    for (size_t out = 0; out < outputs; ++out) {
      projected->values[row * outputs + out] =
          Dot(&unit.values[row * columns], weights + out * columns, columns);
    }
  }
}

absl::StatusOr<FloatArray> UnitLength(const DatasetContents& data, FloatArray pooled) {
  const auto columns = static_cast<size_t>(pooled.shape[1]);
  for (size_t row = 0; row < static_cast<size_t>(pooled.shape[0]); ++row) {
    float* values = &pooled.values[row * columns];
    double squares = 0.0;
    for (size_t d = 0; d < columns; ++d) squares += double{values[d]} * double{values[d]};
    if (!(squares > 0.0) || !std::isfinite(squares)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the descriptor of template \"", data.protocol.templates[row].name, "\" ",
          squares == 0.0 ? "is zero" : "has values that are not finite (has training diverged?)",
          ": it cannot be projected"));
    }
    const double norm = std::sqrt(squares);
    for (size_t d = 0; d < columns; ++d) values[d] = static_cast<float>(values[d] / norm);
  }
  return pooled;
}

absl::Status NoDescriptor(const DatasetContents& data, const std::vector<size_t>& without) {
  const Template& first = data.protocol.templates[without[0]];
  std::string where = absl::StrCat("\"", first.name, "\"");
  if (!first.samples.empty()) {
    absl::StrAppend(&where, " (", data.samples[static_cast<size_t>(first.samples[0])].key, ")");
  }
  return absl::FailedPreconditionError(absl::StrCat(
      without.size(), " of ", data.protocol.templates.size(), " templates of ", data.protocol.name,
      " have no descriptor, the first is ", where,
      ": no face was found in their images, or they could not be read. A protocol is scored whole; "
      "set test.faces.missing = \"central\" to keep images without a detected face, and repair "
      "unreadable ones (the counts of stage test.detect name them)"));
}

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

absl::StatusOr<FloatArray> ReadPooled(const StageContext& context, const DatasetContents& data) {
  FACET_ASSIGN_OR_RETURN(const FloatArray descriptors,
                         ReadMatrix(context, "descriptors", "descriptors.npy", 2));
  FACET_ASSIGN_OR_RETURN(const std::string rows, context.InputFile("descriptors", "rows.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::vector<DescriptorRecord> records,
                         ReadRecords(rows, &DescriptorRecordFromJson));
  return PoolTemplates(data, descriptors, records);
}

std::string ProtocolName(const Protocol& protocol, const Evaluation& evaluation, uint64_t seed) {
  std::string name = absl::StrCat(protocol.name, ", ", protocol.pairs.size(), " pairs, sha256 ",
                                  Sha256Hex(Dump(ToJson(protocol))).substr(0, 16));
  if (evaluation.replicate_kind == "bootstrap") absl::StrAppend(&name, ", seed ", seed);
  return name;
}

}  // namespace

absl::StatusOr<FloatArray> PoolTemplates(const DatasetContents& data, const FloatArray& descriptors,
                                         const std::vector<DescriptorRecord>& records) {
  const auto columns = static_cast<size_t>(descriptors.shape[1]);
  if (static_cast<int64_t>(records.size()) != descriptors.shape[0]) {
    return absl::DataLossError(absl::StrCat("descriptors: ", descriptors.shape[0], " rows, but ",
                                            records.size(), " lines that describe them"));
  }
  std::vector<std::vector<size_t>> rows_of_sample(data.samples.size());
  for (size_t row = 0; row < records.size(); ++row) {
    const int64_t sample = records[row].sample;
    if (sample < 0 || sample >= static_cast<int64_t>(data.samples.size())) {
      return absl::DataLossError(absl::StrCat("descriptor ", row, " is of sample ", sample,
                                              "; the data set has ", data.samples.size()));
    }
    rows_of_sample[static_cast<size_t>(sample)].push_back(row);
  }
  const size_t num_templates = data.protocol.templates.size();
  FloatArray pooled;
  pooled.shape = {static_cast<int64_t>(num_templates), descriptors.shape[1]};
  pooled.values.resize(num_templates * columns);
  std::vector<size_t> without;
  std::vector<double> sum(columns);
  for (size_t t = 0; t < num_templates; ++t) {
    std::fill(sum.begin(), sum.end(), 0.0);
    size_t count = 0;
    for (const int64_t sample : data.protocol.templates[t].samples) {
      for (const size_t row : rows_of_sample[static_cast<size_t>(sample)]) {
        ++count;
        for (size_t d = 0; d < columns; ++d) sum[d] += descriptors.values[row * columns + d];
      }
    }
    if (count == 0) without.push_back(t);
    for (size_t d = 0; d < columns; ++d) {
      pooled.values[t * columns + d] =
          static_cast<float>(sum[d] / static_cast<double>(std::max<size_t>(count, 1)));
    }
  }
  if (!without.empty()) return NoDescriptor(data, without);
  return pooled;
}

absl::StatusOr<std::vector<FloatArray>> Project(const DatasetContents& data,
                                                const FloatArray& pooled,
                                                const FloatArray& projection, int threads) {
  const int64_t folds = projection.shape[0], outputs = projection.shape[1];
  if (projection.shape[2] != pooled.shape[1]) {
    return absl::DataLossError(absl::StrCat("the projection takes descriptors of ",
                                            projection.shape[2], " values; these have ",
                                            pooled.shape[1]));
  }
  FACET_ASSIGN_OR_RETURN(const FloatArray unit, UnitLength(data, pooled));
  std::vector<FloatArray> all;
  const auto matrix_size = static_cast<size_t>(outputs * projection.shape[2]);
  for (size_t fold = 0; fold < static_cast<size_t>(folds); ++fold) {
    FloatArray projected;
    projected.shape = {unit.shape[0], outputs};
    projected.values.resize(static_cast<size_t>(unit.shape[0] * outputs));
    const float* weights = &projection.values[fold * matrix_size];
    const auto step = static_cast<size_t>(std::max(threads, 1));
    std::vector<std::thread> helpers;
    for (size_t first = 1; first < step; ++first) {
      helpers.emplace_back([&, first] { ProjectRows(unit, weights, first, step, &projected); });
    }
    ProjectRows(unit, weights, 0, step, &projected);
    for (std::thread& helper : helpers) helper.join();
    all.push_back(std::move(projected));
  }
  return all;
}

absl::Status RunEvaluate(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const DatasetContents data, ReadTestSet(context));
  if (data.protocol.kind == Protocol::Kind::kNone) {
    return absl::FailedPreconditionError(
        "the test set has no protocol: it lists images, not pairs to verify; name a data set with "
        "one in test.data");
  }
  FACET_ASSIGN_OR_RETURN(FloatArray pooled, ReadPooled(context, data));
  const bool projected = context.has_input("projection");
  std::vector<FloatArray> matrices;
  if (projected) {
    FACET_ASSIGN_OR_RETURN(const FloatArray projection,
                           ReadMatrix(context, "projection", "projection.npy", 3));
    FACET_ASSIGN_OR_RETURN(matrices, Project(data, pooled, projection, context.threads()));
  } else {
    matrices.push_back(std::move(pooled));
  }

  EvaluationInput input;
  input.data = &data;
  input.projected = projected;
  input.seed = context.seed();
  for (const FloatArray& matrix : matrices) {
    input.descriptors.push_back({matrix.shape[0], matrix.shape[1], matrix.values.data()});
  }
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Evaluator> evaluator,
                         context.Create<Evaluator>("evaluator"));
  const std::string name = context.component_name("evaluator");
  absl::StatusOr<Evaluation> evaluation = Guard(name, [&] { return evaluator->Evaluate(input); });
  if (!evaluation.ok()) return Annotate(evaluation.status(), name);
  if (evaluation->metrics.empty()) {
    return absl::InternalError(absl::StrCat(name, " returned no metric"));
  }
  evaluation->protocol = ProtocolName(data.protocol, *evaluation, context.seed());
  context.Count("templates", static_cast<int64_t>(data.protocol.templates.size()));
  context.Count("pairs", static_cast<int64_t>(data.protocol.pairs.size()));
  return WriteFileAtomically(context.output_dir() + "/evaluation.json",
                             DumpPretty(ToJson(*evaluation)));
}

}  // namespace facet
