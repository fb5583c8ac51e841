#include "core/app/library_tools.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LibraryTools, RuntimesAreThoseThatTheLinkerFinds) {
  const LibraryRuntimes runtimes = ParseRuntimes(
      "\tlinux-vdso.so.1 (0x00007ffd)\n"
      "\tlibasan.so.8 => /opt/gcc/lib/libasan.so.8 (0x00007f5e)\n"
      "\tlibubsan.so.1 => not found\n"
      "\tlibtorch_cpu.so.1.13 => /lib/libtorch_cpu.so.1.13 (0x00007f5f)\n"
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f60)\n");
  EXPECT_EQ(runtimes.address, "/opt/gcc/lib/libasan.so.8");
  EXPECT_EQ(runtimes.thread, "");
  EXPECT_TRUE(runtimes.has_torch);
  EXPECT_FALSE(ParseRuntimes("\tstatically linked\n").has_torch);
}

// The last lines of reports of GCC 12's runtimes.
TEST(LibraryTools, ASanitizersSummariesAreItsFindings) {
  EXPECT_THAT(
      SanitizerFindings("==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602\n"
                        "    #0 0x7f in Detect wrong.cc:12\n"
                        "SUMMARY: AddressSanitizer: heap-buffer-overflow wrong.cc:12 in Detect\n"),
      ElementsAre("AddressSanitizer: heap-buffer-overflow wrong.cc:12 in Detect"));
  EXPECT_THAT(SanitizerFindings("wrong.cc:3:7: runtime error: division by zero\n"),
              ElementsAre("UndefinedBehaviorSanitizer: wrong.cc:3:7: runtime error: division by "
                          "zero"));
  EXPECT_THAT(SanitizerFindings(""), IsEmpty());
}

std::string Error(const std::string& kind, const std::string& what,
                  const std::vector<std::string>& objects) {
  std::string error = absl::StrCat("<error><kind>", kind, "</kind><what>", what, "</what><stack>");
  for (const std::string& object : objects) {
    absl::StrAppend(&error, "<frame><obj>", object, "</obj><fn>f(std::vector&lt;int&gt;)</fn>",
                    "<file>x.cc</file><line>3</line></frame>");
  }
  return error + "</stack></error>\n";
}

TEST(LibraryTools, ValgrindsFindingsAreThoseOfTheLibrary) {
  const std::string read = "Invalid read of size 4";
  const auto findings = [](const std::string& xml) {
    return ValgrindFindings(xml, "/libmine.so", "/facet-contract");
  };
  EXPECT_THAT(findings(Error("InvalidRead", read, {"/lib/libc.so.6", "/libmine.so", "/other"})),
              ElementsAre("Invalid read of size 4: f(std::vector<int>) (x.cc:3)"));
  EXPECT_THAT(findings(Error("InvalidRead", read, {"/libtorch.so", "/facet-contract"})), IsEmpty());
  const std::string jump = "Conditional jump depends on uninitialised value(s)";
  EXPECT_THAT(findings(Error("UninitCondition", jump, {"/lib/libc.so.6", "/facet-contract"})),
              testing::SizeIs(1));
  EXPECT_THAT(findings(Error("UninitCondition", jump, {"/libtorch.so", "/libmine.so"})), IsEmpty());
  const std::string one = Error("InvalidRead", read, {"/libmine.so"});
  EXPECT_THAT(findings(one + one + one.substr(0, one.size() / 2)), testing::SizeIs(1));
}

}  // namespace
}  // namespace facet
