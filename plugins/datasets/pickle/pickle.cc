#include "plugins/datasets/pickle/pickle.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/component.h"
#include "plugins/datasets/pickle/numpy_values.h"
#include "plugins/datasets/pickle/opcodes.h"
#include "plugins/datasets/pickle/text_values.h"

namespace facet {
namespace {

using Value = PickleValue;

class Machine {
 public:
  explicit Machine(std::string_view text) : text_(text) {}

  absl::StatusOr<PickledPairs> Run() {
    // Protocols 0 and 1 have no mark of their own.
    if (text_.size() < 2 || (static_cast<uint8_t>(text_[0]) != kProto && text_.back() != kStop)) {
      return absl::InvalidArgumentError(
          "not a pickle (it neither begins with byte 0x80 nor ends with '.')");
    }
    for (;;) {
      opcode_at_ = at_;
      FACET_ASSIGN_OR_RETURN(const uint64_t opcode, Number(1));
      if (opcode == kStop) break;
      FACET_RETURN_IF_ERROR(Step(static_cast<uint8_t>(opcode)));
      if (num_members_ > kMembersPerByte * text_.size()) {
        return Error("lists and arrays of more members than a file of this size writes");
      }
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

  // Up to the line's end, which goes too.
  absl::StatusOr<std::string_view> TakeLine() {
    const size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) {
      return absl::DataLossError(absl::StrCat("cut off: byte ", opcode_at_, " begins a line"));
    }
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }
  absl::StatusOr<int64_t> DecimalLine() {
    FACET_ASSIGN_OR_RETURN(const std::string_view line, TakeLine());
    int64_t number;
    if (absl::SimpleAtoi(absl::string_view(line.data(), line.size()), &number)) return number;
    return Error("expected a whole number");
  }

  // Little-endian.
  absl::StatusOr<uint64_t> Number(size_t bytes) {
    FACET_ASSIGN_OR_RETURN(const std::string_view taken, Take(bytes));
    uint64_t number = 0;
    for (size_t i = bytes; i-- > 0;) number = number << 8 | static_cast<uint8_t>(taken[i]);
    return number;
  }

  void Push(Value value) {
    num_members_ += value.members.size() + value.shape.size();
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
  // `decode` of a byte string or a text that is written otherwise.
  template <class Decode>
  absl::Status PushDecoded(Value::Kind kind, const Decode& decode, std::string_view written) {
    absl::StatusOr<std::string> bytes = decode(written);
    if (!bytes.ok()) return Error(std::string(bytes.status().message()));
    Value value;
    value.kind = kind;
    value.bytes = decoded_.emplace_back(*std::move(bytes));
    Push(std::move(value));
    return absl::OkStatus();
  }
  absl::Status PushUtf8(size_t length_bytes) {
    FACET_ASSIGN_OR_RETURN(const uint64_t length, Number(length_bytes));
    FACET_ASSIGN_OR_RETURN(const std::string_view text, Take(length));
    return PushDecoded(Value::Kind::kText, DecodeUtf8Bytes, text);
  }
  absl::Status PushQuoted() {
    FACET_ASSIGN_OR_RETURN(const std::string_view line, TakeLine());
    if (line.size() < 2 || line.front() != line.back() || (line[0] != '\'' && line[0] != '"')) {
      return Error("a byte string without quotes");
    }
    return PushDecoded(Value::Kind::kBytes, DecodeQuotedBytes, line.substr(1, line.size() - 2));
  }
  absl::Status PushNumber(size_t bytes) {
    FACET_ASSIGN_OR_RETURN(const uint64_t number, Number(bytes));
    PushCount(Value::Kind::kNumber,
              bytes == 4 ? static_cast<int32_t>(number) : static_cast<int64_t>(number));
    return absl::OkStatus();
  }
  void PushCount(Value::Kind kind, int64_t number) {
    Value value;
    value.kind = kind;
    value.number = number;
    Push(std::move(value));
  }
  absl::Status PushInt() {
    FACET_ASSIGN_OR_RETURN(const int64_t number, DecimalLine());
    PushCount(Value::Kind::kNumber, number);  // "00" and "01" are truth values
    return absl::OkStatus();
  }

  absl::Status PushName(std::string_view module, std::string_view name) {
    const absl::StatusOr<PickledName> known = FindPickledName(module, name);
    if (!known.ok()) return Error(std::string(known.status().message()));
    Value value;
    value.kind = Value::Kind::kName;
    value.name = *known;
    Push(std::move(value));
    return absl::OkStatus();
  }
  absl::Status PushGlobal() {
    FACET_ASSIGN_OR_RETURN(const std::string_view module, TakeLine());
    FACET_ASSIGN_OR_RETURN(const std::string_view name, TakeLine());
    return PushName(module, name);
  }
  absl::Status PushStackGlobal() {
    FACET_ASSIGN_OR_RETURN(const size_t name, Pop());
    FACET_ASSIGN_OR_RETURN(const size_t module, Pop());
    return PushName(values_[module].bytes, values_[name].bytes);
  }
  absl::StatusOr<size_t> Pop() {
    if (stack_.empty()) return Error("takes a value where there is none");
    const size_t last = stack_.back();
    stack_.pop_back();
    return last;
  }

  // A name and its arguments become what it makes of them.
  absl::Status Reduce() {
    FACET_ASSIGN_OR_RETURN(const size_t arguments, Pop());
    FACET_ASSIGN_OR_RETURN(const size_t name, Pop());
    if (values_[name].kind != Value::Kind::kName || values_[arguments].kind != Value::Kind::kList) {
      return Error("REDUCE (a call) of what is no name and its arguments");
    }
    absl::StatusOr<Value> made =
        MakePickled(values_[name].name, values_[arguments].members, values_);
    if (!made.ok()) return Error(std::string(made.status().message()));
    Push(*std::move(made));
    return absl::OkStatus();
  }
  absl::Status Build() {
    FACET_ASSIGN_OR_RETURN(const size_t state, Pop());
    if (stack_.empty() || values_[state].kind != Value::Kind::kList) {
      return Error("BUILD (a call) of what is no object and its state");
    }
    Value& made = values_[stack_.back()];
    const absl::Status filled = FillPickled(values_[state].members, values_, &made);
    num_members_ += made.members.size() + made.shape.size();
    return filled.ok() ? filled : Error(std::string(filled.message()));
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
    num_members_ += members.size();
    return absl::OkStatus();
  }

  absl::Status Remember(uint64_t slot) {
    if (stack_.empty() || values_[stack_.back()].kind == Value::Kind::kMark) {
      return Error("remembers nothing");
    }
    memo_[slot] = stack_.back();
    return absl::OkStatus();
  }
  absl::Status Recall(uint64_t slot) {
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
      case kByteArray8:
        return PushBytes(8);
      case kBinInt:
        return PushNumber(4);
      case kBinInt1:
        return PushNumber(1);
      case kBinInt2:
        return PushNumber(2);
      case kNewTrue:
        PushCount(Value::Kind::kTruth, 1);
        return absl::OkStatus();
      case kNewFalse:
        PushCount(Value::Kind::kTruth, 0);
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
      case kUnicode: {
        FACET_ASSIGN_OR_RETURN(const std::string_view line, TakeLine());
        return PushDecoded(Value::Kind::kText, DecodeEscapedBytes, line);
      }
      case kBinUnicode:
        return PushUtf8(4);
      case kShortBinUnicode:
        return PushUtf8(1);
      case kString:
        return PushQuoted();
      case kInt:
        return PushInt();
      case kNone:
        PushCount(Value::Kind::kNone, 0);
        return absl::OkStatus();
      case kGlobal:
        return PushGlobal();
      case kStackGlobal:
        return PushStackGlobal();
      case kReduce:
        return Reduce();
      case kBuild:
        return Build();
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
      case kPut: {
        FACET_ASSIGN_OR_RETURN(const int64_t slot, DecimalLine());
        return Remember(static_cast<uint64_t>(slot));
      }
      case kBinGet:
      case kLongBinGet: {
        FACET_ASSIGN_OR_RETURN(const uint64_t slot, Number(opcode == kBinGet ? 1 : 4));
        return Recall(slot);
      }
      case kGet: {
        FACET_ASSIGN_OR_RETURN(const int64_t slot, DecimalLine());
        return Recall(static_cast<uint64_t>(slot));
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
      case kList:
      case kTuple: {
        FACET_ASSIGN_OR_RETURN(const std::vector<size_t> members, TakeToMark());
        stack_.insert(stack_.end(), members.begin(), members.end());
        return PushTuple(members.size());
      }
      default: {
        const std::string name = PickleOpcodeName(opcode);
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

  absl::StatusOr<PickledPairs> Result(size_t root) {
    const Value& pair = values_[root];
    if (pair.kind != Value::Kind::kList || pair.members.size() != 2) {
      return absl::InvalidArgumentError(
          "the pickle does not hold a pair of lists (image files, truth values)");
    }
    PickledPairs result;
    FACET_ASSIGN_OR_RETURN(result.images, PickledFiles(values_[pair.members[0]], values_));
    FACET_ASSIGN_OR_RETURN(result.is_same, PickledTruths(values_[pair.members[1]], values_));
    result.decoded = std::move(decoded_);
    return result;
  }

  // A member takes a byte or more of the file, and an array of objects has those of a list again;
  // without a bound a small file makes many arrays of one long list.
  static constexpr size_t kMembersPerByte = 4;

  const std::string_view text_;
  size_t at_ = 0, opcode_at_ = 0, num_members_ = 0;
  PickleValues values_;
  std::deque<std::string> decoded_;  // what values point into
  std::vector<size_t> stack_;        // indices of values
  std::unordered_map<uint64_t, size_t> memo_;
};

}  // namespace

absl::StatusOr<PickledPairs> ReadPickledPairs(std::string_view text) { return Machine(text).Run(); }

}  // namespace facet
