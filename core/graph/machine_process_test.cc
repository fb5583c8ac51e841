#include "core/graph/machine_process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace facet {
namespace {

TEST(ProcessFields, ANameWithBracketsAndBlanksMovesNoField) {
  char before[16] = "";
  ASSERT_EQ(::prctl(PR_GET_NAME, before), 0);
  ASSERT_EQ(::prctl(PR_SET_NAME, "a) R 1 (b"), 0);
  const std::vector<std::string> fields = ProcessFields(::getpid());
  ::prctl(PR_SET_NAME, before);
  ASSERT_GT(fields.size(), 2u);
  EXPECT_EQ(fields[0], "R");
  EXPECT_EQ(fields[1], std::to_string(::getppid()));
  EXPECT_EQ(fields[2], std::to_string(::getpgrp()));
}

TEST(ProcessFields, OfNoProcessThereAreNone) { EXPECT_TRUE(ProcessFields(1 << 30).empty()); }

}  // namespace
}  // namespace facet
