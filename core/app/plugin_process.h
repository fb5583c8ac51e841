// Plugins are loaded in a process of their own: one that crashes or hangs hurts no one. For a question
// about a component that process is this program again, which starts in a tenth of the time that
// facet-worker takes with OpenCV.
#ifndef FACET_CORE_APP_PLUGIN_PROCESS_H_
#define FACET_CORE_APP_PLUGIN_PROCESS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/child_process.h"

namespace facet {

// The commands of such processes, which print their answer on stdout: the description of a library
// (core/plugin/library.h), and, to be continued with lists, what components have against their
// options (component_trial.h).
std::vector<std::string> DescribeCommand(const std::string& library_path);
std::vector<std::string> TrialCommand();

// What `command`, such a process, says of the library. FailedPrecondition tells what the library did
// to that process, with its path.
absl::StatusOr<std::string> DescriptionFrom(const std::vector<std::string>& command,
                                            const std::string& library_path,
                                            const ChildLimits& limits);

// main() of such a process, with its exit code: 4 where a library or a list cannot be used. None:
// this is no such process.
std::optional<int> RunAsPluginProcess(int argc, char** argv);

}  // namespace facet

#endif  // FACET_CORE_APP_PLUGIN_PROCESS_H_
