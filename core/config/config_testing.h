// Experiments loaded against a layout made here.
#ifndef FACET_CORE_CONFIG_CONFIG_TESTING_H_
#define FACET_CORE_CONFIG_CONFIG_TESTING_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/options.h"
#include "core/base/file.h"
#include "core/config/experiment.h"
#include "core/config/fixture_catalogue.h"
#include "gtest/gtest.h"

namespace facet {

struct Schedule {
  double lr = 0.25;
  int64_t epochs = 10;
  std::vector<double> rates = {0.1, 0.01};
  std::vector<std::string> tags;
  std::string file;
  bool flip = true;
  void Visit(OptionVisitor& v) {
    v("lr", lr, Above(0), "learning rate");
    v("epochs", epochs, AtLeast(1), "passes");
    v("rates", rates, Above(0), "learning rates");
    v("tags", tags, Any(), "words");
    v("file", file, InputFile(), "a file");
    v("flip", flip, Any(), "mirror");
  }
};
struct Seed {
  int64_t seed = 1;
  void Visit(OptionVisitor& v) { v("seed", seed, AtLeast(0), "of all randomness"); }
};

inline Slot MakeSlot(std::string path, Slot::Fill fill, std::string kind,
                     const std::string& schema) {
  Slot slot;
  slot.path = std::move(path);
  slot.fill = fill;
  slot.kind = std::move(kind);
  slot.options = *ParseSchema(*ParseJson(schema, "schema"));
  return slot;
}

inline ExperimentLayout Layout() {
  ExperimentLayout layout;
  layout.slots = {MakeSlot("seed", Slot::Fill::kValue, "", SchemaOf<Seed>()),
                  MakeSlot("train.data", Slot::Fill::kComponent, "dataset", "[]"),
                  MakeSlot("train.loss", Slot::Fill::kComponent, "loss", "[]"),
                  MakeSlot("train.schedule", Slot::Fill::kSettings, "", SchemaOf<Schedule>()),
                  MakeSlot("train.start_from", Slot::Fill::kRow, "", "[]"),
                  MakeSlot("embed", Slot::Fill::kSettings, "", SchemaOf<Schedule>()),
                  MakeSlot("embed.loss", Slot::Fill::kComponent, "loss", "[]")};
  layout.slots[5].optional_group = layout.slots[6].optional_group = "embed";
  layout.slots[6].required = true;
  layout.seed = "seed";
  return layout;
}

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (std::filesystem::path(::testing::TempDir()) /
               ::testing::UnitTest::GetInstance()->current_test_info()->name())
                  .lexically_normal();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    catalogue_ = MakeFixtureCatalogue(folder_ + "/plugins");
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = absl::StrCat(folder_, "/", name);
    EXPECT_TRUE(WriteFileAtomically(path, text).ok());
    return path;
  }
  LoadResult Load(const std::string& text, const std::vector<std::string>& sets = {}) {
    return LoadFile(Write("x.toml", "schema = 1\n" + text), sets);
  }
  LoadResult LoadFile(const std::string& path, const std::vector<std::string>& sets = {}) {
    std::vector<Override> overrides;
    for (const std::string& set : sets) {
      overrides.push_back({set, absl::StrCat("--set #", overrides.size() + 1)});
    }
    return LoadExperiment(path, overrides, layout_, catalogue_);
  }
  static std::string Text(const LoadResult& result) {
    return RenderAll(result.diagnostics, /*colour=*/false);
  }
  static const Json& Slots(const LoadResult& result, size_t row, const std::string& slot) {
    static const Json* const kNone = new Json();
    if (row >= result.experiment.rows.size()) return *kNone;
    const auto& slots = result.experiment.rows[row].slots;
    return slots.count(slot) == 0 ? *kNone : slots.at(slot);
  }

  std::string folder_;
  Catalogue catalogue_;
  ExperimentLayout layout_ = Layout();
};

}  // namespace facet

#endif  // FACET_CORE_CONFIG_CONFIG_TESTING_H_
