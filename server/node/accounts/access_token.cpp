#include "node/accounts/access_token.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/base64.hpp"

namespace parley {
namespace {

namespace json = boost::json;

template <std::size_t n>
std::string_view bytes_of(const std::array<std::uint8_t, n>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), n};
}

std::int64_t seconds(Time t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

std::unexpected<Error> refused() {
  return fail(ErrorCode::unauthenticated);
}

/// The object that a part of the token encodes, if it is one with exactly `size` members.
std::optional<json::object> read_part(std::string_view part, std::size_t size) {
  const auto text = base64url_decode(part);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  json::value value = json::parse(*text, error);
  if (error || !value.is_object() || value.get_object().size() != size) return std::nullopt;
  return std::move(value.get_object());
}

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

/// -1 for what is no whole number of 0 or more.
std::int64_t number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const std::int64_t* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? -1 : *number;
}

const VerifyingKeys::Key* key_of(std::string_view header_part, const VerifyingKeys& keys) {
  const auto header = read_part(header_part, 3);
  if (!header || text_at(*header, "alg") != "EdDSA" || text_at(*header, "typ") != "JWT") return nullptr;
  const auto kid = text_at(*header, "kid");
  const auto found = std::ranges::find(keys.keys, kid, &VerifyingKeys::Key::kid);
  return found == keys.keys.end() ? nullptr : &*found;
}

Result<AccessClaims> read_claims(std::string_view part) {
  constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999
  const auto object = read_part(part, 6);
  if (!object) return refused();
  const auto account = AccountId::parse(text_at(*object, "sub"));
  const auto device = DeviceId::parse(text_at(*object, "did"));
  const std::int64_t generation = number_at(*object, "gen");
  const std::int64_t issued = number_at(*object, "iat");
  const std::int64_t expires = number_at(*object, "exp");
  if (!account || !device || generation < 0 || issued < 0 || expires < issued || expires > kLastSecond)
    return refused();
  return AccessClaims{.account = *account,
                      .device = *device,
                      .generation = static_cast<SignInGeneration>(generation),
                      .issued = Time(std::chrono::seconds(issued)),
                      .expires = Time(std::chrono::seconds(expires)),
                      .id = std::string(text_at(*object, "jti"))};
}

}  // namespace

std::string write_access_token(const Signer& signer, const SigningKey& key, const AccessClaims& claims) {
  const json::object header{{"alg", "EdDSA"}, {"typ", "JWT"}, {"kid", key.kid}};
  const json::object body{{"sub", claims.account.str()},
                          {"did", claims.device.str()},
                          {"gen", static_cast<std::int64_t>(claims.generation)},
                          {"iat", seconds(claims.issued)},
                          {"exp", seconds(claims.expires)},
                          {"jti", claims.id}};
  std::string token = base64url_encode(json::serialize(header)) + "." + base64url_encode(json::serialize(body));
  const Ed25519Signature signature = signer.sign(key.seed, token);
  return token + "." + base64url_encode(bytes_of(signature));
}

Result<AccessClaims> read_access_token(std::string_view token, const Signer& signer, const VerifyingKeys& keys,
                                       Time now) {
  if (token.size() > kAccessTokenBytes) return refused();
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return refused();
  const VerifyingKeys::Key* key = key_of(token.substr(0, first), keys);
  const auto signature = base64url_decode(token.substr(second + 1));
  if (key == nullptr || !signature || !signer.verify(key->key, token.substr(0, second), *signature)) return refused();
  auto claims = read_claims(token.substr(first + 1, second - first - 1));
  if (claims && now >= claims->expires) return fail(ErrorCode::token_expired);
  return claims;
}

std::shared_ptr<const VerifyingKeys> publish(const Signer& signer, const std::vector<SigningKey>& keys) {
  auto published = std::make_shared<VerifyingKeys>();
  json::array documents;
  for (const auto& key : keys) {
    const Ed25519PublicKey public_key = signer.public_key(key.seed);
    published->keys.push_back({.kid = key.kid, .key = public_key});
    documents.push_back(json::object{{"kty", "OKP"},
                                     {"crv", "Ed25519"},
                                     {"alg", "EdDSA"},
                                     {"use", "sig"},
                                     {"kid", key.kid},
                                     {"x", base64url_encode(bytes_of(public_key))}});
  }
  published->jwks = json::serialize(json::object{{"keys", std::move(documents)}});
  return published;
}

}  // namespace parley
