#include "plugins/curators/made_noise/contamination_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// p00 .. p29 with 30 photographs each, and two with three.
std::vector<PersonFolder> Folders() {
  std::vector<PersonFolder> folders;
  for (int person = 0; person < 32; ++person) {
    PersonFolder folder = {absl::StrCat("p", absl::Dec(person, absl::kZeroPad2)), {}};
    for (int i = 0; i < (person < 30 ? 30 : 3); ++i)
      folder.files.push_back(absl::StrCat(i, ".jpg"));
    folders.push_back(folder);
  }
  return folders;
}

ContaminationOptions Options() {
  ContaminationOptions options;
  options.images = 26;
  return options;
}

TEST(PlanContamination, HasTheStatedShares) {
  const ContaminationPlan plan = PlanContamination(Folders(), Options()).value();
  // A fifth of the 30 able ones is held out.
  ASSERT_EQ(plan.people.size(), 24u);
  const std::set<std::string> listed(plan.people.begin(), plan.people.end());
  int64_t from_listed = 0, wrong_all = 0, late = 0;
  size_t next = 0;
  for (size_t person = 0; person < plan.people.size(); ++person) {
    const std::string& name = plan.people[person];
    int64_t right = 0, wrong = 0, exact = 0, near = 0;
    std::set<std::string> files;
    // 26 / (1 - 0.35) = 40 images: 8 wrong, 2 exact and 4 near duplicates.
    for (int64_t rank = 0; rank < 40; ++rank, ++next) {
      const ContaminatedImage& image = plan.images[next];
      EXPECT_EQ(image.person, static_cast<int64_t>(person));
      EXPECT_EQ(image.rank, rank);
      EXPECT_EQ(absl::StartsWith(image.file, name + "/"), image.wrong.empty());
      if (image.original >= 0) {
        ++(image.exact ? exact : near);
        const ContaminatedImage& original = plan.images[static_cast<size_t>(image.original)];
        EXPECT_EQ(original.person, image.person);
        EXPECT_EQ(original.file, image.file);
        EXPECT_EQ(original.original, -1);
        EXPECT_TRUE(original.wrong.empty());
        continue;
      }
      EXPECT_TRUE(files.insert(image.file).second) << image.file;
      if (image.wrong.empty()) {
        ++right;
      } else {
        ++wrong;
        from_listed += listed.count(image.wrong);
        late += rank >= 20;
      }
    }
    EXPECT_EQ(right, 26);
    EXPECT_EQ(wrong, 8);
    EXPECT_EQ(exact, 2);
    EXPECT_EQ(near, 4);
    wrong_all += wrong;
  }
  EXPECT_EQ(next, plan.images.size());
  // 192 draws: half from listed people, a standard deviation of 0.036. With a bias of 0.4, half of
  // the images have keys below t, 0.82 t + 0.18 (t - 0.4) = 0.5: 0.57. These are 0.1 * 0.57 +
  // 0.9 * 0.17 = 0.21 of the wrong ones.
  EXPECT_NEAR(static_cast<double>(from_listed) / static_cast<double>(wrong_all), 0.5, 0.11);
  EXPECT_NEAR(static_cast<double>(late) / static_cast<double>(wrong_all), 0.79, 0.09);
}

TEST(PlanContamination, FollowsFromTheSeed) {
  const ContaminationPlan plan = PlanContamination(Folders(), Options()).value();
  const ContaminationPlan again = PlanContamination(Folders(), Options()).value();
  ContaminationOptions other = Options();
  other.seed = 2;
  const ContaminationPlan another = PlanContamination(Folders(), other).value();
  const auto same = [&](const ContaminationPlan& b) {
    return std::equal(plan.images.begin(), plan.images.end(), b.images.begin(), b.images.end(),
                      [](const ContaminatedImage& x, const ContaminatedImage& y) {
                        return x.file == y.file && x.duplicate_seed == y.duplicate_seed;
                      });
  };
  EXPECT_TRUE(same(again));
  EXPECT_FALSE(same(another));
  other.max_identities = 3;
  EXPECT_EQ(PlanContamination(Folders(), other).value().people.size(), 3u);
}

TEST(PlanContamination, RefusesWhatCannotBe) {
  const auto message = [](const ContaminationOptions& options, size_t people) {
    std::vector<PersonFolder> folders = Folders();
    folders.resize(people);
    return std::string(PlanContamination(folders, options).status().message());
  };
  ContaminationOptions options = Options();
  options.wrong_people = 0.9;
  EXPECT_THAT(message(options, 32), HasSubstr("sum up to 1.05"));
  options = Options();
  options.min_images = 31;
  EXPECT_THAT(message(options, 32), HasSubstr("lower min_images or held_out"));
  options = Options();
  options.wrong_people = 0.75;
  EXPECT_THAT(message(options, 2), HasSubstr("too few photographs of others"));
}

}  // namespace
}  // namespace facet
