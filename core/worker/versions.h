// Releases of the libraries that results depend on, as the worker loads them.
#ifndef FACET_CORE_WORKER_VERSIONS_H_
#define FACET_CORE_WORKER_VERSIONS_H_

namespace facet {

// Prints {"libraries": {"torch": ..., "opencv": ...}, "details": {...}, "files": [...]} and returns
// an exit code. `libraries` enter keys; `details` (text by name) are for `facet doctor`.
// `files` are this program and the shared libraries as the loader looked them up: where one of them is another file
// now, the answer is out of date.
int PrintVersions();

}  // namespace facet

#endif  // FACET_CORE_WORKER_VERSIONS_H_
