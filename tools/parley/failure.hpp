// How a command ends when it cannot do what was asked: with an exit code, a name and a text that says what to do next.
// A command throws it; main() prints it.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace parley::cli {

enum class Exit : int { ok = 0, refused = 1, usage = 2, offline = 3, signed_out = 4 };

struct Failure {
  Exit exit = Exit::refused;
  std::string name;  // from the table of errors, or "usage", "offline", "signed_out"
  std::string text;
};

template <class T>
using Outcome = std::expected<T, Failure>;

/// What the server (or this computer's disk) said, with advice where there is any.
Failure failure_of(const Error& error);
/// The same for a name that may be newer than this program.
Failure failure_of(std::string name, std::string text);

inline Failure usage(std::string text) {
  return {Exit::usage, "usage", std::move(text)};
}

template <class T>
T need(Outcome<T> outcome) {
  if (!outcome) throw outcome.error();
  if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}
template <class T>
T need(Result<T> result) {
  if (!result) throw failure_of(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace parley::cli
