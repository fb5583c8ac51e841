// What terms of pairs (pair_terms.h) take of a few rows of a matrix, and what they give back.
#ifndef FACET_PLUGINS_LOSSES_TERM_ROWS_H_
#define FACET_PLUGINS_LOSSES_TERM_ROWS_H_

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "plugins/losses/mask_loops.h"
#include "plugins/losses/pair_terms.h"
#include "plugins/losses/term_kernels.h"

namespace facet {

// A matrix [., size], row by row, and rows [begin, end) of it.
template <class T>
struct ValueRows {
  const T* values;
  int64_t size, begin, end;
  const T* Row(int64_t i) const { return values + i * size; }
};

// The masked entries of rows, of one mask or of two.
class RowMasks {
 public:
  RowMasks(const PairTerm& term, int64_t size)
      : mask_(term.mask.data_ptr<bool>()),
        other_(term.other.defined() ? term.other.data_ptr<bool>() : nullptr),
        size_(size) {
    if (other_ != nullptr) both_ = std::make_unique<bool[]>(static_cast<size_t>(size));
  }
  // Until the next call.
  const bool* Row(int64_t i) {
    const bool* const row = mask_ + i * size_;
    if (other_ == nullptr) return row;
    TakeEither(row, other_ + i * size_, size_, both_.get());
    return both_.get();
  }

 private:
  const bool* const mask_;
  const bool* const other_;
  const int64_t size_;
  std::unique_ptr<bool[]> both_;
};

// e^(exponent - the row's largest). Few entries of a row are taken by themselves; rows with many
// entries are filled up with zeros and taken all at once.
template <class T>
class Exponentials {
 public:
  // tops: what is taken off in each row; null: the largest is sought.
  Exponentials(const PairTerm& term, const ValueRows<T>& rows, const T* tops)
      : rows_(rows),
        masks_(term, rows.size),
        scale_(static_cast<T>(term.scale)),
        origin_(static_cast<T>(term.origin)) {
    std::vector<int64_t> dense;
    for (int64_t i = rows.begin; i < rows.end; ++i) {
      const bool many = kFew * NumMasked(masks_.Row(i), rows.size) >= rows.size;
      place_.push_back(many ? static_cast<int64_t>(dense.size()) : -1);
      if (many) dense.push_back(i);
    }
    top_.assign(place_.size(), 0);
    const auto count = static_cast<int64_t>(dense.size());
    exponentials_ = at::empty({count, rows.size}, at::CppTypeToScalarType<T>::value);
    for (const int64_t i : dense) Fill(i, tops);
    if (count > 0) exponentials_.exp_();
    for (int64_t i = rows.begin; i < rows.end; ++i) {
      if (place_[Index(i)] < 0) top_[Index(i)] = tops != nullptr ? tops[i] : LargestOfFew(i);
    }
  }

  T top(int64_t i) const { return top_[Index(i)]; }

  T Sum(int64_t i) {
    if (const T* const dense = Dense(i)) return SumOfAll(dense, rows_.size);
    T sum = 0;
    ForEachMasked(masks_.Row(i), rows_.size, [&](int64_t j) { sum += OfEntry(i, j); });
    return sum;
  }

  // out[j] += factor e^..., of row i.
  void Add(int64_t i, T factor, T* out) {
    if (const T* const dense = Dense(i)) {
      return AddScaled(factor, dense, rows_.size, out);
    }
    ForEachMasked(masks_.Row(i), rows_.size, [&](int64_t j) { out[j] += factor * OfEntry(i, j); });
  }

 private:
  static constexpr int64_t kFew = 16;  // less than one in so many

  size_t Index(int64_t i) const { return static_cast<size_t>(i - rows_.begin); }
  T* Dense(int64_t i) const {
    const int64_t place = place_[Index(i)];
    return place < 0 ? nullptr : exponentials_.template data_ptr<T>() + place * rows_.size;
  }
  T Exponent(T value) const { return scale_ * (value - origin_); }
  T OfEntry(int64_t i, int64_t j) const {
    return std::exp(Exponent(rows_.Row(i)[j]) - top_[Index(i)]);
  }

  void Fill(int64_t i, const T* tops) {
    T* const exponents = Dense(i);
    T top = FillExponents(rows_.Row(i), masks_.Row(i), rows_.size, scale_, origin_, exponents);
    if (tops != nullptr) top = tops[i];
    if (top == kNoExponent<T>) top = 0;  // of what is no number, say
    TakeOff(top, rows_.size, exponents);
    top_[Index(i)] = top;
  }

  T LargestOfFew(int64_t i) {
    T largest = kNoExponent<T>;
    ForEachMasked(masks_.Row(i), rows_.size,
                  [&](int64_t j) { largest = std::max(largest, Exponent(rows_.Row(i)[j])); });
    return largest == kNoExponent<T> ? 0 : largest;
  }

  const ValueRows<T> rows_;
  RowMasks masks_;
  const T scale_, origin_;
  std::vector<int64_t> place_;  // of a row in exponentials_; -1: it has few entries
  std::vector<T> top_;
  at::Tensor exponentials_;
};

// The value of an entry that counts, and its slope.
template <class T>
struct EntryOfTerm {
  explicit EntryOfTerm(const PairTerm& term)
      : hinge(term.kind == PairTerm::Kind::kHinges),
        squared(term.squared),
        costly(term.costly),
        mask(term.mask.data_ptr<bool>()),
        sign(static_cast<T>(term.scale)),
        origin(static_cast<T>(term.origin)) {}
  T Value(T value) const {
    if (!hinge) return value;
    const T excess = Positive(sign * (value - origin));
    return squared ? T{0.5} * excess * excess : excess;
  }
  T Slope(T value) const {
    if (!hinge) return 1;
    const T excess = sign * (value - origin);
    return excess > 0 ? sign * (squared ? excess : 1) : 0;
  }
  // Not a number is no nothing.
  bool Costs(T value) const { return !(sign * (value - origin) <= 0); }

  // Calls each(j) for the entries that count of row i, ascending.
  template <class Each>
  void ForEach(int64_t i, const ValueRows<T>& rows, const Each& each) const {
    const T* const value = rows.Row(i);
    ForEachMasked(mask + i * rows.size, rows.size, [&](int64_t j) {
      if (!costly || Costs(value[j])) each(j);
    });
  }

  int64_t Count(int64_t i, const ValueRows<T>& rows) const {
    const bool* const masked = mask + i * rows.size;
    if (!costly) return NumMasked(masked, rows.size);
    const T* const value = rows.Row(i);
    int32_t count = 0;
    for (int64_t j = 0; j < rows.size; ++j) count += static_cast<int>(masked[j]) & Costs(value[j]);
    return count;
  }

  const bool hinge, squared, costly;
  const bool* const mask;
  const T sign, origin;
};

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_TERM_ROWS_H_
