// What pickles of NumPy's arrays and scalars are made of, told from their parts (pickle.h): no name
// is imported, nothing is called.
//
// Known, as NumPy 1 and 2 and Python 2 and 3 write them:
//   numpy.dtype, numpy.ndarray, numpy.core.multiarray._reconstruct and .scalar,
//   numpy.core.numeric._frombuffer (numpy._core in NumPy 2)
//   _codecs.encode (byte strings in protocol 0 to 2), bytes, bytearray
#ifndef FACET_PLUGINS_DATASETS_PICKLE_NUMPY_VALUES_H_
#define FACET_PLUGINS_DATASETS_PICKLE_NUMPY_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace facet {

// A name that a pickle may take from a module.
enum class PickledName {
  kEncode,
  kBytes,
  kByteArray,
  kArray,
  kType,
  kReconstruct,
  kScalar,
  kBuffer
};

struct PickleValue {
  enum class Kind { kMark, kNone, kBytes, kText, kTruth, kNumber, kList, kName, kType, kArray };
  Kind kind = Kind::kMark;
  std::string_view bytes;  // kBytes; kText, in Latin-1; kArray: its elements, one after another
  int64_t number = 0;      // kTruth, kNumber
  std::vector<size_t> members;  // kList (and tuples); kArray of objects: indices of values
  PickledName name = PickledName::kBytes;
  // Of kType and kArray: NumPy's letter ('b' truth, 'i', 'u' whole number, 'S' bytes, 'O' object)
  // and the bytes of one.
  char letter = '\0';
  size_t size = 0;
  bool big_endian = false;
  std::vector<int64_t> shape;  // kArray
};
using PickleValues = std::vector<PickleValue>;

// InvalidArgument: another name than those above.
absl::StatusOr<PickledName> FindPickledName(std::string_view module, std::string_view name);

// What `name` makes of `arguments`. InvalidArgument: others than NumPy and Python write.
absl::StatusOr<PickleValue> MakePickled(PickledName name, const std::vector<size_t>& arguments,
                                        const PickleValues& values);
// Gives a type its byte order, an array its elements.
absl::Status FillPickled(const std::vector<size_t>& state, const PickleValues& values,
                         PickleValue* made);

// A list, or an array, of byte strings or arrays of bytes. InvalidArgument says which is none.
absl::StatusOr<std::vector<std::string_view>> PickledFiles(const PickleValue& list,
                                                           const PickleValues& values);
// A list, or an array, of truth values, or of 0 and 1.
absl::StatusOr<std::vector<bool>> PickledTruths(const PickleValue& list,
                                                const PickleValues& values);

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PICKLE_NUMPY_VALUES_H_
