// A layout with slots whose names a row gives, defaults and keys of before, for tests.
#ifndef FACET_CORE_CONFIG_NAMED_SLOTS_TESTING_H_
#define FACET_CORE_CONFIG_NAMED_SLOTS_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/config/config_testing.h"
#include "core/config/resolved.h"
#include "gtest/gtest.h"

namespace facet {

struct Phase {
  int64_t epochs = 0;
  std::string file;
  void Visit(OptionVisitor& v) {
    v("epochs", epochs, AtLeast(0), "passes");
    v("file", file, InputFile(), "a file");
  }
};
struct Group {
  bool frozen = false;
  void Visit(OptionVisitor& v) { v("frozen", frozen, Any(), "stays as it is"); }
};
struct Loop {
  int64_t batch = 64, epochs = 90;
  void Visit(OptionVisitor& v) {
    v("batch", batch, AtLeast(1), "images per step");
    v("epochs", epochs, AtLeast(1), "passes");
  }
};

inline ExperimentLayout NamedLayout() {
  const auto component = [](const char* path, const char* kind, const char* use = "") {
    Slot slot = MakeSlot(path, Slot::Fill::kComponent, kind, "[]");
    slot.default_use = use;
    return slot;
  };
  const auto settings = [](const char* path, const std::string& schema) {
    return MakeSlot(path, Slot::Fill::kSettings, "", schema);
  };
  ExperimentLayout layout;
  layout.slots = {component("train.loss", "loss"),
                  settings("train", SchemaOf<Loop>()),
                  component("train.optimizer", "optimizer", "sgd"),
                  component("train.schedule", "schedule", "plateau"),
                  component("train.augmentation.*", "augmentation", "crop flip"),
                  settings("train.groups.*", SchemaOf<Group>()),
                  settings("train.phases.*", SchemaOf<Phase>()),
                  component("train.phases.*.schedule", "schedule"),
                  settings("train.phases.*.groups.*", SchemaOf<Group>()),
                  MakeSlot("train.phases.*.from", Slot::Fill::kRow, "", "[]"),
                  settings("embed", SchemaOf<Loop>()),
                  component("embed.loss", "loss"),
                  component("embed.optimizer", "optimizer", "sgd")};
  for (size_t i = layout.slots.size() - 3; i < layout.slots.size(); ++i) {
    layout.slots[i].optional_group = "embed";
  }
  layout.moved = {{"train.optimizer.rates", "train.schedule.rates"},
                  {"train.optimizer.nesterov", "train.schedule.nesterov"},
                  {"train.optimizer.batch", "train.batch"},
                  {"train.augment.erase", "train.augmentation.erase.probability"},
                  {"train.augment.blur", "train.augmentation.blur.probability"}};
  return layout;
}

class NamedSlotsTest : public ConfigTest {
 protected:
  NamedSlotsTest() { layout_ = NamedLayout(); }

  static std::string Order(const LoadResult& result, size_t row,
                           const std::string& path = "train.augmentation") {
    if (row >= result.experiment.rows.size()) return "no such row";
    const auto& order = result.experiment.rows[row].order;
    return order.count(path) == 0 ? "none" : absl::StrJoin(order.at(path), " ");
  }
  static std::string OriginOf(const LoadResult& result, size_t row, const std::string& path) {
    const auto& origins = result.experiment.rows.at(row).origins;
    return origins.count(path) == 0 ? "none" : OriginText(origins.at(path));
  }
  // "E0210 3:25" of every problem.
  static std::string Places(const LoadResult& result) {
    return absl::StrJoin(result.diagnostics, ", ", [](std::string* out, const Diagnostic& problem) {
      absl::StrAppend(out, problem.code, " ", problem.origin.line, ":", problem.origin.column);
    });
  }
  // What `facet show` prints says the same again.
  void ExpectSameAgain(const LoadResult& result) {
    ASSERT_TRUE(result.ok()) << Text(result);
    const std::string text = ResolvedToml(result.experiment);
    const LoadResult again = LoadFile(Write("shown.toml", text));
    EXPECT_TRUE(again.diagnostics.empty()) << Text(again) << text;
    ASSERT_EQ(again.experiment.rows.size(), result.experiment.rows.size());
    for (size_t i = 0; i < again.experiment.rows.size(); ++i) {
      EXPECT_EQ(Json(again.experiment.rows[i].slots), Json(result.experiment.rows[i].slots))
          << text;
      EXPECT_EQ(again.experiment.rows[i].order, result.experiment.rows[i].order) << text;
    }
  }
};

}  // namespace facet

#endif  // FACET_CORE_CONFIG_NAMED_SLOTS_TESTING_H_
