// .npy (NumPy's format 1.0), float32, C order.
#ifndef FACET_CORE_RECORDS_NPY_H_
#define FACET_CORE_RECORDS_NPY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

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

#endif  // FACET_CORE_RECORDS_NPY_H_
