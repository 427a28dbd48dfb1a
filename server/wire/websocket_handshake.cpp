#include <openssl/evp.h>

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "wire/websocket.hpp"

namespace parley {

std::string web_socket_accept(std::string_view key) {
  // SHA-1 is what the RFC names; nothing here depends on its strength.
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const int ok = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  PARLEY_ASSERT(ok == 1 && size == 20);
  return base64_encode({reinterpret_cast<const char*>(digest.data()), size});
}

bool is_valid_web_socket_key(std::string_view key) {
  const auto bytes = base64_decode(key);
  return bytes && bytes->size() == 16;
}

}  // namespace parley
