// What most of our sources include of other projects; precompiled (precompiled.bzl). A source still includes what it
// uses: without this file it compiles too (--define=sources=alone).
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
// For the sake of the literal ""_json, which we do not use, GCC would instantiate the parser in every source: it is
// declared, and what would be its body belongs to a template that nobody calls.
#define _json(...)         \
  _json(__VA_ARGS__);      \
  template <typename Char> \
  nlohmann::json UnusedLiteral(const Char* s, std::size_t n)
#include "nlohmann/json.hpp"
#undef _json
