#include "core/plugin/called_functions.h"

#include <elf.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/status.h"

namespace facet {
namespace {

// Structs at places that a damaged file may name.
class Bytes {
 public:
  explicit Bytes(const std::string& bytes) : bytes_(bytes) {}

  template <class T>
  bool Read(uint64_t offset, T* value) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return false;
    std::memcpy(value, bytes_.data() + offset, sizeof(T));
    return true;
  }
  bool ReadText(uint64_t offset, std::string* text) const {
    if (offset >= bytes_.size()) return false;
    const size_t end = bytes_.find('\0', offset);
    if (end == std::string::npos) return false;
    *text = bytes_.substr(offset, end - offset);
    return true;
  }

 private:
  const std::string& bytes_;
};

// False: the file is not what its headers say.
bool ReadUndefined(const Bytes& bytes, std::vector<std::string>* names) {
  Elf64_Ehdr file;
  if (!bytes.Read(0, &file) || std::memcmp(file.e_ident, ELFMAG, SELFMAG) != 0 ||
      file.e_ident[EI_CLASS] != ELFCLASS64 || file.e_ident[EI_DATA] != ELFDATA2LSB) {
    return false;
  }
  const auto section = [&](uint32_t index, Elf64_Shdr* header) {
    return index < file.e_shnum &&
           bytes.Read(file.e_shoff + uint64_t{index} * file.e_shentsize, header);
  };
  for (uint32_t i = 0; i < file.e_shnum; ++i) {
    Elf64_Shdr symbols, strings;
    if (!section(i, &symbols)) return false;
    if (symbols.sh_type != SHT_DYNSYM) continue;
    if (!section(symbols.sh_link, &strings)) return false;
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols.sh_size; at += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol;
      std::string name;
      if (!bytes.Read(symbols.sh_offset + at, &symbol)) return false;
      if (symbol.st_shndx != SHN_UNDEF) continue;
      if (!bytes.ReadText(strings.sh_offset + symbol.st_name, &name)) return false;
      if (absl::StrContains(name, "5facet")) names->push_back(name);
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CalledFunctions(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string file, ReadFile(path));
  std::vector<std::string> names;
  if (!ReadUndefined(Bytes(file), &names)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": no shared library for this machine, or one that is cut off"));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace facet
