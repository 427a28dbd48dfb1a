// parley admin people …, invitations …
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "parley/admin/admin.hpp"
#include "parley/http.hpp"
#include "parley/render.hpp"
#include "parley/system.hpp"

namespace parley::cli {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDay = 86'400'000;

std::string time_in(const json::object& object, std::string_view key) {
  const std::int64_t at = number_in(object, key);
  return at == 0 ? "-" : local_time(at);
}

std::string path_of(const std::string& who, std::string_view rest = "") {
  return fmt::format("/people/{}{}", url_encode(who), rest);
}

struct ListOptions {
  std::string prefix;
  std::string after;
  int limit = 100;
  bool disabled = false;
};

Exit list(const Admin& admin, const ListOptions& options) {
  const auto answer = admin.server().call(
      "GET", fmt::format("/people?prefix={}&after={}&limit={}&disabled={}", url_encode(options.prefix),
                         url_encode(options.after), options.limit, options.disabled));
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& value : list_in(answer.as_object(), "people")) {
    const auto& person = value.as_object();
    rows.push_back({text_in(person, "handle"), text_in(person, "display_name"), time_in(person, "created"),
                    time_in(person, "last_seen"), flag_in(person, "disabled") ? "disabled" : "",
                    text_in(person, "account")});
  }
  print_table({"HANDLE", "NAME", "CREATED", "LAST SEEN", "STATE", "ACCOUNT"}, rows);
  if (flag_in(answer.as_object(), "more")) note(fmt::format("There are more: --after {}", rows.back().front()));
  return Exit::ok;
}

Exit show(const Admin& admin, const std::string& who) {
  const auto answer = admin.server().call("GET", path_of(who));
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  const auto& person = answer.as_object();
  print(fmt::format("{} ({}){}", text_in(person, "handle"), safe(text_in(person, "display_name")),
                    flag_in(person, "disabled") ? "  [disabled]" : ""));
  print(fmt::format("account {}, since {}, last seen {}", text_in(person, "account"), time_in(person, "created"),
                    time_in(person, "last_seen")));
  std::vector<std::vector<std::string>> rows;
  for (const auto& value : list_in(person, "devices")) {
    const auto& device = value.as_object();
    rows.push_back({text_in(device, "device"), text_in(device, "name"), text_in(device, "platform"),
                    time_in(device, "created"), time_in(device, "last_used")});
  }
  if (!rows.empty()) print_table({"DEVICE", "NAME", "PLATFORM", "SIGNED IN", "LAST USED"}, rows);
  return Exit::ok;
}

/// Says the password that the server made, if it made one.
Exit done(const Admin& admin, const json::value& answer, const std::string& text) {
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  print(text);
  const std::string password = text_in(answer.as_object(), "password");
  if (!password.empty()) print(fmt::format("Password: {}   (shown once; it is stored nowhere)", password));
  return Exit::ok;
}

struct PasswordOptions {
  std::string who;
  std::string name;
  bool ask = false;
  bool from_stdin = false;

  void add_to(json::object& body) const {
    if (ask || from_stdin) body["password"] = need(ask_password("New password", from_stdin, true));
  }
};

Exit create(const Admin& admin, const PasswordOptions& options) {
  json::object body{{"handle", options.who}};
  if (!options.name.empty()) body["display_name"] = options.name;
  options.add_to(body);
  const auto answer = admin.server().call("POST", "/people", body);
  return done(admin, answer, fmt::format("{} may sign in now.", options.who));
}

Exit reset(const Admin& admin, const PasswordOptions& options) {
  json::object body;
  options.add_to(body);
  const auto answer = admin.server().call("POST", path_of(options.who, "/password"), body);
  return done(admin, answer, fmt::format("{} has a new password; all devices are signed out.", options.who));
}

void add_password_options(CLI::App& command, const std::shared_ptr<PasswordOptions>& options) {
  auto* ask = command.add_flag("--ask-password", options->ask, "ask for it, in place of making one");
  command.add_flag("--password-stdin", options->from_stdin, "read it from standard input")->excludes(ask);
}

Exit remove(const Admin& admin, const std::string& who, bool erase, bool yes) {
  if (!yes) throw usage(fmt::format("This cannot be undone. Add --yes to delete the account of {}.", who));
  json::object body;
  if (erase) body["erase"] = true;
  const auto answer = admin.server().call("DELETE", path_of(who), body);
  return done(admin, answer,
              fmt::format("The account of {} is deleted{}.", who, erase ? "; what it wrote is being erased" : ""));
}

/// A command that takes one person and posts to `rest`.
void add_simple(CLI::App& people, const AdminShell& shell, const char* name, const char* help, const char* rest,
                const char* text) {
  auto who = std::make_shared<std::string>();
  auto* command = people.add_subcommand(name, help);
  command->add_option("WHO", *who, "handle or account id")->required();
  shell->on(command, [shell, who, rest, text] {
    const auto answer = shell->server().call("POST", path_of(*who, rest));
    return done(*shell, answer, fmt::format("{} {}", *who, text));
  });
}

Exit list_invitations(const Admin& admin) {
  const auto answer = admin.server().call("GET", "/invitations");
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& value : list_in(answer.as_object(), "invitations")) {
    const auto& one = value.as_object();
    rows.push_back({text_in(one, "id"), text_in(one, "by_handle"), fmt::format("{}", number_in(one, "uses_left")),
                    time_in(one, "created"), time_in(one, "expires")});
  }
  print_table({"ID", "BY", "USES LEFT", "CREATED", "EXPIRES"}, rows);
  return Exit::ok;
}

struct InvitationOptions {
  std::string by;
  int uses = 1;
  int days = 7;
};

Exit invite(const Admin& admin, const InvitationOptions& options) {
  const auto answer = admin.server().call(
      "POST", "/invitations", {{"by", options.by}, {"uses", options.uses}, {"life_ms", options.days * kDay}});
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  print(text_in(answer.as_object(), "invitation"));
  note(fmt::format("For {} sign-up(s) until {}: parley signup HANDLE --invitation …", options.uses,
                   time_in(answer.as_object(), "expires")));
  return Exit::ok;
}

void add_invitation_commands_of_admin(CLI::App& admin, const AdminShell& shell) {
  auto* invitations = admin.add_subcommand("invitations", "Invitations to sign up");
  invitations->require_subcommand(1)->fallthrough();
  shell->on(invitations->add_subcommand("list", "Those that can be used"),
            [shell] { return list_invitations(*shell); });
  auto options = std::make_shared<InvitationOptions>();
  auto* create = invitations->add_subcommand("create", "Make one; it is shown once");
  create->add_option("--by", options->by, "handle of who invites")->required();
  create->add_option("--uses", options->uses, "sign-ups")->check(CLI::Range(1, 1000))->capture_default_str();
  create->add_option("--days", options->days, "until it ends")->check(CLI::Range(1, 30))->capture_default_str();
  shell->on(create, [shell, options] { return invite(*shell, *options); });
  auto id = std::make_shared<std::string>();
  auto* revoke = invitations->add_subcommand("revoke", "End one");
  revoke->add_option("ID", *id, "from the list")->required();
  shell->on(revoke, [shell, id] {
    return done(*shell, shell->server().call("DELETE", "/invitations/" + url_encode(*id)),
                "Nobody can use it any more.");
  });
}

}  // namespace

void add_admin_people_commands(CLI::App& admin, const AdminShell& shell) {
  auto* people = admin.add_subcommand("people", "Accounts");
  people->require_subcommand(1)->fallthrough();
  auto listing = std::make_shared<ListOptions>();
  auto* lists = people->add_subcommand("list", "List them by handle");
  lists->add_option("PREFIX", listing->prefix, "beginning of the handle");
  lists->add_option("--after", listing->after, "only handles behind this one")->type_name("HANDLE");
  lists->add_option("--limit", listing->limit, "how many")->check(CLI::Range(1, 1000))->capture_default_str();
  lists->add_flag("--disabled", listing->disabled, "only disabled ones");
  shell->on(lists, [shell, listing] { return list(*shell, *listing); });

  auto who = std::make_shared<std::string>();
  auto* shows = people->add_subcommand("show", "Show one, with devices");
  shows->add_option("WHO", *who, "handle or account id")->required();
  shell->on(shows, [shell, who] { return show(*shell, *who); });

  auto creating = std::make_shared<PasswordOptions>();
  auto* creates = people->add_subcommand("create", "Make an account, whatever the mode of sign-up");
  creates->add_option("HANDLE", creating->who)->required();
  creates->add_option("--name", creating->name, "display name");
  add_password_options(*creates, creating);
  shell->on(creates, [shell, creating] { return create(*shell, *creating); });

  auto resetting = std::make_shared<PasswordOptions>();
  auto* resets = people->add_subcommand("reset-password", "Give a new password, and sign out everywhere");
  resets->add_option("WHO", resetting->who, "handle or account id")->required();
  add_password_options(*resets, resetting);
  shell->on(resets, [shell, resetting] { return reset(*shell, *resetting); });

  add_simple(*people, shell, "disable", "End all sign-ins and refuse new ones", "/disable",
             "is disabled and signed out everywhere.");
  add_simple(*people, shell, "enable", "Let a disabled account sign in again", "/enable", "may sign in again.");
  add_simple(*people, shell, "sign-out", "Sign out all devices", "/sign-out", "is signed out everywhere.");

  struct Removal {
    std::string who;
    bool erase = false;
    bool yes = false;
  };
  auto removal = std::make_shared<Removal>();
  auto* removes = people->add_subcommand("delete", "Delete an account; the handle stays taken");
  removes->add_option("WHO", removal->who, "handle or account id")->required();
  removes->add_flag("--erase", removal->erase, "also what it wrote");
  removes->add_flag("--yes", removal->yes, "do not ask");
  shell->on(removes, [shell, removal] { return remove(*shell, removal->who, removal->erase, removal->yes); });

  add_invitation_commands_of_admin(admin, shell);
}

}  // namespace parley::cli
