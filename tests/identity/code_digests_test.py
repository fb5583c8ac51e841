"""Which edits of the sources change a stage's digest, and which do not (core/stages/code_digests.py).

A small stage is compiled as facet's are, edited, compiled again; every edit is made alone. The digest of what cannot
change the stage's numbers must stay, that of what can must not.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "core", "stages"))

from code_digests import Code  # noqa: E402

_FLAGS = ["-std=c++17", "-O2", "-fPIC", "-ffunction-sections", "-fdata-sections", "-fvisibility=hidden", "-I.", "-I/"]

_SOURCES = {
    "check.h": """
#define CHECK(condition) ((condition) ? (void)0 : CheckFailed(__FILE__, __func__, #condition))
[[noreturn]] void CheckFailed(const char* file, const char* function, const char* condition);
""",
    "settings.h": """
#pragma once
#include <string>
struct Settings {
  double rate = 0.25;
  int steps = 3;
  std::string name = "default";
  double unused = 1.0;
};
""",
    "other_settings.h": """
#pragma once
struct OtherSettings {
  double rate = 0.75;
};
""",
    "shared.h": """
#pragma once
#include <string>
#include <vector>
// Half of it.
inline double Half(double value) { return value / 2; }
template <class T>
T Twice(T value) {
  return value + value;
}
enum class Mode { kMean = 1, kMax = 2 };
constexpr int kBorder = 4;
struct Shape {
  virtual ~Shape() = default;
  virtual double Area(double side) const = 0;
};
double Weigh(const std::vector<double>& values, Mode mode);
double Parse(const std::string& text);
double Table(int index);
double Seeded();
double NotCalled(double value);
Shape* MakeShape();
""",
    "shared.cc": """
#include "shared.h"
#include <stdexcept>
#include "check.h"
void CheckFailed(const char*, const char*, const char*) { __builtin_abort(); }
namespace {
const double kTable[] = {0.5, 0.25, 0.125};
double Start() { return 17.0; }
double seed = Start();
struct Square : Shape {
  double Area(double side) const override { return side * side; }
};
double Clamp(double value) { return value > 1e6 ? 1e6 : value; }
}  // namespace
double Weigh(const std::vector<double>& values, Mode mode) {
  CHECK(!values.empty());
  double sum = 0, best = values[0];
  for (double value : values) {
    sum += value;
    best = value > best ? value : best;
  }
  return mode == Mode::kMean ? Clamp(sum / values.size()) : best;
}
double Parse(const std::string& text) {
  try {
    return std::stod(text);
  } catch (const std::invalid_argument&) {
    return -1;
  }
}
double Table(int index) { return kTable[index]; }
double Seeded() { return seed; }
double NotCalled(double value) { return value * 3 + Twice(value); }
Shape* MakeShape() { return new Square; }
""",
    "stage.cc": """
#include <cstdio>
#include <string>
#include "settings.h"
#include "shared.h"
namespace {
int calls = 0;
double Step(double value, const Settings& settings) {
  double next = value - settings.rate * Half(value);
  return next + Twice(0.5);
}
}  // namespace
double RunStage(const std::string& text) {
  Settings settings;
  double value = Parse(text);
  for (int step = 0; step < settings.steps; ++step) value = Step(value, settings);
  const auto shifted = [&](double by) { return value + by * kBorder; };
  std::vector<double> values = {value, shifted(1.5), Table(1), Seeded()};
  switch (++calls % 2) {
    case 0:
      value = Weigh(values, Mode::kMean);
      break;
    default:
      value = Weigh(values, Mode::kMax);
  }
  Shape* shape = MakeShape();
  value += shape->Area(2.5);
  delete shape;
  std::printf("%s: %f\\n", settings.name.c_str(), value);
  return value;
}
""",
    "other.cc": """
#include "other_settings.h"
#include "shared.h"
double RunOther(double value) {
  OtherSettings settings;
  return NotCalled(value) * settings.rate;
}
""",
}

# file, before, after
_SAME = {
    "a comment in the stage": ("stage.cc", "double RunStage", "// Runs.\ndouble RunStage"),
    "a comment in a shared header": ("shared.h", "// Half of it.", "// One half of the value.\n// Nothing else."),
    "a comment within a function": ("shared.cc", "double sum = 0", "/* of all */ double sum = 0"),
    "blank lines at the top": ("shared.cc", "#include <stdexcept>", "\n\n\n#include <stdexcept>"),
    "blank lines in a function": ("stage.cc", "  Settings settings;\n  double value", "\n  Settings settings;\n\n  double value"),
    "lines joined": ("stage.cc", "  Shape* shape = MakeShape();\n", "  Shape* shape = MakeShape(); "),
    "a check on another line": ("shared.cc", "  CHECK(!values", "\n\n  CHECK(!values"),
    "a local renamed": ("stage.cc", "double next = value - settings.rate * Half(value);\n  return next",
                        "double after = value - settings.rate * Half(value);\n  return after"),
    "a parameter renamed": ("shared.h", "Half(double value) { return value / 2; }", "Half(double x) { return x / 2; }"),
    "a parameter's name left out of a declaration": ("shared.h", "double Table(int index);", "double Table(int);"),
    "a loop variable renamed": ("shared.cc", "for (double value : values) {\n    sum += value;\n    best = value > best ? value : best;",
                                "for (double each : values) {\n    sum += each;\n    best = each > best ? each : best;"),
    "a lambda's name": ("stage.cc", "const auto shifted = [&](double by) { return value + by * kBorder; };\n  std::vector<double> values = {value, shifted(1.5)",
                        "const auto moved = [&](double by) { return value + by * kBorder; };\n  std::vector<double> values = {value, moved(1.5)"),
    "a function that is not called": ("shared.cc", "value * 3 + Twice", "value * 4 + Twice"),
    "a new function that is not called": ("shared.cc", "double Seeded()", "double Fresh(double x) { return x * 5; }\ndouble Seeded()"),
    "a string of a function that is not called": ("shared.cc", "double Seeded()",
                                                  "const char* Motto() { return \"festina lente\"; }\ndouble Seeded()"),
    "another stage": ("other.cc", "* settings.rate", "/ settings.rate"),
    "another stage's settings": ("other_settings.h", "rate = 0.75", "rate = 0.8"),
    "another stage's new setting": ("other_settings.h", "double rate", "int more = 1;\n  double rate"),
    "a declaration in a shared header": ("shared.h", "double Seeded();", "double Seeded();\ndouble Later(int);"),
    "a static_assert": ("shared.h", "constexpr int kBorder = 4;", "constexpr int kBorder = 4;\nstatic_assert(kBorder > 0, \"\");"),
    "an unused constant": ("shared.h", "constexpr int kBorder", "constexpr int kMargin = 9;\nconstexpr int kBorder"),
    "an included header": ("stage.cc", "#include <cstdio>", "#include <cstdio>\n#include <memory>"),
    "parentheses": ("shared.cc", "sum / values.size()", "(sum) / (values.size())"),
    "const": ("stage.cc", "  double next =", "  const double next ="),
    "a name for a type": ("shared.cc", "const double kTable[]", "using Real = double;\nconst Real kTable[]"),
}

_OTHER = {
    "arithmetic of the stage": ("stage.cc", "next + Twice", "next - Twice"),
    "a number in the stage": ("stage.cc", "shifted(1.5)", "shifted(1.25)"),
    "a literal that the linker may merge": ("stage.cc", "Area(2.5)", "Area(2.75)"),
    "a text that is printed": ("stage.cc", "%s: %f", "%s = %f"),
    "a default of its settings": ("settings.h", "rate = 0.25", "rate = 0.5"),
    "a text of its settings": ("settings.h", "\"default\"", "\"another\""),
    "an inline function of a shared header": ("shared.h", "return value / 2", "return value / 3"),
    "a template": ("shared.h", "return value + value", "return value + value + value"),
    "a constant of a shared header": ("shared.h", "kBorder = 4", "kBorder = 5"),
    "an enumerator": ("shared.h", "kMean = 1", "kMean = 3"),
    "a function in another file": ("shared.cc", "sum += value", "sum += 2 * value"),
    "a function in an unnamed namespace": ("shared.cc", "value > 1e6 ? 1e6", "value > 1e5 ? 1e5"),
    "an override that is called through its base": ("shared.cc", "return side * side", "return side * side / 2"),
    "a table": ("shared.cc", "0.5, 0.25, 0.125", "0.5, 0.25001, 0.125"),
    "how a variable is initialised": ("shared.cc", "return 17.0", "return 18.0"),
    "what is done after an exception": ("shared.cc", "return -1;", "return -2;"),
    "which exception is caught": ("shared.cc", "const std::invalid_argument&", "const std::out_of_range&"),
    "the body of a lambda": ("stage.cc", "value + by * kBorder", "value - by * kBorder"),
    "the bounds of a loop": ("stage.cc", "step < settings.steps", "step <= settings.steps"),
    "a case": ("stage.cc", "calls % 2", "calls % 3"),
    "the function that is called": ("stage.cc", "Table(1)", "Half(1)"),
    "a checked condition": ("shared.cc", "CHECK(!values.empty())", "CHECK(values.size() > 1)"),
    "a removed check": ("shared.cc", "  CHECK(!values.empty());\n", ""),
    "a type": ("shared.cc", "double sum = 0, best = values[0];", "float sum = 0; double best = values[0];"),
    "the order of two sums": ("stage.cc", "{value, shifted(1.5), Table(1)", "{shifted(1.5), value, Table(1)"),
}


def _files(sources, name):
    """A file and what it includes of the sources, directly or not: name -> text."""
    files, waiting = {}, [name]
    while waiting:
        file = waiting.pop()
        if file not in files:
            files[file] = sources[file]
            waiting += re.findall(r'#include "(.*)"', sources[file])
    return files


class CodeDigests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.objects = {}  # what was compiled -> object
        # The standard library, parsed once.
        cls.header = os.path.join(cls.folder.name, "standard.h")
        with open(cls.header, "w") as file:
            file.write("#include <cstdio>\n#include <stdexcept>\n#include <string>\n#include <vector>\n")
        subprocess.run(["g++"] + _FLAGS + ["-x", "c++-header", cls.header], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def _compiled(self, sources, name):
        files = _files(sources, name)
        content = (name, tuple(sorted(files.items())))
        if content not in self.objects:
            folder = tempfile.mkdtemp(dir=self.folder.name)
            for file, text in files.items():
                with open(os.path.join(folder, file), "w") as stream:
                    stream.write(text)
            self.objects[content] = os.path.join(folder, name + ".o")
            command = ["g++"] + _FLAGS + ["-include", self.header, "-c", name, "-o", self.objects[content]]
            subprocess.run(command, cwd=folder, check=True)
        return self.objects[content]

    def _digest(self, sources):
        entry = "_Z8RunStageRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"
        return Code([self._compiled(sources, name) for name in sources if name.endswith(".cc")]).digest(entry)

    def _edited(self, edit):
        file, before, after = edit
        self.assertEqual(_SOURCES[file].count(before), 1, before)
        return self._digest({**_SOURCES, file: _SOURCES[file].replace(before, after)})

    def setUp(self):
        self.before = self._digest(_SOURCES)

    def test_what_cannot_change_a_number_keeps_the_digest(self):
        self.assertGreaterEqual(len(_SAME), 20)
        for name, edit in _SAME.items():
            with self.subTest(name):
                self.assertEqual(self._edited(edit), self.before)

    def test_what_can_changes_it(self):
        self.assertGreaterEqual(len(_OTHER), 20)
        for name, edit in _OTHER.items():
            with self.subTest(name):
                self.assertNotEqual(self._edited(edit), self.before)

    def test_order_of_objects_and_place_do_not_count(self):
        self.objects.clear()
        self.assertEqual(self._digest(dict(reversed(list(_SOURCES.items())))), self.before)


if __name__ == "__main__":
    unittest.main()
