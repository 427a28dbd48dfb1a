// People for a run: signed up over HTTP, each with one device.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "bench/http_client.hpp"

namespace parley::bench {

struct Person {
  AccountId account;
  DeviceId device;
  std::string access_token;   // secret
  std::string refresh_token;  // secret
  Duration access_life{0};    // from when it was given
};

/// Signs people up and renews their tokens.
class Accounts {
 public:
  /// `invitation` may be empty. Runs on `loop`, at most `at_once` requests at a time.
  Accounts(EventLoop& loop, const Address& address, std::string invitation, std::size_t at_once);

  /// Waits for all; `made` is told how many there are now and then. Errors: what the server refused, with what to do.
  Result<std::vector<Person>> make(std::size_t count, const std::function<void(std::size_t)>& made);
  /// A new access token for each, waits for all. `done` as above.
  Result<void> renew(std::vector<Person*> people, const std::function<void(std::size_t)>& done);
  /// The same for one, later.
  void renew_one(Person& person, std::function<void(Result<void>)> done);

 private:
  using Bodies = std::function<std::string(std::size_t)>;
  Result<void> run(const std::string& path, std::size_t count, const Bodies& body,
                   const std::function<Result<void>(std::size_t, const HttpAnswer&)>& take,
                   const std::function<void(std::size_t)>& done);

  EventLoop& loop_;
  HttpClient http_;
  std::string invitation_;
  std::size_t at_once_;
};

}  // namespace parley::bench
