// What an earlier stage collected, where a later one goes on: nothing is fetched twice, and nothing
// is lost.
#ifndef FACET_PLUGINS_CURATORS_SEARCH_EARLIER_IMAGES_H_
#define FACET_PLUGINS_CURATORS_SEARCH_EARLIER_IMAGES_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/curator.h"
#include "plugins/curators/download/downloader.h"
#include "plugins/curators/search/collected_truth.h"
#include "plugins/curators/search/query_expansion.h"
#include "plugins/manifest/manifest.h"

namespace facet {

struct Collection;

class EarlierImages {
 public:
  // All rows of the manifest, removed ones too.
  static absl::StatusOr<EarlierImages> Read(const Manifest& manifest);

  int64_t size() const { return static_cast<int64_t>(images_.size()); }
  // Leaves out the hits that are rows already: of one person, engine, query and URL. How many.
  int64_t LeaveOutKnown(Collection* collection) const;
  // Files are of one folder: those of `from` become part of `to` too.
  absl::Status HandOnFiles(const std::string& from, const std::string& to) const;
  // A request whose URL this person has a file of is none: its result is that file.
  struct Parted {
    std::vector<DownloadRequest> requests;  // to be fetched
    std::vector<DownloadResult> results;    // of all of `plan`; those of `requests` are empty
    std::vector<size_t> place;              // of each of `requests` in `results`

    void Take(const std::vector<DownloadResult>& fetched) {
      for (size_t i = 0; i < fetched.size(); ++i) results[place[i]] = fetched[i];
    }
  };
  Parted Part(const DownloadPlan& plan) const;
  // For the truth, which is told anew of all images.
  const std::vector<CollectedImage>& images() const { return images_; }

 private:
  struct File {
    std::string path, bytes_sha256;
    int64_t num_bytes = 0;
  };
  std::vector<CollectedImage> images_;
  std::set<std::tuple<int64_t, std::string, std::string, std::string>> hits_;
  std::map<std::string, File> files_;  // by the id of its request (PlanDownloads)
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_SEARCH_EARLIER_IMAGES_H_
