// One request to the API: who asks, what the body says, and the one answer. Lives on its io executor.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.hpp"
#include "gateway/http_message.hpp"
#include "node/accounts/accounts_service.hpp"
#include "node/node.hpp"

namespace google::protobuf {
class Message;
}

namespace parley {

struct HttpApiOptions {
  bool metrics_for_all = false;  // else for this machine alone
  bool limit_loopback = false;   // sign-ups from this machine are slowed as well
  std::string server_name;       // shown on the front page
  bool without_web_app = false;  // the front page says how to build it
};

/// What all calls share. Everything outlives the gateway.
struct HttpApiParts {
  Node& node;
  AccountsService& accounts;
  std::vector<TokenVerifier*> verifiers;  // by io thread
  ChannelStore& store;
  People& people;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  std::function<Result<void>()> writable;  // why nobody can post just now; any thread
  std::function<void()> before_metrics;    // brings gauges of the process up to date; any thread
  HttpApiOptions options;
  const std::atomic<bool>& draining;
};

class HttpCall : public std::enable_shared_from_this<HttpCall> {
 public:
  using Respond = std::move_only_function<void(HttpResponse)>;
  HttpCall(HttpApiParts& parts, HttpRequest request, std::vector<std::string> values, Respond respond);

  // --- the request
  [[nodiscard]] const HttpRequest& request() const { return request_; }
  [[nodiscard]] HttpApiParts& parts() const { return parts_; }
  [[nodiscard]] Io& io() const;
  [[nodiscard]] Executor& executor() const { return *request_.peer.executor; }
  [[nodiscard]] TokenVerifier& verifier() const;
  /// Of a part of the path in braces.
  [[nodiscard]] const std::string& value(std::size_t i) const { return values_.at(i); }
  /// Errors: unauthenticated, token_expired, device_revoked. Called once, before `caller`.
  Result<void> authenticate();
  [[nodiscard]] const Caller& caller() const { return caller_; }
  /// The client's address for limits; `for_sign_up`: empty where sign-ups of this machine are not slowed.
  [[nodiscard]] std::string address(bool for_sign_up = false) const;
  /// The peer is on this machine, and no proxy speaks for somebody else.
  [[nodiscard]] bool is_local() const;
  /// Value of a cookie, or empty.
  [[nodiscard]] std::string cookie(std::string_view name) const;

  // --- reading; each answers with the error and returns nothing when that is what there is to say
  /// Parses the body. An empty one is an empty message where `may_be_empty`.
  [[nodiscard]] bool read(google::protobuf::Message& message, bool may_be_empty = false);
  template <class AnyId>
  [[nodiscard]] std::optional<AnyId> id(std::size_t value_index, std::string_view name) {
    auto found = AnyId::parse(value(value_index));
    if (found && !found->is_nil()) return found;
    refuse({ErrorCode::invalid_argument, std::string(name) + ": an id is needed, as UUID text or base64url"});
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view text, std::string_view name);
  /// A query parameter; `absent` where it is not there.
  [[nodiscard]] std::optional<std::uint64_t> query_number(std::string_view name, std::uint64_t absent = 0);
  [[nodiscard]] std::optional<bool> query_flag(std::string_view name);

  // --- the answer: exactly one of these, once
  void answer(const google::protobuf::Message& message, int status = 200);
  void answer_nothing();  // 204
  void answer_text(std::string content_type, std::string body);
  void answer(HttpResponse response);
  void refuse(const Error& error);
  /// `refuse`, or nothing and true.
  template <class T>
  [[nodiscard]] bool good(const Result<T>& result) {
    if (!result) refuse(result.error());
    return result.has_value();
  }
  /// Sent with the answer, whatever it is.
  void add_header(std::string name, std::string value) { headers_.emplace_back(std::move(name), std::move(value)); }
  [[nodiscard]] bool answered() const { return respond_ == nullptr; }

  // --- asking the node
  /// Through Io::handle; an error becomes the answer, anything else goes to `then`.
  void ask(const v1::ClientFrame& frame, std::move_only_function<void(v1::ServerFrame&)> then);
  /// The account's other devices learn that `what` changed: an event in the account's own channel, tried for a minute.
  void note(const AccountId& account, std::string what);

 private:
  HttpApiParts& parts_;
  HttpRequest request_;
  std::vector<std::string> values_;
  Respond respond_;
  Caller caller_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

using Call = std::shared_ptr<HttpCall>;

}  // namespace parley
