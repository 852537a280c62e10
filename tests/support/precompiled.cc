// A target needs a source file to precompile headers for: see tests/CMakeLists.txt.
