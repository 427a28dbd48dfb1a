// One HTTP request at a time to the server, in protobuf.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "parley/address.hpp"

namespace google::protobuf {
class Message;
}

namespace parley::cli {

class Http {
 public:
  /// A call that is under way when `stop` is asked for ends as `offline`, soon.
  explicit Http(Address address, std::stop_token stop = {}) : address_(std::move(address)), stop_(std::move(stop)) {}

  /// Waits for the answer and reads it into `answer` where there is one to read (nullptr: nothing is expected). `token`
  /// may be empty. Failure `offline` when the server did not answer, else what it said.
  Outcome<void> call(std::string_view method, const std::string& path, const std::string& token,
                     const google::protobuf::Message* body, google::protobuf::Message* answer) const;
  /// The answer to a GET as it is.
  [[nodiscard]] Outcome<std::string> text(const std::string& path, const std::string& token) const;
  [[nodiscard]] const Address& address() const { return address_; }

 private:
  [[nodiscard]] Outcome<std::string> ask(std::string_view method, const std::string& path, const std::string& token,
                                         const google::protobuf::Message* body) const;

  Address address_;
  std::stop_token stop_;
};

/// Percent-encodes everything but what RFC 3986 calls unreserved.
std::string url_encode(std::string_view text);

}  // namespace parley::cli
