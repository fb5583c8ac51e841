// Writes the pickles of verification sets for tests as Python does: protocols 3 and 4 byte for byte
// as pickle.dumps of Python 3.11 where the file fits one frame (64 KiB), Python 2's by the rules of
// Lib/pickletools.py.
#ifndef FACET_PLUGINS_DATASETS_PICKLE_PICKLE_TESTING_H_
#define FACET_PLUGINS_DATASETS_PICKLE_PICKLE_TESTING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace facet {

class PickleWriter {
 public:
  // `python2`: byte strings are BINSTRING (protocol 2).
  PickleWriter(int protocol, bool python2) : protocol_(protocol), python2_(python2) {}

  std::string Write(const std::vector<std::string>& images, const std::vector<bool>& is_same) {
    text_.clear();
    memo_ = 0;
    WriteList(images.size(), [&](size_t i) { Bytes(images[i]); });
    WriteList(is_same.size(), [&](size_t i) { text_ += is_same[i] ? '\x88' : '\x89'; });
    text_ += '\x86';
    Remember();
    text_ += '.';
    const std::string head = {'\x80', static_cast<char>(protocol_)};
    // One frame for all: Python makes several of long files, which says the same.
    return protocol_ < 4 ? head + text_ : head + '\x95' + Little(text_.size(), 8) + text_;
  }

 private:
  static std::string Little(uint64_t number, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i));
    return text;
  }
  void Remember() {
    if (protocol_ >= 4) {
      text_ += '\x94';
    } else {
      text_ += memo_ < 256 ? 'q' + Little(memo_, 1) : 'r' + Little(memo_, 4);
    }
    ++memo_;
  }
  // In batches of 1000; a list of one is appended to directly.
  template <class WriteOne>
  void WriteList(size_t size, const WriteOne& write_one) {
    text_ += ']';
    Remember();
    for (size_t i = 0; i < size; ++i) {
      if (i % 1000 == 0 && size > 1) text_ += '(';
      write_one(i);
      if (size == 1) {
        text_ += 'a';
      } else if (i % 1000 == 999 || i + 1 == size) {
        text_ += 'e';
      }
    }
  }
  void Bytes(const std::string& bytes) {
    const bool small = bytes.size() < 256;
    text_ += python2_ ? (small ? 'U' : 'T') : (small ? 'C' : 'B');
    text_ += Little(bytes.size(), small ? 1 : 4) + bytes;
    Remember();
  }

  const int protocol_;
  const bool python2_;
  uint64_t memo_ = 0;
  std::string text_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PICKLE_PICKLE_TESTING_H_
