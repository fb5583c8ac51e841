// The store: its disk, whether it can be written, who uses it.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/app/finding.h"
#include "core/app/run_state.h"
#include "core/app/verb_status.h"
#include "core/base/file.h"
#include "core/base/regular_file.h"
#include "core/graph/store.h"
#include "core/pipeline/room.h"
#include "core/report/find_results.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kLittleRoom = int64_t{1} << 30;
constexpr absl::Duration kLookForSize = absl::Milliseconds(200);
constexpr absl::Duration kSkew = absl::Seconds(5);

struct FileSystem {
  std::string name;
  std::string trouble;  // empty: none
};

FileSystem FileSystemOf(const std::string& folder) {
  struct statfs info = {};
  if (::statfs(folder.c_str(), &info) != 0) return {"unknown", ""};
  const char* const kRemote =
      "on a network file system locks and times are those of its server: two machines may compute "
      "one stage twice, and a run on another machine cannot be told from a dead one";
  switch (static_cast<uint32_t>(info.f_type)) {  // statfs(2)
    case 0x6969:
      return {"NFS", kRemote};
    case 0xFF534D42:
    case 0xFE534D42:
      return {"SMB", kRemote};
    case 0x00C36400:
      return {"Ceph", kRemote};
    case 0x0BD00BD0:
      return {"Lustre", kRemote};
    case 0x65735546:
      return {"FUSE", "not every FUSE file system has locks, and renames in one step"};
    case 0x01021994:
      return {"tmpfs", "what it holds is gone after a restart, and takes memory"};
    case 0x794C7630:
      return {"overlay", "of a container: what it holds is gone with it"};
    case 0xEF53:
      return {"ext4", ""};
    case 0x9123683E:
      return {"btrfs", ""};
    case 0x58465342:
      return {"XFS", ""};
    case 0x2FC12FC1:
      return {"ZFS", ""};
    default:
      return {absl::StrCat("type 0x", absl::Hex(static_cast<uint32_t>(info.f_type))), ""};
  }
}

// The nearest folder above that is there: where a new store would be made.
std::string ExistingAbove(const std::string& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error).lexically_normal();
  while (!fs::is_directory(path, error) && path.has_relative_path()) path = path.parent_path();
  return path.string();
}

Finding StoreFinding() {
  Finding finding;
  finding.section = "store";
  return finding;
}

// A file without a name is written there, which leaves nothing.
Finding ExamineWriting(const std::string& folder) {
  Finding finding = StoreFinding();
  const int file = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  const bool has_none = file < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL);
  const bool written = file >= 0 && ::write(file, "facet", 5) == 5 && ::fsync(file) == 0;
  const int reason = errno;
  struct stat own = {};
  const bool has_time = written && ::fstat(file, &own) == 0;
  if (file >= 0) ::close(file);
  const bool may = written || (has_none && ::access(folder.c_str(), W_OK | X_OK) == 0);
  finding.facts = {{"writable", may}};
  if (!may) {
    finding.level = Finding::Level::kProblem;
    finding.text = absl::StrCat("cannot be written: ", std::strerror(reason));
    finding.cure = "give yourself leave to write there, make room, or name another store (--store)";
    return finding;
  }
  finding.text = "can be written";
  if (!has_time) return finding;
  const absl::Duration ahead = absl::TimeFromTimespec(own.st_mtim) - absl::Now();
  finding.facts["clock_ahead_s"] = absl::ToDoubleSeconds(ahead);
  if (ahead > kSkew || ahead < -kSkew) {
    finding.level = Finding::Level::kWarning;
    absl::StrAppend(&finding.text, "; its clock differs from this machine's by ",
                    absl::FormatDuration(absl::Trunc(absl::AbsDuration(ahead), absl::Seconds(1))));
    finding.cure = "set both clocks by the same server: files are known by their times";
  }
  return finding;
}

// What stands where the store has a folder or a file, and so lets nobody work with it.
Findings ExamineParts(const std::string& store) {
  Findings findings;
  const auto add = [&findings](const std::string& text) {
    Finding finding = StoreFinding();
    finding.level = Finding::Level::kProblem;
    finding.text = text;
    finding.cure = "move it away, or name another store (--store)";
    findings.push_back(finding);
  };
  const std::string cache = Store::CacheFolder(store);
  std::vector<std::string> folders = {store, store + "/runs", store + "/cache", cache};
  for (const char* part : {"ac", "cas", "tmp", "checkpoints", "locks"}) {
    folders.push_back(absl::StrCat(cache, "/", part));
  }
  for (const std::string& folder : folders) {
    std::error_code error;
    const fs::file_status own = fs::symlink_status(folder, error);
    if (!fs::exists(own) || fs::is_directory(folder, error)) continue;
    add(absl::StrCat(folder, " is no folder, where facet has one"));
  }
  for (const char* file : {"in_use.lock", "entries.sqlite", "entries.sqlite-journal",
                           "index.sqlite", "index.sqlite-journal"}) {
    const absl::Status own = CheckRegularFile(absl::StrCat(cache, "/", file));
    if (!own.ok()) add(std::string(own.message()));
  }
  return findings;
}

struct StoreSize {
  int64_t bytes = 0, files = 0;
  bool is_whole = true;  // false: there is more than was counted in time
};

StoreSize SizeOfStore(const std::string& folder) {
  StoreSize size;
  const absl::Time end = absl::Now() + kLookForSize;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), last; !error && it != last;
       it.increment(error)) {
    std::error_code gone;
    if (!it->is_regular_file(gone)) continue;
    const auto bytes = it->file_size(gone);
    if (!gone) size.bytes += static_cast<int64_t>(bytes);
    if (++size.files % 256 == 0 && absl::Now() > end) {
      size.is_whole = false;
      break;
    }
  }
  return size;
}

Finding ExamineSize(const std::string& store) {
  Finding finding = StoreFinding();
  const StoreSize size = SizeOfStore(store);
  finding.text = absl::StrCat(size.is_whole ? "" : "more than ", FormatBytes(size.bytes), " in ",
                              size.is_whole ? "" : "more than ", size.files, " files");
  finding.facts = {{"bytes", size.bytes}, {"files", size.files}, {"all_counted", size.is_whole}};
  return finding;
}

Finding ExamineRoom(const std::string& folder) {
  Finding finding = StoreFinding();
  const int64_t free = FreeDisk(folder);
  finding.text = absl::StrCat(FormatBytes(free), " free on the disk at ", DiskOf(folder));
  finding.facts = {{"free_bytes", free}, {"disk", DiskOf(folder)}};
  if (free >= 0 && free < kLittleRoom) {
    finding.level = Finding::Level::kWarning;
    finding.cure =
        "crops and networks take gigabytes: make room there, or name a store on another "
        "disk (--store)";
  }
  return finding;
}

// Locks (flock) that processes of this machine hold: device and inode of the files.
std::set<std::pair<dev_t, ino_t>> HeldLocks() {
  std::set<std::pair<dev_t, ino_t>> held;
  std::ifstream stream("/proc/locks");  // "1: FLOCK  ADVISORY  WRITE 4711 fe:00:9986572 0 EOF"
  for (std::string line; std::getline(stream, line);) {
    char kind[16] = "", manner[16] = "", access[16] = "";
    long long pid = 0;
    unsigned major_number = 0, minor_number = 0;
    unsigned long long inode = 0;
    const int read = std::sscanf(line.c_str(), "%*d: %15s %15s %15s %lld %x:%x:%llu", kind, manner,
                                 access, &pid, &major_number, &minor_number, &inode);
    if (read == 7 && std::strcmp(kind, "FLOCK") == 0) {
      held.insert({::makedev(major_number, minor_number), inode});
    }
  }
  return held;
}

// "train of row 3", if one of the runs that are going says so.
std::string StageOfKey(const std::string& key, const std::vector<RunStatus>& going) {
  for (const RunStatus& run : going) {
    for (const StageStatus& stage : run.stages) {
      if (stage.key == key) return absl::StrCat(stage.name, " of ", run.name);
    }
  }
  return "";
}

// Without taking one, which would hold up who comes for it.
Findings ExamineLocks(const std::string& store, const std::vector<RunStatus>& going) {
  const std::string folder = store + "/cache/v1/locks";
  const auto held = HeldLocks();
  struct stat own = {};
  DIR* const names = ::opendir(folder.c_str());
  if (names == nullptr) return {};
  Findings findings;
  while (const dirent* const entry = ::readdir(names)) {
    const std::string path = absl::StrCat(folder, "/", entry->d_name);
    bool may_be = false;
    for (const auto& [device, inode] : held) may_be = may_be || inode == entry->d_ino;
    if (!may_be || ::stat(path.c_str(), &own) != 0 || held.count({own.st_dev, own.st_ino}) == 0) {
      continue;
    }
    Finding finding = StoreFinding();
    const std::string key = fs::path(path).stem().string();
    const std::string stage = StageOfKey(key, going);
    const std::string holder = ReadRegularFile(path).value_or("another process");
    finding.text =
        absl::StrCat("lock of ", stage.empty() ? key.substr(0, 12) : stage, ": held by ", holder);
    finding.facts = {{"key", key}, {"holder", holder}};
    findings.push_back(finding);
  }
  ::closedir(names);
  return findings;
}

Findings ExamineRuns(const std::vector<RunStatus>& going) {
  Findings findings;
  for (const RunStatus& run : going) {
    Finding finding;
    finding.section = "runs";
    finding.text = absl::StrCat(run.name, ": ", DescribeLife(run, absl::Now()));
    finding.facts = {{"run", run.name}, {"folder", run.folder}};
    findings.push_back(finding);
  }
  if (going.empty()) findings.push_back({Finding::Level::kOk, "runs", "none is going", ""});
  return findings;
}

}  // namespace

Findings ExamineStore(const std::string& store) {
  std::error_code error;
  const bool is_there = fs::is_directory(store, error);
  Findings wrong = ExamineParts(store);
  const std::string folder = is_there ? store : ExistingAbove(store);
  const FileSystem system = FileSystemOf(folder);
  Finding place = StoreFinding();
  place.text =
      absl::StrCat(fs::absolute(store, error).lexically_normal().string(),
                   is_there || !wrong.empty() ? "" : ": not there yet, the first run makes it",
                   ", ", system.name);
  place.facts = {{"folder", fs::absolute(store, error).lexically_normal().string()},
                 {"there", is_there},
                 {"file_system", system.name}};
  if (!system.trouble.empty()) {
    place.level = Finding::Level::kWarning;
    place.cure = absl::StrCat(system.trouble, "; a store on a local disk has no such trouble");
  }
  Findings findings = {place, ExamineWriting(folder), ExamineRoom(folder)};
  for (Finding& finding : wrong) findings.push_back(std::move(finding));
  if (is_there) findings.push_back(ExamineSize(store));
  std::vector<RunStatus> going;
  for (const std::string& run_folder : RunFolders(store)) {
    if (!IsGoing(run_folder)) continue;
    if (absl::StatusOr<RunStatus> run = ReadRun(run_folder); run.ok()) going.push_back(*run);
  }
  for (Finding& finding : ExamineLocks(store, going)) findings.push_back(std::move(finding));
  for (Finding& finding : ExamineRuns(going)) findings.push_back(std::move(finding));
  return findings;
}

}  // namespace facet
