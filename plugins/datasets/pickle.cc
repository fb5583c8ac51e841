#include "plugins/datasets/pickle.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/component.h"

namespace facet {
namespace {

// Instructions, by the names of Python's Lib/pickletools.py.
enum Opcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kAppend = 'a',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kTuple = 't',
  kEmptyTuple = ')',
  kEmptyList = ']',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kBinBytes8 = 0x8e,
  kMemoize = 0x94,
  kFrame = 0x95,
};

// What a file with other content is likely to hold.
const char* NameOf(uint8_t opcode) {
  switch (opcode) {
    case 'c':
      return "GLOBAL (a name to import; Python 3 writes byte strings so in protocol 2: use 4)";
    case 0x93:
      return "STACK_GLOBAL (a name to import)";
    case 'R':
      return "REDUCE (a call)";
    case 'b':
      return "BUILD (a call)";
    case 'i':
      return "INST (a call)";
    case 'o':
      return "OBJ (a call)";
    case 0x81:
      return "NEWOBJ (a call)";
    case 0x92:
      return "NEWOBJ_EX (a call)";
    case 'X':
    case 0x8c:
      return "BINUNICODE (a text)";
    case '}':
    case 'd':
      return "DICT (a dictionary)";
    case 'N':
      return "NONE";
    case 'G':
      return "BINFLOAT (a number that is not whole)";
    case 0x96:
      return "BYTEARRAY8";
    case 0x97:
      return "NEXT_BUFFER (data outside the file)";
    default:
      return "";
  }
}

struct Value {
  enum class Kind { kMark, kBytes, kTruth, kNumber, kList } kind = Kind::kMark;
  std::string_view bytes;
  int64_t number = 0;           // kTruth, kNumber
  std::vector<size_t> members;  // kList (and tuples), indices of values
};

class Machine {
 public:
  explicit Machine(std::string_view text) : text_(text) {}

  absl::StatusOr<PickledPairs> Run() {
    if (text_.size() < 2 || static_cast<uint8_t>(text_[0]) != kProto) {
      return absl::InvalidArgumentError(
          "not a pickle of protocol 2 or later (it does not begin with byte 0x80)");
    }
    for (;;) {
      opcode_at_ = at_;
      FACET_ASSIGN_OR_RETURN(const uint64_t opcode, Number(1));
      if (opcode == kStop) break;
      FACET_RETURN_IF_ERROR(Step(static_cast<uint8_t>(opcode)));
    }
    if (stack_.size() != 1) return Error("more than one value, or none, at the end");
    return Result(stack_[0]);
  }

 private:
  absl::Status Error(const std::string& message) const {
    return absl::InvalidArgumentError(absl::StrCat("byte ", opcode_at_, ": ", message));
  }

  absl::StatusOr<std::string_view> Take(uint64_t count) {
    if (count > text_.size() - at_) {
      return absl::DataLossError(absl::StrCat("cut off: byte ", opcode_at_, " asks for ", count,
                                              " bytes, ", text_.size() - at_, " are left"));
    }
    const std::string_view taken = text_.substr(at_, count);
    at_ += count;
    return taken;
  }

  // Little-endian.
  absl::StatusOr<uint64_t> Number(size_t bytes) {
    FACET_ASSIGN_OR_RETURN(const std::string_view taken, Take(bytes));
    uint64_t number = 0;
    for (size_t i = bytes; i-- > 0;) number = number << 8 | static_cast<uint8_t>(taken[i]);
    return number;
  }

  void Push(Value value) {
    stack_.push_back(values_.size());
    values_.push_back(std::move(value));
  }
  absl::Status PushBytes(size_t length_bytes) {
    FACET_ASSIGN_OR_RETURN(const uint64_t length, Number(length_bytes));
    Value value;
    value.kind = Value::Kind::kBytes;
    FACET_ASSIGN_OR_RETURN(value.bytes, Take(length));
    Push(std::move(value));
    return absl::OkStatus();
  }
  absl::Status PushNumber(size_t bytes) {
    FACET_ASSIGN_OR_RETURN(const uint64_t number, Number(bytes));
    Value value;
    value.kind = Value::Kind::kNumber;
    value.number = bytes == 4 ? static_cast<int32_t>(number) : static_cast<int64_t>(number);
    Push(std::move(value));
    return absl::OkStatus();
  }
  void PushTruth(bool truth) {
    Value value;
    value.kind = Value::Kind::kTruth;
    value.number = truth;
    Push(std::move(value));
  }

  // The last `count` values become one.
  absl::Status PushTuple(size_t count) {
    if (count > stack_.size()) return Error("a tuple of more values than there are");
    Value value;
    value.kind = Value::Kind::kList;
    value.members.assign(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    for (const size_t member : value.members) {
      if (values_[member].kind == Value::Kind::kMark) return Error("a mark inside a tuple");
    }
    stack_.resize(stack_.size() - count);
    Push(std::move(value));
    return absl::OkStatus();
  }

  // Values above the last mark; the mark goes.
  absl::StatusOr<std::vector<size_t>> TakeToMark() {
    size_t first = stack_.size();
    while (first > 0 && values_[stack_[first - 1]].kind != Value::Kind::kMark) --first;
    if (first == 0) return Error("no mark");
    std::vector<size_t> taken(stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
    stack_.resize(first - 1);
    return taken;
  }

  absl::Status Append(const std::vector<size_t>& members) {
    if (stack_.empty() || values_[stack_.back()].kind != Value::Kind::kList) {
      return Error("appends to what is no list");
    }
    std::vector<size_t>& list = values_[stack_.back()].members;
    list.insert(list.end(), members.begin(), members.end());
    return absl::OkStatus();
  }

  absl::Status Remember(uint64_t slot) {
    if (stack_.empty() || values_[stack_.back()].kind == Value::Kind::kMark) {
      return Error("remembers nothing");
    }
    memo_[slot] = stack_.back();
    return absl::OkStatus();
  }
  absl::Status Recall(size_t bytes) {
    FACET_ASSIGN_OR_RETURN(const uint64_t slot, Number(bytes));
    const auto found = memo_.find(slot);
    if (found == memo_.end()) return Error(absl::StrCat("recalls value ", slot, ", which is none"));
    stack_.push_back(found->second);
    return absl::OkStatus();
  }

  absl::Status Step(uint8_t opcode) {
    switch (opcode) {
      case kProto:
        return Protocol();
      case kFrame:
        return Take(8).status();  // only says how far to read at once
      case kMark:
        Push(Value());
        return absl::OkStatus();
      case kBinBytes:
      case kBinString:
        return PushBytes(4);
      case kShortBinBytes:
      case kShortBinString:
        return PushBytes(1);
      case kBinBytes8:
        return PushBytes(8);
      case kBinInt:
        return PushNumber(4);
      case kBinInt1:
        return PushNumber(1);
      case kBinInt2:
        return PushNumber(2);
      case kNewTrue:
        PushTruth(true);
        return absl::OkStatus();
      case kNewFalse:
        PushTruth(false);
        return absl::OkStatus();
      case kEmptyList:
      case kEmptyTuple:
        return PushTuple(0);
      case kTuple1:
        return PushTuple(1);
      case kTuple2:
        return PushTuple(2);
      case kTuple3:
        return PushTuple(3);
      case kMemoize:
        return Remember(memo_.size());
      case kBinGet:
        return Recall(1);
      case kLongBinGet:
        return Recall(4);
      default:
        return LongerStep(opcode);
    }
  }

  absl::Status LongerStep(uint8_t opcode) {
    switch (opcode) {
      case kBinPut:
      case kLongBinPut: {
        FACET_ASSIGN_OR_RETURN(const uint64_t slot, Number(opcode == kBinPut ? 1 : 4));
        return Remember(slot);
      }
      case kAppend: {
        if (stack_.empty()) return Error("appends nothing");
        const std::vector<size_t> last = {stack_.back()};
        stack_.pop_back();
        return Append(last);
      }
      case kAppends: {
        FACET_ASSIGN_OR_RETURN(const std::vector<size_t> members, TakeToMark());
        return Append(members);
      }
      case kTuple: {
        FACET_ASSIGN_OR_RETURN(const std::vector<size_t> members, TakeToMark());
        stack_.insert(stack_.end(), members.begin(), members.end());
        return PushTuple(members.size());
      }
      default: {
        const std::string name = NameOf(opcode);
        return Error(absl::StrCat("the instruction ", absl::StrFormat("0x%02x", opcode),
                                  name.empty() ? "" : " ", name,
                                  " is not read here: expected a list of image files as byte "
                                  "strings and a list of truth values"));
      }
    }
  }

  absl::Status Protocol() {
    FACET_ASSIGN_OR_RETURN(const uint64_t version, Number(1));
    if (version >= 2 && version <= 5) return absl::OkStatus();
    return Error(absl::StrCat("protocol ", version, "; 2 to 5 are read"));
  }

  absl::StatusOr<PickledPairs> Result(size_t root) const {
    const Value& pair = values_[root];
    if (pair.kind != Value::Kind::kList || pair.members.size() != 2 ||
        values_[pair.members[0]].kind != Value::Kind::kList ||
        values_[pair.members[1]].kind != Value::Kind::kList) {
      return absl::InvalidArgumentError(
          "the pickle does not hold a pair of lists (image files, truth values)");
    }
    PickledPairs result;
    for (const size_t member : values_[pair.members[0]].members) {
      if (values_[member].kind != Value::Kind::kBytes) {
        return absl::InvalidArgumentError(
            absl::StrCat("entry ", result.images.size(), " of the first list is no byte string"));
      }
      result.images.push_back(values_[member].bytes);
    }
    for (const size_t member : values_[pair.members[1]].members) {
      const Value& value = values_[member];
      const bool truth = value.kind == Value::Kind::kTruth || value.kind == Value::Kind::kNumber;
      if (!truth || value.number < 0 || value.number > 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("entry ", result.is_same.size(), " of the second list is no truth value"));
      }
      result.is_same.push_back(value.number == 1);
    }
    return result;
  }

  const std::string_view text_;
  size_t at_ = 0, opcode_at_ = 0;
  std::vector<Value> values_;
  std::vector<size_t> stack_;  // indices of values
  std::unordered_map<uint64_t, size_t> memo_;
};

}  // namespace

absl::StatusOr<PickledPairs> ReadPickledPairs(std::string_view text) { return Machine(text).Run(); }

}  // namespace facet
