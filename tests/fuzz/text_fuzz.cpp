// Text rules: whatever is accepted is valid, stays what it is when cleaned again, and encodings round-trip.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

using namespace parley;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  const auto count = count_code_points(input);
  if (count) {
    std::string again;
    std::size_t popped = 0;
    for (std::string_view rest = input; !rest.empty(); ++popped) append_utf8(again, pop_code_point(rest));
    PARLEY_ASSERT(again == input && popped == *count);
    for (std::size_t limit = 0; limit <= size && limit < 40; ++limit) {
      PARLEY_ASSERT(is_valid_utf8(utf8_prefix_bytes(input, limit)));
    }
    PARLEY_ASSERT(utf8_prefix(input, *count / 2).size() <= size);
  }

  for (std::size_t limit : {8U, 64U}) {
    if (const auto name = clean_display_name(input, limit)) {
      PARLEY_ASSERT(count && !name->empty() && count_code_points(*name).value_or(limit + 1) <= limit);
      PARLEY_ASSERT(clean_display_name(*name, limit) == *name);
    }
    if (const auto text = clean_paragraph(input, limit)) PARLEY_ASSERT(clean_paragraph(*text, limit) == *text);
  }

  PARLEY_ASSERT(base64_decode(base64_encode(input)) == input);
  PARLEY_ASSERT(hex_decode(hex_encode(input)) == input);
  if (const auto bytes = base64_decode(input)) PARLEY_ASSERT(base64_encode(*bytes) == input);
  if (const auto bytes = base64url_decode(input)) PARLEY_ASSERT(base64url_encode(*bytes) == input);
  if (const auto id = SendId::parse(input)) PARLEY_ASSERT(SendId::parse(id->str()) == *id);
  return 0;
}
