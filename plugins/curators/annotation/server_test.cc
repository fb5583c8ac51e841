// The page's server over HTTP, asked by cpp-httplib's client as the page asks, and as others would.
#include "plugins/curators/annotation/server.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"

namespace facet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kNumBlocks = 40, kBlockSize = 5;

class AnnotationServerTest : public testing::Test {
 protected:
  AnnotationServerTest()
      : log_(testing::TempDir() + "/server_" +
             testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl") {
    std::filesystem::remove(log_);
    std::vector<PersonImages> people;
    for (int64_t p = 0; p < kNumBlocks; ++p) {
      people.push_back({p, absl::StrCat("Person_", p), {}});
      for (int64_t i = 0; i < kBlockSize; ++i) {
        BlockImage image;
        image.row.id = 100 + p * kBlockSize + i;
        image.row.path = absl::StrCat("../", p, "/", i, ".jpg");
        image.score = -0.5 * static_cast<double>(i);
        people.back().images.push_back(image);
      }
    }
    blocks_ = MakeBlocks(people, kBlockSize);
    options_.read_image = [](const std::string& path) -> absl::StatusOr<Image> {
      if (path == "../0/4.jpg") return absl::DataLossError("../0/4.jpg: damaged");
      return Image(30, 20);
    };
    desk_ = AnnotationDesk::Open(blocks_, log_, {}).value();
    server_ = AnnotationServer::Start(blocks_, desk_.get(), options_).value();
    token_ = server_->token();
  }

  httplib::Client Client() const { return httplib::Client("127.0.0.1", server_->port()); }
  std::string Host() const { return absl::StrCat("127.0.0.1:", server_->port()); }
  int StatusOfGet(const std::string& path, const httplib::Headers& headers = {}) const {
    const auto result = Client().Get(path, headers);
    return result ? result->status : -1;
  }
  int Post(const std::string& name, const std::string& body, const httplib::Headers& headers,
           Json* answer = nullptr, const std::string& type = "application/json") const {
    const auto result = Client().Post("/api/" + name, headers, body, type);
    if (!result) return -1;
    if (answer != nullptr) *answer = ParseJson(result->body, "answer").value_or(Json());
    return result->status;
  }
  int Call(const std::string& name, Json body, Json* answer = nullptr,
           const std::string& annotator = "ann") const {
    body["annotator"] = annotator;
    return Post(name, Dump(body), {{"X-Facet-Token", token_}}, answer);
  }
  int64_t LinesOfLog() const {
    const std::string text = ReadFile(log_).value();
    return std::count(text.begin(), text.end(), '\n');
  }

  const std::string log_;
  std::vector<AnnotationBlock> blocks_;
  AnnotationServerOptions options_;
  std::unique_ptr<AnnotationDesk> desk_;
  std::unique_ptr<AnnotationServer> server_;
  std::string token_;
};

TEST_F(AnnotationServerTest, ThePageLoadsNothingFromOutside) {
  EXPECT_GE(token_.size(), 32u);
  EXPECT_EQ(server_->url(), absl::StrCat("http://", Host(), "/?token=", token_));
  for (const std::string path : {"/", "/page.css", "/page.js", "/sheets.js"}) {
    const auto result = Client().Get(path + "?token=" + token_);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 200);
    EXPECT_THAT(result->body, Not(HasSubstr("://")));
    EXPECT_THAT(result->body, Not(HasSubstr("@TOKEN@")));
    const std::string policy = result->get_header_value("Content-Security-Policy");
    EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_EQ(result->get_header_value("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(result->get_header_value("Referrer-Policy"), "no-referrer");
    EXPECT_FALSE(result->has_header("Access-Control-Allow-Origin"));
    EXPECT_FALSE(result->has_header("Set-Cookie"));
  }
}

TEST_F(AnnotationServerTest, EachStartHasATokenOfItsOwn) {
  const auto second = AnnotationServer::Start(blocks_, desk_.get(), options_).value();
  EXPECT_NE(second->token(), token_);
  EXPECT_NE(second->port(), server_->port());
}

TEST_F(AnnotationServerTest, WithoutTheTokenNothingIsServed) {
  std::string other = token_;
  other.back() = other.back() == '0' ? '1' : '0';
  for (const std::string path : {"/", "/page.js", "/page.css", "/image/100", "/nothing"}) {
    EXPECT_EQ(StatusOfGet(path), 403) << path;
    EXPECT_EQ(StatusOfGet(path + "?token="), 403) << path;
    EXPECT_EQ(StatusOfGet(path + "?token=" + other), 403) << path;
    EXPECT_EQ(StatusOfGet(path + "?token=" + token_ + "0"), 403) << path;
    EXPECT_EQ(StatusOfGet(path + "?token=" + token_.substr(1)), 403) << path;
    EXPECT_EQ(StatusOfGet(path, {{"Cookie", "token=" + token_}}), 403) << path;
  }
  const std::string body = R"({"annotator": "ann", "block": 0, "accept": true})";
  EXPECT_EQ(Post("judge", body, {}), 403);
  EXPECT_EQ(Post("judge", body, {{"X-Facet-Token", other}}), 403);
  // What changes something brings it in a header, which another site's form or image cannot.
  EXPECT_EQ(Post("judge?token=" + token_, body, {}), 403);
  EXPECT_EQ(LinesOfLog(), 0);
}

TEST_F(AnnotationServerTest, AnotherHostsNameIsRefused) {
  const std::string path = "/?token=" + token_;
  for (const std::string host : {"evil.example", "127.0.0.1.evil.example", "evil.example:80",
                                 "localhost.evil.example", "127.0.0.2", "", "[::1]"}) {
    EXPECT_EQ(StatusOfGet(path, {{"Host", host}}), 403) << host;
  }
  for (const std::string& host :
       {Host(), std::string("localhost:9000"), std::string("127.0.0.1")}) {
    EXPECT_EQ(StatusOfGet(path, {{"Host", host}}), 200) << host;
  }
}

TEST_F(AnnotationServerTest, AnotherSitesRequestsAreRefused) {
  const std::string body = R"({"annotator": "ann", "block": 0, "accept": true})";
  for (const std::string& origin : {std::string("http://evil.example"), std::string("null"),
                                    "https://" + Host(), std::string("http://127.0.0.1:1")}) {
    const httplib::Headers headers = {{"X-Facet-Token", token_}, {"Origin", origin}};
    EXPECT_EQ(Post("judge", body, headers), 403) << origin;
  }
  for (const std::string site : {"cross-site", "same-site"}) {
    EXPECT_EQ(Post("judge", body, {{"X-Facet-Token", token_}, {"Sec-Fetch-Site", site}}), 403);
    EXPECT_EQ(StatusOfGet("/image/100?token=" + token_, {{"Sec-Fetch-Site", site}}), 403);
  }
  EXPECT_EQ(Post("judge", body, {{"X-Facet-Token", token_}}, nullptr, "text/plain"), 403);
  const auto options = Client().Options("/api/judge");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->status, 403);
  EXPECT_FALSE(options->has_header("Access-Control-Allow-Origin"));
  EXPECT_EQ(Client().Put("/api/judge", body, "application/json")->status, 403);
  EXPECT_EQ(LinesOfLog(), 0);
  EXPECT_EQ(Post("judge", body, {{"X-Facet-Token", token_}, {"Origin", "http://" + Host()}}), 200);
  EXPECT_EQ(LinesOfLog(), 1);
}

TEST_F(AnnotationServerTest, ImagesByTheirNumberAlone) {
  const auto get = [&](const std::string& path) {
    return StatusOfGet(path + (absl::StrContains(path, "?") ? "&" : "?") + "token=" + token_);
  };
  const auto image = Client().Get("/image/100?size=thumb&token=" + token_);
  ASSERT_TRUE(image);
  EXPECT_EQ(image->status, 200);
  EXPECT_EQ(image->get_header_value("Content-Type"), "image/jpeg");
  EXPECT_TRUE(absl::StartsWith(image->body, "\xff\xd8\xff"));
  EXPECT_EQ(get("/image/100?size=full"), 200);
  for (const std::string path :
       {"/image/99", "/image/300", "/image/104", "/image/-1", "/image/1e2", "/image/100.jpg",
        "/image/99999999999999999999", "/image/../0/0.jpg", "/image/%2e%2e%2f0%2f0.jpg",
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/image//etc/passwd", "/image/",
        "/image/100/../../page.js", "/annotation_log.cc"}) {
    EXPECT_EQ(get(path), 404) << path;
  }
}

TEST_F(AnnotationServerTest, BadRequestsChangeNothing) {
  const httplib::Headers headers = {{"X-Facet-Token", token_}};
  for (const std::string body :
       {"", "{", "[]", "7", "null", R"({"annotator": 5, "block": 0, "accept": true})",
        R"({"annotator": "", "block": 0, "accept": true})", R"({"block": 0, "accept": true})",
        R"({"annotator": "ann", "block": "0", "accept": true})",
        R"({"annotator": "ann", "block": 40, "accept": true})",
        R"({"annotator": "ann", "block": -1, "accept": true})",
        R"({"annotator": "ann", "block": 0})", R"({"annotator": "ann", "block": 0, "accept": 1})",
        "{\"annotator\": \"\xff\", \"block\": 0, \"accept\": true}"}) {
    Json answer;
    EXPECT_EQ(Post("judge", body, headers, &answer), 400) << body;
    EXPECT_TRUE(answer.contains("error")) << body;
  }
  for (const Json& images :
       {Json::array(), Json{99}, Json{105}, Json{"../0/0.jpg"}, Json(nullptr)}) {
    EXPECT_EQ(Call("mark", {{"block", 0}, {"images", images}, {"marked", true}}), 400);
  }
  EXPECT_EQ(Call("nothing", {}), 404);
  EXPECT_EQ(Call("undo", {}), 404);
  EXPECT_EQ(Call("finish", {}), 409);
  EXPECT_EQ(Post("judge", std::string(1 << 20, ' '), headers), 413);
  // Deep nesting must not exhaust the stack.
  EXPECT_EQ(Post("judge", std::string(200000, '['), headers), 400);
  EXPECT_EQ(LinesOfLog(), 0);
}

TEST_F(AnnotationServerTest, ABlockFromOpenToUndo) {
  Json answer;
  ASSERT_EQ(Call("join", {}, &answer), 200);
  EXPECT_EQ(answer["block"], 0);
  EXPECT_EQ(answer["blocks"].size(), 40u);
  ASSERT_EQ(Call("open", {{"block", 3}}, &answer), 200);
  EXPECT_EQ(answer["view"]["name"], "Person_3");
  EXPECT_EQ(answer["view"]["images"].size(), 5u);
  EXPECT_EQ(answer["view"]["images"][0]["id"], 115);
  EXPECT_EQ(answer["view"]["verdict"], nullptr);
  ASSERT_EQ(Call("mark", {{"block", 3}, {"images", {116, 118}}, {"marked", true}}), 200);
  EXPECT_EQ(LinesOfLog(), 1);
  ASSERT_EQ(Call("judge", {{"block", 3}, {"accept", true}}, &answer), 200);
  EXPECT_EQ(LinesOfLog(), 2);
  EXPECT_EQ(answer["progress"]["judged"], 1);
  EXPECT_EQ(answer["progress"]["blocks"].get<std::string>().substr(0, 5), "...a.");
  ASSERT_EQ(Call("next", {{"after", 3}}, &answer), 200);
  EXPECT_EQ(answer["view"]["block"], 4);
  EXPECT_EQ(Call("mark", {{"block", 4}, {"images", {120}}, {"marked", true}}, nullptr, "bob"), 409);
  ASSERT_EQ(Call("undo", {}, &answer), 200);
  EXPECT_EQ(answer["view"]["block"], 3);
  EXPECT_EQ(answer["view"]["verdict"], nullptr);
  EXPECT_EQ(answer["view"]["images"][1]["marked"], true);
  EXPECT_EQ(answer["view"]["images"][2]["marked"], false);
  ASSERT_EQ(Call("undo", {}, &answer), 200);
  EXPECT_EQ(answer["view"]["images"][1]["marked"], false);
  EXPECT_EQ(answer["progress"]["may_undo"], false);
}

// Each takes the next block, marks an image and judges, until nothing is left: every block is
// judged once, and all is in the log.
TEST_F(AnnotationServerTest, AnnotatorsAtOnceShareTheWork) {
  constexpr int kAnnotators = 8;
  std::vector<int64_t> judged(kAnnotators);
  std::vector<std::thread> threads;
  for (int a = 0; a < kAnnotators; ++a) {
    threads.emplace_back([&, a] {
      const std::string name = absl::StrCat("annotator ", a);
      for (;;) {
        Json answer;
        ASSERT_EQ(Call("next", {{"after", -1}}, &answer, name), 200);
        if (answer["view"].is_null()) {
          if (answer["progress"]["judged"] == kNumBlocks) return;
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
          continue;
        }
        const Json block = answer["view"]["block"];
        if (answer["view"]["held_by"] != "") continue;  // another one was faster
        const Json image = answer["view"]["images"][0]["id"];
        ASSERT_EQ(
            Call("mark", {{"block", block}, {"images", {image}}, {"marked", true}}, nullptr, name),
            200);
        ASSERT_EQ(Call("judge", {{"block", block}, {"accept", true}}, nullptr, name), 200);
        ++judged[static_cast<size_t>(a)];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t sum = 0;
  for (const int64_t count : judged) sum += count;
  EXPECT_EQ(sum, kNumBlocks);
  EXPECT_EQ(LinesOfLog(), 2 * kNumBlocks);
  Json answer;
  ASSERT_EQ(Call("finish", {}, &answer), 200);
  EXPECT_EQ(answer["progress"]["finished"], true);
  EXPECT_TRUE(desk_->finished());
}

// People in sheets: the page is told so, and the log says what was shown and how pure it was taken
// for.
TEST_F(AnnotationServerTest, PeopleInSheets) {
  std::vector<PersonImages> people = {{7, "Zoe", {}}, {8, "Abel", {}}};
  for (int64_t i = 0; i < 12; ++i) {
    BlockImage image;
    image.row.id = 1000 + i;
    image.row.path = absl::StrCat("Zoe/", i % 11, ".jpg");  // the last one is the first one's file
    people[i < 11 ? 0 : 1].images.push_back(image);
    if (i == 11) people[0].images.push_back(image);
  }
  const std::vector<AnnotationBlock> blocks = MakePersonBlocks(people, 10);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].images.size(), 10u);
  EXPECT_EQ(blocks[1].images.size(), 1u);
  const std::string log = log_ + ".people";
  std::filesystem::remove(log);
  AnnotationDeskOptions desk_options;
  desk_options.task = {0.9, 4};
  options_.task = {0.9, 4};
  auto desk = AnnotationDesk::Open(blocks, log, desk_options).value();
  {
    const auto server = AnnotationServer::Start(blocks, desk.get(), options_).value();
    httplib::Client client("127.0.0.1", server->port());
    const auto page = client.Get("/?token=" + server->token());
    ASSERT_TRUE(page);
    EXPECT_THAT(page->body, HasSubstr("data-task=\"people\""));
    EXPECT_THAT(page->body, HasSubstr(">90 %<"));
    EXPECT_THAT(page->body, Not(HasSubstr("@")));
    const auto call = [&](const std::string& name, Json body) {
      body["annotator"] = "ann";
      const auto answer = client.Post("/api/" + name, {{"X-Facet-Token", server->token()}},
                                      Dump(body), "application/json");
      EXPECT_TRUE(answer);
      EXPECT_EQ(answer->status, 200) << answer->body;
      return ParseJson(answer->body, "answer").value();
    };
    const Json joined = call("join", Json::object());
    EXPECT_EQ(joined["sheet_size"], 4);
    EXPECT_EQ(joined["block"], 0);
    EXPECT_EQ(call("open", {{"block", 0}})["view"]["images"].size(), 10u);
    call("mark", {{"block", 0}, {"images", {1000, 1004, 1009}}, {"marked", true}});
    call("judge", {{"block", 0}, {"accept", false}});
  }
  const std::string lines = ReadFile(log).value();
  EXPECT_THAT(lines, HasSubstr("\"action\":\"reject\""));
  EXPECT_THAT(lines, HasSubstr("\"identity\":\"Zoe\""));
  EXPECT_THAT(lines, HasSubstr("\"marked\":3,\"purity\":0.7,\"rank\":0"));
  EXPECT_THAT(lines, HasSubstr("\"sheets\":3,\"shown\":10"));
  // Opened again, the decision is there, and the next one is Abel.
  desk.reset();
  desk = AnnotationDesk::Open(blocks, log, desk_options).value();
  EXPECT_EQ(desk->num_judged(), 1);
  EXPECT_EQ(desk->Join("ann").value(), 1);
  EXPECT_NEAR(desk->Result().verdicts[0].purity, 0.7, 1e-12);
  EXPECT_EQ(desk->Result().verdicts[0].accepted, false);
}

TEST_F(AnnotationServerTest, ATakenPortIsNamed) {
  options_.port = server_->port();
  const auto second = AnnotationServer::Start(blocks_, desk_.get(), options_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(second.status().message(), HasSubstr(absl::StrCat(options_.port)));
}

}  // namespace
}  // namespace facet
