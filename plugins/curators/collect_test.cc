// Two people, two engines and URLs with one fault each; over a mirror and a server on loopback.
#include <filesystem>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "plugins/curators/download/loopback_server_testing.h"
#include "plugins/curators/stage/curator_testing.h"
#include "plugins/curators/stage/summary.h"
#include "plugins/manifest/manifest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Picture(int width, int height, int grey) {
  std::vector<uint8_t> bytes;
  cv::imencode(".jpg", cv::Mat(height, width, CV_8UC3, cv::Scalar::all(grey)), bytes);
  return {bytes.begin(), bytes.end()};
}

void Write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  ASSERT_TRUE(WriteFileAtomically(path, text).ok());
}

std::string Document(const std::string& engine, const std::string& query,
                     const std::vector<std::string>& urls) {
  Json document = {{"engine", engine}, {"query", query}, {"results", Json::array()}};
  for (const std::string& url : urls) document["results"].push_back({{"url", url}});
  return Dump(document) + "\n";
}

// Surroundings whose input has Ann, Bea_Ray and, removed, Cid; a folder of the stage before.
class CollectTest : public testing::Test {
 protected:
  CollectTest()
      : folder_(testing::TempDir() + "/collect_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()),
        surroundings_((std::filesystem::remove_all(folder_), folder_)) {
    surroundings_.context.input_folder = web_;
    std::filesystem::create_directories(web_);
    const auto input = Manifest::Create(surroundings_.context.work_folder + "/input").value();
    const int64_t run = input->StartRun("candidates", "{}").value();
    for (const char* name : {"Ann", "Bea_Ray", "Cid"}) {
      ManifestIdentity identity;
      identity.name = name;
      const int64_t id = input->AddIdentity(identity).value();
      if (identity.name == "Cid") {
        EXPECT_TRUE(input->MarkIdentity(run, id, "impure").ok());
      }
    }
    EXPECT_TRUE(input->FinishRun(run, "{}").ok());
    EXPECT_TRUE(input->Freeze(surroundings_.context.manifest).ok());
  }

  absl::StatusOr<CurationResult> Curate(const Json& options = Json::object()) {
    FACET_ASSIGN_OR_RETURN(const auto curator, MakeComponent<Curator>(Dump(options)));
    std::filesystem::remove(surroundings_.output());
    return curator->Curate(surroundings_.context);
  }

  struct Row {
    ManifestImage image;
    std::string reason;              // of its removal
    std::vector<std::string> truth;  // "exact duplicate of 1: the same URL"
  };
  // By (source, query, rank).
  std::map<std::string, Row> Rows() {
    const auto manifest = Manifest::OpenFrozen(surroundings_.output()).value();
    EXPECT_TRUE(manifest->CheckIntegrity().ok());
    std::map<std::string, Row> rows;
    ManifestImages images = manifest->Images({}).value();
    Row row;
    while (images.Next(&row.image).value()) {
      row.reason.clear();
      row.truth.clear();
      const std::vector<ManifestMark> marks = manifest->Marks(row.image.id).value();
      for (const ManifestMark& mark : marks) {
        if (mark.removes) {
          row.reason = mark.reason;
        } else {
          row.truth.push_back(absl::StrCat(mark.reason,
                                           mark.other < 0 ? "" : absl::StrCat(" of ", mark.other),
                                           mark.detail.empty() ? "" : ": ", mark.detail));
        }
      }
      rows[absl::StrCat(row.image.source, "/", row.image.query, "/", row.image.rank)] = row;
    }
    return rows;
  }

  double Value(const CurationResult& result, const std::string& name) {
    for (const Metric& metric : result.metrics) {
      if (metric.name == name) return metric.value;
    }
    return -1;
  }

  const std::string folder_, web_ = folder_ + "/web";
  CuratorSurroundings surroundings_;
};

// Ann: a.jpg by two queries, its copy, a stranger, a page, half a picture, none. Bea: one of her
// own and a.jpg, which shows Ann.
void MakeWeb(const std::string& web) {
  const std::string a = Picture(40, 30, 90), near = Picture(20, 15, 90);
  Write(web + "/mirror/h.example/a.jpg", a);
  Write(web + "/mirror/h.example/copy.jpg", a);
  Write(web + "/mirror/h.example/near.jpg", near);
  Write(web + "/mirror/h.example/stranger.jpg", Picture(50, 50, 20));
  Write(web + "/mirror/h.example/page.jpg", "<html>");
  Write(web + "/mirror/h.example/half.jpg", a.substr(0, a.size() / 2));
  Write(web + "/mirror/h.example/bea.jpg", Picture(31, 31, 200));
  const std::string h = "http://h.example/";
  Write(web + "/engines/x.json",
        Document("x", "ANN", {h + "copy.jpg", h + "a.jpg", h + "page.jpg", h + "half.jpg"}) +
            Document("x", "Ann actor", {h + "a.jpg", h + "none.jpg", h + "near.jpg"}) +
            Document("x", "Bea Ray", {h + "bea.jpg", h + "a.jpg"}) + Document("x", "Cid", {h}));
  Write(web + "/engines/y.json", Document("y", "Ann", {h + "stranger.jpg"}));
  Write(web + "/truth.csv", absl::StrCat("url,name,what,original,detail\n",  //
                                         h, "a.jpg,Ann,,,\n",                //
                                         h, "a.jpg,Bea Ray,wrong person,,Ann\n", h,
                                         "copy.jpg,Ann,exact duplicate,", h, "a.jpg,\n",  //
                                         h, "near.jpg,Ann,near duplicate,", h, "a.jpg,resized\n", h,
                                         "stranger.jpg,,wrong person,,stranger\n"));
}

TEST_F(CollectTest, OneRowPerHitOneFilePerUrl) {
  MakeWeb(web_);
  const auto result = Curate();
  ASSERT_TRUE(result.ok()) << result.status();
  auto rows = Rows();
  ASSERT_EQ(rows.size(), 10u);
  const std::string& images = surroundings_.context.image_folder;
  const ManifestImage& a = rows["x/Ann/1"].image;
  EXPECT_EQ(a.url, "http://h.example/a.jpg");
  EXPECT_EQ(a.width_px, 40);
  EXPECT_EQ(a.height_px, 30);
  EXPECT_EQ(a.bytes_sha256, Sha256File(images + "/" + a.path).value());
  EXPECT_EQ(a.num_bytes, static_cast<int64_t>(std::filesystem::file_size(images + "/" + a.path)));
  EXPECT_TRUE(absl::StartsWith(a.path, "Ann/"));
  EXPECT_EQ(rows["x/Ann actor/0"].image.path, a.path);
  EXPECT_NE(rows["x/Bea Ray/1"].image.path, a.path);  // a file for each person
  EXPECT_EQ(rows["x/Ann/2"].reason, "html");
  EXPECT_EQ(rows["x/Ann/3"].reason, "truncated");
  EXPECT_EQ(rows["x/Ann actor/1"].reason, "http status");
  EXPECT_EQ(rows["x/Ann actor/1"].image.path, "");
  EXPECT_EQ(rows["y/Ann/0"].reason, "");
  EXPECT_EQ(Value(*result, "hits"), 10);
  EXPECT_EQ(Value(*result, "urls"), 9);  // a.jpg is Ann's and Bea's, and twice Ann's
  EXPECT_EQ(Value(*result, "images there"), 6);
  EXPECT_EQ(Value(*result, "failed: html"), 1);
  EXPECT_EQ(Value(*result, "failed: truncated"), 1);
  EXPECT_EQ(Value(*result, "failed: http status"), 1);
  EXPECT_EQ(Value(*result, "persons"), 2);
  EXPECT_EQ(Value(*result, "images"), 7);
  ASSERT_EQ(result->histograms.size(), 2u);
  EXPECT_EQ(result->histograms[0].counts, (std::vector<int64_t>{4, 3, 2, 1}));
  EXPECT_EQ(result->histograms[1].counts, (std::vector<int64_t>{0, 1, 1, 1}));
  EXPECT_THAT(result->notices,
              ElementsAre(HasSubstr("No answer to 4 queries"), HasSubstr("URLs of 1 images")));
}

TEST_F(CollectTest, StoresTheTruthByUrl) {
  MakeWeb(web_);
  const auto result = Curate({{"queries", {"{name}", "{name} actor"}}});
  ASSERT_TRUE(result.ok()) << result.status();
  auto rows = Rows();
  // Ann's best ranked row of a.jpg is the original of all that are this picture.
  const int64_t a = rows["x/Ann actor/0"].image.id;
  EXPECT_THAT(rows["x/Ann actor/0"].truth, ElementsAre());
  EXPECT_THAT(rows["x/Ann/1"].truth,
              ElementsAre(absl::StrCat("exact duplicate of ", a, ": the same URL")));
  EXPECT_THAT(rows["x/Ann/0"].truth, ElementsAre(absl::StrCat("exact duplicate of ", a)));
  EXPECT_THAT(rows["x/Ann actor/2"].truth,
              ElementsAre(absl::StrCat("near duplicate of ", a, ": resized")));
  EXPECT_THAT(rows["y/Ann/0"].truth, ElementsAre("wrong person: stranger"));
  EXPECT_THAT(rows["x/Bea Ray/0"].truth, ElementsAre());
  EXPECT_THAT(rows["x/Bea Ray/1"].truth, ElementsAre("wrong person: Ann"));
  EXPECT_THAT(rows["x/Ann/2"].truth, ElementsAre());  // it failed
  // Seven images left, five of which show their person.
  EXPECT_NEAR(Value(*result, "precision"), 100 * 5 / 7.0, 1e-9);
  // Pictures that are right: a.jpg and bea.jpg; the page, the half and the missing one are lost.
  EXPECT_NEAR(Value(*result, "recall"), 100 * 2 / 5.0, 1e-9);
  const auto manifest = Manifest::OpenFrozen(surroundings_.output()).value();
  EXPECT_EQ(manifest->SnapshotRuns("collect").value().size(), 2u);
  EXPECT_EQ(manifest->Counts("collect").value().images, 7);
}

TEST_F(CollectTest, TakesTheTopOfGivenEnginesAndQueries) {
  MakeWeb(web_);
  ASSERT_TRUE(Curate({{"top", 1}, {"engines", {"x"}}, {"queries", {"{name}"}}}).ok());
  std::set<std::string> hits;
  for (const auto& [hit, row] : Rows()) hits.insert(hit);
  EXPECT_EQ(hits, (std::set<std::string>{"x/Ann/0", "x/Bea Ray/0"}));
}

// Ten images over HTTP: what a stopped run fetched is not asked for again; the manifest is that of
// an undisturbed run.
TEST_F(CollectTest, AKilledDownloadGoesOn) {
  const std::string picture = Picture(24, 24, 77);
  LoopbackServer server([&](const std::string& request, const LoopbackServer::Send& send) {
    const bool bad = PathOf(request) == "/3.jpg";
    const std::string body = bad ? "<html>gone</html>" : picture;
    send(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(),
                      "\r\nConnection: close\r\n\r\n", body));
  });
  std::vector<std::string> urls;
  for (int i = 0; i < 10; ++i) urls.push_back(server.Url(absl::StrCat("/", i, ".jpg")));
  Write(web_ + "/engines/x.json", Document("x", "Ann", urls));
  const Json options = {{"queries", {"{name}"}},
                        {"private_addresses", true},
                        {"host_delay_s", 0.0},
                        {"connections", 1},
                        {"connections_per_host", 1}};
  // The downloader's journal with its first three results, as a kill would leave it.
  const std::string images = surroundings_.context.image_folder;
  ASSERT_TRUE(Curate(options).ok());
  const std::string whole = Sha256File(surroundings_.output()).value();
  const auto requests = server.requests().size();
  EXPECT_EQ(requests, 10u);
  const std::string journal = ReadFile(images + "/downloads.jsonl").value();
  size_t end = 0;
  for (int line = 0; line < 3; ++line) end = journal.find('\n', end) + 1;
  ASSERT_TRUE(WriteFileAtomically(images + "/downloads.jsonl", journal.substr(0, end + 7)).ok());
  ASSERT_TRUE(Curate(options).ok());
  EXPECT_EQ(server.requests().size(), requests + 7);
  EXPECT_EQ(Sha256File(surroundings_.output()).value(), whole);
  EXPECT_EQ(Rows()["x/Ann/3"].reason, "html");
  EXPECT_EQ(Rows()["x/Ann/4"].image.width_px, 24);
  // A stop ends it, and is no result.
  surroundings_.stop_after = surroundings_.steps + 1;
  EXPECT_EQ(Curate(options).status().code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(surroundings_.output()));
}

TEST_F(CollectTest, RefusesPrivateAddressesByItself) {
  Write(web_ + "/engines/x.json", Document("x", "Ann", {"http://127.0.0.1:9/a.jpg"}));
  ASSERT_TRUE(Curate({{"queries", {"{name}"}}}).ok());
  EXPECT_EQ(Rows()["x/Ann/0"].reason, "not allowed");
}

TEST_F(CollectTest, AsksACommandOnce) {
  MakeWeb(web_);
  const Json options = {
      {"command",
       {"/bin/sh", "-c",
        absl::StrCat("echo \"$1\" >> ", folder_, "/asked; echo http://h.example/a.jpg"), "-",
        "for {query} of {engine}"}},
      {"engines", {"e"}},
      {"queries", {"{name}"}}};
  ASSERT_TRUE(Curate(options).ok());
  EXPECT_EQ(Rows().size(), 2u);
  EXPECT_EQ(ReadFile(folder_ + "/asked").value(), "for Ann of e\nfor Bea Ray of e\n");
  ASSERT_TRUE(Curate(options).ok());  // the answers are kept with the work
  EXPECT_EQ(ReadFile(folder_ + "/asked").value(), "for Ann of e\nfor Bea Ray of e\n");
}

TEST_F(CollectTest, TakesVggFaceLists) {
  MakeWeb(web_);
  std::filesystem::remove(web_ + "/truth.csv");
  const std::string lists = folder_ + "/lists";
  Write(lists + "/Bea_Ray.txt",
        "00000001 http://h.example/bea.jpg 1.00 2.00 11.00 22.00 3.00 2.50 1\n"
        "00000002 http://h.example/none.jpg 0.00 0.00 0.00 0.00 1.00 0.50 0\n");
  Write(lists + "/licence.txt", "for everybody");
  for (const bool with_manifest : {true, false}) {
    if (!with_manifest) surroundings_.context.manifest.clear();
    const auto result = Curate({{"vggface_lists", lists}});
    ASSERT_TRUE(result.ok()) << result.status();
    const auto rows = Rows();
    ASSERT_EQ(rows.size(), 2u);
    const ManifestImage& bea = rows.at("vggface//0").image;
    EXPECT_EQ(bea.number, 1);
    EXPECT_EQ(bea.box->width, 10);
    EXPECT_EQ(bea.box->height, 20);
    EXPECT_EQ(bea.width_px, 31);
    EXPECT_EQ(bea.detection_score, 2.5);
    EXPECT_EQ(rows.at("vggface//1").reason, "http status");
  }
}

TEST_F(CollectTest, SaysWhatIsWrong) {
  const auto message = [&](const Json& options) {
    return std::string(Curate(options).status().message());
  };
  EXPECT_THAT(message(Json::object()), HasSubstr("nothing to collect from"));
  EXPECT_THAT(message({{"results", "r"}, {"command", {"c"}}}), HasSubstr("give one"));
  Write(web_ + "/engines/x.json", Document("x", "Zoe", {"http://h.example/a.jpg"}));
  EXPECT_THAT(message(Json::object()), HasSubstr("answers none of 4 queries"));
  Write(web_ + "/engines/x.json", "{\"engine\": \"x\"}");
  EXPECT_THAT(message(Json::object()), HasSubstr("x.json"));
  MakeWeb(web_);
  EXPECT_THAT(message({{"queries", {"no name"}}}), HasSubstr("{name}"));
  Write(web_ + "/truth.csv", "url,what\nhttp://h.example/a.jpg,nonsense\n");
  EXPECT_THAT(message(Json::object()), HasSubstr("truth.csv:2"));
  surroundings_.context.manifest.clear();
  EXPECT_THAT(message(Json::object()), HasSubstr("nobody to collect images of"));
}

// Two stages: one engine's two best for the name, then everything.
class ExtendTest : public CollectTest {
 protected:
  // What the first stage left is the second one's input.
  void GoOn() {
    std::filesystem::copy_file(surroundings_.output(), surroundings_.context.manifest,
                               std::filesystem::copy_options::overwrite_existing);
    surroundings_.context.input_folder = surroundings_.context.image_folder;
    surroundings_.context.image_folder = folder_ + "/second";
    std::filesystem::create_directories(surroundings_.context.image_folder);
  }
  static Json FirstStage() {
    return {{"engines", {"x"}}, {"queries", {"{name}"}}, {"top", 2}, {"snapshot", "sheets"}};
  }
};

TEST_F(ExtendTest, NothingIsFetchedAgainOrLost) {
  MakeWeb(web_);
  ASSERT_TRUE(Curate(FirstStage()).ok());
  const auto before = Rows();
  ASSERT_EQ(before.size(), 4u);  // Ann's copy.jpg and a.jpg, Bea's bea.jpg and a.jpg
  GoOn();
  // The web no longer has what was fetched, and answers with another order.
  std::filesystem::remove(surroundings_.context.input_folder + "/mirror/h.example/copy.jpg");
  std::filesystem::remove(surroundings_.context.input_folder + "/mirror/h.example/a.jpg");
  const auto result = Curate();
  ASSERT_TRUE(result.ok()) << result.status();
  auto rows = Rows();
  EXPECT_EQ(rows.size(), 10u);
  for (const auto& [hit, row] : before) {
    EXPECT_EQ(rows[hit].image.id, row.image.id);
    EXPECT_EQ(rows[hit].image.path, row.image.path);
    EXPECT_EQ(rows[hit].reason, "");
  }
  // a.jpg by another query: a new row of the file that is there.
  EXPECT_EQ(rows["x/Ann actor/0"].image.path, before.at("x/Ann/1").image.path);
  EXPECT_EQ(rows["x/Ann actor/0"].reason, "");
  for (const auto& [hit, row] : rows) {
    if (row.image.path.empty()) continue;
    EXPECT_TRUE(
        std::filesystem::is_regular_file(surroundings_.context.image_folder + "/" + row.image.path))
        << hit;
  }
  EXPECT_EQ(Value(*result, "hits"), 6);
  EXPECT_EQ(Value(*result, "hits known"), 4);
  // page, half, none, near and stranger; a.jpg of Ann is there.
  EXPECT_EQ(Value(*result, "urls"), 6);
  EXPECT_EQ(Value(*result, "urls fetched"), 5);
}

TEST_F(ExtendTest, RowsTellWhichStageBroughtThem) {
  MakeWeb(web_);
  ASSERT_TRUE(Curate(FirstStage()).ok());
  GoOn();
  ASSERT_TRUE(Curate().ok());
  const auto manifest = Manifest::OpenFrozen(surroundings_.output()).value();
  std::map<int64_t, std::string> stages;  // of the runs
  for (const ManifestRun& run : manifest->Runs().value()) stages[run.id] = run.stage;
  const auto rows = Rows();
  const int64_t first = rows.at("x/Ann/0").image.run, second = rows.at("y/Ann/0").image.run;
  EXPECT_LT(first, second);
  EXPECT_EQ(stages[first], "collect");
  EXPECT_EQ(stages[second], "collect");
  EXPECT_EQ(manifest->Counts("sheets").value().images, 4);  // as the first stage left it
  EXPECT_EQ(manifest->Counts("collect").value().images, 7);
  // The first one's figures are those that it had.
  const std::vector<Metric> metrics = SummariseRun(*manifest, first).value();
  EXPECT_EQ(metrics[2].name, "images");
  EXPECT_EQ(metrics[2].value, 4);
}

// The second stage's truth speaks of all images: what repeats an earlier one is its duplicate.
TEST_F(ExtendTest, TheTruthIsOfAllImages) {
  MakeWeb(web_);
  Json first = FirstStage();
  first["top"] = 1;  // copy.jpg alone: the original of its picture as long as a.jpg is not there
  ASSERT_TRUE(Curate(first).ok());
  EXPECT_THAT(Rows()["x/Ann/0"].truth, ElementsAre());
  GoOn();
  ASSERT_TRUE(Curate().ok());
  auto rows = Rows();
  const std::string original = absl::StrCat(rows["x/Ann actor/0"].image.id);
  EXPECT_THAT(rows["x/Ann/0"].truth, ElementsAre("exact duplicate of " + original));
  EXPECT_THAT(rows["x/Ann actor/2"].truth,
              ElementsAre("near duplicate of " + original + ": resized"));
  EXPECT_THAT(rows["x/Bea Ray/1"].truth, ElementsAre("wrong person: Ann"));
}

TEST_F(ExtendTest, NothingNewIsNoError) {
  MakeWeb(web_);
  ASSERT_TRUE(Curate().ok());
  GoOn();
  const auto result = Curate();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Rows().size(), 10u);
  EXPECT_THAT(result->notices, testing::Contains("No hit is new."));
}

}  // namespace
}  // namespace facet
