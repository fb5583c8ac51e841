#include "core/stages/dataset/holdout.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/records/name_lists.h"

namespace facet {
namespace {

constexpr size_t kNamesShown = 3;

struct Lists {
  std::unordered_set<std::string> keys;
  std::vector<std::string> said;  // "lfw (5,749 names)"
};

absl::StatusOr<Lists> ReadLists(const Json& settings, const NameKeys& keys) {
  Lists lists;
  for (const auto& [option, form] :
       {std::make_pair("lfw", NameList::kLfw), std::make_pair("ytf", NameList::kYtf),
        std::make_pair("names", NameList::kPlain)}) {
    const std::string path = settings.value(option, "");
    if (path.empty()) continue;
    FACET_ASSIGN_OR_RETURN(const std::vector<std::string> names, ReadNameList(path, form));
    for (const std::string& name : names) lists.keys.insert(keys.Key(name));
    lists.said.push_back(absl::StrCat(option, " (", names.size(), " names)"));
  }
  lists.keys.erase("");  // a name of punctuation is nobody's
  return lists;
}

}  // namespace

absl::Status ApplyHoldout(const Json& settings, DatasetContents* contents) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<NameKeys> keys, NameKeys::Create());
  FACET_ASSIGN_OR_RETURN(const Lists lists, ReadLists(settings, *keys));
  std::unordered_map<std::string, bool> held_out;  // by identity
  std::vector<std::string> people;
  const auto is_held_out = [&](const Sample& sample) {
    const auto [known, is_new] = held_out.try_emplace(sample.identity, false);
    if (is_new) known->second = lists.keys.count(keys->Key(sample.identity)) > 0;
    if (is_new && known->second) people.push_back(sample.identity);
    return known->second;
  };
  std::vector<Sample>& samples = contents->samples;
  const size_t all = samples.size();
  samples.erase(std::remove_if(samples.begin(), samples.end(), is_held_out), samples.end());
  const size_t removed = all - samples.size();
  const std::string on = absl::StrJoin(lists.said, ", ");
  if (samples.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("train.holdout leaves no training images: all ", people.size(),
                     " people of the data set are on ", on));
  }
  contents->counts["held-out people"] = static_cast<int64_t>(people.size());
  contents->counts["held-out images"] = static_cast<int64_t>(removed);
  if (removed == 0) {
    contents->notices.push_back(absl::StrCat(
        "Nobody was held out: no identity of the training set is on ", on, "; its first is \"",
        samples[0].identity, "\". Identities that are numbers cannot be compared with names."));
    return absl::OkStatus();
  }
  contents->protocol = {};
  const size_t shown = std::min(people.size(), kNamesShown);
  contents->notices.push_back(absl::StrCat(
      "Held out of training: ", people.size(), " of ", held_out.size(), " people, ", removed,
      " of ", all, " images, who are on ", on, ": ",
      absl::StrJoin(people.begin(), people.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      people.size() > shown ? absl::StrCat(" and ", people.size() - shown, " more") : "", "."));
  return absl::OkStatus();
}

}  // namespace facet
