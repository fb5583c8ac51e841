// `facet plugins check` of //:dist, called as a user calls it.
#ifndef FACET_TESTS_PLUGIN_CHECK_PLUGIN_CHECK_H_
#define FACET_TESTS_PLUGIN_CHECK_PLUGIN_CHECK_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/program.h"

namespace facet {

class PluginCheckTest : public EndToEndTest {
 protected:
  void SetUp() override {
    root_ = std::filesystem::current_path().string();
    EndToEndTest::SetUp();
  }
  // From the repository's root.
  std::string Path(const std::string& file) const { return absl::StrCat(root_, "/", file); }
  Ending Check(const std::string& file, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"plugins", "check", Path(file)});
    return Facet(more);
  }
  // The JSON document; exit code `exit_code`.
  Json CheckJson(const std::string& file, int exit_code, std::vector<std::string> more = {}) const {
    more.emplace_back("--json");
    const Ending ending = Check(file, more);
    EXPECT_EQ(ending.exit_code, exit_code) << ending.out << ending.err;
    return ParseJson(ending.out, "stdout").value_or(Json::object());
  }

 private:
  std::string root_;
};

inline Json ComponentOf(const Json& document, const std::string& name) {
  for (const Json& component : document.value("components", Json::array())) {
    if (component.at("name") == name) return component;
  }
  ADD_FAILURE() << "no component \"" << name << "\" in " << DumpPretty(document);
  return {{"state", ""}, {"checks", Json::array()}};
}

inline std::string StateOf(const Json& document, const std::string& name) {
  return ComponentOf(document, name).at("state");
}

// "section: sentence" of all that is broken.
inline std::vector<std::string> BrokenOf(const Json& document, const std::string& name) {
  std::vector<std::string> broken;
  const Json component = ComponentOf(document, name);
  for (const Json& check : component.at("checks")) {
    for (const Json& sentence : check.value("sentences", Json::array())) {
      broken.push_back(
          absl::StrCat(check.at("name").get<std::string>(), ": ", sentence.get<std::string>()));
    }
  }
  return broken;
}

}  // namespace facet

#endif  // FACET_TESTS_PLUGIN_CHECK_PLUGIN_CHECK_H_
