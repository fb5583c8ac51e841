#include "plugins/curators/purity/row_projection.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"

namespace facet {
namespace {

constexpr int kOversampling = 32;  // directions beyond those asked for
constexpr int kIterations = 4;     // each squares the ratio of wanted to unwanted variance
constexpr char kMagic[] = "facet row projection 1\n";
constexpr size_t kDigestSize = 64;

double Dot(const float* a, const float* b, int count) {
  double sum = 0.0;
  for (int i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// Gram-Schmidt, twice for float32's sake; rows that are combinations of others become 0.
void OrthonormaliseRows(cv::Mat* rows) {
  for (int i = 0; i < rows->rows; ++i) {
    float* const row = rows->ptr<float>(i);
    const double before = std::sqrt(Dot(row, row, rows->cols));
    for (int pass = 0; pass < 2; ++pass) {
      for (int j = 0; j < i; ++j) {
        const float* const other = rows->ptr<float>(j);
        const auto share = static_cast<float>(Dot(row, other, rows->cols));
        for (int d = 0; d < rows->cols; ++d) row[d] -= share * other[d];
      }
    }
    const double norm = std::sqrt(Dot(row, row, rows->cols));
    const auto factor = static_cast<float>(norm > 1e-5 * before && norm > 0.0 ? 1.0 / norm : 0.0);
    for (int d = 0; d < rows->cols; ++d) row[d] *= factor;
  }
}

// Removes the mean; the squares' sum of what is left.
double Centre(cv::Mat* rows, cv::Mat* mean) {
  cv::Mat exact;
  cv::reduce(*rows, exact, 0, cv::REDUCE_AVG, CV_64F);
  exact.convertTo(*mean, CV_32F);
  double squares = 0.0;
  for (int i = 0; i < rows->rows; ++i) {
    float* const row = rows->ptr<float>(i);
    for (int d = 0; d < rows->cols; ++d) row[d] -= mean->at<float>(d);
    squares += Dot(row, row, rows->cols);
  }
  return squares;
}

void TurnSign(float* row, int count) {
  const float* const largest = std::max_element(
      row, row + count, [](float a, float b) { return std::abs(a) < std::abs(b); });
  if (*largest < 0.0F) {
    for (int d = 0; d < count; ++d) row[d] = -row[d];
  }
}

cv::Mat TakeMatrix(const char** next, int rows, int columns) {
  cv::Mat made(rows, columns, CV_32FC1);
  std::memcpy(made.data, *next, made.total() * sizeof(float));
  *next += made.total() * sizeof(float);
  return made;
}

}  // namespace

absl::StatusOr<RowProjection> TrainRowProjection(cv::Mat rows, int dimension, uint64_t seed) {
  FACET_RETURN_IF_ERROR(CheckRows(rows, 2, 0, "row projection: the rows"));
  if (dimension < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("row projection: dimension = ", dimension, "; at least 1"));
  }
  RowProjection projection;
  const double all = Centre(&rows, &projection.mean);
  if (!(all > 0.0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("row projection: all ", rows.rows, " rows are equal; nothing to project on"));
  }
  const int width = std::min({dimension + kOversampling, rows.rows, rows.cols});
  Random random(seed);
  cv::Mat directions(width, rows.cols, CV_32FC1);  // rows that span the subspace
  for (int i = 0; i < width * rows.cols; ++i) {
    directions.ptr<float>()[i] = static_cast<float>(random.Normal());
  }
  for (int i = 0; i < kIterations; ++i) {
    cv::Mat seen = ProductTransposed(directions, rows);  // [width, N]
    OrthonormaliseRows(&seen);
    directions = Product(seen, rows);  // [width, D]
    OrthonormaliseRows(&directions);
  }
  cv::Mat seen, values, vectors;
  ProductTransposed(directions, rows).convertTo(seen, CV_64F);
  cv::eigen(ProductTransposed(seen, seen), values, vectors);
  int kept = std::min(dimension, width);
  while (kept > 1 && values.at<double>(kept - 1) <= 1e-9 * values.at<double>(0)) --kept;
  cv::Mat turned;
  vectors.rowRange(0, kept).convertTo(turned, CV_32F);
  projection.basis = Product(turned, directions);
  for (int i = 0; i < kept; ++i) {
    TurnSign(projection.basis.ptr<float>(i), rows.cols);
    projection.variance_kept += values.at<double>(i) / all;
  }
  return projection;
}

cv::Mat ProjectRows(const RowProjection& projection, const cv::Mat& rows) {
  cv::Mat centred = rows.clone();
  for (int i = 0; i < rows.rows; ++i) centred.row(i) -= projection.mean;
  cv::Mat projected = ProductTransposed(centred, projection.basis);
  for (int i = 0; i < rows.rows; ++i) NormaliseL2(projected.ptr<float>(i), projected.cols);
  return projected;
}

absl::Status WriteRowProjection(const RowProjection& projection, const std::string& path) {
  const int32_t sizes[] = {projection.basis.rows, projection.basis.cols};
  std::string content(reinterpret_cast<const char*>(sizes), sizeof sizes);
  content.append(reinterpret_cast<const char*>(&projection.variance_kept), sizeof(double));
  for (const cv::Mat* const matrix : {&projection.mean, &projection.basis}) {
    content.append(matrix->ptr<char>(), matrix->total() * sizeof(float));
  }
  return WriteFileAtomically(path, absl::StrCat(kMagic, Sha256Hex(content), content));
}

absl::StatusOr<RowProjection> ReadRowProjection(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const size_t head = sizeof(kMagic) - 1 + kDigestSize;
  const size_t fixed = 2 * sizeof(int32_t) + sizeof(double);
  if (text.size() < head + fixed || text.compare(0, sizeof(kMagic) - 1, kMagic) != 0 ||
      Sha256Hex(std::string_view(text).substr(head)) !=
          text.substr(sizeof(kMagic) - 1, kDigestSize)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is no row projection, or damaged; remove it and have it made again"));
  }
  int32_t sizes[2];
  std::memcpy(sizes, &text[head], sizeof sizes);
  RowProjection projection;
  std::memcpy(&projection.variance_kept, &text[head + sizeof sizes], sizeof(double));
  const char* next = &text[head + fixed];
  projection.mean = TakeMatrix(&next, 1, sizes[1]);
  projection.basis = TakeMatrix(&next, sizes[0], sizes[1]);
  return projection;
}

}  // namespace facet
