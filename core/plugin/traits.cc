#include "core/plugin/traits.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/kinds.h"
#include "core/base/status.h"

namespace facet {
namespace {

absl::Status CheckKind(const std::string& kind, const std::string& name) {
  if (FindKind(kind) != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("\"", name, "\" is of the unknown kind \"", kind,
                   "\"; kinds: ", absl::StrJoin(KindNames(), ", ")));
}

// `what` it is that the component claims, which its kind does not have.
absl::Status Refusal(const std::string& kind, const std::string& name, const std::string& what) {
  const std::vector<std::string> own = TraitNames(Traits::OfKind(kind));
  return absl::FailedPreconditionError(
      absl::StrCat(kind, " \"", name, "\" claims ", what, "; ", PluralOf(kind), " have ",
                   own.empty() ? "none" : absl::StrJoin(own, ", ")));
}

std::string OfAnotherKind(const TraitInfo& info) {
  return absl::StrCat("the trait \"", info.name, "\" of ", PluralOf(info.kind));
}

}  // namespace

std::vector<std::string> TraitNames(Traits traits) {
  std::vector<std::string> names;
  for (const TraitInfo& info : kTraitTable) {
    if (traits.Has(info.trait)) names.emplace_back(info.name);
  }
  return names;
}

absl::StatusOr<Traits> TraitsFromBits(const std::string& kind, const std::string& name,
                                      uint32_t bits) {
  FACET_RETURN_IF_ERROR(CheckKind(kind, name));
  const Traits traits = Traits::OfBits(bits);
  const Traits foreign = traits.Without(Traits::OfKind(kind));
  if (foreign.empty()) return traits;
  for (const TraitInfo& info : kTraitTable) {
    if (foreign.Has(info.trait)) return Refusal(kind, name, OfAnotherKind(info));
  }
  return Refusal(kind, name,
                 absl::StrCat("an unknown trait (bits 0x", absl::Hex(foreign.bits()), ")"));
}

absl::StatusOr<Traits> TraitsFromNames(const std::string& kind, const std::string& name,
                                       const std::vector<std::string>& names) {
  FACET_RETURN_IF_ERROR(CheckKind(kind, name));
  uint32_t bits = 0;
  for (const std::string& trait : names) {
    const TraitInfo *own = nullptr, *foreign = nullptr;
    for (const TraitInfo& info : kTraitTable) {
      if (trait == info.name) (kind == info.kind ? own : foreign) = &info;
    }
    if (own == nullptr) {
      return Refusal(kind, name,
                     foreign != nullptr ? OfAnotherKind(*foreign)
                                        : absl::StrCat("an unknown trait \"", trait, "\""));
    }
    bits |= Traits({own->trait}).bits();
  }
  return Traits::OfBits(bits);
}

}  // namespace facet
