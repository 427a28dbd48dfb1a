// Assertions are on in every build and state what *we* guarantee; user input never reaches one.
#pragma once

namespace parley {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace parley

#define PARLEY_ASSERT(expression) \
  (static_cast<bool>(expression) ? static_cast<void>(0) : ::parley::assertion_failed(#expression, __FILE__, __LINE__))
