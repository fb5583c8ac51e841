"""What the record of the interface says of differences (interface_record.py)."""

import sys
import tempfile
import unittest

import interface_record
from interface_record import Record, Reader, differences, plain

_OLD = """class facet::Face, size 16
  field at 0 score: double
class facet::Loss, size 8
  virtual 2 bool needs_miner() const
enum facet::Trait, size 1
  kFirst = 0
function facet::CropOfBox(facet::Box const&, double)
"""


def _after(before, after):
    assert _OLD.count(before) == 1, before
    return differences(Record.parse(_OLD), Record.parse(_OLD.replace(before, after)))


class Differences(unittest.TestCase):
    def test_equal_records_do_not_differ(self):
        self.assertEqual(_after("size 16", "size 16"), ([], []))

    def test_what_compiled_plugins_notice(self):
        for before, after, says in [
            ("size 16", "size 24", "class facet::Face: new: class facet::Face, size 24"),
            ("score: double\n", "score: float\n", "class facet::Face: there is no more: field at 0 score: double"),
            ("score: double\n", "score: double\n  field at 8 pose: int\n", "class facet::Face: new: field at 8 pose: int"),
            ("virtual 2", "virtual 3", "class facet::Loss: there is no more: virtual 2 bool needs_miner() const"),
            ("miner() const\n", "miner() const\n  virtual 3 int more()\n", "class facet::Loss: new: virtual 3 int more()"),
            ("kFirst = 0", "kZeroth = 0\n  kFirst = 1", "enum facet::Trait: there is no more: kFirst = 0"),
            ("double)", "float)", "function facet::CropOfBox(facet::Box const&, double) is gone"),
        ]:
            with self.subTest(after):
                self.assertIn(says, _after(before, after)[0])

    def test_what_they_do_not_notice(self):
        for before, after, says in [
            ("kFirst = 0", "kFirst = 0\n  kSecond = 1", "enum facet::Trait: new: kSecond = 1"),
            ("enum facet::Trait", "class facet::New, size 8\nenum facet::Trait", "class facet::New is new"),
            ("function", "function facet::More(int)\nfunction", "function facet::More(int) is new"),
        ]:
            with self.subTest(after):
                self.assertEqual(_after(before, after), ([], [says]))

    def test_names_that_compilers_write_differently(self):
        self.assertEqual(plain("absl::debian3::StatusOr<std::__cxx11::basic_string<char, std::char_traits<char>, "
                               "std::allocator<char> > >"), "absl::StatusOr<std::string>")
        self.assertEqual(plain("std::array<double, 3ul>"), plain("std::array<double, 3>"))
        self.assertEqual(plain("std::map<int, std::vector<long, std::allocator<long> >, std::less<int>, "
                               "std::allocator<std::pair<int const, std::vector<long, std::allocator<long> > > > >"),
                         "std::map<int, std::vector<long>>")


class Interfaces(unittest.TestCase):
    """Today's interface against the one before, and against one that lacks compatible additions."""

    def test_the_one_before_breaks(self):
        breaking, _ = differences(_PREVIOUS.record, _TODAY.record)
        self.assertIn("class facet::NamedTensor: new: field at 40 decays: bool", breaking)
        self.assertEqual(_PREVIOUS.number, _TODAY.number - 1)

    def test_additions_do_not(self):
        breaking, compatible = differences(_EARLIER.record, _TODAY.record)
        self.assertEqual(breaking, [])
        self.assertCountEqual(compatible, [
            "enum facet::Trait: new: kFixed = 9", "enum facet::Trait: new: kTakesTuples = 10",
            "enum facet::Trait: new: kGroupsIdentities = 11", "enum facet::Trait: new: kMinesForAnchors = 12",
            "enum facet::Trait: new: kComparesAnchors = 13", "class facet::AnchorLoss is new",
            "class facet::AnchorMiner is new", "function facet::KeptFolder() is new",
            "function facet::AnchorLoss::Compute(facet::LossInput const&) is new",
            "function facet::AnchorLoss::~AnchorLoss() is new",
            "function facet::AnchorMiner::Mine(at::Tensor const&, at::Tensor const&, unsigned long) is new",
            "function facet::AnchorMiner::~AnchorMiner() is new"])

    def test_each_is_told_with_its_cure(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/interface_%d.txt" % _TODAY.number
            self.assertIn("there is no record of it", interface_record.compare(path, _TODAY))
            for reader, says in [(_PREVIOUS, "Take it back, or raise kInterfaceVersion"),
                                 (_EARLIER, "no new number. Put it on record: bazel run //tests/interface:record")]:
                with open(path, "w") as file:
                    file.write(reader.record.text(_TODAY.number))
                self.assertIn(says, interface_record.compare(path, _TODAY))
            with open(path, "w") as file:
                file.write(_TODAY.record.text(_TODAY.number))
            self.assertEqual(interface_record.compare(path, _TODAY), "")


if __name__ == "__main__":
    today, previous, earlier, libfacet = sys.argv[1:5]
    headers = sys.argv[5:]
    _TODAY, _PREVIOUS, _EARLIER = [Reader(path, libfacet, headers) for path in (today, previous, earlier)]
    # The function is not in libfacet when the additions are.
    del _EARLIER.record.entries["function facet::KeptFolder()"]
    unittest.main(argv=sys.argv[:1])
