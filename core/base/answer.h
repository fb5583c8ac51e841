// What a program has to say on stdout, where it may get lost: a full disk, a reader that went away.
#ifndef FACET_CORE_BASE_ANSWER_H_
#define FACET_CORE_BASE_ANSWER_H_

#include <string>

#include "absl/status/status.h"

namespace facet {

// Whether all that was printed on stdout was written. Cancelled: its reader went away; else
// Unavailable, in words with the reason where it is known.
absl::Status FlushAnswer();

// Prints it for a program that reads it. Returns the exit code: 0, or 1 after a word on stderr.
int GiveAnswer(const std::string& text);

}  // namespace facet

#endif  // FACET_CORE_BASE_ANSWER_H_
