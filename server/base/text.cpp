#include "base/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/assert.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

bool is_direction_character(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

utf8proc_category_t category_of(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_forbidden(char32_t c) {
  const auto category = category_of(c);
  const bool no_character = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
         no_character || is_direction_character(c);
}

/// Draws nothing by itself: spaces, format characters, marks without a base, and the letters and symbols that Unicode
/// defines as blank.
bool is_invisible(char32_t c) {
  switch (category_of(c)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
      return true;
    default:
      return c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x2800;
  }
}

bool is_space(char32_t c) {
  return category_of(c) == UTF8PROC_CATEGORY_ZS;
}

/// `text` must be valid UTF-8.
template <class Predicate>
bool any_of(std::string_view text, Predicate predicate) {
  while (!text.empty()) {
    if (predicate(pop_code_point(text))) return true;
  }
  return false;
}

/// `text` must be valid UTF-8.
std::string_view trim(std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    if (!is_space(pop_code_point(rest))) break;
    text = rest;
  }
  while (!text.empty()) {
    const std::size_t last = utf8_prefix_bytes(text, text.size() - 1).size();
    std::string_view tail = text.substr(last);
    if (!is_space(pop_code_point(tail))) break;
    text = text.substr(0, last);
  }
  return text;
}

/// `text` must be valid UTF-8.
std::string to_nfc(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto flags = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, flags);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(mapped, &std::free);
  PARLEY_ASSERT(length >= 0);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};
}

/// Composing takes no more than three code points into one, so a longer text cannot come to fit.
bool cannot_fit(std::size_t code_points, std::size_t max) {
  return code_points / 4 > max;
}

}  // namespace

Result<std::string> clean_display_name(std::string_view text, std::size_t max_code_points) {
  const auto count = count_code_points(text);
  if (!count) return fail(ErrorCode::invalid_text, "The name is not valid UTF-8.");
  text = trim(text);
  if (any_of(text, is_forbidden)) {
    return fail(ErrorCode::invalid_name, "The name holds a control or direction character.");
  }
  std::string name =
      cannot_fit(count_code_points(text).value_or(0), max_code_points) ? std::string(text) : to_nfc(text);
  if (!any_of(name, [](char32_t c) { return !is_invisible(c); }))
    return fail(ErrorCode::invalid_name, "The name is blank.");
  if (count_code_points(name).value_or(0) > max_code_points) {
    return fail(ErrorCode::invalid_name, "The name is longer than " + std::to_string(max_code_points) + " characters.");
  }
  return name;
}

Result<std::string> clean_paragraph(std::string_view text, std::size_t max_code_points) {
  const auto count = count_code_points(text);
  if (!count) return fail(ErrorCode::invalid_text, "The text is not valid UTF-8.");
  if (any_of(text, [](char32_t c) { return c != '\n' && c != '\t' && is_forbidden(c); })) {
    return fail(ErrorCode::invalid_text, "The text holds a control or direction character.");
  }
  if (!cannot_fit(*count, max_code_points)) {
    std::string clean = to_nfc(trim(text));
    if (count_code_points(clean).value_or(0) <= max_code_points) return clean;
  }
  return fail(ErrorCode::content_too_long,
              "The text is longer than " + std::to_string(max_code_points) + " characters.");
}

bool is_valid_handle(std::string_view text) {
  return text.size() >= 3 && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
         });
}

}  // namespace parley
