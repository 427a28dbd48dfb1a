#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace parley {

void assertion_failed(const char* expression, const char* file, int line) {
  // Plain stdio: the logger may be what is broken.
  std::fprintf(stderr, "parley: assertion failed at %s:%d: %s\n", file, line, expression);
  std::fflush(stderr);
  std::abort();
}

}  // namespace parley
