// Rules for the short texts by which people recognise each other. What a message says is not touched by any of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley {

/// A name of a person, device or group as it is stored: trimmed of spaces at both ends and in NFC (UAX #15). Errors:
/// invalid_text for bytes that are not UTF-8; invalid_name for one that shows nothing, is longer than `max_code_points`
/// after cleaning, or holds a control, line-separating or direction character (U+061C, 200E, 200F, 202A-202E,
/// 2066-2069).
Result<std::string> clean_display_name(std::string_view text, std::size_t max_code_points);

/// A longer text (about, description): as above, but it may be empty and may hold line feeds and tabs. Errors:
/// invalid_text for bytes or characters that are not allowed, content_too_long.
Result<std::string> clean_paragraph(std::string_view text, std::size_t max_code_points);

/// [a-z0-9_.]{3,32}: ASCII alone, so that no letter of another script can look like one of these.
bool is_valid_handle(std::string_view text);

}  // namespace parley
