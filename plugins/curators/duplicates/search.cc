#include "plugins/curators/duplicates/search.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/parallel_work.h"
#include "plugins/curators/duplicates/image_vlad.h"
#include "plugins/curators/duplicates/photograph_alignment.h"

namespace facet {
namespace {

struct Item {
  ManifestImage image;
  std::string problem;  // why it cannot be read; empty: it can
  cv::Mat grey, vlad;   // of distinct images alone; no VLAD: nothing to see on it
};

// Image `a` is the same as image `b`, which is preferred to it.
struct Copy {
  size_t a = 0, b = 0;
  const char* what = "";
};

constexpr size_t kPairsAtOnce = 16;  // of a thread

std::set<std::pair<int, int>> EndsOf(const std::vector<ClosePair>& pairs) {
  std::set<std::pair<int, int>> ends;
  for (const ClosePair& pair : pairs) ends.emplace(pair.a, pair.b);
  return ends;
}

class Search {
 public:
  Search(const CurationContext& context, const VladVocabulary& vocabulary,
         const DuplicateSearchOptions& options, std::vector<ManifestImage> images)
      : context_(context), vocabulary_(vocabulary), options_(options) {
    for (ManifestImage& image : images) items_.push_back({std::move(image), "", {}, {}});
    ByPreference();
  }

  absl::StatusOr<FoundDuplicates> Run(const std::function<bool(int64_t)>& go_on) {
    const auto count = static_cast<int64_t>(items_.size());
    FACET_RETURN_IF_ERROR(ParallelWork(
        count, context_.threads, [this](int64_t i) { return HashBytes(&At(i)); }, nullptr));
    TakeOut("bytes", &ManifestImage::bytes_sha256);
    FACET_RETURN_IF_ERROR(ParallelWork(
        static_cast<int64_t>(distinct_.size()), context_.threads,
        [this](int64_t i) { return Describe(&items_[distinct_[static_cast<size_t>(i)]]); }, go_on));
    // Sizes are known now.
    for (const Copy& copy : copies_) {
      items_[copy.a].image.width_px = items_[copy.b].image.width_px;
      items_[copy.a].image.height_px = items_[copy.b].image.height_px;
      items_[copy.a].image.pixels_sha256 = items_[copy.b].image.pixels_sha256;
      items_[copy.a].problem = items_[copy.b].problem;
    }
    ByPreference();
    copies_.clear();
    TakeOut("bytes", &ManifestImage::bytes_sha256);
    TakeOut("pixels", &ManifestImage::pixels_sha256);
    FACET_RETURN_IF_ERROR(FindNear(go_on));
    return Report();
  }

 private:
  Item& At(int64_t i) { return items_[static_cast<size_t>(i)]; }

  void ByPreference() {
    std::sort(items_.begin(), items_.end(),
              [](const Item& a, const Item& b) { return IsPreferred(a.image, b.image); });
    distinct_.resize(items_.size());
    for (size_t i = 0; i < items_.size(); ++i) distinct_[i] = i;
  }

  absl::Status HashBytes(Item* item) const {
    ManifestImage& image = item->image;
    if (image.path.empty()) {
      item->problem = "it has no file";
      return absl::OkStatus();
    }
    if (!image.bytes_sha256.empty() && image.num_bytes >= 0) return absl::OkStatus();
    const auto bytes = ReadFile(context_.image_folder + "/" + image.path);
    if (absl::IsUnavailable(bytes.status())) return bytes.status();
    if (!bytes.ok()) {
      item->problem = std::string(bytes.status().message());
      return absl::OkStatus();
    }
    image.bytes_sha256 = Sha256Hex(*bytes);
    image.num_bytes = static_cast<int64_t>(bytes->size());
    return absl::OkStatus();
  }

  absl::Status Describe(Item* item) const {
    if (!item->problem.empty()) return absl::OkStatus();
    const auto image = context_.read_image(item->image.path);
    if (!image.ok()) {
      item->problem = std::string(image.status().message());
      return absl::OkStatus();
    }
    item->image.width_px = image->width;
    item->image.height_px = image->height;
    item->image.pixels_sha256 = PixelHash(*image);
    item->grey = GreyOfArea(*image, options_.side_px);
    FACET_ASSIGN_OR_RETURN(item->vlad, ImageVlad(vocabulary_, item->grey));
    return absl::OkStatus();
  }

  // Of images with one hash the preferred one stays distinct.
  void TakeOut(const char* what, std::string ManifestImage::* hash) {
    std::unordered_map<std::string, size_t> first;
    std::vector<size_t> left;
    for (const size_t i : distinct_) {
      const std::string& value = items_[i].image.*hash;
      // What cannot be read is no copy, though its bytes may be another's.
      if (value.empty() || !items_[i].problem.empty() || first.emplace(value, i).second) {
        left.push_back(i);
      } else {
        copies_.push_back({i, first[value], what});
        if (items_[first[value]].vlad.empty()) {
          std::swap(items_[first[value]].grey, items_[i].grey);
          std::swap(items_[first[value]].vlad, items_[i].vlad);
        }
      }
    }
    distinct_ = std::move(left);
  }

  absl::Status FindNear(const std::function<bool(int64_t)>& go_on) {
    std::vector<size_t> described;
    cv::Mat rows;
    for (const size_t i : distinct_) {
      if (items_[i].vlad.empty()) continue;
      described.push_back(i);
      if (rows.empty()) rows.reserve(distinct_.size());
      rows.push_back(items_[i].vlad);
      items_[i].vlad.release();
    }
    if (described.empty()) return absl::OkStatus();
    const std::vector<ClosePair> pairs = PairsWithin(rows, options_.threshold);
    FACET_ASSIGN_OR_RETURN(const std::vector<ClosePair> linked, Agreeing(pairs, described, go_on));
    const std::vector<int> cluster =
        LinkPairs(static_cast<int>(described.size()), linked, options_.linkage);
    std::unordered_map<int, size_t> kept;  // by cluster; the first is the preferred one
    std::vector<ClosePair> shown;          // the kept one of a cluster and another
    const std::set<std::pair<int, int>> close = EndsOf(pairs);
    for (size_t row = 0; row < described.size(); ++row) {
      const ClosePair pair = {static_cast<int>(kept.emplace(cluster[row], row).first->second),
                              static_cast<int>(row)};
      if (close.count({pair.a, pair.b}) > 0) shown.push_back(pair);
    }
    FACET_RETURN_IF_ERROR(Agree(shown, described, go_on));
    for (size_t row = 0; row < described.size(); ++row) {
      const size_t place = kept.at(cluster[row]);
      if (place == row) continue;
      near_[described[row]] = {described[place],
                               NearDetail(rows, static_cast<int>(place), static_cast<int>(row))};
    }
    return absl::OkStatus();
  }

  // Those whose pixels agree. With single linkage a pair whose ends are joined by others already
  // decides nothing, and is left out: a photograph that was copied many times is compared about as
  // often as there are copies, not pairs of them.
  absl::StatusOr<std::vector<ClosePair>> Agreeing(const std::vector<ClosePair>& pairs,
                                                  const std::vector<size_t>& described,
                                                  const std::function<bool(int64_t)>& go_on) {
    if (!options_.check_pixels) {
      for (const ClosePair& pair : pairs) agreement_[{pair.a, pair.b}] = 1.0;
      return pairs;
    }
    const bool single = options_.linkage == Linkage::kSingle;
    const size_t most =
        single ? kPairsAtOnce * static_cast<size_t>(std::max(1, context_.threads)) : pairs.size();
    JoinedItems joined(static_cast<int>(described.size()));
    std::vector<ClosePair> linked;
    for (size_t next = 0; next < pairs.size();) {
      std::vector<ClosePair> asked;
      for (; next < pairs.size() && asked.size() < most; ++next) {
        if (!single || !joined.Are(pairs[next].a, pairs[next].b)) asked.push_back(pairs[next]);
      }
      FACET_RETURN_IF_ERROR(Agree(asked, described, go_on));
      for (const ClosePair& pair : asked) {
        if (agreement_.at({pair.a, pair.b}) < options_.min_agreement) continue;
        linked.push_back(pair);
        joined.Join(pair.a, pair.b);
      }
    }
    return linked;
  }

  // Finds out the agreement of pairs of which it is not known.
  absl::Status Agree(const std::vector<ClosePair>& pairs, const std::vector<size_t>& described,
                     const std::function<bool(int64_t)>& go_on) {
    std::vector<ClosePair> unknown;
    for (const ClosePair& pair : pairs) {
      if (agreement_.count({pair.a, pair.b}) == 0) unknown.push_back(pair);
    }
    if (unknown.empty()) return absl::OkStatus();
    std::vector<double> made(unknown.size());
    const auto done = static_cast<int64_t>(distinct_.size());
    const auto grey = [&](int row) -> const cv::Mat& {
      return items_[described[static_cast<size_t>(row)]].grey;
    };
    FACET_RETURN_IF_ERROR(ParallelWork(
        static_cast<int64_t>(unknown.size()), context_.threads,
        [&](int64_t p) {
          const ClosePair& pair = unknown[static_cast<size_t>(p)];
          made[static_cast<size_t>(p)] =
              PhotographAgreement(grey(pair.a), grey(pair.b), options_.min_agreement);
          return absl::OkStatus();
        },
        [&](int64_t) { return !go_on || go_on(done); }));
    for (size_t p = 0; p < unknown.size(); ++p) {
      agreement_[{unknown[p].a, unknown[p].b}] = made[p];
    }
    return absl::OkStatus();
  }

  std::string NearDetail(const cv::Mat& rows, int kept, int removed) const {
    std::string detail =
        absl::StrFormat("distance %.3f", cv::norm(rows.row(kept), rows.row(removed)));
    const auto found = agreement_.find({kept, removed});
    if (found == agreement_.end() ||
        (options_.check_pixels && found->second < options_.min_agreement)) {
      return detail + ", by way of others";
    }
    if (options_.check_pixels) absl::StrAppendFormat(&detail, ", agreement %.3f", found->second);
    return detail;
  }

  FoundDuplicates Report() const {
    std::unordered_map<size_t, const Copy*> copy_of;
    for (const Copy& copy : copies_) copy_of[copy.a] = &copy;
    FoundDuplicates found;
    std::map<size_t, std::vector<int64_t>> clusters;  // by the kept one
    for (size_t i = 0; i < items_.size(); ++i) {
      const ManifestImage& image = items_[i].image;
      found.images.push_back(image);
      if (!items_[i].problem.empty()) {
        found.marks.push_back({image.id, kUnreadable, false, -1, items_[i].problem, 0, ""});
      }
      size_t kept = i;
      ManifestMark mark;
      mark.image = image.id;
      if (const auto copy = copy_of.find(i); copy != copy_of.end()) {
        mark.reason = kExactDuplicate;
        mark.detail = absl::StrCat("same ", copy->second->what);
        while (copy_of.count(kept) > 0) kept = copy_of[kept]->b;
      }
      if (const auto near = near_.find(kept); near != near_.end()) {
        if (mark.reason.empty()) {
          mark.reason = kNearDuplicate;
          mark.detail = near->second.second;
        } else {
          absl::StrAppend(&mark.detail, " as a near duplicate");
        }
        kept = near->second.first;
      }
      if (mark.reason.empty()) {
        clusters[i].push_back(image.id);
        continue;
      }
      mark.other = items_[kept].image.id;
      clusters[kept].push_back(image.id);
      found.marks.push_back(std::move(mark));
    }
    for (auto& [kept, members] : clusters) {
      if (members.size() > 1) found.clusters.push_back(std::move(members));
    }
    return found;
  }

  const CurationContext& context_;
  const VladVocabulary& vocabulary_;
  const DuplicateSearchOptions& options_;
  std::vector<Item> items_;  // the preferred first
  std::vector<size_t> distinct_;
  std::vector<Copy> copies_;
  std::map<std::pair<int, int>, double> agreement_;                  // of rows, where it is known
  std::unordered_map<size_t, std::pair<size_t, std::string>> near_;  // -> kept, detail
};

}  // namespace

std::string PixelHash(const Image& image) {
  Sha256 digest;
  digest.Update(absl::StrCat(image.width, " ", image.height, "\n"));
  digest.Update({reinterpret_cast<const char*>(image.bgr.data()), image.bgr.size()});
  return digest.HexDigest();
}

bool IsPreferred(const ManifestImage& a, const ManifestImage& b) {
  const auto key = [](const ManifestImage& image) {
    const int64_t rank = image.rank < 0 ? std::numeric_limits<int64_t>::max() : image.rank;
    return std::make_tuple(rank, -image.width_px * image.height_px, image.id);
  };
  return key(a) < key(b);
}

absl::StatusOr<FoundDuplicates> SearchDuplicates(const CurationContext& context,
                                                 const VladVocabulary& vocabulary,
                                                 const DuplicateSearchOptions& options,
                                                 std::vector<ManifestImage> images,
                                                 const std::function<bool(int64_t)>& go_on) {
  return Search(context, vocabulary, options, std::move(images)).Run(go_on);
}

}  // namespace facet
