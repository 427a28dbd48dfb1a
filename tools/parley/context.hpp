// What every command starts from: the options given before it, and the profile they name.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "parley/failure.hpp"
#include "parley/http.hpp"
#include "parley/live.hpp"
#include "parley/people.hpp"
#include "parley/profile.hpp"

namespace parley::cli {

struct Options {
  std::string profile = "default";
  std::string server;
  std::string ca_file;
  bool json = false;
};

/// A profile that is signed in.
class Context {
 public:
  /// Throws Failure: signed_out, usage.
  explicit Context(const Options& options);
  ~Context();

  [[nodiscard]] const AccountId& me() const { return me_; }
  [[nodiscard]] const std::string& handle() const { return handle_; }
  [[nodiscard]] const Profile& profile() const { return profile_; }
  [[nodiscard]] const Http& http() const { return http_; }
  [[nodiscard]] bool json() const { return options_.json; }
  Tokens& tokens() { return tokens_; }
  People& people() { return people_; }

  /// The live client, made at the first call; `want` counts then.
  Live& live(client::Want want = client::Want::nothing);
  /// A request with the profile's token; throws Failure.
  void call(std::string_view method, const std::string& path, const google::protobuf::Message* body = nullptr,
            google::protobuf::Message* answer = nullptr);

 private:
  Options options_;
  Profile profile_;
  AccountId me_;
  std::string handle_;
  Http http_;
  Tokens tokens_;
  People people_;
  std::unique_ptr<Live> live_;
};

/// The server to talk to for a profile that is not signed in.
Address server_of(const Options& options, const std::string& signed_in_at);

/// A channel that somebody named.
struct Target {
  ChannelId id;
  AccountId peer;      // direct only
  std::string label;   // for people
  bool known = false;  // to this device
};
/// By id, '@handle' or handle, "me" for notes to oneself, title or its beginning, or the beginning of the id. Syncs
/// first; offline it finds what this device knows. Throws Failure.
Target find_channel(Context& context, const std::string& name);
/// The same for groups only.
Target find_group(Context& context, const std::string& name);
/// Title, or handle of the other one.
std::string label_of(Context& context, const client::ChannelState& channel);

/// Stores the command, sends it and waits for its outcome. Throws Failure when it is refused, or offline.
client::SendResult send_and_wait(Context& context, v1::Command& command);

}  // namespace parley::cli
