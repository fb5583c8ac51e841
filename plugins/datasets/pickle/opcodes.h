// The instructions of pickles that pickle.cc knows, and the names of others.
#ifndef FACET_PLUGINS_DATASETS_PICKLE_OPCODES_H_
#define FACET_PLUGINS_DATASETS_PICKLE_OPCODES_H_

#include <cstdint>

namespace facet {

// Instructions, by the names of Python's Lib/pickletools.py.
enum PickleOpcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kInt = 'I',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kReduce = 'R',
  kString = 'S',
  kBinString = 'T',
  kShortBinString = 'U',
  kUnicode = 'V',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kGet = 'g',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kList = 'l',
  kPut = 'p',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kTuple = 't',
  kEmptyTuple = ')',
  kEmptyList = ']',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kShortBinUnicode = 0x8c,
  kBinBytes8 = 0x8e,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
  kByteArray8 = 0x96,
};

// What a file with other content is likely to hold.
inline const char* PickleOpcodeName(uint8_t opcode) {
  switch (opcode) {
    case 'i':
      return "INST (a call)";
    case 'o':
      return "OBJ (a call)";
    case 0x81:
      return "NEWOBJ (a call)";
    case 0x92:
      return "NEWOBJ_EX (a call)";
    case '}':
    case 'd':
      return "DICT (a dictionary)";
    case 'G':
      return "BINFLOAT (a number that is not whole)";
    case 0x97:
      return "NEXT_BUFFER (data outside the file)";
    default:
      return "";
  }
}

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PICKLE_OPCODES_H_
