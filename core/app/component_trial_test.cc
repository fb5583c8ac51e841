// Trials of components, as they are answered.
#include "core/app/component_trial.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"

namespace facet {
namespace {

std::string TrialText(const std::string& library) {
  return Dump({{"library", library},
               {"kind", "loss"},
               {"name", "softmax"},
               {"options", Json::object()},
               {"surroundings", Json::object()}});
}

// The host hands on as many lists as a command may have.
TEST(ComponentTrialTest, SeveralListsHaveOneAnswerInTheirOrder) {
  testing::internal::CaptureStdout();
  const int code = AnswerTrials({"[" + TrialText("/no/a.so") + "," + TrialText("/no/b.so") + "]",
                                 "[]", "[" + TrialText("/no/c.so") + "]"});
  const std::string output = testing::internal::GetCapturedStdout();
  EXPECT_EQ(code, 0);
  const absl::StatusOr<Json> said = ParseJson(output, "the answer");
  ASSERT_TRUE(said.ok()) << output;
  ASSERT_EQ(said->size(), 3u) << output;
  const char* const kLibraries[] = {"/no/a.so", "/no/b.so", "/no/c.so"};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NE((*said)[i].get<std::string>().find(kLibraries[i]), std::string::npos) << output;
  }
}

TEST(ComponentTrialTest, WhatIsNoListIsRefused) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(AnswerTrials({"[]", "[{"}), 4);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace facet
