// Who I am: whoami, profile, profiles, and inviting people to the server.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/client_state.pb.h"

namespace parley::cli {
namespace {

std::string_view name_of(v1::Audience audience) {
  switch (audience) {
    case v1::AUDIENCE_CONTACTS:
      return "contacts";
    case v1::AUDIENCE_NOBODY:
      return "nobody";
    default:
      return "everyone";
  }
}

void show_account(const Context& context, const v1::Account& account) {
  const auto& profile = account.profile();
  if (context.json()) {
    print_json(boost::json::object{{"handle", profile.handle()},
                                   {"account", AccountId::from_bytes(profile.account()).value_or(AccountId{}).str()},
                                   {"display_name", profile.display_name()},
                                   {"about", profile.about()},
                                   {"server", context.http().address().url()},
                                   {"created", account.created()},
                                   {"read_receipts", account.privacy().read_receipts()},
                                   {"last_seen", std::string(name_of(account.privacy().last_seen()))},
                                   {"online", std::string(name_of(account.privacy().online()))}});
    return;
  }
  print(fmt::format("handle         {}", profile.handle()));
  print(fmt::format("name           {}", safe(profile.display_name())));
  print(fmt::format("about          {}", safe(profile.about())));
  print(fmt::format("server         {}", context.http().address().url()));
  print(fmt::format("since          {}", local_time(account.created())));
  print(fmt::format("read receipts  {}", account.privacy().read_receipts() ? "on" : "off"));
  print(fmt::format("last seen      shown to {}", name_of(account.privacy().last_seen())));
  print(fmt::format("online         shown to {}", name_of(account.privacy().online())));
}

Exit who_am_i(const Options& options) {
  Context context(options);
  v1::Account account;
  context.call("GET", "/v1/account", nullptr, &account);
  show_account(context, account);
  return Exit::ok;
}

struct ProfileFlags {
  std::optional<std::string> name;
  std::optional<std::string> about;
};

Exit change_profile(const Options& options, const ProfileFlags& flags) {
  if (!flags.name && !flags.about) return who_am_i(options);
  Context context(options);
  v1::ChangeAccount body;
  if (flags.name) body.set_display_name(*flags.name);
  if (flags.about) body.set_about(*flags.about);
  v1::Account account;
  context.call("PATCH", "/v1/account", &body, &account);
  show_account(context, account);
  return Exit::ok;
}

Exit list_profiles(const Options& options) {
  boost::json::array list;
  for (const std::string& name : Profile::all()) {
    const Profile profile = need(Profile::open(name));
    const auto credentials = profile.credentials();
    if (options.json) {
      boost::json::object row{{"profile", name}, {"signed_in", credentials.has_value()}};
      if (credentials) {
        row["handle"] = credentials->handle();
        row["server"] = credentials->server();
      }
      list.push_back(row);
    } else if (credentials) {
      print(fmt::format("{:16} {} at {}", name, credentials->handle(), credentials->server()));
    } else {
      print(fmt::format("{:16} signed out", name));
    }
  }
  if (options.json) print_json(list);
  return Exit::ok;
}

Exit invite(const Options& options, std::uint32_t uses) {
  Context context(options);
  v1::CreateSignUpInvitation body;
  body.set_uses(uses);
  v1::SignUpInvitation made;
  context.call("POST", "/v1/sign-up-invitations", &body, &made);
  if (options.json) {
    print_json(boost::json::object{{"invitation", made.invitation()}, {"expires", made.expires()}});
  } else {
    print(made.invitation());
    note(fmt::format("Good until {}. Whoever has it signs up with: parley signup HANDLE --invitation …",
                     local_time(made.expires())));
  }
  return Exit::ok;
}

}  // namespace

void add_profile_commands(CLI::App& app, Shell& shell) {
  app.add_subcommand("whoami", "Show the account that is signed in")->callback([&shell] {
    shell.deed = [&shell] { return who_am_i(shell.options); };
  });
  auto flags = std::make_shared<ProfileFlags>();
  auto* profile = app.add_subcommand("profile", "Show or change name and about text");
  profile->add_option("--name", flags->name, "display name");
  profile->add_option("--about", flags->about, "about text");
  profile->callback(
      [&shell, flags] { shell.deed = [&shell, flags] { return change_profile(shell.options, *flags); }; });
  app.add_subcommand("profiles", "List the profiles of this computer")->callback([&shell] {
    shell.deed = [&shell] { return list_profiles(shell.options); };
  });
  auto uses = std::make_shared<std::uint32_t>(1);
  auto* invitation = app.add_subcommand("invite", "Invite somebody to sign up on this server");
  invitation->add_option("--uses", *uses, "how many may sign up with it")->capture_default_str();
  invitation->callback([&shell, uses] { shell.deed = [&shell, uses] { return invite(shell.options, *uses); }; });
}

}  // namespace parley::cli
