// The annotators' page as people use it, in headless Chromium: keys, clicks, undo, reload, two
// annotators, and a server that is killed in the middle. Skipped where Chromium (Debian's package
// `chromium`) is not installed. With FACET_SCREENSHOTS=FOLDER, pictures of the page go there.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/check.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/curators/annotation/chromium_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// annotate_fixture, in a process of its own.
class Stage {
 public:
  explicit Stage(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "plugins/curators/annotate_fixture");
    ChildOptions options;
    options.command = std::move(arguments);
    options.streams = CapturedStreams();
    auto process = ChildProcess::Start(options);
    FACET_CHECK(process.ok());
    process_ = *std::move(process);
  }
  // The page's address, from stderr.
  std::string Url() {
    std::string text;
    while (text.find('\n') == std::string::npos) {
      if (!process_->Read(STDERR_FILENO, absl::InfiniteDuration(), &text)) break;
    }
    const std::vector<std::string> parts = absl::StrSplit(text.substr(0, text.find('\n')), "open ");
    EXPECT_THAT(parts, SizeIs(2)) << text;
    return parts.back();
  }
  void Kill(int signal) {
    process_->Signal(signal);
    process_->Wait();
  }
  int Wait() { return process_->Wait().code(); }
  std::string Output() {
    std::string text;
    while (process_->Read(STDOUT_FILENO, absl::InfiniteDuration(), &text)) continue;
    return text;
  }

 private:
  std::unique_ptr<ChildProcess> process_;
};

class AnnotateBrowserTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string program = Chromium::Find();
    if (program.empty()) GTEST_SKIP() << "chromium is not installed: apt-get install chromium";
    folder_ = testing::TempDir() + "/browser_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    browser_ = Chromium::Start(program, folder_);
    ASSERT_NE(browser_, nullptr) << ReadFile(folder_ + "/chromium.log").value_or("");
  }
  std::unique_ptr<Stage> StartStage(int people, int images, int block) {
    return std::make_unique<Stage>(std::vector<std::string>{
        folder_ + "/data", absl::StrCat(people), absl::StrCat(images), absl::StrCat(block)});
  }
  static void Join(ChromiumPage* page, const std::string& url, const std::string& name) {
    page->Open(url);
    page->WaitFor("document.querySelector('#join').open");
    page->Eval("document.querySelector('#name').select()");
    page->Type(name);
    page->Press("Enter");
    page->WaitFor("!document.querySelector('#join').open && document.body.dataset.block");
  }
  static bool AtBlock(ChromiumPage* page, int block) {
    return page->WaitFor(absl::StrCat("document.body.dataset.block === '", block, "'"));
  }
  static bool State(ChromiumPage* page, const std::string& state) {
    return page->WaitFor("document.querySelector('#state').classList.contains('" + state + "')");
  }
  // Places of the images that are marked, and known to be on the disk.
  static std::string Marked(ChromiumPage* page) {
    page->WaitFor("!document.querySelector('.unsaved')");
    return page->Eval(
        "[...document.querySelectorAll('.cell')].flatMap((c, i) => "
        "c.classList.contains('marked') ? [i] : []).join(' ')");
  }
  static std::string TextOf(ChromiumPage* page, const std::string& id) {
    return page->Eval("document.querySelector('#" + id + "').textContent");
  }
  // A key that judges is not taken until the block has been seen for a moment.
  static void Judge(ChromiumPage* page, const std::string& key) {
    page->WaitFor("!judging && performance.now() - shownAt > kGuardMs");
    page->Press(key);
  }
  std::vector<Json> Log() const {
    std::vector<Json> lines;
    const std::string text = ReadFile(folder_ + "/data/decisions.jsonl").value_or("");
    for (const auto& line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      lines.push_back(*ParseJson(std::string(line), "line"));
    }
    return lines;
  }

  std::string folder_;
  std::unique_ptr<Chromium> browser_;
};

// Three people with 40 images in blocks of 20: six blocks.
TEST_F(AnnotateBrowserTest, TwoAnnotatorsWorkThroughIt) {
  auto stage = StartStage(3, 40, 20);
  std::string url = stage->Url();
  const auto ann = browser_->NewPage(1280, 800), bob = browser_->NewPage(1280, 800);
  ASSERT_TRUE(ann && bob);
  Join(ann.get(), url, "Ann");
  AtBlock(ann.get(), 0);
  EXPECT_EQ(TextOf(ann.get(), "person"), "Person 00");
  EXPECT_EQ(TextOf(ann.get(), "where"), "block 1 of 2 \u00b7 20 images");
  ann->WaitFor(
      "[...document.querySelectorAll('.cell img')].every("
      "(image) => image.complete && image.naturalWidth > 0)");

  // Keys.
  ann->Press("ArrowRight");
  ann->Press("x");
  EXPECT_EQ(Marked(ann.get()), "1");
  ann->Press(" ");
  EXPECT_EQ(Marked(ann.get()), "");
  ann->Press("End");
  ann->Press(" ");
  EXPECT_EQ(Marked(ann.get()), "19");
  // Mouse; with shift all from the last one.
  ann->Click(".cell:nth-child(4)");
  EXPECT_EQ(Marked(ann.get()), "3 19");
  ann->Click(".cell:nth-child(7)", true);
  EXPECT_EQ(Marked(ann.get()), "3 4 5 6 19");
  EXPECT_EQ(TextOf(ann.get(), "purity"), "75.0 %");
  // Undo, step by step.
  ann->Press("u");
  ann->WaitFor("document.querySelectorAll('.marked').length === 2");
  ann->Click("#undo");
  ann->WaitFor("document.querySelectorAll('.marked').length === 1");
  EXPECT_EQ(Marked(ann.get()), "19");
  // Away and back.
  ann->Reload();
  AtBlock(ann.get(), 0);
  EXPECT_EQ(Marked(ann.get()), "19");

  // Another annotator gets another block, and the first one cannot judge it meanwhile.
  Join(bob.get(), url, "Bob");
  AtBlock(bob.get(), 1);
  ann->Press("n");
  AtBlock(ann.get(), 1);
  State(ann.get(), "held");
  EXPECT_EQ(TextOf(ann.get(), "state"), "Bob is at it");
  const size_t lines = Log().size();
  Judge(ann.get(), "a");
  ann->Click(".cell:nth-child(1)");
  ann->Press("p");
  AtBlock(ann.get(), 0);
  EXPECT_EQ(Log().size(), lines);

  Judge(ann.get(), "a");
  AtBlock(ann.get(), 2);  // Bob has the second one
  EXPECT_THAT(TextOf(ann.get(), "message"), HasSubstr("accepted, saved"));
  bob->WaitFor("performance.now() - shownAt > kGuardMs");
  bob->Click("#reject");
  AtBlock(bob.get(), 3);
  ann->Press("u");
  AtBlock(ann.get(), 0);
  State(ann.get(), "open");
  EXPECT_EQ(Marked(ann.get()), "19");
  Judge(ann.get(), "a");
  AtBlock(ann.get(), 2);
  EXPECT_EQ(TextOf(ann.get(), "judged"), "2 of 6");

  // Who closes the page gives up the block.
  bob->Open("about:blank");
  ann->WaitFor("progress.present.length === 1");

  // The server is killed while marks are on their way: what the page shows as saved is kept.
  ann->Eval("for (const cell of document.querySelectorAll('.cell')) cell.click(); 0");
  ann->WaitFor("document.querySelectorAll('.marked:not(.unsaved)').length >= 5");
  stage->Kill(SIGKILL);
  ann->WaitFor("!document.querySelector('#lost').hidden");
  EXPECT_THAT(TextOf(ann.get(), "lost"),
              HasSubstr("Nothing that this page showed as saved is lost"));
  const Json saved = ann->Eval(
      "view.images.filter((image) => image.marked && !image.unsaved)"
      ".map((image) => image.path)");
  std::set<std::string> logged;
  for (const Json& line : Log()) {
    if (line["action"] != "mark" || line["identity"] != "Person_01") continue;
    for (const Json& path : line["images"]) logged.insert(path);
  }
  EXPECT_GE(saved.size(), 5u);
  for (const Json& path : saved) EXPECT_EQ(logged.count(path), 1u) << path;

  // Started again: all decisions are there, and so is the place.
  stage = StartStage(3, 40, 20);
  url = stage->Url();
  Join(ann.get(), url, "Ann");
  AtBlock(ann.get(), 2);
  EXPECT_EQ(ann->Eval("progress.blocks"), "ar....");
  const Json back = ann->Eval(
      "view.images.filter((image) => image.marked)"
      ".map((image) => image.path)");
  EXPECT_EQ(std::set<std::string>(back.begin(), back.end()), logged);
  ann->Press("p");
  AtBlock(ann.get(), 1);
  State(ann.get(), "rejected");
  ann->Press("p");
  AtBlock(ann.get(), 0);
  State(ann.get(), "accepted");
  EXPECT_EQ(Marked(ann.get()), "19");

  // To the end.
  ann->Press("o");
  AtBlock(ann.get(), 2);
  for (int block = 2; block < 6; ++block) {
    AtBlock(ann.get(), block);
    Judge(ann.get(), block % 2 == 0 ? "r" : "a");
  }
  ann->WaitFor("document.body.dataset.done === 'judged'");
  ann->Click("#stay");
  ann->WaitFor("!document.querySelector('#done').open");
  ann->Click("#finish");
  ann->WaitFor("document.querySelector('#done').open");
  ann->Click("#finish-now");
  ann->WaitFor("document.querySelector('#done-title').textContent === 'Finished'");
  EXPECT_EQ(stage->Wait(), 0);
  const Json metrics = *ParseJson(stage->Output(), "metrics");
  EXPECT_EQ(metrics["blocks accepted"], 3);  // 0, 3, 5
  EXPECT_EQ(metrics["blocks rejected"], 3);
  EXPECT_EQ(metrics["images"], 59);  // without the one marked in the first block
  EXPECT_GT(metrics["effort"], 0);
  EXPECT_EQ(Log().back()["action"], "finish");

  // Only the lost connection, when the server was killed, is an error.
  for (const auto& page : {ann.get(), bob.get()}) {
    for (const std::string& error : page->errors()) EXPECT_THAT(error, HasSubstr("net::ERR_"));
  }
}

TEST_F(AnnotateBrowserTest, Screenshots) {
  const char* shots = std::getenv("FACET_SCREENSHOTS");
  if (shots == nullptr) GTEST_SKIP() << "FACET_SCREENSHOTS=FOLDER is not set";
  std::filesystem::create_directories(shots);
  const auto shoot = [&](ChromiumPage* page, const std::string& name) {
    page->Eval(
        "Promise.all([...document.images].filter((image) => image.src)"
        ".map((image) => image.decode().catch(() => 0))).then(() => 0)");
    page->Screenshot(absl::StrCat(shots, "/", name, ".png"));
  };
  auto stage = StartStage(4, 250, 200);
  const std::string url = stage->Url();
  const auto ann = browser_->NewPage(1440, 900), bob = browser_->NewPage(1440, 900);
  ASSERT_TRUE(ann && bob);
  ann->Open(url);
  ann->WaitFor("document.querySelector('#join').open");
  shoot(ann.get(), "1_join");
  Join(ann.get(), url, "Ann");
  shoot(ann.get(), "2_open");
  for (const int place : {12, 57, 58, 91, 120}) {
    ann->Click(absl::StrCat(".cell:nth-child(", place, ")"));
  }
  Marked(ann.get());
  shoot(ann.get(), "3_marked");
  for (const int place : {3, 4, 5, 6, 20, 21}) {
    ann->Click(absl::StrCat(".cell:nth-child(", place, ")"));
  }
  Marked(ann.get());
  shoot(ann.get(), "4_below_the_limit");
  ann->Press("?");
  shoot(ann.get(), "5_help");
  ann->Press("Escape");
  ann->Press("z");
  ann->WaitFor("document.querySelector('#zoomed').complete");
  shoot(ann.get(), "6_zoom");
  ann->Press("z");
  Judge(ann.get(), "r");
  AtBlock(ann.get(), 1);
  shoot(ann.get(), "7_after_reject");
  ann->Press("p");
  State(ann.get(), "rejected");
  shoot(ann.get(), "8_rejected");
  Join(bob.get(), url, "Bob");
  bob->Press("p");
  shoot(bob.get(), "9_held_by_another");
  ann->Press("o");
  ann->Resize(760, 900);
  ann->WaitFor("innerWidth === 760");
  shoot(ann.get(), "10_narrow");
  ann->Resize(1440, 900);
  bob->Press("n");
  AtBlock(bob.get(), 1);
  Judge(bob.get(), "a");
  bob->WaitFor("progress.judged === 2 && !judging");
  bob->Open("about:blank");
  ann->Press("o");
  for (int judged = 2; judged < 8; ++judged) {
    ann->WaitFor("view.held_by === '' && view.verdict === null");
    Judge(ann.get(), judged == 4 ? "r" : "a");
    ann->WaitFor(absl::StrCat("progress.judged === ", judged + 1));
  }
  ann->WaitFor("document.body.dataset.done");
  shoot(ann.get(), "11_all_judged");
  ann->Click("#stay");
  ann->Press("p");
  shoot(ann.get(), "12_accepted");
  ann->Click("#finish");
  ann->Click("#finish-now");
  ann->WaitFor("document.querySelector('#done-title').textContent === 'Finished'");
  shoot(ann.get(), "13_finished");
}

}  // namespace
}  // namespace facet
