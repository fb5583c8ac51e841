#include "core/pipeline/bad_images.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr size_t kMostReasons = 10, kMostNamed = 10;

}  // namespace

bool IsAboutTheImage(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return true;
    default:
      return false;
  }
}

absl::Status EndAfter(const absl::Status& error, const std::string& key,
                      const std::string& unreadable) {
  if (!IsAboutTheImage(error)) return Annotate(error, key);
  if (unreadable == "skip") return absl::OkStatus();
  return absl::Status(error.code(),
                      absl::StrCat(key, ": ", error.message(),
                                   "; to leave such images out: faces.unreadable = \"skip\""));
}

void BadImages::Add(const std::string& key, const std::string& reason) {
  ++count_;
  auto found = absl::c_find_if(reasons_, [&](const Reason& each) { return each.text == reason; });
  if (found == reasons_.end()) {
    if (reasons_.size() == kMostReasons) return;
    found = reasons_.insert(found, {reason, {}, 0});
  }
  ++found->count;
  if (found->count > 1 && num_named_ >= kMostNamed) return;
  found->named.push_back(key);
  ++num_named_;
}

std::string BadImages::List() const {
  std::vector<std::string> parts;
  int64_t told = 0;
  for (const Reason& reason : reasons_) {
    const int64_t more = reason.count - static_cast<int64_t>(reason.named.size());
    parts.push_back(absl::StrCat(absl::StrJoin(reason.named, ", "),
                                 more > 0 ? absl::StrCat(" and ", more, " more") : "", ": ",
                                 reason.text));
    told += reason.count;
  }
  return absl::StrCat(told < count_ ? "; the first: " : ": ", absl::StrJoin(parts, "; "));
}

std::string BadImages::First() const {
  if (reasons_.empty()) return "";
  return absl::StrCat(reasons_.front().named.front(), ": ", reasons_.front().text);
}

}  // namespace facet
