// A worker with fake stages, for tests of the real processes.
//   write     "<text>" and the content of input "in" -> out
//   fail      a status; says something on stderr
//   crash     aborts; exit: ends with code 3 and no result; throw: an exception
//   segfault  reads at no address; loop: never ends, whatever it is asked; allocate: without end
//   leave     starts a process that never ends, and aborts
//   outlive   takes its time after its host has died; the next time: was the one before over?
//   share     what the stage before left in the memory shared through "in", if any -> out; leaves text
//   environ   its environment, a line each -> out
//   train     counts to settings.steps, a step each `step_ms`; keeps its place in the checkpoint
//             folder and stops when it is asked to; out: "steps <n>, begun at <m>"
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/base/file.h"
#include "core/worker/worker.h"

namespace facet {
namespace {

absl::Status Write(StageContext& context) {
  std::string text = context.settings().value("text", "");
  if (context.has_input("in")) {
    FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("in", "out"));
    FACET_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
    text += "+" + content;
  }
  context.Count("written", 1);
  context.Notice("wrote " + text);
  context.Progress(1, 1, "files", "");
  context.Ask("read " + text);
  return WriteFileAtomically(context.output_dir() + "/out", text);
}

absl::Status Share(StageContext& context) {
  const SharedMemory memory = context.shared("in");
  std::string found = memory ? "" : "none";
  char letter = 0;
  while (memory && ::pread(memory.file, &letter, 1, static_cast<off_t>(found.size())) == 1) {
    found += letter;
  }
  const std::string text = context.settings().value("text", "");
  if (memory && ::pwrite(memory.file, text.data(), text.size(), 0) < 0) {
    return absl::InternalError("cannot write to the shared memory");
  }
  return WriteFileAtomically(context.output_dir() + "/out", found);
}

absl::Status FailStage(StageContext& context) {
  std::fprintf(stderr, "about to fail\n");
  return context.InputFile("in", "missing").status();
}

absl::Status Crash(StageContext&) {
  std::fprintf(stderr, "last words\n");
  std::abort();
}

absl::Status ExitEarly(StageContext&) { std::exit(3); }

absl::Status Throw(StageContext&) { throw std::runtime_error("out of patience"); }

absl::Status Segfault(StageContext&) {
  ::raise(SIGSEGV);  // as the processor would
  return absl::OkStatus();
}

absl::Status Loop(StageContext&) {
  while (true) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

absl::Status Allocate(StageContext&) {
  constexpr size_t kBytes = size_t{8} << 20;
  std::vector<std::vector<char>> kept;
  while (true) kept.emplace_back(kBytes, 'x');
}

absl::Status Leave(StageContext& context) {
  if (::fork() == 0) {
    while (true) ::pause();
  }
  std::ofstream(context.checkpoint_dir() + "/left") << "x";
  std::abort();
}

absl::Status Outlive(StageContext& context) {
  const std::string folder = context.checkpoint_dir();
  if (ReadFile(folder + "/begun").ok()) {
    return WriteFileAtomically(context.output_dir() + "/out", ReadFile(folder + "/ended").ok()
                                                                  ? "after the other"
                                                                  : "beside the other");
  }
  ::prctl(PR_SET_PDEATHSIG, 0);  // as if the kernel took its time
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/begun", ""));
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  return WriteFileAtomically(folder + "/ended", "");
}

absl::Status Environment(StageContext& context) {
  std::string text;
  for (char** entry = environ; *entry != nullptr; ++entry) text += std::string(*entry) + "\n";
  return WriteFileAtomically(context.output_dir() + "/out", text);
}

absl::Status Train(StageContext& context) {
  const std::string path = context.checkpoint_dir() + "/step";
  const absl::StatusOr<std::string> kept = ReadFile(path);
  const int begun = kept.ok() ? std::atoi(kept->c_str()) : 0;
  const int steps = context.settings().at("steps");
  for (int step = begun; step < steps; ++step) {
    context.Progress(step, steps, "steps", "");
    FACET_RETURN_IF_ERROR(WriteFileAtomically(path, std::to_string(step)));
    if (context.stop_requested()) return absl::CancelledError("stopped");
    std::this_thread::sleep_for(std::chrono::milliseconds(context.settings().value("step_ms", 1)));
  }
  return WriteFileAtomically(
      context.output_dir() + "/out",
      "steps " + std::to_string(steps) + ", begun at " + std::to_string(begun));
}

}  // namespace
}  // namespace facet

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const facet::StageFunctions stages = {
      {"environ", &facet::Environment}, {"write", &facet::Write},
      {"fail", &facet::FailStage},      {"crash", &facet::Crash},
      {"exit", &facet::ExitEarly},      {"throw", &facet::Throw},
      {"train", &facet::Train},         {"segfault", &facet::Segfault},
      {"loop", &facet::Loop},           {"allocate", &facet::Allocate},
      {"leave", &facet::Leave},         {"outlive", &facet::Outlive},
      {"share", &facet::Share}};
  std::map<std::string, std::string> code;
  for (const auto& [type, function] : stages) code[type] = "code";
  return facet::RunJob(argv[2], stages, code);
}
