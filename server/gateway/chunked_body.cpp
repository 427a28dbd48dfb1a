#include "gateway/chunked_body.hpp"

#include <algorithm>

#include "base/hex.hpp"

namespace parley {
namespace {

constexpr std::uint8_t kMaxDigits = 8;

bool is_text(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

}  // namespace

ChunkedBody::State ChunkedBody::feed(std::string_view& input, std::string& body) {
  while (!input.empty()) {
    if (expect_ == Expect::data) {
      const std::size_t take = std::min(left_, input.size());
      body.append(input.substr(0, take));
      input.remove_prefix(take);
      left_ -= take;
      if (left_ == 0) expect_ = Expect::data_cr;
      continue;
    }
    const char c = input.front();
    input.remove_prefix(1);
    if (const State state = take(c, body); state != State::more) return state;
  }
  return State::more;
}

ChunkedBody::State ChunkedBody::take(char c, const std::string& body) {
  const auto then = [&](char wanted, Expect next) {
    expect_ = next;
    return c == wanted ? State::more : State::malformed;
  };
  const auto pass_over = [&](Expect at_line_end) {
    if (c == '\r') {
      expect_ = at_line_end;
      return State::more;
    }
    return is_text(c) && ++extra_ <= extra_bytes_ ? State::more : State::malformed;
  };
  switch (expect_) {
    case Expect::size:
      if (const int digit = hex_digit_value(c); digit >= 0) {
        if (++digits_ > kMaxDigits) return State::malformed;
        left_ = left_ * 16 + static_cast<std::size_t>(digit);
        return left_ > body_bytes_ - body.size() ? State::too_large : State::more;
      }
      if (digits_ == 0) return State::malformed;
      if (c == ';') {
        expect_ = Expect::extension;
        return State::more;
      }
      return then('\r', Expect::size_end);
    case Expect::extension:
      return pass_over(Expect::size_end);
    case Expect::size_end:
      digits_ = 0;
      extra_ = 0;
      return then('\n', left_ == 0 ? Expect::trailer_start : Expect::data);
    case Expect::data_cr:
      return then('\r', Expect::data_lf);
    case Expect::data_lf:
      return then('\n', Expect::size);
    case Expect::trailer_start:
      if (c == '\r') {
        expect_ = Expect::last_lf;
        return State::more;
      }
      expect_ = Expect::trailer;
      return pass_over(Expect::trailer_end);
    case Expect::trailer:
      return pass_over(Expect::trailer_end);
    case Expect::trailer_end:
      return then('\n', Expect::trailer_start);
    case Expect::last_lf:
      return c == '\n' ? State::done : State::malformed;
    case Expect::data:
      break;
  }
  return State::malformed;
}

}  // namespace parley
