// Who has which block, what counts as time of work, and what a restart keeps.
#include "plugins/curators/annotation/desk.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/annotation/thumbnails.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AnnotationDeskTest : public testing::Test {
 protected:
  AnnotationDeskTest()
      : path_(testing::TempDir() + "/desk_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl") {
    std::filesystem::remove(path_);
    PersonImages zoe{1, "Zoe", {}};
    for (int i = 0; i < 8; ++i) {
      BlockImage image;
      image.row.id = i;
      image.row.path = absl::StrCat("Zoe/", i);
      zoe.images.push_back(image);
    }
    blocks_ = MakeBlocks({zoe}, 2);  // four blocks
    options_.clock = [this] { return now_; };
    Restart();
  }
  void Restart() {
    desk_.reset();
    desk_ = AnnotationDesk::Open(blocks_, path_, options_).value();
  }
  void ExpectHeld(const absl::Status& status, const std::string& name) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(status.message(), HasSubstr(name));
  }

  double now_ = 1000;
  const std::string path_;
  std::vector<AnnotationBlock> blocks_;
  AnnotationDeskOptions options_;
  std::unique_ptr<AnnotationDesk> desk_;
};

TEST_F(AnnotationDeskTest, ABlockIsHandedToOneAtATime) {
  EXPECT_EQ(desk_->Join("ann").value(), 0);
  EXPECT_EQ(desk_->Show("ann", 0)->held_by, "");
  EXPECT_EQ(desk_->Join("bob").value(), 1);
  EXPECT_EQ(desk_->Show("bob", 0)->held_by, "ann");
  ExpectHeld(desk_->Judge("bob", 0, true), "ann");
  ExpectHeld(desk_->Mark("bob", 0, {"Zoe/0"}, true), "ann");
  EXPECT_EQ(desk_->ProgressOf("bob").blocks, "h...");
  EXPECT_EQ(desk_->ProgressOf("ann").blocks, ".h..");
  // Whoever goes on to another block leaves the first one.
  EXPECT_EQ(desk_->Show("ann", 2)->held_by, "");
  EXPECT_TRUE(desk_->Judge("bob", 0, true).ok());
  EXPECT_EQ(desk_->Next("bob", 0).value(), 1);
  EXPECT_EQ(desk_->Next("bob", 1).value(), 3);  // ann has 2
  EXPECT_EQ(desk_->Next("bob", 3).value(), 1);  // around the end
  ASSERT_TRUE(desk_->Leave("ann").ok());
  EXPECT_EQ(desk_->Show("bob", 2)->held_by, "");
}

TEST_F(AnnotationDeskTest, ALeaseExpiresWithoutASignOfLife) {
  ASSERT_TRUE(desk_->Show("ann", 0).ok());
  now_ += 100;
  ASSERT_TRUE(desk_->Touch("ann", 0).ok());
  now_ += 100;
  EXPECT_EQ(desk_->Show("bob", 0)->held_by, "ann");
  now_ += 21;
  EXPECT_EQ(desk_->Show("bob", 0)->held_by, "");
  ExpectHeld(desk_->Judge("ann", 0, true), "bob");
  ASSERT_TRUE(desk_->Judge("bob", 0, false).ok());
  // Both have judged it: both count, and the tie rejects.
  ASSERT_TRUE(desk_->Judge("ann", 0, true).ok());
  EXPECT_EQ(desk_->ProgressOf("ann").blocks, "r...");
  EXPECT_THAT(desk_->Show("ann", 0)->others, ElementsAre(std::pair("bob", false)));
  EXPECT_EQ(desk_->Result().agreement.pairs, 1);
}

TEST_F(AnnotationDeskTest, TimeOfWorkWithoutPauses) {
  ASSERT_TRUE(desk_->Join("ann").ok());
  ASSERT_TRUE(desk_->Show("ann", 0).ok());
  now_ += 10;
  ASSERT_TRUE(desk_->Mark("ann", 0, {"Zoe/0"}, true).ok());
  now_ += 3600;  // counts 60
  ASSERT_TRUE(desk_->Touch("ann", 0).ok());
  now_ += 5;
  ASSERT_TRUE(desk_->Judge("ann", 0, true).ok());
  now_ += 50;
  ASSERT_TRUE(desk_->Join("ann").ok());  // came back: the time between is no work
  ASSERT_TRUE(desk_->Show("ann", 1).ok());
  now_ += 2;
  EXPECT_EQ(desk_->ProgressOf("ann").seconds, 75);
  ASSERT_TRUE(desk_->Judge("ann", 1, true).ok());
  EXPECT_EQ(desk_->Result().verdicts[0].seconds, 75);
  EXPECT_EQ(desk_->Result().verdicts[1].seconds, 2);
  EXPECT_EQ(desk_->Result().effort_seconds, 77);
  Restart();
  EXPECT_EQ(desk_->ProgressOf("ann").seconds, 77);
}

TEST_F(AnnotationDeskTest, ARestartKeepsDecisionsAndThePlace) {
  ASSERT_TRUE(desk_->Show("ann", 2).ok());
  ASSERT_TRUE(desk_->Mark("ann", 2, {"Zoe/4"}, true).ok());
  ASSERT_TRUE(desk_->Show("bob", 0).ok());
  ASSERT_TRUE(desk_->Judge("bob", 0, false).ok());
  Restart();
  EXPECT_EQ(desk_->ProgressOf("ann").blocks, "r...");
  EXPECT_EQ(desk_->Join("ann").value(), 2);  // where the mark is
  EXPECT_THAT(desk_->Show("ann", 2)->marked, ElementsAre("Zoe/4"));
  EXPECT_EQ(desk_->Undo("bob").value(), 0);
  EXPECT_EQ(desk_->ProgressOf("ann").blocks, "....");
  EXPECT_EQ(desk_->Undo("bob").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AnnotationDeskTest, FinishesWhenAllIsJudged) {
  for (int64_t block = 0; block < 4; ++block) {
    EXPECT_EQ(desk_->Finish("ann").code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_FALSE(desk_->ProgressOf("ann").may_finish);
    ASSERT_TRUE(desk_->Judge("ann", block, block != 1).ok());
  }
  EXPECT_EQ(desk_->Next("ann", 3).value(), -1);
  EXPECT_FALSE(desk_->finished());
  ASSERT_TRUE(desk_->Finish("ann").ok());
  EXPECT_TRUE(desk_->finished());
  Restart();
  EXPECT_TRUE(desk_->finished());
  EXPECT_EQ(desk_->ProgressOf("ann").blocks, "araa");
  // The images of a block changed since: it is open, and so is the stage.
  blocks_[2].digest = "other";
  Restart();
  EXPECT_FALSE(desk_->finished());
  EXPECT_THAT(desk_->Result().notices, ElementsAre(HasSubstr("1 decision")));
}

TEST_F(AnnotationDeskTest, MayFinishEarlyIfTheStageSaysSo) {
  options_.wait_for_all = false;
  Restart();
  ASSERT_TRUE(desk_->Judge("ann", 1, true).ok());
  ASSERT_TRUE(desk_->Finish("ann").ok());
  EXPECT_TRUE(desk_->finished());
  EXPECT_EQ(desk_->Result().verdicts[0].accepted, std::nullopt);
  EXPECT_EQ(desk_->Result().verdicts[1].accepted, true);
}

TEST_F(AnnotationDeskTest, ABlockMayNeedTwoVotes) {
  options_.votes = 2;
  Restart();
  ASSERT_TRUE(desk_->Judge("ann", 0, true).ok());
  EXPECT_EQ(desk_->num_judged(), 0);
  EXPECT_EQ(desk_->Next("ann", -1).value(), 1);
  EXPECT_EQ(desk_->Next("bob", -1).value(), 0);
  ASSERT_TRUE(desk_->Judge("bob", 0, true).ok());
  EXPECT_EQ(desk_->num_judged(), 1);
}

TEST_F(AnnotationDeskTest, BadNamesAndBlocks) {
  for (const std::string& name : {std::string(), std::string("  "), std::string("a\nb"),
                                  std::string(41, 'x'), std::string("\xff")}) {
    EXPECT_EQ(desk_->Join(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(AnnotationDesk::CheckName(" J\u00fcrgen ").value(), "J\u00fcrgen");
  for (const int64_t block : {-1, 4}) {
    EXPECT_EQ(desk_->Judge("ann", block, true).code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ThumbnailsTest, MadeOnceScaledAndWithinTheLimit) {
  std::atomic<int> reads{0}, at_once{0}, most{0};
  const auto read = [&](const std::string& path) -> absl::StatusOr<Image> {
    ++reads;
    most = std::max<int>(most, ++at_once);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --at_once;
    if (path == "missing") return absl::NotFoundError("missing is no image");
    Image image(640, 320);
    for (size_t i = 0; i < image.bgr.size(); ++i) {
      image.bgr[i] = static_cast<uint8_t>(i * 2654435761u >> (path.size() + 8));
    }
    return image;
  };
  Thumbnails thumbnails(read, 200000, 2);
  const auto first = thumbnails.Get("a", 200);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ((*first)->substr(0, 3), "\xff\xd8\xff");  // JPEG
  // Height and width of the SOF0 segment: 100 x 200.
  const size_t frame = (*first)->find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  EXPECT_EQ((*first)->substr(frame + 5, 4), std::string("\0\x64\0\xc8", 4));
  EXPECT_EQ(*thumbnails.Get("a", 200), *first);
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(thumbnails.Get("missing", 200).status().code(), absl::StatusCode::kNotFound);

  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 40; ++i) EXPECT_TRUE(thumbnails.Get(std::string(i + 1, 'x'), 200).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
  EXPECT_LE(thumbnails.num_bytes(), 200000);
  EXPECT_GT(thumbnails.num_bytes(), 100000);
}

}  // namespace
}  // namespace facet
