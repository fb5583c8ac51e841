// Room for what a stage is about to make: what it needs at least, which is certain before it
// begins, against what the machine has. A stage that cannot end well is refused at once.
#ifndef FACET_CORE_PIPELINE_ROOM_H_
#define FACET_CORE_PIPELINE_ROOM_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace facet {

// ResourceExhausted if the disk of `folder` has less than `bytes` free; `what`: "2,600,000 raw
// crops of 256 px". OK where that cannot be found out.
absl::Status CheckDisk(const std::string& folder, int64_t bytes, const std::string& what);
// The same of the memory that this process may ever have: RAM and swap, or a container's limit.
absl::Status CheckMemory(int64_t bytes, const std::string& what);

// RAM and swap, no more than a container's limit; negative: unknown.
int64_t LargestMemory();
// Bytes free on the disk of `folder`; negative: unknown.
int64_t FreeDisk(const std::string& folder);
// Where that disk is mounted: "/", "/home".
std::string DiskOf(const std::string& folder);
// "1.4 GiB".
std::string FormatBytes(int64_t bytes);

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_ROOM_H_
