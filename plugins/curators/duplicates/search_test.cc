// Rendered photographs and copies of them, against all pairs compared one by one.
#include "plugins/curators/duplicates/search.h"

#include <algorithm>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "plugins/curators/duplicates/image_vlad.h"
#include "plugins/curators/duplicates/photograph_alignment.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/opencv/opencv.h"
#include "plugins/rendered_faces/album.h"
#include "plugins/rendered_faces/duplicates.h"

namespace facet {
namespace {

class SearchDuplicatesTest : public testing::Test {
 protected:
  SearchDuplicatesTest() : surroundings_(testing::TempDir() + "/duplicate_search") {
    for (const FaceShot& shot : StillAlbum(5, 1, 3, {})) {
      const Image photograph = RenderShot(shot, SceneStyle(), 96);
      // Left and right have little in common but the whole.
      const Image large = RenderShot(shot, SceneStyle(), 192);
      Add(Columns(large, 0, 112));
      Add(large);
      Add(Columns(large, 80, 192));
      Add(photograph);
      for (uint64_t copy = 0; copy < 4; ++copy) {
        const DuplicatePlan plan = DrawDuplicate(10 * static_cast<uint64_t>(shot.number) + copy, 96,
                                                 96, {30, 30, 36, 36}, {0.6, 0.3, 0.3, 0.3});
        Add(ApplyDuplicate(plan, photograph));
      }
    }
    options_.side_px = 96;
    options_.threshold = 1.35;
    vocabulary_ =
        LearnVladVocabulary(surroundings_.context, images_, {16, 8, 1}, options_.side_px, {})
            .value();
  }

  void Add(const Image& image) {
    ManifestImage row;
    row.id = static_cast<int64_t>(images_.size()) + 1;
    row.rank = row.id;
    row.path = absl::StrCat(row.id, ".png");
    cv::imwrite(absl::StrCat(surroundings_.context.image_folder, "/", row.path), View(image));
    images_.push_back(row);
    greys_.push_back(GreyOfArea(image, 96));
  }

  static Image Columns(const Image& image, int begin, int end) {
    Image part(end - begin, image.height);
    View(image).colRange(begin, end).copyTo(View(part));
    return part;
  }

  // Image -> the one that is kept and what is said, by all pairs.
  std::map<int64_t, std::pair<int64_t, std::string>> ByAllPairs() const {
    const size_t count = greys_.size();
    std::vector<size_t> kept(count);
    std::map<std::pair<size_t, size_t>, double> agreements;
    std::vector<cv::Mat> vlads;
    for (const cv::Mat& grey : greys_) vlads.push_back(ImageVlad(vocabulary_, grey).value());
    for (size_t b = 0; b < count; ++b) {
      kept[b] = b;
      for (size_t a = 0; a < b; ++a) {
        if (cv::norm(vlads[a], vlads[b]) >= options_.threshold) continue;
        const double agreement = PhotographAgreement(greys_[a], greys_[b], options_.min_agreement);
        if (agreement >= options_.min_agreement) agreements[{a, b}] = agreement;
      }
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& [pair, agreement] : agreements) {
        const size_t least = std::min(kept[pair.first], kept[pair.second]);
        changed = changed || kept[pair.first] != least || kept[pair.second] != least;
        kept[pair.first] = kept[pair.second] = least;
      }
    }
    std::map<int64_t, std::pair<int64_t, std::string>> found;
    for (size_t i = 0; i < count; ++i) {
      if (kept[i] == i) continue;
      const auto known = agreements.find({kept[i], i});
      found[images_[i].id] = {
          images_[kept[i]].id,
          absl::StrFormat("distance %.3f", cv::norm(vlads[kept[i]], vlads[i])) +
              (known == agreements.end() ? ", by way of others"
                                         : absl::StrFormat(", agreement %.3f", known->second))};
    }
    return found;
  }

  CuratorSurroundings surroundings_;
  std::vector<ManifestImage> images_;
  std::vector<cv::Mat> greys_;
  DuplicateSearchOptions options_;
  VladVocabulary vocabulary_;
};

TEST_F(SearchDuplicatesTest, FindsAndSaysWhatAllPairsDo) {
  const auto expected = ByAllPairs();
  ASSERT_GE(expected.size(), 5u);
  std::set<bool> directly;
  for (const auto& [image, found] : expected) {
    directly.insert(found.second.find("agreement") != std::string::npos);
  }
  EXPECT_EQ(directly.size(), 2u) << "copies of both kinds";
  for (const int threads : {1, 3}) {
    surroundings_.context.threads = threads;
    const FoundDuplicates found =
        SearchDuplicates(surroundings_.context, vocabulary_, options_, images_, {}).value();
    EXPECT_EQ(found.marks.size(), expected.size());
    for (const ManifestMark& mark : found.marks) {
      ASSERT_EQ(expected.count(mark.image), 1u) << mark.image;
      EXPECT_EQ(mark.reason, kNearDuplicate);
      EXPECT_EQ(mark.other, expected.at(mark.image).first);
      EXPECT_EQ(mark.detail, expected.at(mark.image).second);
    }
  }
}

}  // namespace
}  // namespace facet
