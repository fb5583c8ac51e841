// SHA-256 (OpenSSL's), as lower-case hexadecimal.
#ifndef FACET_CORE_BASE_HASH_H_
#define FACET_CORE_BASE_HASH_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace facet {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view bytes);
  // 64 hexadecimal digits. Ends the computation: call once.
  std::string HexDigest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Sha256Hex(std::string_view bytes);

// Digest of a file's content. NotFound or PermissionDenied name the path.
absl::StatusOr<std::string> Sha256File(const std::string& path);

// Whether `text` is what Sha256Hex() gives: 64 digits and lower-case letters. What was read from a
// file is asked before it becomes a path.
bool IsSha256Hex(std::string_view text);

// The bytes that an even number of hexadecimal digits stand for. (Abseil has other functions of this
// in its releases of Debian 12 and of Debian 13.)
std::string BytesOfHex(std::string_view digits);

}  // namespace facet

#endif  // FACET_CORE_BASE_HASH_H_
