// What the kernel says of processes on this machine.
#ifndef FACET_CORE_GRAPH_MACHINE_PROCESS_H_
#define FACET_CORE_GRAPH_MACHINE_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace facet {

// The name of this machine, as locks and working folders bear it.
std::string MachineName();

// The fields of /proc/<pid>/stat behind the process's name, which may hold blanks and brackets: its
// state, parent, group, ... (proc(5), from the third on). Empty: there is no such process.
std::vector<std::string> ProcessFields(pid_t pid);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_MACHINE_PROCESS_H_
