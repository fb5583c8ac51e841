// People at the page while an experiment runs: the page's address, decisions over HTTP, a host that
// is killed in between, and the manifest that comes of it.
#include <signal.h>

#include <filesystem>
#include <regex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "httplib.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The page, as a browser uses it.
class Annotator {
 public:
  explicit Annotator(const std::string& said) {
    std::smatch match;
    const std::regex address("http://127.0.0.1:(\\d+)/\\?token=([0-9a-f]+)");
    // The last one: a host that starts again says another address.
    for (std::sregex_iterator it(said.begin(), said.end(), address), end; it != end; ++it) {
      match = *it;
    }
    if (match.empty()) return;
    client_ = std::make_unique<httplib::Client>("127.0.0.1", std::stoi(match[1]));
    token_ = match[2];
  }
  bool is_ready() const { return client_ != nullptr; }

  Json Call(const std::string& name, Json body) {
    body["annotator"] = "ann";
    const auto answer =
        client_->Post("/api/" + name, {{"X-Facet-Token", token_}}, Dump(body), "application/json");
    EXPECT_TRUE(answer) << name;
    if (!answer) return {};
    EXPECT_EQ(answer->status, 200) << answer->body;
    return ParseJson(answer->body, name).value_or(Json());
  }
  int Thumbnail(int64_t image) {
    const auto answer = client_->Get(absl::StrCat("/image/", image, "?size=thumb&token=", token_));
    return answer ? answer->status : -1;
  }

 private:
  std::unique_ptr<httplib::Client> client_;
  std::string token_;
};

class AnnotateWebTest : public EndToEndTest {
 protected:
  // curation.toml with people in place of the oracle.
  std::string WebExperiment() const {
    const std::string oracle = "{ use = \"annotate\", block_size = 4 }";
    const std::string text = ReadFile(DataFile("curation.toml")).value();
    EXPECT_THAT(text, HasSubstr(oracle));
    return Write(
        "web.toml",
        absl::StrReplaceAll(text, {{oracle, absl::StrCat("{ use = \"annotate\", block_size = 4, "
                                                         "annotator = \"web\", decisions = \"",
                                                         decisions(), "\" }")}}));
  }
  std::string decisions() const { return folder() + "/decisions.jsonl"; }
  int64_t NumDecisions() const {
    const std::string text = ReadFile(decisions()).value_or("");
    return std::count(text.begin(), text.end(), '\n');
  }
  static Annotator GoTo(Program& program) {
    EXPECT_TRUE(program.WaitUntil([&] { return Annotator(program.err()).is_ready(); }))
        << program.err();
    return Annotator(program.err());
  }
};

TEST_F(AnnotateWebTest, WhatPeopleDecideIsWhatTheRunGoesOnWith) {
  CopyStoreOf("curation.toml");
  CopyStoreOf("curation.toml", "another");
  const std::string file = WebExperiment();
  size_t blocks = 0;
  {
    const auto killed = Start({"run", file, "annotate"});
    Annotator annotator = GoTo(*killed);
    ASSERT_TRUE(annotator.is_ready());
    const Json joined = annotator.Call("join", {});
    blocks = joined["blocks"].size();
    ASSERT_GE(blocks, 4u);
    const Json view = annotator.Call("open", {{"block", 0}})["view"];
    EXPECT_EQ(annotator.Thumbnail(view["images"][0]["id"]), 200);
    annotator.Call("mark", {{"block", 0}, {"images", {view["images"][0]["id"]}}, {"marked", true}});
    annotator.Call("judge", {{"block", 0}, {"accept", true}});
    annotator.Call("open", {{"block", 1}});
    annotator.Call("judge", {{"block", 1}, {"accept", false}});
    ::kill(killed->id(), SIGKILL);
    killed->Wait();
  }
  const int64_t before = NumDecisions();
  EXPECT_GE(before, 3);

  const auto resumed = Start({"run", file, "annotate", "--quiet"});
  Annotator annotator = GoTo(*resumed);
  ASSERT_TRUE(annotator.is_ready());
  const Json joined = annotator.Call("join", {});
  EXPECT_EQ(joined["block"], 2);
  EXPECT_EQ(joined["progress"]["judged"], 2);
  for (size_t block = 2; block < blocks; ++block) {
    annotator.Call("open", {{"block", block}});
    annotator.Call("judge", {{"block", block}, {"accept", true}});
  }
  EXPECT_EQ(annotator.Call("progress", Json::object())["progress"]["may_finish"], true);
  annotator.Call("finish", Json::object());
  const Ending ended = resumed->Wait();
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("\nannotate "));
  EXPECT_GE(NumDecisions(), before + static_cast<int64_t>(blocks) - 2);

  // Again: the file of decisions has grown, so that they are read once more, by nobody at the page;
  // they are the same, and the rest is in the cache.
  EXPECT_THAT(Computed(Facet({"run", file, "annotate", "--progress=json"})), ElementsAre("curate"));
  EXPECT_THAT(Computed(Facet({"run", file, "annotate", "--progress=json"})), IsEmpty());
  // In a store that has not seen them, too.
  const int64_t all = NumDecisions();
  const Ending anew = Facet({"--store", folder() + "/another", "run", file, "annotate"});
  ASSERT_EQ(anew.exit_code, 0) << anew.err;
  EXPECT_EQ(NumDecisions(), all);
  // The row's figures, block 1 and the image marked by hand among what was removed.
  const auto row = [](const std::string& table) {
    for (const auto& line : absl::StrSplit(table, '\n')) {
      if (line.substr(0, 9) == "annotate ") return std::string(line);
    }
    return std::string();
  };
  EXPECT_NE(row(ended.out), "");
  EXPECT_EQ(row(anew.out), row(ended.out));
}

}  // namespace
}  // namespace facet
