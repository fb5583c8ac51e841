// `facet run --watch`: which files the run of an experiment reads, and the run in a process of its own
// (watch.h).
#ifndef FACET_CORE_APP_WATCHED_RUN_H_
#define FACET_CORE_APP_WATCHED_RUN_H_

#include "core/app/verb.h"
#include "core/app/watch.h"

namespace facet {

// The experiment file, what it extends, its reference; the files and folders that options name, but
// for those that the run itself writes; the plugin folders. A file with mistakes gives what could be
// read of it.
WatchedPaths PathsOfRun(const ExperimentArguments& arguments, const VerbContext& context);

// Runs the same command line without --watch, whenever one of these changes.
int WatchRun(const ExperimentArguments& arguments, const VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_WATCHED_RUN_H_
