// The chunked transfer coding (RFC 9112 §7.1), strict and incremental. Extensions and trailers are read past.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

class ChunkedBody {
 public:
  enum class State : std::uint8_t { more, done, malformed, too_large };

  /// Bounds of the decoded body, and of one chunk's extensions or of all trailers.
  ChunkedBody(std::size_t body_bytes, std::size_t extra_bytes) : body_bytes_(body_bytes), extra_bytes_(extra_bytes) {}

  /// Takes bytes off the front of `input` and appends what they carry to `body`; stops behind the end of the coding.
  State feed(std::string_view& input, std::string& body);

 private:
  enum class Expect : std::uint8_t {
    size,
    extension,
    size_end,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_end,
    last_lf
  };
  State take(char c, const std::string& body);

  std::size_t body_bytes_;
  std::size_t extra_bytes_;
  std::size_t left_ = 0;   // of the chunk
  std::size_t extra_ = 0;  // bytes of extensions or trailers
  std::uint8_t digits_ = 0;
  Expect expect_ = Expect::size;
};

}  // namespace parley
