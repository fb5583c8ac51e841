#include "plugins/datasets/pickle/numpy_values.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"

namespace facet {
namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMostArguments = 9;  // a dtype's state

absl::Status Other(const char* what) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " of another form than Python and NumPy write"));
}

// The values of a call's arguments or of a tuple.
std::vector<const PickleValue*> ValuesOf(const std::vector<size_t>& indices,
                                         const PickleValues& values) {
  std::vector<const PickleValue*> found;
  for (const size_t index : indices) found.push_back(&values[index]);
  return found;
}

template <class... Kinds>
bool Are(const std::vector<const PickleValue*>& values, Kinds... kinds) {
  const Kind expected[] = {kinds...};
  return values.size() >= sizeof...(kinds) &&
         std::equal(std::begin(expected), std::end(expected), values.begin(),
                    [](Kind kind, const PickleValue* value) { return value->kind == kind; });
}

PickleValue Bytes(std::string_view bytes) {
  PickleValue value;
  value.kind = Kind::kBytes;
  value.bytes = bytes;
  return value;
}

// "u1", "b1", "i8", "S784", "O8".
absl::StatusOr<PickleValue> Type(std::string_view text) {
  PickleValue type;
  type.kind = Kind::kType;
  if (text.empty()) return Other("a dtype");
  type.letter = text[0];
  const absl::string_view size(text.data() + 1, text.size() - 1);
  if (!absl::SimpleAtoi(size, &type.size) || type.size == 0) return Other("a dtype");
  const bool whole = type.letter == 'i' || type.letter == 'u';
  if (whole && (type.size == 1 || type.size == 2 || type.size == 4 || type.size == 8)) return type;
  if ((type.letter == 'b' && type.size == 1) || type.letter == 'S' || type.letter == 'O') {
    return type;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("an array of dtype \"", absl::string_view(text.data(), text.size()),
                   "\"; bytes (uint8), truth values and whole numbers are read"));
}

absl::Status SetShape(const PickleValue& tuple, const PickleValues& values, PickleValue* array) {
  constexpr size_t kMostSides = 64;  // NumPy 2's
  if (tuple.members.size() > kMostSides) return Other("an array's shape");
  array->shape.clear();
  uint64_t elements = 1;
  for (const PickleValue* side : ValuesOf(tuple.members, values)) {
    constexpr int64_t kMost = int64_t{1} << 31;
    if (side->kind != Kind::kNumber || side->number < 0 || side->number > kMost) {
      return Other("an array's shape");
    }
    array->shape.push_back(side->number);
    elements *= static_cast<uint64_t>(side->number);
    if (elements > static_cast<uint64_t>(kMost)) return Other("an array's shape");
  }
  const bool fits = array->letter == 'O' ? array->members.size() == elements
                                         : array->bytes.size() == elements * array->size;
  return fits ? absl::OkStatus() : Other("an array's shape");
}

absl::StatusOr<PickleValue> Array(const PickleValue& elements, const PickleValue& type,
                                  const PickleValue& shape, const PickleValues& values) {
  PickleValue array = type;
  array.kind = Kind::kArray;
  if (type.letter == 'O') {
    if (elements.kind != Kind::kList) return Other("an array of objects");
    array.members = elements.members;
  } else {
    if (elements.kind != Kind::kBytes) return Other("an array");
    array.bytes = elements.bytes;
  }
  FACET_RETURN_IF_ERROR(SetShape(shape, values, &array));
  return array;
}

// Element `index` of an array of truth values or whole numbers.
int64_t Element(const PickleValue& array, size_t index) {
  uint64_t number = 0;
  for (size_t i = 0; i < array.size; ++i) {
    const size_t byte = array.big_endian ? i : array.size - 1 - i;
    number = number << 8 | static_cast<uint8_t>(array.bytes[index * array.size + byte]);
  }
  const size_t unused = 64 - 8 * array.size;
  if (array.letter == 'i') return static_cast<int64_t>(number << unused) >> unused;
  return static_cast<int64_t>(number);
}

bool IsCountable(const PickleValue& type) {
  return type.letter == 'b' || type.letter == 'i' || type.letter == 'u';
}

absl::StatusOr<PickleValue> Scalar(const PickleValue& type, std::string_view bytes) {
  if (!IsCountable(type)) return Other("a scalar");
  if (bytes.size() != type.size) return Other("a scalar");
  PickleValue array = type, scalar;
  array.bytes = bytes;
  scalar.kind = Kind::kNumber;
  scalar.number = Element(array, 0);
  return scalar;
}

// Of at most one side longer than 1.
bool IsRow(const PickleValue& array) {
  return std::count_if(array.shape.begin(), array.shape.end(),
                       [](int64_t side) { return side > 1; }) <= 1;
}

}  // namespace

absl::StatusOr<PickledName> FindPickledName(std::string_view module, std::string_view name) {
  const std::string whole = absl::StrCat(absl::string_view(module.data(), module.size()), ".",
                                         absl::string_view(name.data(), name.size()));
  struct Known {
    const char* name;
    PickledName value;
  };
  for (const Known& known :
       {Known{"_codecs.encode", PickledName::kEncode}, Known{"builtins.bytes", PickledName::kBytes},
        Known{"__builtin__.bytes", PickledName::kBytes},
        Known{"builtins.bytearray", PickledName::kByteArray},
        Known{"__builtin__.bytearray", PickledName::kByteArray},
        Known{"numpy.ndarray", PickledName::kArray}, Known{"numpy.dtype", PickledName::kType},
        Known{"numpy.core.multiarray._reconstruct", PickledName::kReconstruct},
        Known{"numpy._core.multiarray._reconstruct", PickledName::kReconstruct},
        Known{"numpy.core.multiarray.scalar", PickledName::kScalar},
        Known{"numpy._core.multiarray.scalar", PickledName::kScalar},
        Known{"numpy.core.numeric._frombuffer", PickledName::kBuffer},
        Known{"numpy._core.numeric._frombuffer", PickledName::kBuffer}}) {
    if (whole == known.name) return known.value;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "it asks for ", whole, ", which is not run here: expected a list of image files ",
      "as byte strings or NumPy arrays of bytes, and a list of truth values"));
}

absl::StatusOr<PickleValue> MakePickled(PickledName name, const std::vector<size_t>& arguments,
                                        const PickleValues& values) {
  if (arguments.size() > kMostArguments) return Other("a call");
  const std::vector<const PickleValue*> of = ValuesOf(arguments, values);
  switch (name) {
    case PickledName::kEncode:
      if (!Are(of, Kind::kText, Kind::kText) || of.size() != 2) break;
      if (of[1]->bytes != "latin1" && of[1]->bytes != "latin-1") break;
      return Bytes(of[0]->bytes);
    case PickledName::kBytes:
    case PickledName::kByteArray:
      if (of.empty()) return Bytes("");
      if (of.size() == 1 && Are(of, Kind::kBytes)) return *of[0];
      // Python 2 and 3, bytearray in protocol 2.
      if (of.size() == 2 && Are(of, Kind::kText, Kind::kText) && of[1]->bytes == "latin-1") {
        return Bytes(of[0]->bytes);
      }
      break;
    case PickledName::kType:
      if ((Are(of, Kind::kText) || Are(of, Kind::kBytes)) && of.size() == 3) {
        return Type(of[0]->bytes);
      }
      break;
    case PickledName::kReconstruct: {
      if (!Are(of, Kind::kName, Kind::kList) || of.size() != 3) break;
      if (of[0]->name != PickledName::kArray) break;
      PickleValue array;
      array.kind = Kind::kArray;
      array.letter = 'u';
      array.size = 1;
      array.shape = {0};
      return array;
    }
    case PickledName::kScalar:
      if (Are(of, Kind::kType, Kind::kBytes) && of.size() == 2) {
        return Scalar(*of[0], of[1]->bytes);
      }
      break;
    case PickledName::kBuffer:
      if (!Are(of, Kind::kBytes, Kind::kType, Kind::kList, Kind::kText) || of.size() != 4) break;
      return Array(*of[0], *of[1], *of[2], values);
    case PickledName::kArray:
      break;
  }
  return Other("a call");
}

absl::Status FillPickled(const std::vector<size_t>& state, const PickleValues& values,
                         PickleValue* made) {
  if (state.size() > kMostArguments) return Other("an object's state");
  const std::vector<const PickleValue*> of = ValuesOf(state, values);
  if (made->kind == Kind::kType) {  // (3, order, ...)
    if (of.size() < 2 || (of[1]->kind != Kind::kText && of[1]->kind != Kind::kBytes)) {
      return Other("a dtype's state");
    }
    made->big_endian = of[1]->bytes == ">";
    return absl::OkStatus();
  }
  // (1, shape, type, whether in Fortran's order, elements). Of what is a row the order is no
  // matter.
  if (made->kind != Kind::kArray || of.size() != 5 || of[1]->kind != Kind::kList ||
      of[2]->kind != Kind::kType) {
    return Other("an object's state");
  }
  FACET_ASSIGN_OR_RETURN(*made, Array(*of[4], *of[2], *of[1], values));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string_view>> PickledFiles(const PickleValue& list,
                                                           const PickleValues& values) {
  std::vector<std::string_view> files;
  if (list.kind == Kind::kArray && list.letter == 'S' && IsRow(list)) {
    for (size_t at = 0; at < list.bytes.size(); at += list.size) {
      // Shorter ones are filled up with zeros.
      std::string_view file = list.bytes.substr(at, list.size);
      files.push_back(file.substr(0, file.find_last_not_of('\0') + 1));
    }
    return files;
  }
  if (list.kind != Kind::kList && !(list.kind == Kind::kArray && list.letter == 'O')) {
    return absl::InvalidArgumentError("the first of the pair is no list of image files");
  }
  for (const PickleValue* member : ValuesOf(list.members, values)) {
    if (member->kind == Kind::kArray && member->size == 1 && !IsRow(*member)) {
      return absl::InvalidArgumentError(
          absl::StrCat("entry ", files.size(), " of the first list is an array of ",
                       absl::StrJoin(member->shape, " x "),
                       ", pixels and no image file: write files, as cv2.imencode(\".png\", "
                       "image)[1] makes them"));
    }
    const bool array = member->kind == Kind::kArray && member->size == 1 && member->letter != 'O';
    if (member->kind != Kind::kBytes && !array) {
      return absl::InvalidArgumentError(
          absl::StrCat("entry ", files.size(), " of the first list is no byte string"));
    }
    files.push_back(member->bytes);
  }
  return files;
}

absl::StatusOr<std::vector<bool>> PickledTruths(const PickleValue& list,
                                                const PickleValues& values) {
  std::vector<int64_t> numbers;
  if (list.kind == Kind::kArray && IsCountable(list) && IsRow(list)) {
    for (size_t i = 0; i < list.bytes.size() / list.size; ++i) numbers.push_back(Element(list, i));
  } else if (list.kind == Kind::kList || (list.kind == Kind::kArray && list.letter == 'O')) {
    for (const PickleValue* member : ValuesOf(list.members, values)) {
      const bool truth = member->kind == Kind::kTruth || member->kind == Kind::kNumber;
      numbers.push_back(truth ? member->number : -1);
    }
  } else {
    return absl::InvalidArgumentError("the second of the pair is no list of truth values");
  }
  std::vector<bool> truths;
  for (const int64_t number : numbers) {
    if (number < 0 || number > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("entry ", truths.size(), " of the second list is no truth value"));
    }
    truths.push_back(number == 1);
  }
  return truths;
}

}  // namespace facet
