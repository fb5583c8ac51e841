#include "core/config/json_schema.h"

#include "core/config/config_testing.h"
#include "core/config/document.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

// tests/bad_experiments/schema_test validates the real files; here is what the parts look like.
class JsonSchemaTest : public testing::Test {
 protected:
  JsonSchemaTest()
      : catalogue_(MakeFixtureCatalogue(testing::TempDir() + "/json_schema")),
        schema_(ExperimentSchema(Layout(), catalogue_)),
        row_(schema_["properties"]["row"]["items"]["properties"]) {}

  const Catalogue catalogue_;
  const Json schema_, row_;
};

TEST_F(JsonSchemaTest, OptionsHaveTypeRangeDefaultAndText) {
  const Json settings = row_["train"]["properties"]["schedule"]["properties"];
  EXPECT_EQ(settings["lr"], (Json{{"type", "number"},
                                  {"exclusiveMinimum", 0.0},
                                  {"default", 0.25},
                                  {"description", "learning rate"}}));
  EXPECT_EQ(settings["epochs"]["type"], "integer");
  EXPECT_EQ(settings["epochs"]["minimum"], 1.0);
  EXPECT_EQ(settings["rates"]["type"], "array");
  EXPECT_EQ(settings["rates"]["items"]["exclusiveMinimum"], 0.0);
  EXPECT_EQ(settings["flip"]["type"], "boolean");
  EXPECT_EQ(row_["seed"]["default"], 1);
}

TEST_F(JsonSchemaTest, AComponentIsOneOfItsKindOrOptionsOfOneThatIsNamedElsewhere) {
  EXPECT_EQ(row_["train"]["properties"]["loss"]["allOf"][0]["$ref"], "#/definitions/loss");
  const Json alternatives = schema_["definitions"]["loss"]["anyOf"];
  const std::vector<std::string> names = catalogue_.Names("loss");
  ASSERT_EQ(alternatives.size(), names.size() + 1);
  for (const Json& each : alternatives) {
    EXPECT_EQ(each["additionalProperties"], false);
    const bool is_named = each["properties"].contains("use");
    EXPECT_EQ(is_named, &each != &alternatives.back());
    if (!is_named) continue;
    const ComponentInfo* component =
        catalogue_.Find("loss", each["properties"]["use"]["const"].get<std::string>());
    ASSERT_NE(component, nullptr);
    for (const OptionSpec& option : component->options) {
      EXPECT_TRUE(each["properties"].contains(option.name));
      EXPECT_TRUE(alternatives.back()["properties"].contains(option.name));
    }
  }
  // A table of settings that slots lie in.
  EXPECT_TRUE(row_["embed"]["properties"].contains("lr"));
  EXPECT_TRUE(row_["embed"]["properties"].contains("loss"));
}

// Keys are the reader's own, so that a new one is in the schema; those of rows are no keys of base.
TEST_F(JsonSchemaTest, HasTheKeysOfFileAndRow) {
  for (const std::string& key : FileKeys()) EXPECT_TRUE(schema_["properties"].contains(key)) << key;
  for (const std::string& key : RowKeys()) EXPECT_TRUE(row_.contains(key)) << key;
  const Json base = schema_["properties"]["base"]["properties"];
  EXPECT_TRUE(base.contains("unset"));
  EXPECT_FALSE(base.contains("id"));
  EXPECT_EQ(schema_["required"], Json::array({"schema"}));
}

}  // namespace
}  // namespace facet
