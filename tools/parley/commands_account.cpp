// Signing up, in and out; password; deleting the account.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/system.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/client_state.pb.h"

namespace parley::cli {
namespace {

constexpr const char* kPlatform = "cli";

struct SignInFlags {
  std::string handle;
  std::string name;
  std::string invitation;
  std::string device;
  bool password_stdin = false;
};

/// Whoever signs in again does so where they were signed in.
Address server_for_sign_in(const Options& options, const Profile& profile) {
  const auto before = profile.credentials();
  return server_of(options, before ? before->server() : "");
}

Exit welcome(const Options& options, const Profile& profile, const Address& address, const std::string& handle,
             const v1::Tokens& tokens, const char* did) {
  v1::Credentials credentials;
  credentials.set_server(address.url());
  credentials.set_handle(handle);
  take_tokens(tokens, credentials);
  need(profile.begin(credentials));
  const AccountId account = AccountId::from_bytes(tokens.account()).value_or(AccountId{});
  if (options.json) {
    print_json(boost::json::object{{"handle", handle}, {"account", account.str()}, {"server", address.url()}});
  } else {
    print(fmt::format("{} {} at {}.", did, handle, address.url()));
    if (stdout_is_terminal()) note("Next: parley send HANDLE TEXT, parley tail, parley --help");
  }
  return Exit::ok;
}

void refuse_signed_in(const Profile& profile, std::string_view again = {}) {
  if (const auto before = profile.credentials(); before && before->handle() != again) {
    throw usage(fmt::format("Profile '{}' is signed in as {}. Use: parley signout, or another --profile NAME.",
                            profile.name(), before->handle()));
  }
}

Exit sign_up(const Options& options, const SignInFlags& flags) {
  const Profile profile = need(Profile::open(options.profile));
  refuse_signed_in(profile);
  const Http http(server_for_sign_in(options, profile));
  v1::SignUp body;
  body.set_handle(flags.handle);
  body.set_display_name(flags.name);
  body.set_invitation(flags.invitation);
  body.set_device_name(flags.device.empty() ? device_name() : flags.device);
  body.set_platform(kPlatform);
  body.set_password(need(ask_password("Password for " + flags.handle, flags.password_stdin, true)));
  v1::Tokens tokens;
  need(http.call("POST", "/v1/accounts", "", &body, &tokens));
  return welcome(options, profile, http.address(), flags.handle, tokens, "Signed up as");
}

Exit sign_in(const Options& options, const SignInFlags& flags) {
  const Profile profile = need(Profile::open(options.profile));
  // The same person again: the server may have ended the sign-in.
  refuse_signed_in(profile, flags.handle);
  const Http http(server_for_sign_in(options, profile));
  v1::SignIn body;
  body.set_handle(flags.handle);
  body.set_device_name(flags.device.empty() ? device_name() : flags.device);
  body.set_platform(kPlatform);
  body.set_password(need(ask_password("Password of " + flags.handle, flags.password_stdin, false)));
  v1::Tokens tokens;
  auto done = http.call("POST", "/v1/auth/sign-in", "", &body, &tokens);
  if (!done) {
    // Nobody was signed in before, so this is no lost sign-in.
    if (done.error().exit == Exit::signed_out) done.error().exit = Exit::refused;
    throw done.error();
  }
  return welcome(options, profile, http.address(), flags.handle, tokens, "Signed in as");
}

Exit sign_out(const Options& options, bool everywhere) {
  Context context(options);
  const auto done = context.tokens().call("POST", everywhere ? "/v1/auth/sign-out-everywhere" : "/v1/auth/sign-out",
                                          nullptr, nullptr);
  // A device that is signed out already is what was asked for.
  if (!done && done.error().exit != Exit::signed_out) throw done.error();
  const std::size_t waiting = context.live().client().outbox_size();
  need(context.profile().forget());
  if (!options.json) print(everywhere ? "Signed out on all devices." : "Signed out.");
  if (waiting > 0) {
    note(fmt::format("{} messages still wait in this profile; they are sent when {} signs in here again.", waiting,
                     context.handle()));
  }
  return Exit::ok;
}

Exit change_password(const Options& options, bool from_stdin) {
  Context context(options);
  v1::ChangePassword body;
  body.set_old_password(need(ask_password("Old password", from_stdin, false)));
  if (auto given = environment("PARLEY_NEW_PASSWORD"); !given.empty() && !from_stdin) {
    body.set_new_password(given);
  } else if (!environment("PARLEY_PASSWORD").empty() && !from_stdin) {
    throw usage("Set PARLEY_NEW_PASSWORD too, or use --password-stdin with the old and the new password on two lines.");
  } else {
    body.set_new_password(need(ask_password("New password", from_stdin, true)));
  }
  context.call("POST", "/v1/account/password", &body);
  if (!options.json) print("The password is changed; all other devices are signed out.");
  return Exit::ok;
}

Exit delete_account(const Options& options, bool erase, bool sure, bool from_stdin) {
  Context context(options);
  if (!sure) {
    throw usage(fmt::format("This deletes the account {}{} for ever. Add --yes to do it.", context.handle(),
                            erase ? " and all it ever wrote" : ""));
  }
  v1::DeleteAccount body;
  body.set_password(need(ask_password("Password of " + context.handle(), from_stdin, false)));
  body.set_erase(erase);
  context.call("DELETE", "/v1/account", &body);
  need(context.profile().forget());
  if (!options.json) print("The account is deleted.");
  return Exit::ok;
}

void add_sign_in_flags(CLI::App& sub, SignInFlags& flags) {
  sub.add_option("HANDLE", flags.handle, "3 to 32 characters of a-z, 0-9, _ and .")->required();
  sub.add_option("--device", flags.device, "name of this device in the list of devices");
  sub.add_flag("--password-stdin", flags.password_stdin, "read the password from standard input");
}

}  // namespace

void add_account_commands(CLI::App& app, Shell& shell) {
  auto flags = std::make_shared<SignInFlags>();
  auto* up = app.add_subcommand("signup", "Make an account and sign in");
  add_sign_in_flags(*up, *flags);
  up->add_option("--name", flags->name, "display name");
  up->add_option("--invitation", flags->invitation, "where the server wants one");
  up->callback([&shell, flags] { shell.deed = [&shell, flags] { return sign_up(shell.options, *flags); }; });

  auto* in = app.add_subcommand("signin", "Sign in on this computer");
  add_sign_in_flags(*in, *flags);
  in->callback([&shell, flags] { shell.deed = [&shell, flags] { return sign_in(shell.options, *flags); }; });

  struct Flags {
    bool everywhere = false, erase = false, sure = false, password_stdin = false;
  };
  auto more = std::make_shared<Flags>();
  auto* out = app.add_subcommand("signout", "Sign out and forget what was stored here");
  out->add_flag("--everywhere", more->everywhere, "all devices of the account");
  out->callback([&shell, more] { shell.deed = [&shell, more] { return sign_out(shell.options, more->everywhere); }; });

  auto* password = app.add_subcommand("passwd", "Change the password");
  password->add_flag("--password-stdin", more->password_stdin, "read the old and the new one, a line each");
  password->callback(
      [&shell, more] { shell.deed = [&shell, more] { return change_password(shell.options, more->password_stdin); }; });

  auto* gone = app.add_subcommand("delete-account", "Delete the account for ever");
  gone->add_flag("--erase", more->erase, "and all that it wrote");
  gone->add_flag("--yes", more->sure, "I am sure");
  gone->add_flag("--password-stdin", more->password_stdin, "read the password from standard input");
  gone->callback([&shell, more] {
    shell.deed = [&shell, more] {
      return delete_account(shell.options, more->erase, more->sure, more->password_stdin);
    };
  });
}

}  // namespace parley::cli
