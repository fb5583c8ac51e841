// .npy (NumPy's format 1.0), float32, C order.
#ifndef FACET_CORE_RECORDS_NPY_H_
#define FACET_CORE_RECORDS_NPY_H_

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

struct FloatArray {
  std::vector<int64_t> shape;
  std::vector<float> values;
};
// InvalidArgument if the shape does not fit the number of values. Internal: a value that is not
// finite, with its row (by the last extent) and column.
absl::Status WriteNpy(const std::string& path, const FloatArray& array);
// Formats 1.0 to 3.0. InvalidArgument says what else the file holds (float64, Fortran order);
// DataLoss: too short or too long for its header.
absl::StatusOr<FloatArray> ReadNpy(const std::string& path);

// Both piece by piece, for arrays that are larger than memory; errors as above.
class NpyWriter {
 public:
  static absl::StatusOr<std::unique_ptr<NpyWriter>> Create(const std::string& path,
                                                           const std::vector<int64_t>& shape);
  absl::Status Append(const float* values, int64_t count);
  absl::Status Finish();  // InvalidArgument if the values do not fit the shape

 private:
  NpyWriter(std::string path, int64_t count, int64_t columns)
      : path_(std::move(path)), columns_(columns), missing_(count) {}

  const std::string path_;
  const int64_t columns_;
  std::ofstream stream_;
  int64_t missing_;
  int64_t written_ = 0;
};

class NpyReader {
 public:
  static absl::StatusOr<std::unique_ptr<NpyReader>> Open(const std::string& path);
  const std::vector<int64_t>& shape() const { return shape_; }
  int64_t num_values() const { return num_values_; }
  // The next `count` values, of which there are as many.
  absl::Status Read(int64_t count, float* values);

 private:
  explicit NpyReader(std::string path) : path_(std::move(path)) {}
  absl::Status Start();

  const std::string path_;
  std::ifstream stream_;
  std::vector<int64_t> shape_;
  int64_t num_values_ = 0;
};

// The values where they lie in the file, which is mapped: those that are read are in memory, and
// the system may drop them again. Nobody may write to the file meanwhile. Errors as above.
class MappedNpy {
 public:
  static absl::StatusOr<std::unique_ptr<MappedNpy>> Open(const std::string& path);
  ~MappedNpy();
  MappedNpy(const MappedNpy&) = delete;
  MappedNpy& operator=(const MappedNpy&) = delete;

  const std::vector<int64_t>& shape() const { return shape_; }
  const float* values() const { return values_; }

 private:
  MappedNpy() = default;

  std::vector<int64_t> shape_;
  void* file_ = nullptr;
  size_t num_bytes_ = 0;
  const float* values_ = nullptr;
};

}  // namespace facet

#endif  // FACET_CORE_RECORDS_NPY_H_
