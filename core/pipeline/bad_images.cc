#include "core/pipeline/bad_images.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"

namespace facet {
namespace {

constexpr size_t kNumNamed = 10;

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
  if (++count_ <= static_cast<int64_t>(kNumNamed)) {
    named_.push_back(absl::StrCat(key, ": ", reason));
  }
}

std::string BadImages::List() const {
  return absl::StrCat(count_ > static_cast<int64_t>(kNumNamed) ? "; the first: " : ": ",
                      absl::StrJoin(named_, "; "));
}

}  // namespace facet
