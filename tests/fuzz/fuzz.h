// What fuzz targets share. A target is one source that defines Fuzz(), which calls one reader of
// facet with bytes that anybody may have written: an error is an answer, a crash, undefined
// behaviour, memory or time without bound and a FACET_CHECK that fails are findings.
#ifndef FACET_TESTS_FUZZ_FUZZ_H_
#define FACET_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace facet {

void Fuzz(std::string_view bytes);

// A folder of this process, in TMPDIR, for readers that want files; gone when it ends.
const std::string& FuzzFolder();

// Writes a file of that folder, in the place of the one of that name; its path.
std::string WriteFuzzFile(const std::string& name, std::string_view bytes);

// The parts of an input for readers of several texts: a line of "%%" alone is between two of them.
// Always `count`; those that are missing are empty.
std::vector<std::string_view> FuzzParts(std::string_view bytes, size_t count);

}  // namespace facet

#endif  // FACET_TESTS_FUZZ_FUZZ_H_
