// Leaves out the people of benchmarks: who is tested on must not be trained on.
//
// In:  a manifest with people; names of a benchmark's people, in the file `exclude` (empty:
//      exclude.txt in the folder of the stage before) and in the .txt files of the folder
//      `exclude_lists`: one a line ("#": a comment), or as LFW (people.txt, pairs.txt) and YouTube
//      Faces (splits.txt) come.
// Out: people whose name is in a list are removed with all their images, reason "in lfw" of lfw.txt
//      (spellings that differ in case, accents or '_' are one person's). Metrics: people removed for
//      each list; a notice of a list that has nobody's name.
// Errors: no list at all; a list that cannot be read, is not UTF-8 or, if it was given, has no name.
// Source: Parkhi, Vedaldi, Zisserman, "Deep Face Recognition", BMVC 2015, section 3, stage 1: of
//      3,250 people 2,622 are neither in LFW nor in YouTube Faces.
// Example: curation.curator = { use = "exclude", exclude_lists = "benchmarks" }
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/curator.h"
#include "core/base/json.h"
#include "plugins/curators/names/excluded_names.h"
#include "plugins/curators/stage/run.h"

namespace {

using facet::CurationContext;
using facet::CurationResult;
using facet::CurationRun;
using facet::ExcludedNames;
using facet::ManifestIdentity;

struct Options {
  std::string exclude, exclude_lists, snapshot = "exclude";

  void Visit(facet::OptionVisitor& v) {
    v("exclude", exclude, facet::InputFile(), "names of people to leave out, one a line");
    v("exclude_lists", exclude_lists, facet::InputDirectory({"*"}), "a folder of such lists, .txt");
    v("snapshot", snapshot, facet::Any(), "name of the snapshot of who is left");
  }
};

class Exclude final : public facet::Curator {
 public:
  explicit Exclude(const Options& options) : options_(options) {}

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    FACET_ASSIGN_OR_RETURN(const auto run, CurationRun::Start(context, "exclude", "{}"));
    FACET_ASSIGN_OR_RETURN(
        const std::vector<ExcludedNames> lists,
        facet::ReadExcludedNames(options_.exclude, options_.exclude_lists, context));
    if (lists.empty()) {
      return absl::InvalidArgumentError(
          "there are no names to leave out: give exclude = \"FILE\" or exclude_lists = \"FOLDER\" "
          "with .txt files");
    }
    FACET_ASSIGN_OR_RETURN(const std::vector<ManifestIdentity> people, run->Identities());
    std::map<std::string, std::string> reasons;  // of a folded name: the first list that has it
    std::map<std::string, int64_t> removed;      // by reason; those of no one, too
    for (const ExcludedNames& list : lists) {
      const std::string reason = "in " + list.list;
      removed[reason];
      for (const std::string& name : list.names) {
        const std::string key = context.fold_name(name);
        if (!key.empty()) reasons.emplace(key, reason);
      }
    }
    std::set<std::string> met;
    const auto mark_all = [&]() -> absl::Status {
      for (const ManifestIdentity& person : people) {
        const auto found = reasons.find(context.fold_name(person.name));
        if (found == reasons.end()) continue;
        ++removed[found->second];
        met.insert(context.fold_name(person.name));
        FACET_RETURN_IF_ERROR(run->manifest().MarkIdentity(run->id(), person.id, found->second));
      }
      return absl::OkStatus();
    };
    FACET_RETURN_IF_ERROR(run->manifest().InTransaction(mark_all));
    FACET_ASSIGN_OR_RETURN(CurationResult result,
                           run->Finish(options_.snapshot, facet::Dump(facet::Json(removed))));
    for (const ExcludedNames& list : lists) {
      const bool has_one = std::any_of(
          list.names.begin(), list.names.end(),
          [&](const std::string& name) { return met.count(context.fold_name(name)) > 0; });
      if (has_one || people.empty()) continue;
      result.notices.push_back(absl::StrCat("None of the ", people.size(), " people is among the ",
                                            list.names.size(), " names of ", list.list, "."));
    }
    for (const auto& [reason, count] : removed) {
      result.metrics.push_back(facet::CountedMetric("people removed, " + reason,
                                                    static_cast<double>(count), "1",
                                                    static_cast<int64_t>(people.size())));
    }
    return result;
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, Exclude, Options, "exclude", "leaves out the people of benchmarks",
             "Parkhi et al. 2015, section 3")
