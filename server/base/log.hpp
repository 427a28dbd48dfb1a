// Structured log: an event name and fields, one line each on stderr, as text or JSON. Event names are snake_case and
// stand still; what varies goes into fields. Never log content, passwords, tokens or keys.
//
//   log::info("session_opened", {{"session", id}, {"account", account_id}});
//
// Any thread. A line below the level costs one relaxed load and formats nothing.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/id.hpp"

namespace parley::log {

enum class Level : std::uint8_t { debug, info, warning, error, off };
enum class Format : std::uint8_t { text, json };

/// Holds a view: a field lives no longer than the call it is written in.
class Value {
 public:
  template <class T>
  Value(const T& value) {  // NOLINT(google-explicit-constructor): fields are written as {"key", value}
    if constexpr (std::same_as<T, bool>) {
      data_ = value;
    } else if constexpr (std::signed_integral<T>) {
      data_ = static_cast<std::int64_t>(value);
    } else if constexpr (std::unsigned_integral<T>) {
      data_ = static_cast<std::uint64_t>(value);
    } else if constexpr (std::floating_point<T>) {
      data_ = static_cast<double>(value);
    } else if constexpr (requires { value.bytes(); }) {
      data_ = &value.bytes();
    } else {
      data_ = std::string_view(value);
    }
  }

  using Data = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view, const IdBytes*>;
  [[nodiscard]] const Data& data() const { return data_; }

 private:
  Data data_;
};

struct Field {
  std::string_view key;
  Value value;
};
using Fields = std::initializer_list<Field>;

/// At start-up, before other threads log; later calls may change the level with `set_level` only.
void configure(Level level, Format format);
/// Any thread, any time.
void set_level(Level level);
/// "debug", "info", "warning", "error" or "off".
std::optional<Level> parse_level(std::string_view name);
/// "text" or "json".
std::optional<Format> parse_format(std::string_view name);

/// What a line says after its time and level; text escapes line breaks, so that one event is always one line.
std::string format_event(Format format, std::string_view event, Fields fields);

namespace detail {
extern std::atomic<Level> level;
void write(Level level, std::string_view event, Fields fields);
}  // namespace detail

inline bool enabled(Level level) {
  return level >= detail::level.load(std::memory_order_relaxed);
}

inline void debug(std::string_view event, Fields fields = {}) {
  if (enabled(Level::debug)) detail::write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  if (enabled(Level::info)) detail::write(Level::info, event, fields);
}
inline void warning(std::string_view event, Fields fields = {}) {
  if (enabled(Level::warning)) detail::write(Level::warning, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
  if (enabled(Level::error)) detail::write(Level::error, event, fields);
}

}  // namespace parley::log
