// Answers are values: whatever may fail as part of the work returns Result<T>. The table of errors is
// proto/errors.toml; `parley/errors.hpp` is generated from it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "parley/errors.hpp"  // generated: enum class ErrorCode, ErrorKind, error_info()

namespace parley {

struct Error {
  ErrorCode code = ErrorCode::internal;
  /// For people: what was wrong and what to do. Code compares `code`, never this. Never holds a secret or content.
  std::string detail;
  /// For ErrorKind::busy: when trying again makes sense. 0 = not said.
  std::uint32_t retry_after_ms = 0;

  Error() = default;
  Error(ErrorCode c) : code(c) {}  // NOLINT(google-explicit-constructor): `return fail(ErrorCode::x)` reads best
  Error(ErrorCode c, std::string text, std::uint32_t retry_ms = 0)
      : code(c), detail(std::move(text)), retry_after_ms(retry_ms) {}

  [[nodiscard]] std::string_view name() const { return error_info(code).name; }
  /// `detail`, or the table's text where there is none.
  [[nodiscard]] std::string text() const { return detail.empty() ? std::string(error_info(code).text) : detail; }
  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code) {
  return std::unexpected<Error>(Error(code));
}
inline std::unexpected<Error> fail(ErrorCode code, std::string detail, std::uint32_t retry_after_ms = 0) {
  return std::unexpected<Error>(Error(code, std::move(detail), retry_after_ms));
}
inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace parley
