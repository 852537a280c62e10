// A shared library that has nothing to do with hooks.
extern "C" __attribute__((visibility("default"))) int some_function() {
  return 1;
}
