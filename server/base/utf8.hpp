// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

/// Number of code points, or nullopt when `text` is not valid UTF-8. Fast where it is ASCII.
std::optional<std::size_t> count_code_points(std::string_view text);
bool is_valid_utf8(std::string_view text);

/// The longest prefix of at most `max_bytes` bytes that does not cut a code point. `text` must be valid.
std::string_view utf8_prefix_bytes(std::string_view text, std::size_t max_bytes);
/// The first `max_code_points` code points, or all of them. `text` must be valid.
std::string_view utf8_prefix(std::string_view text, std::size_t max_code_points);

/// Takes the first code point off the front of `text`, which must be valid and not empty.
char32_t pop_code_point(std::string_view& text);
/// `code_point` must be a Unicode scalar value.
void append_utf8(std::string& text, char32_t code_point);

}  // namespace parley
