// What a process of its own, which a library can hurt, answers of that library on stdout.
#ifndef FACET_CORE_PLUGIN_LIBRARY_ANSWER_H_
#define FACET_CORE_PLUGIN_LIBRARY_ANSWER_H_

#include <string>

namespace facet {

// Prints DescribeLibrary() (library.h). Returns the exit code: 0, or with the reason on stderr 4 for
// a library that is not a usable plugin, 1 for an answer that could not be written.
int AnswerDescription(const std::string& library_path);

}  // namespace facet

#endif  // FACET_CORE_PLUGIN_LIBRARY_ANSWER_H_
