// What enters a key and what does not. The rules are those of key.h; the digest itself is checked
// against sha256sum.
#include "core/graph/key.h"

#include <gtest/gtest.h>

#include "core/base/hash.h"

namespace facet {
namespace {

StageSpec TrainStage() {
  StageSpec stage;
  stage.type = "train";
  stage.name = "train";
  ComponentUse loss;
  loss.kind = "loss";
  loss.name = "triplet";
  loss.options = {{"margin", 0.2}, {"start", "/data/centres.bin"}};
  loss.library_path = "/plugins/libtriplet.so";
  loss.library_digest = "aa11";
  stage.components["loss"] = loss;
  stage.settings = {{"batch", 64}, {"rates", {0.01, 0.001}}};
  stage.inputs = {{"crops", 3}};
  stage.externals = {{"loss.start", "/data/centres.bin", false}};
  stage.uses_seed = true;
  stage.seed = 7;
  stage.device = "cpu";
  stage.precision = "float32";
  stage.threads = 2;
  stage.libraries = {"torch"};
  stage.users = {"2", "3"};
  stage.worker_threads = 2;
  return stage;
}

KeyEnvironment Environment() { return {{{"train", "c0de"}}, {}, {{"torch", "1.13.1"}}}; }

std::string KeyOf(const StageSpec& stage, const KeyEnvironment& environment = Environment(),
                  const std::string& crops = "c105", const std::string& centres = "ce47") {
  return ComputeKey(stage, {{"crops", crops}}, {{"loss.start", centres}}, environment).digest;
}

TEST(KeyTest, IsTheDigestOfItsDocument) {
  const StageKey key =
      ComputeKey(TrainStage(), {{"crops", "c105"}}, {{"loss.start", "ce47"}}, Environment());
  EXPECT_EQ(key.digest, Sha256Hex(Dump(key.document)));
  // Written by hand from the rules of key.h.
  EXPECT_EQ(
      Dump(key.document),
      "{\"code\":\"c0de\",\"components\":{\"loss\":{\"calls\":"
      "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"kind\":\"loss\","
      "\"library\":\"aa11\","
      "\"name\":\"triplet\",\"options\":{\"margin\":0.2,\"start\":{\"content\":\"ce47\"}}}},"
      "\"device\":\"cpu\",\"format\":2,\"inputs\":{\"crops\":\"c105\"},"
      "\"libraries\":{\"torch\":\"1.13.1\"},\"precision\":\"float32\",\"seed\":7,"
      "\"settings\":{\"batch\":64,\"rates\":[0.01,0.001]},\"stage\":\"train\",\"threads\":2}");
}

TEST(KeyTest, LeavesOutPathsLabelsRowsAndNames) {
  StageSpec moved = TrainStage();
  moved.components["loss"].options["start"] = "/elsewhere/centres.bin";
  moved.components["loss"].library_path = "/opt/libtriplet.so";
  moved.externals[0].path = "/elsewhere/centres.bin";
  moved.users = {"9"};
  moved.name = "other";
  moved.inputs["crops"] = 17;
  moved.worker_threads = 64;
  EXPECT_EQ(KeyOf(moved), KeyOf(TrainStage()));
}

TEST(KeyTest, EachFileOfAListIsItsContent) {
  StageSpec stage = TrainStage();
  stage.components["loss"].options["lists"] = {"/a.txt", "/b.txt"};
  stage.externals.push_back({"loss.lists.0", "/a.txt"});
  stage.externals.push_back({"loss.lists.1", "/b.txt"});
  std::map<std::string, std::string> digests = {
      {stage.externals[0].option, "ce47"}, {"loss.lists.0", "aaaa"}, {"loss.lists.1", "bbbb"}};
  const auto document = [&] {
    return ComputeKey(stage, {{"crops", "c105"}}, digests, Environment()).document;
  };
  EXPECT_EQ(Dump(document()["components"]["loss"]["options"]["lists"]),
            "[{\"content\":\"aaaa\"},{\"content\":\"bbbb\"}]");
  EXPECT_FALSE(document().contains("externals"));
}

// What a plugin calls of libfacet computes for it.
TEST(KeyTest, TheCodeThatAPluginCallsCounts) {
  const StageSpec stage = TrainStage();
  const auto with = [](const std::map<std::string, std::string>& interface_code) {
    KeyEnvironment environment = Environment();
    environment.called_code = {{"aa11", DigestOfCalls({"_ZN5facet4Half"}, interface_code)},
                               {"bb22", DigestOfCalls({"_ZN5facet5Other"}, interface_code)}};
    return environment;
  };
  const KeyEnvironment before = with({{"_ZN5facet4Half", "11"}, {"_ZN5facet5Other", "22"}});
  const KeyEnvironment after = with({{"_ZN5facet4Half", "33"}, {"_ZN5facet5Other", "22"}});
  const KeyEnvironment other = with({{"_ZN5facet4Half", "11"}, {"_ZN5facet5Other", "44"}});
  EXPECT_NE(KeyOf(stage, before), KeyOf(stage, after));
  EXPECT_EQ(KeyOf(stage, before), KeyOf(stage, other));
  EXPECT_NE(KeyOf(stage, before), KeyOf(stage));
  // As it would be computed by hand.
  EXPECT_EQ(before.called_code.at("aa11"), Sha256Hex("_ZN5facet4Half 11\n"));
}

TEST(KeyTest, IgnoresTheOrderOfNames) {
  StageSpec stage = TrainStage();
  stage.settings = {{"rates", {0.01, 0.001}}, {"batch", 64}};
  EXPECT_EQ(KeyOf(stage), KeyOf(TrainStage()));
}

TEST(KeyTest, ChangesWithEverythingThatCounts) {
  const std::string base = KeyOf(TrainStage());
  const auto changed = [](auto change) {
    StageSpec stage = TrainStage();
    change(stage);
    return KeyOf(stage);
  };
  EXPECT_NE(changed([](StageSpec& s) { s.components["loss"].options["margin"] = 0.3; }), base);
  EXPECT_NE(changed([](StageSpec& s) { s.components["loss"].name = "contrastive"; }), base);
  EXPECT_NE(changed([](StageSpec& s) { s.components["loss"].library_digest = "bb22"; }), base);
  EXPECT_NE(changed([](StageSpec& s) { s.settings["batch"] = 32; }), base);
  EXPECT_NE(changed([](StageSpec& s) { s.seed = 8; }), base);
  EXPECT_NE(changed([](StageSpec& s) { s.device = "cuda"; }), base);
  EXPECT_NE(changed([](StageSpec& s) { s.precision = "bfloat16"; }), base);
  EXPECT_NE(changed([](StageSpec& s) { s.threads = 4; }), base);
  EXPECT_NE(KeyOf(TrainStage(), {{{"train", "edited"}}, {}, {{"torch", "1.13.1"}}}), base);
  EXPECT_NE(KeyOf(TrainStage(), {{{"train", "c0de"}}, {}, {{"torch", "2.6.0"}}}), base);
  EXPECT_NE(KeyOf(TrainStage(), Environment(), "other crops"), base);
  EXPECT_NE(KeyOf(TrainStage(), Environment(), "c105", "other centres"), base);
}

TEST(KeyTest, LeavesOutWhatTheStageDoesNotUse) {
  StageSpec detect = TrainStage();
  detect.uses_seed = false;
  detect.threads = 0;
  StageSpec other = detect;
  other.seed = 99;
  other.worker_threads = 8;
  EXPECT_EQ(KeyOf(detect), KeyOf(other));
}

TEST(KeyTest, AFolderThatNoComponentNamesCountsByItsContent) {
  StageSpec stage = TrainStage();
  stage.externals.push_back({"data.root", "/data/lfw", true});
  const auto key = [&](const std::string& content) {
    return ComputeKey(stage, {{"crops", "c105"}}, {{"loss.start", "ce47"}, {"data.root", content}},
                      Environment());
  };
  EXPECT_NE(key("one").digest, key("two").digest);
  EXPECT_EQ(key("one").document["externals"], Json({{"data.root", "one"}}));
}

TEST(KeyTest, AFileThatASettingNamesCountsByItsContent) {
  StageSpec stage = TrainStage();
  stage.settings["weights"] = {{"file", "/data/net.safetensors"}, {"channels", "bgr"}};
  stage.externals.push_back({"weights.file", "/data/net.safetensors", false});
  const auto key = [](const StageSpec& spec, const std::string& content) {
    return ComputeKey(spec, {{"crops", "c105"}},
                      {{"loss.start", "ce47"}, {"weights.file", content}}, Environment());
  };
  EXPECT_NE(key(stage, "one").digest, key(stage, "two").digest);
  EXPECT_EQ(key(stage, "one").document["settings"]["weights"],
            Json({{"file", {{"content", "one"}}}, {"channels", "bgr"}}));
  EXPECT_FALSE(key(stage, "one").document.contains("externals"));
  StageSpec moved = stage;
  moved.settings["weights"]["file"] = moved.externals[1].path = "/elsewhere/net.safetensors";
  EXPECT_EQ(key(stage, "one").digest, key(moved, "one").digest);
  const auto differences = CompareKeys(key(stage, "one").document, key(stage, "two").document);
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(DescribeDifference(differences[0]), "content of weights.file");
}

TEST(KeyTest, NamesWhatDiffers) {
  StageSpec changed = TrainStage();
  changed.components["loss"].options["margin"] = 0.3;
  changed.settings["batch"] = 32;
  const Json before =
      ComputeKey(TrainStage(), {{"crops", "c105"}}, {{"loss.start", "ce47"}}, Environment())
          .document;
  const Json after =
      ComputeKey(changed, {{"crops", "c106"}}, {{"loss.start", "ce47"}}, Environment()).document;
  std::vector<std::string> texts;
  for (const KeyDifference& difference : CompareKeys(before, after)) {
    texts.push_back(DescribeDifference(difference));
  }
  EXPECT_EQ(texts,
            (std::vector<std::string>{"loss.margin 0.2 -> 0.3", "input crops", "batch 64 -> 32"}));
  EXPECT_TRUE(CompareKeys(before, before).empty());
}

// A list of tables is compared by their names, whatever their places; the places are told as such.
TEST(KeyTest, TablesOfAListAreComparedByTheirNames) {
  const auto group = [](const char* name, double factor) {
    return Json({{"name", name}, {"settings", {{"rate_factor", factor}}}});
  };
  const Json before = {{"groups", {group("loss", 10.0), group("biases", 1.0)}}};
  const Json after = {{"groups", {group("biases", 1.0), group("loss", 5.0)}}};
  const std::vector<KeyDifference> differences = CompareKeys(before, after);
  ASSERT_EQ(differences.size(), 2u);
  EXPECT_EQ(differences[0].path, "groups");
  EXPECT_EQ(differences[0].after, Json({"biases", "loss"}));
  EXPECT_EQ(differences[1].path, "groups.loss.settings.rate_factor");
  EXPECT_EQ(differences[1].before, 10.0);
  EXPECT_EQ(differences[1].after, 5.0);
}

}  // namespace
}  // namespace facet
