#include "plugins/curators/duplicates/stage.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "plugins/curators/duplicates/journal.h"

namespace facet {
namespace {

constexpr size_t kImagesPerPerson = 16;  // for the threshold; 120 pairs
constexpr size_t kWordImages = 5;        // for the vocabulary
constexpr double kCurveStep = 0.01;
constexpr int kCurvePoints = 151;  // to 1.5; sqrt(2) is what unrelated images have

// What a calibration found, as curves and shares.
Json ToJson(const DuplicateCalibration& calibration, double min_agreement) {
  Json thresholds = Json::array(), found = Json::array(), wrong = Json::array();
  for (int i = 0; i < kCurvePoints; ++i) {
    const double threshold = i * kCurveStep;
    int64_t hits = 0;
    for (const MadeDuplicate& each : calibration.made) {
      hits += each.distance < threshold && each.agreement >= min_agreement;
    }
    const auto below =
        std::lower_bound(calibration.distinct.begin(), calibration.distinct.end(), threshold) -
        calibration.distinct.begin();
    thresholds.push_back(threshold);
    found.push_back(static_cast<double>(hits) / static_cast<double>(calibration.made.size()));
    if (!calibration.distinct.empty()) {
      wrong.push_back(static_cast<double>(below) /
                      static_cast<double>(calibration.distinct.size()));
    }
  }
  Json changes = Json::object();
  for (const MadeDuplicate& each : calibration.made) {
    Json& change = changes[each.change];
    if (change.is_null()) change = {0, 0, 0};  // made, near enough, agreeing too
    const bool near = each.distance < calibration.threshold;
    change[0] = change[0].get<int64_t>() + 1;
    change[1] = change[1].get<int64_t>() + near;
    change[2] = change[2].get<int64_t>() + (near && each.agreement >= min_agreement);
  }
  return {{"threshold", calibration.threshold},
          {"distinct", calibration.distinct.size()},
          {"copies", calibration.copies},
          {"thresholds", thresholds},
          {"found", found},
          {"false", wrong},
          {"changes", changes}};
}

}  // namespace

absl::StatusOr<std::vector<ManifestImage>> DuplicateStage::ImagesOf(int64_t identity) const {
  ManifestQuery query;
  query.runs = run_->earlier_runs();
  query.identity = identity;
  FACET_ASSIGN_OR_RETURN(ManifestImages rows, run_->manifest().Images(query));
  std::vector<ManifestImage> images;
  for (ManifestImage image;;) {
    FACET_ASSIGN_OR_RETURN(const bool found, rows.Next(&image));
    if (!found) return images;
    images.push_back(image);
  }
}

absl::StatusOr<std::vector<std::vector<ManifestImage>>> DuplicateStage::Draw() const {
  FACET_ASSIGN_OR_RETURN(std::vector<ManifestIdentity> identities, run_->Identities());
  Random random(DeriveSeed(context_.seed, "people drawn"));
  random.Shuffle(identities);
  std::vector<std::vector<ManifestImage>> people;
  for (const ManifestIdentity& identity : identities) {
    if (static_cast<int64_t>(people.size()) == options_.people) break;
    FACET_ASSIGN_OR_RETURN(std::vector<ManifestImage> images, ImagesOf(identity.id));
    if (images.empty()) continue;
    random.Shuffle(images);
    if (images.size() > kImagesPerPerson) images.resize(kImagesPerPerson);
    people.push_back(std::move(images));
  }
  return people;
}

absl::Status DuplicateStage::Learn() {
  FACET_ASSIGN_OR_RETURN(const auto people, Draw());
  if (people.empty()) return absl::OkStatus();
  if (options_.vocabulary.empty()) {
    std::vector<ManifestImage> images;
    for (const auto& person : people) {
      images.insert(
          images.end(), person.begin(),
          person.begin() + static_cast<std::ptrdiff_t>(std::min(person.size(), kWordImages)));
    }
    const auto total = static_cast<int64_t>(images.size());
    options_.learned.seed = DeriveSeed(context_.seed, "vocabulary");
    FACET_ASSIGN_OR_RETURN(
        vocabulary_,
        LearnVladVocabulary(context_, images, options_.learned, options_.search.side_px,
                            [&](int64_t done) {
                              return run_->Progress(done, total, "images", "vocabulary").ok();
                            }));
  }
  learned_ = {{"threshold", options_.search.threshold}};
  if (options_.search.threshold == 0.0) {
    int64_t total = 0;
    for (const auto& person : people) total += static_cast<int64_t>(person.size());
    FACET_ASSIGN_OR_RETURN(
        const DuplicateCalibration calibration,
        CalibrateDuplicates(
            context_, vocabulary_, options_.search, people, options_.max_false,
            [&](int64_t done) { return run_->Progress(done, total, "images", "threshold").ok(); }));
    learned_ =
        ToJson(calibration, options_.search.check_pixels ? options_.search.min_agreement : -1.0);
  }
  return absl::OkStatus();
}

// Rows of the journal have no more of an image than the search finds out.
absl::Status DuplicateStage::Take(int64_t identity, const FoundDuplicates& found) {
  for (const auto& cluster : found.clusters) {
    ++cluster_sizes_[static_cast<int64_t>(cluster.size())];
    counts_["images in clusters"] += static_cast<int64_t>(cluster.size());
  }
  counts_["images"] += static_cast<int64_t>(found.images.size());
  for (const ManifestMark& mark : found.marks) ++counts_[mark.reason];
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestImage> rows, ImagesOf(identity));
  std::unordered_map<int64_t, const ManifestImage*> seen;
  for (const ManifestImage& image : found.images) seen[image.id] = &image;
  return run_->manifest().InTransaction([&]() -> absl::Status {
    for (ManifestImage row : rows) {
      const auto image = seen.find(row.id);
      if (image == seen.end()) continue;
      const ManifestImage& found_now = *image->second;
      // What an earlier stage said stays.
      if (row.width_px == 0) {
        row.width_px = found_now.width_px;
        row.height_px = found_now.height_px;
      }
      if (row.num_bytes < 0) row.num_bytes = found_now.num_bytes;
      if (row.bytes_sha256.empty()) row.bytes_sha256 = found_now.bytes_sha256;
      if (row.pixels_sha256.empty()) row.pixels_sha256 = found_now.pixels_sha256;
      FACET_RETURN_IF_ERROR(run_->manifest().UpdateImage(row));
    }
    for (const ManifestMark& mark : found.marks) {
      FACET_RETURN_IF_ERROR(run_->manifest().Mark(run_->id(), mark));
    }
    return absl::OkStatus();
  });
}

absl::Status DuplicateStage::Run() {
  const std::string journal_path = context_.work_folder + "/identities.jsonl";
  const std::string words_path = context_.work_folder + "/vocabulary.yml";
  if (!options_.vocabulary.empty()) {
    FACET_ASSIGN_OR_RETURN(vocabulary_, ReadVladVocabulary(options_.vocabulary));
  }
  const auto head = DuplicateJournal::ReadHead(journal_path, key_);
  bool resumed = head.ok();
  if (resumed && options_.vocabulary.empty()) {
    auto known = ReadVladVocabulary(words_path);
    resumed = known.ok();
    if (resumed) vocabulary_ = std::move(known).value();
  }
  if (resumed) {
    learned_ = (*head)["learned"];
    resumed = vocabulary_.words.empty() || DigestOf(vocabulary_) == (*head)["vocabulary"];
  }
  if (!resumed) {
    FACET_RETURN_IF_ERROR(Learn());
    if (learned_.is_null()) return absl::OkStatus();  // no images at all
    if (options_.vocabulary.empty()) {
      FACET_RETURN_IF_ERROR(WriteVladVocabulary(vocabulary_, words_path));
    }
    FACET_RETURN_IF_ERROR(DuplicateJournal::Create(
        journal_path, key_, {{"learned", learned_}, {"vocabulary", DigestOf(vocabulary_)}}));
  }
  options_.search.threshold = learned_["threshold"];
  std::set<int64_t> done;
  FACET_ASSIGN_OR_RETURN(
      const auto journal,
      DuplicateJournal::Open(journal_path, [&](int64_t identity, const FoundDuplicates& found) {
        done.insert(identity);
        return Take(identity, found);
      }));
  FACET_ASSIGN_OR_RETURN(const std::vector<ManifestIdentity> identities, run_->Identities());
  FACET_ASSIGN_OR_RETURN(const int64_t total, CountImages());
  for (const ManifestIdentity& identity : identities) {
    if (done.count(identity.id) > 0) continue;
    FACET_ASSIGN_OR_RETURN(std::vector<ManifestImage> images, ImagesOf(identity.id));
    if (images.empty()) continue;
    const int64_t before = counts_["images"];
    FACET_ASSIGN_OR_RETURN(
        const FoundDuplicates found,
        SearchDuplicates(context_, vocabulary_, options_.search, std::move(images),
                         [&](int64_t images_done) {
                           return run_->Progress(before + images_done, total, "images").ok();
                         }));
    FACET_RETURN_IF_ERROR(journal->Append(identity.id, found));
    FACET_RETURN_IF_ERROR(Take(identity.id, found));
    FACET_RETURN_IF_ERROR(run_->Progress(counts_["images"], total, "images"));
  }
  return options_.across_people ? FlagAcrossPeople() : absl::OkStatus();
}

absl::StatusOr<int64_t> DuplicateStage::CountImages() const {
  FACET_ASSIGN_OR_RETURN(ManifestImages rows, run_->Images());
  int64_t count = 0;
  for (ManifestImage image;; ++count) {
    FACET_ASSIGN_OR_RETURN(const bool found, rows.Next(&image));
    if (!found) return count;
  }
}

absl::Status DuplicateStage::FlagAcrossPeople() {
  struct Seen {
    std::string hash;  // its first 60 bits: chance matches among 2.6 million images: 3e-6
    int64_t image, identity;
  };
  std::vector<Seen> seen;
  ManifestQuery query;
  query.runs = run_->earlier_runs();
  query.runs->push_back(run_->id());
  {
    FACET_ASSIGN_OR_RETURN(ManifestImages rows, run_->manifest().Images(query));
    for (ManifestImage image;;) {
      FACET_ASSIGN_OR_RETURN(const bool found, rows.Next(&image));
      if (!found) break;
      if (image.pixels_sha256.empty()) continue;
      // 15 characters are stored without an allocation.
      seen.push_back({image.pixels_sha256.substr(0, 15), image.id, image.identity});
    }
  }
  std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    return std::tie(a.hash, a.image) < std::tie(b.hash, b.image);
  });
  return run_->manifest().InTransaction([&]() -> absl::Status {
    for (size_t begin = 0, end = 0; begin < seen.size(); begin = end) {
      while (end < seen.size() && seen[end].hash == seen[begin].hash) ++end;
      for (size_t i = begin; i < end; ++i) {
        const auto other =
            std::find_if(seen.begin() + static_cast<std::ptrdiff_t>(begin),
                         seen.begin() + static_cast<std::ptrdiff_t>(end),
                         [&](const Seen& each) { return each.identity != seen[i].identity; });
        if (other == seen.begin() + static_cast<std::ptrdiff_t>(end)) break;
        ++counts_[kUnderAnotherName];
        FACET_RETURN_IF_ERROR(run_->manifest().Mark(
            run_->id(),
            {seen[i].image, kUnderAnotherName, false, other->image, "same pixels", 0, ""}));
      }
    }
    return absl::OkStatus();
  });
}

std::string DuplicateStage::Statistics() const {
  Json sizes = Json::object();
  for (const auto& [size, count] : cluster_sizes_) sizes[absl::StrCat(size)] = count;
  return Dump({{"counts", counts_}, {"clusters", sizes}, {"threshold", options_.search.threshold}});
}

}  // namespace facet
