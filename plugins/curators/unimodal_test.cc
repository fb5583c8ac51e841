// People whose "faces" are patterns of their own, so that it is plain who is a mixture.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr int kSide = 64, kFaces = 24;

// The person's own pattern of eight waves, each time a little brighter or darker, and with noise.
Image Pattern(int person, std::mt19937& random) {
  std::mt19937 own(100 + static_cast<unsigned>(person));
  std::uniform_real_distribution<double> turn(0, 6.28), frequency(-0.6, 0.6), gain(0.8, 1.2);
  std::normal_distribution<double> noise(0, 10);
  double waves[8][3];
  for (auto& wave : waves) {
    wave[0] = frequency(own);
    wave[1] = frequency(own);
    wave[2] = turn(own);
  }
  const double strength = 22 * gain(random);
  Image image(kSide, kSide);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      double grey = 128 + noise(random);
      for (const auto& wave : waves) {
        grey += strength * std::sin(wave[0] * x + wave[1] * y + wave[2]);
      }
      for (int c = 0; c < 3; ++c) {
        image.bgr[static_cast<size_t>((y * kSide + x) * 3 + c)] =
            static_cast<uint8_t>(std::lround(std::min(255.0, std::max(0.0, grey))));
      }
    }
  }
  return image;
}

// Ann and Bea are themselves; every second face of Cid is another person's; Dan has five faces, Eve
// has none.
class UnimodalTest : public testing::Test {
 protected:
  UnimodalTest()
      : folder_(testing::TempDir() + "/unimodal_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()),
        surroundings_((std::filesystem::remove_all(folder_), folder_)) {
    const auto manifest = Manifest::Create(folder_ + "/working").value();
    std::mt19937 random(5);
    std::vector<int64_t> wrong;
    const auto add = [&](const std::string& name, int count, int number, int mixed) {
      ManifestIdentity identity;
      identity.name = name;
      const int64_t person = manifest->AddIdentity(identity).value();
      for (int rank = 0; rank < count; ++rank) {
        ManifestImage image;
        image.identity = person;
        image.rank = rank;
        image.path = absl::StrCat(name, "/", rank);
        const int64_t id = manifest->AddImage(image).value();
        const bool other = mixed >= 0 && rank % 2 == 1;
        if (other) wrong.push_back(id);
        if (number >= 0) surroundings_.faces.Add(id, Pattern(other ? mixed : number, random));
      }
    };
    add("Ann", kFaces, 0, -1);
    add("Bea", kFaces, 1, -1);
    add("Cid", kFaces, 2, 3);
    add("Dan", 5, 0, -1);
    add("Eve", 7, -1, -1);
    const int64_t truth = manifest->StartRun(kTruthStage, "{}").value();
    for (const int64_t image : wrong) {
      ManifestMark mark;
      mark.image = image;
      mark.reason = kTruthWrongPerson;
      mark.removes = false;
      EXPECT_TRUE(manifest->Mark(truth, mark).ok());
    }
    EXPECT_TRUE(manifest->FinishRun(truth, "{}").ok());
    EXPECT_TRUE(manifest->Freeze(surroundings_.context.manifest).ok());
  }

  absl::StatusOr<CurationResult> Run(const Json& more = Json::object()) {
    Json options = {{"min_faces", 12},
                    {"draws", 1000},
                    {"local_descriptors", 4000},
                    {"components", 16},
                    {"components_from", 60}};
    options.update(more);
    std::filesystem::remove(surroundings_.output());
    FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
    return curator->Curate(surroundings_.context);
  }
  std::vector<std::string> Left() const {
    const auto manifest = Manifest::OpenFrozen(surroundings_.output()).value();
    std::vector<std::string> names;
    const auto left = manifest->Identities("unimodal").value();
    for (const ManifestIdentity& each : left) names.push_back(each.name);
    return names;
  }
  static double Value(const CurationResult& result, const std::string& name) {
    for (const Metric& metric : result.metrics) {
      if (metric.name == name) return metric.value;
    }
    ADD_FAILURE() << "no metric " << name;
    return -1;
  }

  const std::string folder_;
  CuratorSurroundings surroundings_;
};

TEST_F(UnimodalTest, AMixtureIsRemoved) {
  for (const char* distances : {"faces", "pairs"}) {
    const auto result = Run({{"distances", distances}});
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_THAT(Left(), testing::ElementsAre("Ann", "Bea", "Dan", "Eve")) << distances;
    EXPECT_EQ(Value(*result, "people unimodal"), 2);
    EXPECT_EQ(Value(*result, "people multimodal"), 1);
    EXPECT_EQ(Value(*result, "people not tested"), 2);
    EXPECT_EQ(Value(*result, "verdicts right"), 100);
    EXPECT_EQ(Value(*result, "impure people found"), 100);
    EXPECT_EQ(Value(*result, "pure people lost"), 0);
    EXPECT_EQ(Value(*result, "separation"), 100);
    // Three people are too few for discriminants.
    ASSERT_EQ(result->notices.size(), 1u);
    EXPECT_THAT(result->notices[0], HasSubstr("descriptors as they are"));
  }
}

// Of each person's first twelve images six are of one person, of the first one all.
TEST_F(UnimodalTest, OnlyTheFirstImagesAreLookedAt) {
  const auto result = Run({{"images", 12}});
  ASSERT_TRUE(result.ok()) << result.status();
  const auto manifest = Manifest::OpenFrozen(surroundings_.output()).value();
  SqliteStatement row = manifest->database().Prepare("SELECT detail FROM identity_marks").value();
  while (row.Step().value()) EXPECT_THAT(row.Text(0), HasSubstr("of 12 faces"));
}

TEST_F(UnimodalTest, NobodyToTestIsAnError) {
  EXPECT_THAT(std::string(Run({{"min_faces", 25}}).status().message()),
              HasSubstr("none of 5 people has 25 faces"));
}

TEST_F(UnimodalTest, AStoppedOneGoesOnToTheSameBytes) {
  ASSERT_TRUE(Run().ok());
  const std::string whole = ReadFile(surroundings_.output()).value();
  std::filesystem::remove_all(surroundings_.context.work_folder);
  std::filesystem::create_directories(surroundings_.context.work_folder);
  surroundings_.steps = 0;
  surroundings_.stop_after = 3;
  EXPECT_EQ(Run().status().code(), absl::StatusCode::kCancelled);
  surroundings_.stop_after = -1;
  surroundings_.context.threads = 1;
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(ReadFile(surroundings_.output()).value(), whole);
}

}  // namespace
}  // namespace facet
