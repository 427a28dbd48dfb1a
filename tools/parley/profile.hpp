// A profile: one signed-in account on this computer, and its files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "parley/failure.hpp"
#include "parley/http.hpp"

namespace parley::v1 {
class Credentials;
class Tokens;
}  // namespace parley::v1

namespace parley::cli {

class Profile {
 public:
  /// The directory is made (mode 0700) where it is missing. Failure `usage` for a name that is no file name.
  static Outcome<Profile> open(const std::string& name);
  /// Names of all profiles, sorted.
  static std::vector<std::string> all();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string file(const char* name) const { return directory_ + "/" + name; }

  [[nodiscard]] std::optional<v1::Credentials> credentials() const;
  Outcome<void> save(const v1::Credentials& credentials) const;
  /// Signed out: tokens and messages go, sends that wait stay.
  Outcome<void> forget() const;
  /// A new sign-in. What was stored of the same account stays (the client finds out what of it still holds), that of
  /// another goes. Failure when sends of another account wait here.
  Outcome<void> begin(const v1::Credentials& credentials) const;

 private:
  Profile(std::string name, std::string directory) : name_(std::move(name)), directory_(std::move(directory)) {}
  std::string name_;
  std::string directory_;
};

/// Access tokens of a profile. A refresh token's successor is on the disk before it is used, and one process at a time
/// asks for it; an answer that is lost is asked for again with the same token.
class Tokens {
 public:
  Tokens(const Profile& profile, const Http& http) : profile_(profile), http_(http) {}

  struct Access {
    std::string token;
    Duration valid_for{0};
  };
  /// `fresh`: the one at hand was refused. Failures: signed_out, offline.
  Outcome<Access> access(bool fresh);
  /// A request with a token, repeated once with a fresh one where that is the answer to the refusal.
  Outcome<void> call(std::string_view method, const std::string& path, const google::protobuf::Message* body,
                     google::protobuf::Message* answer);
  /// The answer to a GET as it is.
  Outcome<std::string> text(const std::string& path);

 private:
  /// Asks once more with a new token where the old one is refused.
  template <class Ask>
  auto with_token(Ask ask) -> decltype(ask(std::string()));

  const Profile& profile_;
  const Http& http_;
};

/// `tokens` into `out`, with times as this computer's clock will see them.
void take_tokens(const v1::Tokens& tokens, v1::Credentials& out);

}  // namespace parley::cli
