// `show --layers`: the paper's Table 3, of networks of its size.
#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class LayersVerbTest : public EndToEndTest {
 protected:
  // The network of tiny.toml at the paper's size.
  Ending Layers(const std::string& config, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"show",
                                          DataFile("tiny.toml"),
                                          "softmax",
                                          "--layers",
                                          "--set",
                                          absl::StrCat("train.architecture={config=\"", config,
                                                       "\",input_px=224,width=1.0,fc_size=4096}")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Facet(arguments);
  }
};

struct Network {
  std::string config;
  std::vector<int> convolutions;  // of each stage (Simonyan and Zisserman, table 1)
  int64_t parameters;             // with 2,622 people, of the paper's networks
};

// Learned values: 139,508,670, 139,693,182 and 145,002,878 are those of the paper's networks A, B and
// D with their classifier of 2,622 people (D: the authors' released weights). Products: counted anew
// from the shapes of the table.
TEST_F(LayersVerbTest, ThePapersNetworksHaveItsNumbers) {
  for (const Network& network : std::vector<Network>{{"A", {1, 1, 2, 2, 2}, 139'508'670},
                                                     {"B", {2, 2, 2, 2, 2}, 139'693'182},
                                                     {"D", {2, 2, 3, 3, 3}, 145'002'878}}) {
    int64_t products = 0, side = 224, in = 3;
    const int64_t channels[] = {64, 128, 256, 512, 512};
    for (size_t stage = 0; stage < 5; ++stage, side /= 2) {
      for (int i = 0; i < network.convolutions[stage]; ++i, in = channels[stage]) {
        products += side * side * channels[stage] * in * 9;
      }
    }
    products += 7 * 7 * 512 * 4096 + 4096 * 4096 + 4096 * 2622;
    const Ending ending = Layers(network.config, {"--classes", "2622", "--json"});
    ASSERT_EQ(ending.exit_code, 0) << ending.err;
    const absl::StatusOr<Json> json = ParseJson(ending.out, "layers");
    ASSERT_TRUE(json.ok()) << json.status();
    EXPECT_EQ(json->at("parameters"), network.parameters) << network.config;
    EXPECT_EQ(json->at("multiply_adds"), products) << network.config;
    std::vector<std::string> names;
    for (const Json& layer : json->at("layers")) {
      const std::string name = layer.at("name");
      if (!name.empty()) names.push_back(name);
    }
    EXPECT_EQ(names.front(), "conv1_1");
    EXPECT_EQ(names.back(), "loss");
    int weights = 3;
    for (const int each : network.convolutions) weights += each;
    EXPECT_EQ(static_cast<int>(names.size()), weights) << network.config;
  }
}

TEST_F(LayersVerbTest, TheTableIsForOneRowAndSaysWhatItLeavesOut) {
  const Ending table = Facet({"show", DataFile("tiny.toml"), "softmax", "--layers"});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("vgg: input 3×32×32, descriptor 16"), HasSubstr("conv1_1"),
                               HasSubstr("--classes NUMBER"), Not(HasSubstr("loss  "))));
  const Ending both = Facet({"show", DataFile("tiny.toml"), "--layers"});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.err, HasSubstr("one row: softmax, triplet"));
  EXPECT_EQ(Facet({"show", DataFile("tiny.toml"), "--classes", "3"}).exit_code, 2);
}

}  // namespace
}  // namespace facet
