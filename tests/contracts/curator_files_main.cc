// Writes what curators that begin a chain need, for their contract, into the folder that is its
// argument:
//   mirror/photographs/<name>/<number>.ppm  the contract's images
//   vggface/<name>.txt                      lists of them, and of two that are not there
//   truth.csv                               what collect is told of them
//   lists/*.csv, votes.csv, exclude.txt     tables for candidates
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "tests/contracts/curator_contract_input.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr int kListed = 14;  // images of each

absl::Status WriteCollected(const std::string& folder, const std::string& name,
                            std::string* truth) {
  std::string list;
  for (int i = 0; i < kListed; ++i) {
    // One that no host has; one that is no image.
    const std::string file = i == 4 ? "lost.ppm" : i == 7 ? "page.html" : absl::StrCat(i, ".ppm");
    const std::string url = absl::StrCat("http://photographs/", name, "/", file);
    absl::StrAppend(&list, i + 1, " ", url, " 10.00 10.00 80.00 80.00 3.00 2.50 ", i % 3 != 0,
                    "\n");
    if (i == 3) absl::StrAppend(truth, url, ",", name, ",wrong person,,\n");
  }
  FACET_RETURN_IF_ERROR(
      WriteFileAtomically(absl::StrCat(folder, "/mirror/photographs/", name, "/page.html"),
                          "<html>no longer here</html>\n"));
  return WriteFileAtomically(absl::StrCat(folder, "/vggface/", name, ".txt"), list);
}

absl::Status WriteTables(const std::string& folder, const std::vector<std::string>& names) {
  std::string popular = "name,sex,rank\n", votes = "name,sheet,annotator,shown,right\n";
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(&popular, names[i], ",", i % 2 == 0 ? "male" : "female", ",", i, "\n");
    for (int sheet = 0; sheet < 4; ++sheet) {
      absl::StrAppend(&votes, names[i], ",", sheet, ",ann,50,", i == 1 ? 30 : 48, "\n");
    }
  }
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/lists/popular.csv", popular));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/lists/more.csv", "name\nOne More\n"));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/votes.csv", votes));
  return WriteFileAtomically(folder + "/exclude.txt", "# a benchmark's\n" + names[2] + "\n");
}

absl::Status WriteAll(const std::string& folder) {
  const CuratorContractInput input;
  FACET_RETURN_IF_ERROR(input.status());
  for (const char* name : {"mirror", "vggface", "lists"}) {
    fs::create_directories(folder + "/" + name);
  }
  fs::copy(input.image_folder(), folder + "/mirror/photographs", fs::copy_options::recursive);
  std::vector<std::string> names;
  std::string truth = "url,name,what,original,detail\n";
  for (int person = 1; person <= 5; ++person) {
    names.push_back(absl::StrCat("Person_", person));
    FACET_RETURN_IF_ERROR(WriteCollected(folder, names.back(), &truth));
  }
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/truth.csv", truth));
  return WriteTables(folder, names);
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: curator_files FOLDER\n", stderr);
    return 2;
  }
  const absl::Status status = facet::WriteAll(argv[1]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "error: %s\n", std::string(status.message()).c_str());
  return 1;
}
