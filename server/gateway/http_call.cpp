#include "gateway/http_call.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "base/base64.hpp"
#include "gateway/address.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProtobuf = "application/x-protobuf";

/// The media type without its parameters, in lower case.
std::string media_type(std::string_view header) {
  header = header.substr(0, header.find(';'));
  while (header.ends_with(' ')) header.remove_suffix(1);
  std::string type(header);
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type;
}

}  // namespace

HttpCall::HttpCall(HttpApiParts& parts, HttpRequest request, std::vector<std::string> values, Respond respond)
    : parts_(parts), request_(std::move(request)), values_(std::move(values)), respond_(std::move(respond)) {}

Io& HttpCall::io() const {
  return parts_.node.io(request_.peer.io_thread);
}

TokenVerifier& HttpCall::verifier() const {
  return *parts_.verifiers.at(request_.peer.io_thread);
}

// ---- who asks ----------------------------------------------------------------------------------------------------

Result<void> HttpCall::authenticate() {
  std::string_view header = request_.header("authorization");
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos || media_type(header.substr(0, space)) != "bearer") {
    return fail(ErrorCode::unauthenticated, "Send the header \"Authorization: Bearer <access token>\".");
  }
  auto identity = verifier().access_token(header.substr(space + 1));
  if (!identity) return fail(std::move(identity.error()));
  caller_ = {identity->account, identity->device, address_hash(address())};
  return {};
}

bool HttpCall::is_local() const {
  const auto address = parse_address(request_.peer.address);
  return address && is_loopback(*address) && !request_.peer.proxied && request_.header("x-forwarded-for").empty() &&
         request_.header("forwarded").empty();
}

std::string HttpCall::address(bool for_sign_up) const {
  if (for_sign_up && !parts_.options.limit_loopback && is_local()) return {};
  return request_.peer.address;
}

std::string HttpCall::cookie(std::string_view name) const {
  std::string_view left = request_.header("cookie");
  while (!left.empty()) {
    std::string_view pair = left.substr(0, left.find(';'));
    left.remove_prefix(std::min(left.size(), pair.size() + 1));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return std::string(pair.substr(equals + 1));
  }
  return {};
}

// ---- what is asked -----------------------------------------------------------------------------------------------

bool HttpCall::read(google::protobuf::Message& message, bool may_be_empty) {
  if (request_.body.empty() && may_be_empty) return true;
  const std::string type = media_type(request_.header("content-type"));
  if (type != kJson && type != kProtobuf) {
    refuse(ErrorCode::unsupported_media);
    return false;
  }
  if (const std::string coding = media_type(request_.header("content-encoding"));
      !coding.empty() && coding != "identity") {
    refuse({ErrorCode::unsupported_media, "Send the body as it is, without a Content-Encoding."});
    return false;
  }
  return good(
      wire::parse_message(type == kJson ? wire::Encoding::json : wire::Encoding::binary, request_.body, message));
}

std::optional<std::uint64_t> HttpCall::number(std::string_view text, std::string_view name) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value <= (1ULL << 53)) return value;
  refuse({ErrorCode::invalid_argument, std::string(name) + ": a whole number from 0 to 2^53 is needed"});
  return std::nullopt;
}

std::optional<std::uint64_t> HttpCall::query_number(std::string_view name, std::uint64_t absent) {
  const auto text = request_.query_parameter(name);
  return text ? number(*text, name) : absent;
}

std::optional<bool> HttpCall::query_flag(std::string_view name) {
  const auto text = request_.query_parameter(name);
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  refuse({ErrorCode::invalid_argument, std::string(name) + ": true or false is needed"});
  return std::nullopt;
}

// ---- the answer --------------------------------------------------------------------------------------------------

void HttpCall::answer(HttpResponse response) {
  if (respond_ == nullptr) return;
  for (auto& header : headers_) response.headers.push_back(std::move(header));
  auto respond = std::exchange(respond_, nullptr);
  respond(std::move(response));
}

void HttpCall::answer(const google::protobuf::Message& message, int status) {
  const bool binary = request_.header("accept").find(kProtobuf) != std::string_view::npos;
  HttpResponse response;
  response.status = status;
  response.content_type = binary ? kProtobuf : kJson;
  response.body = wire::serialize(binary ? wire::Encoding::binary : wire::Encoding::json, message);
  answer(std::move(response));
}

void HttpCall::answer_nothing() {
  HttpResponse response;
  response.status = 204;
  response.content_type.clear();
  answer(std::move(response));
}

void HttpCall::answer_text(std::string content_type, std::string body) {
  HttpResponse response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  answer(std::move(response));
}

void HttpCall::refuse(const Error& error) {
  answer(error_response(error));
}

// ---- the node ----------------------------------------------------------------------------------------------------

void HttpCall::ask(const v1::ClientFrame& frame, std::move_only_function<void(v1::ServerFrame&)> then) {
  io().handle(caller_, frame, [self = shared_from_this(), then = std::move(then)](v1::ServerFrame& answer) mutable {
    if (answer.has_error()) return self->refuse(wire::to_error(answer.error()));
    then(answer);
  });
}

void HttpCall::note(const AccountId& account, std::string what) {
  Command command;
  command.channel = account_channel_id(account);
  io().stamp({account, DeviceId{}}, command);
  std::array<std::uint8_t, 10> random{};
  parts_.random.fill(random);
  command.stamp.send_id = SendId(make_uuid_v7(to_unix_ms(command.stamp.at), random));
  command.body = command::Note{std::move(what)};
  io().submit_until_decided(std::move(command));
}

}  // namespace parley
