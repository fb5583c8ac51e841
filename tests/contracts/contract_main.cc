// facet-contract [--component [KIND/]NAME] [--first N] [--report FILE] LIBRARY [OPTIONS_JSON]: exit
// code 0 if every component of the library keeps the contract of its kind, else 1 and one line for
// each broken sentence. `facet plugins check` calls it.
//
//   --component  that one alone
//   --first      from this one on, counted from 0
//   --report     appends what it has to say to FILE, at once and one JSON object a line (Tell in
//                contract_checks.h)
//
// It is linked without LibTorch. For a library with components that it has no contract for the
// process becomes facet-torch-contract, which lies beside it.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "core/api/kinds.h"
#include "core/base/child_process.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

// Appends; each line in one call, so that none is lost with the process.
class Journal {
 public:
  explicit Journal(const std::string& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {}
  bool is_open() const { return file_ >= 0; }
  void Write(const Json& event) const {
    const std::string line = Dump(event) + "\n";
    for (size_t done = 0; done < line.size();) {
      const ssize_t size = ::write(file_, line.data() + done, line.size() - done);
      if (size <= 0) return;
      done += static_cast<size_t>(size);
    }
  }

 private:
  const int file_;
};

// A kind of facet's whose contract is not linked here.
bool NeedsTheOther(const std::string& library) {
  const absl::StatusOr<const PluginLibrary*> opened = PluginLibrary::Open(library);
  if (!opened.ok()) return false;
  const auto checks = KindChecks();
  const PluginDescriptor& descriptor = (*opened)->descriptor();
  for (uint32_t i = 0; i < descriptor.num_components; ++i) {
    if (checks.count(descriptor.components[i].kind) == 0) return true;
  }
  return false;
}

int Usage() {
  std::fprintf(stderr,
               "usage: facet-contract [--component [KIND/]NAME] [--first N] [--report FILE] "
               "LIBRARY [OPTIONS_JSON]\n");
  return 2;
}

int Main(const std::vector<std::string>& words) {
  CheckRequest request;
  std::string report;
  size_t next = 1;
  for (; next + 1 < words.size() && words[next].rfind("--", 0) == 0; next += 2) {
    const std::string& value = words[next + 1];
    if (words[next] == "--component") {
      request.component = value;
    } else if (words[next] == "--report") {
      report = value;
    } else if (words[next] != "--first" || !absl::SimpleAtoi(value, &request.first)) {
      return Usage();
    }
  }
  const size_t rest = words.size() - next;
  if (rest != 1 && rest != 2) return Usage();
  request.library = words[next];
  if (rest == 2) request.options_json = words[next + 1];
  if (!report.empty()) DieWithParent();  // the host, which reads it
  if (NeedsTheOther(request.library)) {
    std::vector<std::string> command = words;
    command[0] = ProgramFolder() + "/facet-torch-contract";
    const absl::Status status = BecomeProgram(command);
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return 1;
  }
  const Journal journal(report.empty() ? "/dev/null" : report);
  if (!journal.is_open()) {
    std::fprintf(stderr, "cannot write %s\n", report.c_str());
    return 1;
  }
  request.tell = [&journal](const Json& event) { journal.Write(event); };
  const auto broken = CheckLibrary(request);
  for (const std::string& sentence : broken) std::fprintf(stderr, "broken: %s\n", sentence.c_str());
  return broken.empty() ? 0 : 1;
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) { return facet::Main({argv, argv + argc}); }
