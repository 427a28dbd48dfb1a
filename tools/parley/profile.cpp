#include "parley/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "parley/file_store.hpp"
#include "parley/journal.hpp"
#include "parley/system.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/client_state.pb.h"
#include "wire/frames.hpp"

namespace parley::cli {
namespace {

namespace fs = std::filesystem;

/// A token that ends sooner is not worth sending.
constexpr Duration kLeastLife{10'000};

fs::path state_home() {
  if (const auto home = environment("XDG_STATE_HOME"); home.starts_with('/')) return fs::path(home) / "parley";
  return fs::path(environment("HOME").empty() ? "." : environment("HOME")) / ".local" / "state" / "parley";
}

bool is_valid_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.';
         });
}

Failure signed_out(const std::string& profile) {
  return {Exit::signed_out, "signed_out",
          fmt::format("Profile '{}' is not signed in. Use: parley signin HANDLE (or: parley signup HANDLE)", profile)};
}

Outcome<void> good(Result<void> result) {
  if (!result) return std::unexpected(failure_of(result.error()));
  return {};
}

/// It is of the sign-in before.
Outcome<void> forget_resume_token(const std::string& directory) {
  FileStore store(directory);
  auto loaded = store.load();
  if (!loaded) return std::unexpected(failure_of(loaded.error()));
  if (loaded->session.resume_token.empty()) return {};
  loaded->session.resume_token.clear();
  return good(store.commit({.session = &loaded->session}));
}

}  // namespace

Outcome<Profile> Profile::open(const std::string& name) {
  if (!is_valid_name(name)) {
    return std::unexpected(usage(fmt::format("'{}' is no profile name: use letters, digits, - _ and .", name)));
  }
  const fs::path directory = state_home() / name;
  std::error_code error;
  fs::create_directories(directory, error);
  if (!error) fs::permissions(directory, fs::perms::owner_all, error);
  if (error) {
    return std::unexpected(Failure{Exit::refused, "store_unavailable",
                                   fmt::format("Cannot make {}: {}", directory.string(), error.message())});
  }
  return Profile(name, directory.string());
}

std::vector<std::string> Profile::all() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(state_home(), error)) {
    if (entry.is_directory() && is_valid_name(entry.path().filename().string())) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<v1::Credentials> Profile::credentials() const {
  const auto bytes = read_file(file("credentials"));
  v1::Credentials credentials;
  if (!bytes || !wire::parse_message(wire::Encoding::json, *bytes, credentials)) return std::nullopt;
  if (credentials.refresh_token().empty()) return std::nullopt;
  return credentials;
}

Outcome<void> Profile::save(const v1::Credentials& credentials) const {
  return good(write_file(file("credentials"), wire::serialize(wire::Encoding::json, credentials) + "\n"));
}

Outcome<void> Profile::forget() const {
  std::error_code error;
  for (const char* name : {"credentials", "state", "people", "drafts"}) fs::remove(file(name), error);
  return {};
}

Outcome<void> Profile::begin(const v1::Credentials& credentials) const {
  const auto before = read_file(file("account"));
  if (before && *before != credentials.account()) {
    FileStore store(directory_);
    const auto loaded = store.load();
    if (loaded && !loaded->outbox.empty()) {
      return std::unexpected(Failure{
          Exit::refused, "outbox_waits",
          fmt::format("{} messages of another account still wait in profile '{}'. Sign in with another --profile, or "
                      "sign in as that account to send them.",
                      loaded->outbox.size(), name_)});
    }
  }
  // What is known of the same account's channels stays: the client finds out what of it still holds.
  const bool again = before && *before == credentials.account();
  if (auto done = again ? forget_resume_token(directory_) : forget(); !done) return done;
  if (auto written = good(write_file(file("account"), credentials.account())); !written) return written;
  return save(credentials);
}

void take_tokens(const v1::Tokens& tokens, v1::Credentials& out) {
  out.set_account(tokens.account());
  out.set_device(tokens.device());
  out.set_access_token(tokens.access_token());
  out.set_access_expires(tokens.access_expires());
  if (!tokens.refresh_token().empty()) out.set_refresh_token(tokens.refresh_token());
  out.set_refresh_expires(tokens.refresh_expires());
}

Outcome<Tokens::Access> Tokens::access(bool fresh) {
  auto lock = FileLock::take(profile_.file("credentials.lock"), FileLock::Wait::yes);
  if (!lock) return std::unexpected(failure_of(lock.error()));
  auto credentials = profile_.credentials();
  if (!credentials) return std::unexpected(signed_out(profile_.name()));
  const auto life = [&] { return Duration(credentials->access_expires()) - now().time_since_epoch(); };
  if (!fresh && life() > kLeastLife) return Access{credentials->access_token(), life()};

  v1::Refresh body;
  body.set_refresh_token(credentials->refresh_token());
  v1::Tokens tokens;
  if (auto done = http_.call("POST", "/v1/auth/refresh", "", &body, &tokens); !done) {
    if (done.error().exit == Exit::signed_out) done.error().text = signed_out(profile_.name()).text;
    return std::unexpected(done.error());
  }
  take_tokens(tokens, *credentials);
  if (auto saved = profile_.save(*credentials); !saved) return std::unexpected(saved.error());
  // This computer's clock may differ from the server's by more than a token lives.
  return Access{credentials->access_token(), std::max(life(), Duration(60'000))};
}

template <class Ask>
auto Tokens::with_token(Ask ask) -> decltype(ask(std::string())) {
  auto token = access(false);
  if (!token) return std::unexpected(token.error());
  auto done = ask(token->token);
  if (done || (done.error().name != "token_expired" && done.error().name != "unauthenticated")) return done;
  token = access(true);
  if (!token) return std::unexpected(token.error());
  return ask(token->token);
}

Outcome<void> Tokens::call(std::string_view method, const std::string& path, const google::protobuf::Message* body,
                           google::protobuf::Message* answer) {
  return with_token([&](const std::string& token) { return http_.call(method, path, token, body, answer); });
}

Outcome<std::string> Tokens::text(const std::string& path) {
  return with_token([&](const std::string& token) { return http_.text(path, token); });
}

}  // namespace parley::cli
