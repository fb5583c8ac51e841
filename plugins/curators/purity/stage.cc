#include "plugins/curators/purity/stage.h"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/parallel_work.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "plugins/curators/purity/row_store.h"
#include "plugins/curators/purity/sheets.h"
#include "plugins/curators/stage/run.h"
#include "plugins/curators/stage/summary.h"

namespace facet {
namespace {

constexpr int64_t kIdentitiesPerBlock = 64;

Json SettingsOf(const PurityStageOptions& options) {
  return {{"form", options.form},
          {"local_descriptors", options.local_descriptors},
          {"components", options.components},
          {"components_from", options.components_from},
          {"positives", options.ranking.positives},
          {"source", options.source},
          {"negatives", options.ranking.negatives},
          {"folds", options.ranking.folds},
          {"refinements", options.ranking.refinements},
          {"left_out", options.ranking.left_out},
          {"strangers", options.ranking.strangers},
          {"c", options.ranking.svm.c},
          {"loss", options.loss},
          {"keep", options.cut.keep},
          {"keep_share", options.cut.keep_share},
          {"max_strangers", options.cut.max_strangers}};
}

class PurityStage {
 public:
  PurityStage(const CurationContext& context, const PurityStageOptions& options)
      : context_(context), options_(options) {
    options_.ranking.svm.seed = DeriveSeed(context.seed, "svm");
    options_.ranking.svm.loss = options.loss == "hinge" ? SvmLoss::kHinge : SvmLoss::kSquaredHinge;
  }

  absl::StatusOr<CurationResult> Run() {
    const Json settings = SettingsOf(options_);
    FACET_ASSIGN_OR_RETURN(run_, CurationRun::Start(context_, kPurifyStage, Dump(settings)));
    FACET_RETURN_IF_ERROR(ReadImages());
    FACET_RETURN_IF_ERROR(MakeKey(settings));
    faces_.count = static_cast<int64_t>(rows_.size());
    faces_.get = [this](int64_t row) {
      return context_.faces->Get(rows_[static_cast<size_t>(row)].face);
    };
    FACET_RETURN_IF_ERROR(CheckCounts());
    FACET_RETURN_IF_ERROR(Describe());
    FACET_RETURN_IF_ERROR(Rank());
    return Finish();
  }

 private:
  struct Row {
    int64_t image, identity, face;
  };

  // Rows in the order of identities; in each, those of the source first, then by rank.
  absl::Status ReadImages() {
    std::vector<int64_t> with_face;
    for (int64_t i = 0; i < context_.faces->size(); ++i) {
      with_face.push_back(context_.faces->image(i));
    }
    FACET_ASSIGN_OR_RETURN(ManifestImages images, run_->Images(ManifestQuery::Order::kRank));
    std::vector<Row> others;  // of the identity, from other sources
    int64_t identity = -1;
    const auto end_identity = [&] {
      rows_.insert(rows_.end(), others.begin(), others.end());
      others.clear();
      if (begins_.back() < static_cast<int64_t>(rows_.size())) {
        begins_.push_back(static_cast<int64_t>(rows_.size()));
      }
    };
    for (ManifestImage image;;) {
      FACET_ASSIGN_OR_RETURN(const bool found, images.Next(&image));
      if (!found) break;
      if (image.identity != identity) end_identity();
      identity = image.identity;
      const auto face = std::lower_bound(with_face.begin(), with_face.end(), image.id);
      if (face == with_face.end() || *face != image.id) {
        without_face_.push_back(image.id);
        continue;
      }
      const bool first = options_.source.empty() || image.source == options_.source;
      (first ? rows_ : others).push_back({image.id, image.identity, face - with_face.begin()});
    }
    end_identity();
    return absl::OkStatus();
  }

  absl::Status CheckCounts() const {
    if (begins_.size() >= 3) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("purify: ", begins_.size() - 1, " identities have an image with a face (",
                     rows_.size(), " of ", rows_.size() + without_face_.size(),
                     " images have one); one is compared with "
                     "others, so it takes two: see what the row's detector finds"));
  }

  // Names the files that a killed stage left, so that others are never taken for them.
  absl::Status MakeKey(const Json& settings) {
    Sha256 hash;
    hash.Update(Dump(settings));
    hash.Update(absl::StrCat(context_.seed, "\n"));
    if (!options_.vocabulary.empty()) {
      FACET_ASSIGN_OR_RETURN(const std::string digest, Sha256File(options_.vocabulary));
      hash.Update(digest);
    }
    for (const Row& row : rows_) hash.Update(absl::StrCat(row.image, " ", row.identity, "\n"));
    key_ = hash.HexDigest();
    return absl::OkStatus();
  }

  std::string WorkFile(const std::string& name) const {
    return absl::StrCat(context_.work_folder, "/", key_.substr(0, 16), "-", name);
  }
  FaceProgress ProgressOf(const std::string& unit) const {
    return [this, unit](int64_t done, int64_t total) {
      return run_->Progress(done, total, "faces", unit).ok();
    };
  }

  absl::Status Describe() {
    const FaceDescriptionRun description = {
        WorkFile(""), key_, context_.seed, context_.threads,
        [this](const std::string& unit) { return ProgressOf(unit); }};
    FACET_ASSIGN_OR_RETURN(descriptors_, DescribeAllFaces(faces_, options_, description));
    return absl::OkStatus();
  }

  // Scores go through a store too: a block of identities at a time.
  absl::Status Rank() {
    FACET_ASSIGN_OR_RETURN(const PurityRanking ranking,
                           PurityRanking::Create(*descriptors_, begins_, options_.ranking));
    FACET_ASSIGN_OR_RETURN(const auto store,
                           RowStore::Open(WorkFile("scores.f32"), key_, faces_.count, 2));
    int64_t identity =
        std::lower_bound(begins_.begin(), begins_.end(), store->num_done()) - begins_.begin();
    while (identity < ranking.num_identities()) {
      FACET_RETURN_IF_ERROR(run_->Progress(store->num_done(), faces_.count, "faces", "ranking"));
      const int64_t count = std::min(kIdentitiesPerBlock, ranking.num_identities() - identity);
      std::vector<std::vector<PurityScore>> made(static_cast<size_t>(count));
      const auto rank = [&](int64_t i) -> absl::Status {
        FACET_ASSIGN_OR_RETURN(made[static_cast<size_t>(i)], ranking.Scores(identity + i));
        return absl::OkStatus();
      };
      FACET_RETURN_IF_ERROR(ParallelWork(count, context_.threads, rank, {}));
      cv::Mat rows;
      for (const auto& scores : made) {
        for (const PurityScore& each : scores) {
          rows.push_back(cv::Mat(cv::Matx12f(each.score, each.strangers)));
        }
      }
      FACET_RETURN_IF_ERROR(store->Append(rows));
      identity += count;
    }
    FACET_RETURN_IF_ERROR(run_->Progress(faces_.count, faces_.count, "faces", "ranking"));
    for (int64_t row = 0; row < faces_.count; ++row) {
      RankedFace face;
      face.score = store->Row(row)[0];
      face.strangers = store->Row(row)[1];
      ranked_.push_back(face);
    }
    return absl::OkStatus();
  }

  void CutAll() {
    for (size_t i = 0; i + 1 < begins_.size(); ++i) {
      std::vector<RankedFace> own(ranked_.begin() + begins_[i], ranked_.begin() + begins_[i + 1]);
      Cut(options_.cut, &own);
      std::copy(own.begin(), own.end(), ranked_.begin() + begins_[i]);
    }
  }

  absl::Status WriteMarks() {
    return run_->manifest().InTransaction([&]() -> absl::Status {
      ManifestMark mark;
      mark.reason = kNoFaceFound;
      for (const int64_t image : without_face_) {
        mark.image = image;
        FACET_RETURN_IF_ERROR(run_->manifest().Mark(run_->id(), mark));
      }
      mark.reason = kLowScore;
      for (size_t i = 0; i < rows_.size(); ++i) {
        mark.image = rows_[i].image;
        FACET_RETURN_IF_ERROR(run_->manifest().SetScore(run_->id(), mark.image, ranked_[i].score));
        if (ranked_[i].kept) continue;
        FACET_RETURN_IF_ERROR(run_->manifest().Mark(run_->id(), mark));
      }
      return absl::OkStatus();
    });
  }

  absl::StatusOr<CurationResult> Finish() {
    CutAll();
    FACET_ASSIGN_OR_RETURN(const auto truth, ReadTruth(run_->manifest()));
    for (size_t i = 0; truth && i < rows_.size(); ++i) {
      const auto flagged = truth->find(rows_[i].image);
      ranked_[i].right = flagged == truth->end() || flagged->second.right;
    }
    FACET_RETURN_IF_ERROR(WriteMarks());
    std::vector<int64_t> images;
    for (const Row& row : rows_) images.push_back(row.image);
    FACET_ASSIGN_OR_RETURN(
        std::vector<ContactSheet> sheets,
        PuritySheets(*run_, images, begins_, ranked_, truth.has_value(), context_.seed));
    const Json statistics = {{"identities", begins_.size() - 1},
                             {"faces", rows_.size()},
                             {"without a face", without_face_.size()}};
    FACET_ASSIGN_OR_RETURN(CurationResult result,
                           run_->Finish(options_.snapshot, Dump(statistics)));
    AddPurity(ranked_, truth.has_value(), &result);
    const auto people = static_cast<int64_t>(begins_.size()) - 1;
    if (options_.cut.max_strangers < 1.0 &&
        PurityRanking::NumStrangers(people, options_.ranking.strangers) == 0) {
      result.notices.push_back(absl::StrCat(
          "nobody of ", people, " people serves as a stranger, so that max_strangers = ",
          options_.cut.max_strangers, " removes nothing"));
    }
    for (ContactSheet& sheet : sheets) result.sheets.push_back(std::move(sheet));
    return result;
  }

  const CurationContext& context_;
  PurityStageOptions options_;
  std::unique_ptr<CurationRun> run_;
  std::vector<Row> rows_;
  std::vector<int64_t> begins_{0}, without_face_;
  std::string key_;
  FaceSource faces_;
  std::unique_ptr<RowStore> descriptors_;
  std::vector<RankedFace> ranked_;
};

}  // namespace

absl::StatusOr<CurationResult> Purify(const CurationContext& context,
                                      const PurityStageOptions& options) {
  if (context.faces == nullptr) {
    return absl::InvalidArgumentError("purify: the host gave no faces");
  }
  cv::setNumThreads(1);  // a face is one thread's work
  return PurityStage(context, options).Run();
}

}  // namespace facet
