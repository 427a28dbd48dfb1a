#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "base/utf8.hpp"

namespace parley::log {
namespace {

using Out = std::back_insert_iterator<std::string>;

/// Bytes that are not UTF-8 are shown as \x.. in text; JSON must be UTF-8, so there they become U+FFFD.
void append_escaped(std::string& out, std::string_view text, bool json) {
  const bool valid = is_valid_utf8(text);
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out.append("\\n");
    } else if (byte < 0x20 || byte == 0x7F) {
      fmt::format_to(Out(out), "\\u{:04x}", byte);
    } else if (byte >= 0x80 && !valid) {
      if (json) {
        out.append("\\ufffd");
      } else {
        fmt::format_to(Out(out), "\\x{:02x}", byte);
      }
    } else {
      out.push_back(c);
    }
  }
}

bool is_bare_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./:@+").find(c) != std::string_view::npos;
  });
}

void append_string(std::string& out, std::string_view text, Format format) {
  if (format == Format::text && is_bare_word(text)) {
    out.append(text);
    return;
  }
  out.push_back('"');
  append_escaped(out, text, format == Format::json);
  out.push_back('"');
}

void append_value(std::string& out, const Value& value, Format format) {
  std::visit(
      [&](const auto& data) {
        using T = std::decay_t<decltype(data)>;
        if constexpr (std::same_as<T, std::string_view>) {
          append_string(out, data, format);
        } else if constexpr (std::same_as<T, const IdBytes*>) {
          append_string(out, to_uuid_text(*data), format);
        } else {
          fmt::format_to(Out(out), "{}", data);
        }
      },
      value.data());
}

std::shared_ptr<spdlog::logger> make_logger(Format format) {
  auto logger = std::make_shared<spdlog::logger>("parley", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  const char* pattern =
      format == Format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  logger->set_level(spdlog::level::trace);
  return logger;
}

struct Output {
  Format format = Format::text;
  std::shared_ptr<spdlog::logger> logger = make_logger(Format::text);
};

Output& output() {
  // Never destroyed: threads may still log while the process ends.
  static auto* const instance = new Output();
  return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

}  // namespace

namespace detail {

std::atomic<Level> level{Level::info};

void write(Level level, std::string_view event, Fields fields) {
  Output& out = output();
  out.logger->log(to_spdlog(level), spdlog::string_view_t("{}"), format_event(out.format, event, fields));
}

}  // namespace detail

void configure(Level level, Format format) {
  output().format = format;
  output().logger = make_logger(format);
  set_level(level);
}

void set_level(Level level) {
  detail::level.store(level, std::memory_order_relaxed);
}

std::optional<Level> parse_level(std::string_view name) {
  if (name == "debug") return Level::debug;
  if (name == "info") return Level::info;
  if (name == "warning") return Level::warning;
  if (name == "error") return Level::error;
  if (name == "off") return Level::off;
  return std::nullopt;
}

std::optional<Format> parse_format(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "json") return Format::json;
  return std::nullopt;
}

std::string format_event(Format format, std::string_view event, Fields fields) {
  std::string out;
  if (format == Format::json) {
    out.append("\"event\":");
    append_string(out, event, format);
    for (const Field& field : fields) {
      out.push_back(',');
      append_string(out, field.key, format);
      out.push_back(':');
      append_value(out, field.value, format);
    }
  } else {
    out.append(event);
    for (const Field& field : fields) {
      out.push_back(' ');
      out.append(field.key);
      out.push_back('=');
      append_value(out, field.value, format);
    }
  }
  return out;
}

}  // namespace parley::log
