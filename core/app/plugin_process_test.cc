#include "core/app/plugin_process.h"

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

// What a shell does stands for what a library does to its process.
std::string Told(const std::string& line, const ChildLimits& limits = {}) {
  const absl::StatusOr<std::string> said =
      DescriptionFrom({"/bin/sh", "-c", line}, "/p/libx.so", limits);
  return said.ok() ? "ok: " + *said : std::string(said.status().message());
}

TEST(DescriptionFrom, ALibraryThatEndsItsProcessIsNamedWithWhatItDid) {
  const std::string cure = ": rebuild it or take it off the plugin path";
  const std::string ends = "/p/libx.so: ends its process when it is loaded ";
  EXPECT_EQ(Told("kill -SEGV $$"), ends + "(signal 11)" + cure);
  EXPECT_EQ(Told("exit 0"), ends + "(exit code 0)" + cure);
  EXPECT_EQ(Told("exit 3"), ends + "(exit code 3)" + cure);
  EXPECT_EQ(Told("echo why >&2; kill -ABRT $$"), ends + "(signal 6)" + cure + "; it said: why");
  EXPECT_EQ(
      Told("exec sleep 60", {absl::Milliseconds(100)}),
      "/p/libx.so: hangs or floods its process when it is loaded (it runs longer than 100ms)" +
          cure);
}

TEST(DescriptionFrom, AnAnswerAndARefusalAreTakenAsTheyAre) {
  EXPECT_EQ(Told("echo '{}'"), "ok: {}\n");
  EXPECT_EQ(Told("echo '/p/libx.so: not a facet plugin' >&2; exit 4"),
            "/p/libx.so: not a facet plugin");
}

}  // namespace
}  // namespace facet
