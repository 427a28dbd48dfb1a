#include "bench/accounts.hpp"

#include <fmt/format.h>

#include <optional>
#include <random>

#include "bench/connection.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley::bench {
namespace {

constexpr const char* kSignUp = "/v1/accounts";
constexpr const char* kRefresh = "/v1/auth/refresh";

std::string text_of(const HttpAnswer& answer) {
  v1::Error error;
  if (wire::parse_message(wire::Encoding::binary, answer.body, error) && !error.name().empty()) {
    return fmt::format("{} ({})", error.name(), error.text());
  }
  return fmt::format("HTTP {}", answer.status);
}

Error explain(const std::string& path, const HttpAnswer& answer) {
  if (answer.status == 0) return {ErrorCode::timeout, fmt::format("POST {}: {}", path, answer.body)};
  std::string advice;
  if (path == kSignUp && answer.status == 429) advice = "; start the server with --limit signups_per_hour=1000000";
  if (path == kSignUp && answer.status == 403) advice = "; start the server with open sign-up, or give --invitation";
  return {ErrorCode::not_found, fmt::format("the server refused POST {}: {}{}", path, text_of(answer), advice)};
}

Result<void> take_tokens(const std::string& path, const HttpAnswer& answer, Person& person) {
  if (answer.status < 200 || answer.status > 299) return fail(explain(path, answer));
  v1::Tokens tokens;
  if (!wire::parse_message(wire::Encoding::binary, answer.body, tokens)) {
    return fail(ErrorCode::malformed,
                fmt::format("the answer to POST {} cannot be read; is it a Parley server?", path));
  }
  const auto account = AccountId::from_bytes(tokens.account());
  const auto device = DeviceId::from_bytes(tokens.device());
  if (!account || !device || tokens.access_token().empty()) {
    return fail(ErrorCode::malformed, fmt::format("the answer to POST {} lacks tokens", path));
  }
  person.account = *account;
  person.device = *device;
  person.access_token = tokens.access_token();
  person.refresh_token = tokens.refresh_token();
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  person.access_life = from_unix_ms(tokens.access_expires()) - now;
  return {};
}

/// Ten characters that no other run has.
std::string run_name() {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::string name;
  for (int i = 0; i < 10; ++i) name.push_back(kAlphabet[device() % kAlphabet.size()]);
  return name;
}

}  // namespace

Accounts::Accounts(EventLoop& loop, const Address& address, std::string invitation, std::size_t at_once)
    : loop_(loop), http_(loop, address, at_once), invitation_(std::move(invitation)), at_once_(at_once) {}

Result<void> Accounts::run(const std::string& path, std::size_t count, const Bodies& body,
                           const std::function<Result<void>(std::size_t, const HttpAnswer&)>& take,
                           const std::function<void(std::size_t)>& done) {
  std::size_t asked = 0;
  std::size_t answered = 0;
  std::optional<Error> wrong;
  while (answered < count) {
    while (!wrong && asked < count && asked - answered < at_once_) {
      http_.post(path, body(asked), {}, [&, i = asked](const HttpAnswer& answer) {
        ++answered;
        if (auto taken = take(i, answer); !taken && !wrong) wrong = taken.error();
      });
      ++asked;
    }
    if (wrong && answered == asked) return fail(*wrong);
    const std::size_t before = answered;
    loop_.run_until([&] { return answered != before; });
    done(answered);
  }
  if (wrong) return fail(*wrong);
  return {};
}

Result<std::vector<Person>> Accounts::make(std::size_t count, const std::function<void(std::size_t)>& made) {
  std::vector<Person> people(count);
  const std::string name = run_name();
  const std::string password = fmt::format("{:016x}{:016x}", fast_random(), fast_random());
  auto body = [&](std::size_t i) {
    v1::SignUp request;
    request.set_handle(fmt::format("bench.{}.{}", name, i));
    request.set_password(password);
    request.set_display_name(fmt::format("Bench {}", i));
    request.set_invitation(invitation_);
    request.set_device_name("parley-bench");
    request.set_platform("linux");
    return request.SerializeAsString();
  };
  auto take = [&](std::size_t i, const HttpAnswer& answer) { return take_tokens(kSignUp, answer, people[i]); };
  if (auto all = run(kSignUp, count, body, take, made); !all) return fail(all.error());
  return people;
}

Result<void> Accounts::renew(std::vector<Person*> people, const std::function<void(std::size_t)>& done) {
  auto body = [&](std::size_t i) {
    v1::Refresh request;
    request.set_refresh_token(people[i]->refresh_token);
    return request.SerializeAsString();
  };
  auto take = [&](std::size_t i, const HttpAnswer& answer) { return take_tokens(kRefresh, answer, *people[i]); };
  return run(kRefresh, people.size(), body, take, done);
}

void Accounts::renew_one(Person& person, std::function<void(Result<void>)> done) {
  v1::Refresh request;
  request.set_refresh_token(person.refresh_token);
  http_.post(kRefresh, request.SerializeAsString(), {}, [&person, done = std::move(done)](const HttpAnswer& answer) {
    done(take_tokens(kRefresh, answer, person));
  });
}

}  // namespace parley::bench
