#include "core/records/pooling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/parallel_work.h"
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

// One row of x = W' phi, phi [T, D] of unit length.
void ProjectRow(const FloatArray& unit, const float* weights, size_t row, FloatArray* projected) {
  const auto columns = static_cast<size_t>(unit.shape[1]);
  const auto outputs = static_cast<size_t>(projected->shape[1]);
  for (size_t out = 0; out < outputs; ++out) {
    projected->values[row * outputs + out] =
        Dot(&unit.values[row * columns], weights + out * columns, columns);
  }
}

// Of so many templates, the first of them `name`; what makes a network give such descriptors.
absl::Status Unusable(size_t bad, size_t all, bool zero, const std::string& name) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the descriptors of ", bad, " of ", all, " templates ", zero ? "are zero" : "are not finite",
      " and cannot be projected, the first is that of \"", name, "\"; so it is where training has ",
      zero ? "collapsed" : "diverged",
      ": the report shows its loss; a lower rate "
      "(train.schedule), train.clip_norm or another loss may help"));
}

absl::StatusOr<FloatArray> UnitLength(const DatasetContents& data, FloatArray pooled) {
  const std::vector<Template>& templates = data.protocol.templates;
  const auto columns = static_cast<size_t>(pooled.shape[1]);
  std::vector<size_t> zero, infinite;
  for (size_t row = 0; row < templates.size(); ++row) {
    float* values = &pooled.values[row * columns];
    double squares = 0.0;
    for (size_t d = 0; d < columns; ++d) squares += double{values[d]} * double{values[d]};
    if (!std::isfinite(squares)) infinite.push_back(row);
    if (squares == 0.0) zero.push_back(row);
    if (!zero.empty() || !infinite.empty()) continue;
    const double norm = std::sqrt(squares);
    for (size_t d = 0; d < columns; ++d) values[d] = static_cast<float>(values[d] / norm);
  }
  const std::vector<size_t>& bad = infinite.empty() ? zero : infinite;
  if (bad.empty()) return pooled;
  return Unusable(bad.size(), templates.size(), infinite.empty(), templates[bad.front()].name);
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
      ": no face was found in their images, they could not be read, or detector or aligner failed "
      "on "
      "them. A protocol is scored whole; set test.faces.missing = \"central\" to keep images "
      "without "
      "a detected face, and repair the others (the notices of the stages before name them)"));
}

// For each sample its rows of the descriptors.
absl::StatusOr<std::vector<std::vector<size_t>>> RowsOfSamples(
    const DatasetContents& data, const FloatArray& descriptors,
    const std::vector<DescriptorRecord>& records) {
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
  return rows_of_sample;
}

// The rows with the highest confidence, the first of equals; all if there are no more than `top_k`.
std::vector<size_t> BestRows(std::vector<size_t> rows, const std::vector<DescriptorRecord>& records,
                             int64_t top_k) {
  if (top_k <= 0 || rows.size() <= static_cast<size_t>(top_k)) return rows;
  std::stable_sort(rows.begin(), rows.end(), [&records](size_t a, size_t b) {
    return records[a].confidence > records[b].confidence;
  });
  rows.resize(static_cast<size_t>(top_k));
  return rows;
}

// The mean of `rows` into `out` [columns].
void MeanOfRows(const FloatArray& descriptors, const std::vector<size_t>& rows, bool normalize_each,
                float* out) {
  const auto columns = static_cast<size_t>(descriptors.shape[1]);
  std::vector<double> sum(columns, 0.0);
  for (const size_t row : rows) {
    const float* values = &descriptors.values[row * columns];
    double norm = 1.0;
    if (normalize_each) {
      double squares = 0.0;
      for (size_t d = 0; d < columns; ++d) squares += double{values[d]} * double{values[d]};
      norm = std::max(std::sqrt(squares), 1e-12);
    }
    for (size_t d = 0; d < columns; ++d) sum[d] += values[d] / norm;
  }
  const auto count = static_cast<double>(std::max<size_t>(rows.size(), 1));
  for (size_t d = 0; d < columns; ++d) out[d] = static_cast<float>(sum[d] / count);
}

}  // namespace

absl::StatusOr<FloatArray> PoolTemplates(const DatasetContents& data, const FloatArray& descriptors,
                                         const std::vector<DescriptorRecord>& records,
                                         const TemplatePooling& pooling) {
  FACET_ASSIGN_OR_RETURN(const std::vector<std::vector<size_t>> rows_of_sample,
                         RowsOfSamples(data, descriptors, records));
  const auto columns = static_cast<size_t>(descriptors.shape[1]);
  const size_t num_templates = data.protocol.templates.size();
  FloatArray pooled;
  pooled.shape = {static_cast<int64_t>(num_templates), descriptors.shape[1]};
  pooled.values.resize(num_templates * columns);
  std::vector<size_t> without;
  for (size_t t = 0; t < num_templates; ++t) {
    std::vector<size_t> rows;
    for (const int64_t sample : data.protocol.templates[t].samples) {
      const std::vector<size_t>& own = rows_of_sample[static_cast<size_t>(sample)];
      rows.insert(rows.end(), own.begin(), own.end());
    }
    if (rows.empty()) without.push_back(t);
    MeanOfRows(descriptors, BestRows(std::move(rows), records, pooling.top_k),
               pooling.normalize_each, &pooled.values[t * columns]);
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
    FACET_RETURN_IF_ERROR(ParallelWork(unit.shape[0], threads, [&](int64_t row) {
      ProjectRow(unit, weights, static_cast<size_t>(row), &projected);
      return absl::OkStatus();
    }));
    all.push_back(std::move(projected));
  }
  return all;
}

}  // namespace facet
