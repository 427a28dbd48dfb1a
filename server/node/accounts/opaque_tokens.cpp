#include "node/accounts/opaque_tokens.hpp"

#include <algorithm>

#include "base/base64.hpp"

namespace parley {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kTextBytes = 512;
// The first byte says what it is, so that one kind never passes for another under any key.
constexpr char kRefresh = 1;
constexpr char kResume = 2;

std::string_view key_view(const Secret& secret) {
  return view(secret);
}

std::string number(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[7 - i] = static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string seal(const Secret& key, std::string body) {
  const Digest tag = hmac_sha256(key_view(key), "parley token " + body);
  return base64url_encode(body.append(view(tag).substr(0, kTagBytes)));
}

/// The body, if `text` is a sealed one of that kind and size.
std::optional<std::string> unseal(const Secret& key, std::string_view text, char kind, std::size_t size) {
  if (text.size() > kTextBytes) return std::nullopt;
  auto bytes = base64url_decode(text);
  if (!bytes || bytes->size() != size + kTagBytes || bytes->front() != kind) return std::nullopt;
  const std::string tag = bytes->substr(size);
  bytes->resize(size);
  const Digest expected = hmac_sha256(key_view(key), "parley token " + *bytes);
  if (!equal_constant_time(tag, view(expected).substr(0, kTagBytes))) return std::nullopt;
  return bytes;
}

/// Takes fields off the front of a body whose size was checked.
class Reader {
 public:
  explicit Reader(std::string_view body) : rest_(body.substr(1)) {}
  std::string_view bytes(std::size_t size) {
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  template <class AnyId>
  AnyId id() {
    return *AnyId::from_bytes(bytes(16));
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (const char c : bytes(8)) value = value << 8U | static_cast<std::uint8_t>(c);
    return value;
  }
  Time time() { return from_unix_ms(static_cast<std::int64_t>(number())); }

 private:
  std::string_view rest_;
};

std::string time_bytes(Time time) {
  return number(static_cast<std::uint64_t>(to_unix_ms(time)));
}

}  // namespace

std::string write_refresh_token(const Secret& key, const RefreshToken& token) {
  std::string body(1, kRefresh);
  body.append(token.device.view()).append(number(token.counter)).append(key_view(token.secret));
  return seal(key, std::move(body));
}

std::optional<RefreshToken> read_refresh_token(const Secret& key, std::string_view text) {
  const auto body = unseal(key, text, kRefresh, 1 + 16 + 8 + 32);
  if (!body) return std::nullopt;
  Reader reader(*body);
  RefreshToken token;
  token.device = reader.id<DeviceId>();
  token.counter = reader.number();
  std::ranges::copy(reader.bytes(32), token.secret.begin());
  return token;
}

RefreshToken successor_of(const Secret& key, const RefreshToken& token) {
  std::string message = "parley refresh successor ";
  message.append(token.device.view()).append(number(token.counter)).append(key_view(token.secret));
  return {.device = token.device, .counter = token.counter + 1, .secret = hmac_sha256(key_view(key), message)};
}

Digest hash_of(const RefreshToken& token) {
  return sha256({"parley refresh token ", token.device.view(), number(token.counter), key_view(token.secret)});
}

std::string write_resume_token(const Secret& key, const ResumeToken& token) {
  std::string body(1, kResume);
  body.append(token.account.view()).append(token.device.view()).append(number(token.generation));
  body.append(token.incarnation.view()).append(time_bytes(token.expires)).append(time_bytes(token.session_expires));
  return seal(key, std::move(body));
}

std::optional<ResumeToken> read_resume_token(const Secret& key, std::string_view text) {
  const auto body = unseal(key, text, kResume, 1 + 16 + 16 + 8 + 16 + 8 + 8);
  if (!body) return std::nullopt;
  Reader reader(*body);
  ResumeToken token;
  token.account = reader.id<AccountId>();
  token.device = reader.id<DeviceId>();
  token.generation = reader.number();
  token.incarnation = reader.id<Incarnation>();
  token.expires = reader.time();
  token.session_expires = reader.time();
  return token;
}

}  // namespace parley
