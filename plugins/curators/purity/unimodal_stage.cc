#include "plugins/curators/purity/unimodal_stage.h"

#include <algorithm>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/parallel_work.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/curators/purity/name_discriminants.h"
#include "plugins/curators/stage/run.h"
#include "plugins/curators/stage/summary.h"

namespace facet {
namespace {

constexpr char kSeveralModes[] = "several modes";

// A person's faces lie one after the other among all that are described.
struct Tested {
  int64_t identity = 0;
  std::string name;
  std::vector<int64_t> images, faces;  // the manifest's ids; indices of the context's faces
  int64_t begin = 0;                   // of the rows
  Unimodality result;
};

// What grows with the number of people among the faces.
double Evidence(const Tested& person, const UnimodalityRule& rule) {
  return rule.pairs ? person.result.dip : person.result.split;
}

class UnimodalStage {
 public:
  UnimodalStage(const CurationContext& context, const UnimodalStageOptions& options)
      : context_(context), options_(options) {
    options_.rule.pairs = options.distances == "pairs";
  }

  absl::StatusOr<CurationResult> Run() {
    const std::string settings = Settings();
    FACET_ASSIGN_OR_RETURN(run_, CurationRun::Start(context_, "unimodal", settings));
    FACET_RETURN_IF_ERROR(ReadPeople());
    FACET_RETURN_IF_ERROR(Test(settings));
    FACET_RETURN_IF_ERROR(run_->manifest().InTransaction([&] { return Mark(); }));
    FACET_ASSIGN_OR_RETURN(const auto truth, ReadTruth(run_->manifest()));
    const auto kept = std::count_if(people_.begin(), people_.end(),
                                    [](const Tested& person) { return person.result.unimodal; });
    const auto tested = static_cast<int64_t>(people_.size());
    FACET_ASSIGN_OR_RETURN(
        CurationResult result,
        run_->Finish(options_.snapshot, Dump({{"tested", tested}, {"unimodal", kept}})));
    Add("people unimodal", static_cast<double>(kept), "1", tested, &result);
    Add("people multimodal", static_cast<double>(tested - kept), "1", tested, &result);
    Add("people not tested", static_cast<double>(num_untested_), "1", tested + num_untested_,
        &result);
    if (truth.has_value()) Measure(*truth, &result);
    Show(&result);
    if (options_.discriminants > 0 && !UsesDiscriminants()) {
      result.notices.push_back(
          "the distances are of the descriptors as they are: discriminants want more people than "
          "there are of them, and the reduced form");
    }
    return result;
  }

 private:
  std::string Settings() const {
    return Dump({{"images", options_.images},
                 {"min_faces", options_.min_faces},
                 {"distances", options_.distances},
                 {"discriminants", options_.discriminants},
                 {"alpha", options_.rule.alpha},
                 {"max_split", options_.rule.max_split},
                 {"draws", options_.draws},
                 {"min_purity", options_.min_purity},
                 {"form", options_.form},
                 {"local_descriptors", options_.local_descriptors},
                 {"components", options_.components},
                 {"components_from", options_.components_from}});
  }

  static void Add(const std::string& name, double value, const char* unit, int64_t count,
                  CurationResult* result) {
    result->metrics.push_back(CountedMetric(name, value, unit, count));
  }

  // Those with enough faces among their first images.
  absl::Status ReadPeople() {
    std::unordered_map<int64_t, int64_t> face_of;
    for (int64_t i = 0; i < context_.faces->size(); ++i) face_of[context_.faces->image(i)] = i;
    FACET_ASSIGN_OR_RETURN(const std::vector<ManifestIdentity> identities, run_->Identities());
    std::unordered_map<int64_t, size_t> index;
    std::vector<Tested> everybody;
    for (const ManifestIdentity& identity : identities) {
      index[identity.id] = everybody.size();
      everybody.emplace_back();
      everybody.back().identity = identity.id;
      everybody.back().name = identity.name;
    }
    std::vector<std::set<std::string>> seen(everybody.size());
    FACET_ASSIGN_OR_RETURN(ManifestImages images, run_->Images(ManifestQuery::Order::kRank));
    for (ManifestImage image;;) {
      FACET_ASSIGN_OR_RETURN(const bool more, images.Next(&image));
      if (!more) break;
      const size_t person = index.at(image.identity);
      if (static_cast<int64_t>(seen[person].size()) == options_.images) continue;
      if (image.path.empty() || !seen[person].insert(image.path).second) continue;
      const auto face = face_of.find(image.id);
      if (face == face_of.end()) continue;
      everybody[person].images.push_back(image.id);
      everybody[person].faces.push_back(face->second);
    }
    for (Tested& person : everybody) {
      if (static_cast<int64_t>(person.images.size()) < options_.min_faces) {
        ++num_untested_;
        continue;
      }
      person.begin = static_cast<int64_t>(faces_.size());
      faces_.insert(faces_.end(), person.faces.begin(), person.faces.end());
      people_.push_back(std::move(person));
    }
    if (!people_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("unimodal: none of ", everybody.size(), " people has ", options_.min_faces,
                     " faces among the first ", options_.images,
                     " images; lower min_faces, or see what the row's detector finds"));
  }

  // Of fewer people they would be what tells these apart and no more.
  bool UsesDiscriminants() const {
    return options_.discriminants > 0 && options_.form == "reduced" &&
           static_cast<int64_t>(people_.size()) > std::max<int64_t>(options_.discriminants, 2);
  }

  absl::Status Test(const std::string& settings) {
    Sha256 hash;
    hash.Update(absl::StrCat(settings, context_.seed, "\n"));
    if (!options_.vocabulary.empty()) {
      FACET_ASSIGN_OR_RETURN(const std::string digest, Sha256File(options_.vocabulary));
      hash.Update(digest);
    }
    for (const Tested& person : people_) {
      for (const int64_t image : person.images) hash.Update(absl::StrCat(image, "\n"));
    }
    const std::string key = hash.HexDigest();
    FaceSource faces;
    faces.count = static_cast<int64_t>(faces_.size());
    faces.get = [this](int64_t row) {
      return context_.faces->Get(faces_[static_cast<size_t>(row)]);
    };
    const auto progress = [this](const std::string& what) -> FaceProgress {
      return [this, what](int64_t done, int64_t total) {
        return run_->Progress(done, total, "faces", what).ok();
      };
    };
    FACET_ASSIGN_OR_RETURN(
        const std::unique_ptr<RowStore> rows,
        DescribeAllFaces(faces, options_,
                         {absl::StrCat(context_.work_folder, "/", key.substr(0, 16), "-"), key,
                          context_.seed, context_.threads, progress}));
    cv::Mat described(static_cast<int>(faces.count), rows->columns(), CV_32F,
                      const_cast<float*>(rows->Row(0)));
    if (UsesDiscriminants()) {
      std::vector<int64_t> begins;
      for (const Tested& person : people_) begins.push_back(person.begin);
      begins.push_back(faces.count);
      described = NameDiscriminants(described, begins, static_cast<int>(options_.discriminants));
    }
    DipNull null(options_.draws, context_.seed);
    for (const Tested& person : people_) {
      const auto size = static_cast<int64_t>(person.images.size());
      null.Prepare(options_.rule.pairs ? size : size - 1);
    }
    const auto total = static_cast<int64_t>(people_.size());
    return ParallelWork(
        total, context_.threads,
        [&](int64_t i) {
          Tested& person = people_[static_cast<size_t>(i)];
          const auto begin = static_cast<int>(person.begin);
          person.result = TestUnimodality(
              described.rowRange(begin, begin + static_cast<int>(person.images.size())),
              options_.rule, null);
          return absl::OkStatus();
        },
        [&](int64_t done) { return run_->Progress(done, total, "people", "modes").ok(); });
  }

  absl::Status Mark() {
    for (const Tested& person : people_) {
      const Unimodality& found = person.result;
      if (found.unimodal) continue;
      FACET_RETURN_IF_ERROR(run_->manifest().MarkIdentity(
          run_->id(), person.identity, kSeveralModes,
          absl::StrFormat("dip %.4f, p %.4f, %.0f %% of %d faces", found.dip, found.p_value,
                          100 * found.split, person.images.size())));
    }
    return absl::OkStatus();
  }

  void Measure(const std::unordered_map<int64_t, ImageTruth>& truth, CurationResult* result) {
    std::vector<double> pure, impure;  // evidence
    int64_t found = 0, lost = 0;
    for (const Tested& person : people_) {
      const auto wrong =
          std::count_if(person.images.begin(), person.images.end(), [&](int64_t image) {
            const auto flagged = truth.find(image);
            return flagged != truth.end() && !flagged->second.right;
          });
      const auto size = static_cast<double>(person.images.size());
      const bool is_pure = (size - static_cast<double>(wrong)) / size >= options_.min_purity;
      (is_pure ? pure : impure).push_back(Evidence(person, options_.rule));
      (is_pure ? lost : found) += !person.result.unimodal;
    }
    const auto share = [&](const std::string& name, double part, size_t of) {
      if (of == 0) return;
      Add(name, 100 * part / static_cast<double>(of), "%", static_cast<int64_t>(of), result);
    };
    const auto right = found + static_cast<int64_t>(pure.size()) - lost;
    share("verdicts right", static_cast<double>(right), people_.size());
    share("impure people found", static_cast<double>(found), impure.size());
    share("pure people lost", static_cast<double>(lost), pure.size());
    double ordered = 0;
    for (const double of_impure : impure) {
      for (const double of_pure : pure) {
        ordered += of_impure > of_pure ? 1 : of_impure == of_pure ? 0.5 : 0;
      }
    }
    share("separation", ordered, pure.size() * impure.size());
  }

  void Show(CurationResult* result) const {
    Histogram histogram{
        "split faces of a person", "faces whose distances have several modes [%]", {}, {}};
    constexpr int kBins = 20;
    for (int i = 0; i <= kBins; ++i) histogram.edges.push_back(100.0 * i / kBins);
    histogram.counts.resize(kBins);
    for (const Tested& person : people_) {
      const auto bin = static_cast<size_t>(person.result.split * kBins);
      ++histogram.counts[std::min<size_t>(bin, kBins - 1)];  // the last one has 100 %, too
    }
    if (!options_.rule.pairs) result->histograms.push_back(std::move(histogram));
  }

  const CurationContext& context_;
  UnimodalStageOptions options_;
  std::unique_ptr<CurationRun> run_;
  std::vector<Tested> people_;
  std::vector<int64_t> faces_;
  int64_t num_untested_ = 0;
};

}  // namespace

absl::StatusOr<CurationResult> RemoveMultimodal(const CurationContext& context,
                                                const UnimodalStageOptions& options) {
  if (context.faces == nullptr) {
    return absl::InvalidArgumentError("unimodal: the host gave no faces");
  }
  cv::setNumThreads(1);  // a face is one thread's work
  return UnimodalStage(context, options).Run();
}

}  // namespace facet
