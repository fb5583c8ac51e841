// Every library of dist/plugins is passed. Those that would take minutes with their defaults, and
// those that need files, get the options of their contract tests (plugins/*/BUILD).
#include <algorithm>

#include "absl/strings/str_replace.h"
#include "tests/plugin_check/plugin_check.h"

namespace facet {
namespace {

class ShippedTest : public PluginCheckTest {
 protected:
  std::string OptionsOf(const std::string& library) const;
};

struct Small {
  const char *library, *options;
};
constexpr Small kSmall[] = {
    {"aligners_ert", R"({"cascades": 2, "trees": 5, "oversampling": 3, "features": 20})"},
    {"aligners_facemark_lbf",
     R"({"stages": 2, "trees": 1, "splits": 2, "candidates": 10, "start_shapes": 2})"},
    {"aligners_pictorial", R"({"rounds": 5, "features": 50})"},
    {"architectures_alexnet", R"({"input_px": 67, "width": 0.25, "fc_size": 64})"},
    {"architectures_iresnet",
     R"({"depth": "18", "input_px": 32, "width": 0.125, "dimension": 32})"},
    {"architectures_mobilefacenet", R"({"input_px": 32, "width": 0.25, "dimension": 32})"},
    {"architectures_sphereface20", R"({"input_px": 32, "width": 0.125, "dimension": 32})"},
    {"architectures_vgg", R"({"input_px": 32, "width": 0.1, "fc_size": 64, "batch_norm": true})"},
    {"curators_annotate_people",
     R"({"sheets": 2, "sheet_size": 4, "min_images": 3, "min_purity": 0.6})"},
    {"curators_candidates",
     R"({"lists": "FILES/lists", "votes": "FILES/votes.csv", "exclude": "FILES/exclude.txt"})"},
    {"curators_collect",
     R"({"vggface_lists": "FILES/vggface", "mirror": "FILES/mirror", "truth": "FILES/truth.csv"})"},
    {"curators_contaminate", R"({"root": "FILES/mirror/photographs", "min_images": 5})"},
    {"curators_deduplicate", R"({"words": 8, "pca_dimension": 8, "people": 2, "size_px": 64})"},
    {"curators_exclude", R"({"exclude": "FILES/exclude.txt"})"},
    {"curators_purify",
     R"({"snapshot": "full", "local_descriptors": 2000, "components": 8, "keep": 8})"},
    {"curators_synthetic_web", R"({"people": 4, "images": 20, "image_size": 48})"},
    {"curators_unimodal",
     R"({"min_faces": 6, "draws": 50, "discriminants": 2, "local_descriptors": 2000,
        "components": 8, "components_from": 20})"},
};

std::string ShippedTest::OptionsOf(const std::string& library) const {
  for (const Small& small : kSmall) {
    if (library == absl::StrCat("lib", small.library, ".so")) {
      return absl::StrReplaceAll(small.options, {{"FILES", Path("tests/contracts/curator_files")}});
    }
  }
  return "{}";
}

// By the first letter of the kind's folder, so that shards share them.
class ShippedKindTest : public ShippedTest, public testing::WithParamInterface<const char*> {};

TEST_P(ShippedKindTest, EveryLibraryIsPassed) {
  std::vector<std::string> libraries;
  for (const auto& entry : std::filesystem::directory_iterator(Path("dist/plugins"))) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(absl::StrCat("lib", GetParam(), "_"), 0) == 0 &&
        entry.path().extension() == ".so") {
      libraries.push_back(name);
    }
  }
  std::sort(libraries.begin(), libraries.end());
  ASSERT_FALSE(libraries.empty());
  for (const std::string& name : libraries) {
    const Ending ending = Check("dist/plugins/" + name, {"--options", OptionsOf(name)});
    EXPECT_EQ(ending.exit_code, 0) << name << "\n" << ending.out << ending.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, ShippedKindTest,
                         testing::Values("aligners", "architectures", "augmentations", "curators",
                                         "datasets", "detectors", "evaluators", "losses", "miners",
                                         "optimizers", "samplers", "schedules"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace facet
