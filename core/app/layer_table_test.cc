#include "core/app/layer_table.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> HeadsOf(const Grid& grid) {
  std::vector<std::string> heads;
  for (const GridColumn& column : grid.columns) heads.push_back(column.head);
  return heads;
}

std::vector<std::string> LayerAt(const Grid& grid, size_t row) {
  std::vector<std::string> cells;
  for (const GridColumn& column : grid.columns) cells.push_back(column.cells.at(row).text);
  return cells;
}

Json SmallNetwork() {
  return {{"architecture", "vgg"},
          {"input", {3, 224, 224}},
          {"dimension", 4096},
          {"layers",
           {{{"name", "conv1_1"},
             {"operation", "conv2d"},
             {"kernel", {3, 3}},
             {"stride", {1, 1}},
             {"padding", {1, 2}},
             {"in", 3},
             {"filters", 64},
             {"output", {64, 224, 224}},
             {"parameters", 1792},
             {"multiply_adds", 86704128}},
            {{"name", ""},
             {"operation", "relu"},
             {"output", {64, 224, 224}},
             {"parameters", 0},
             {"multiply_adds", 0}},
            {{"name", "own"},
             {"operation", "foreign"},
             {"output", {4096}},
             {"parameters", 10},
             {"multiply_adds", nullptr}}}},
          {"parameters", 1809},
          {"multiply_adds", nullptr}};
}

TEST(LayerTableTest, ALineForEachLayerAndTheTotal) {
  const Grid grid = LayerGrid(SmallNetwork());
  EXPECT_THAT(HeadsOf(grid), ElementsAre("layer", "operation", "support", "filter dim", "filters",
                                         "stride", "pad", "output", "parameters", "multiply-adds"));
  EXPECT_THAT(LayerAt(grid, 0), ElementsAre("conv1_1", "conv2d", "3×3", "3", "64", "1", "1×2",
                                            "64×224×224", "1,792", "86,704,128"));
  EXPECT_THAT(LayerAt(grid, 1),
              ElementsAre("", "relu", "–", "–", "–", "–", "–", "64×224×224", "–", "–"));
  // What is not known is no number, in the total neither.
  EXPECT_THAT(LayerAt(grid, 2),
              ElementsAre("own", "foreign", "–", "–", "–", "–", "–", "4,096", "10", "not known"));
  EXPECT_THAT(LayerAt(grid, 3),
              ElementsAre("total", "", "–", "–", "–", "–", "–", "–", "1,809", "not known"));
  EXPECT_THAT(grid.notes, testing::Contains(HasSubstr("7 parameters are of no operation")));
}

TEST(LayerTableTest, SaysWhetherTheLossIsInIt) {
  Json layers = SmallNetwork();
  const std::string without = LayerTable(layers, {});
  EXPECT_THAT(without, HasSubstr("vgg: input 3×224×224, descriptor 4,096\n"));
  EXPECT_THAT(without, HasSubstr("--classes NUMBER"));
  layers["loss"] = "softmax";
  layers["classes"] = 2622;
  layers["parameters"] = nullptr;
  const std::string with = LayerTable(layers, {});
  EXPECT_THAT(with, HasSubstr("the loss softmax learns for 2,622 people"));
  EXPECT_THAT(with, Not(HasSubstr("--classes")));
  EXPECT_THAT(with, HasSubstr("holds its weights itself"));
}

}  // namespace
}  // namespace facet
