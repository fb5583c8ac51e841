// plugins/CATALOGUE.md is what the program says of the plugins that are built.
#include "core/base/file.h"
#include "tests/end_to_end/program.h"

namespace facet {
namespace {

class CatalogueTest : public EndToEndTest {};

TEST_F(CatalogueTest, ThePageIsThatOfThePlugins) {
  const Ending made = Facet({"plugins", "catalogue"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const auto page = ReadFile(DataFile("../../plugins/CATALOGUE.md"));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_TRUE(*page == made.out)
      << "plugins/CATALOGUE.md is out of date: ./facet plugins catalogue > plugins/CATALOGUE.md";
}

}  // namespace
}  // namespace facet
