// A shared library like any other.
extern "C" __attribute__((visibility("default"))) int an_ordinary_function() { return 7; }
