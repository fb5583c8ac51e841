#include "plugins/miners/keyed_permutation.h"

#include <cmath>

#include "core/base/check.h"
#include "core/base/random.h"

namespace facet {

uint64_t MixBits(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

KeyedPermutation::KeyedPermutation(int64_t size, uint64_t key) : size_(size) {
  FACET_CHECK(size >= 0 && size <= int64_t{1} << 62);
  Random random(key);
  for (uint64_t& each : keys_) each = random.Bits();
  if (size == 0) return;
  const auto count = static_cast<uint64_t>(size);
  left_ = static_cast<uint64_t>(std::sqrt(static_cast<double>(size)));
  while (left_ * left_ < count) ++left_;  // the root's rounding included
  right_ = (count + left_ - 1) / left_;
}

uint64_t KeyedPermutation::Encrypt(uint64_t index) const {
  uint64_t left = index / right_, right = index % right_;
  for (size_t round = 0; round < keys_.size(); round += 2) {
    left = (left + MixBits(right ^ keys_[round]) % left_) % left_;
    right = (right + MixBits(left ^ keys_[round + 1]) % right_) % right_;
  }
  return left * right_ + right;
}

int64_t KeyedPermutation::operator[](int64_t index) const {
  FACET_CHECK(index >= 0 && index < size_);
  uint64_t value = Encrypt(static_cast<uint64_t>(index));
  while (value >= static_cast<uint64_t>(size_)) value = Encrypt(value);
  return static_cast<int64_t>(value);
}

}  // namespace facet
