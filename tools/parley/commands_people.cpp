// parley people …
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/v1/accounts.pb.h"

namespace parley::cli {
namespace {

boost::json::object json_of(const v1::Profile& person) {
  boost::json::object row{{"handle", person.handle()},
                          {"account", AccountId::from_bytes(person.account()).value_or(AccountId{}).str()},
                          {"display_name", person.display_name()},
                          {"about", person.about()},
                          {"contact", person.is_contact()},
                          {"blocked", person.is_blocked()}};
  if (person.last_seen() != 0) row["last_seen"] = person.last_seen();
  if (person.deleted()) row["deleted"] = true;
  return row;
}

void show_line(const v1::Profile& person) {
  if (person.deleted()) return print("(deleted account)");
  print(fmt::format("{:20} {}{}{}", person.handle(), safe(person.display_name()),
                    person.is_contact() ? "  [contact]" : "", person.is_blocked() ? "  [blocked]" : ""));
}

void show_people(Context& context, const v1::People& people) {
  context.people().remember(people);
  if (context.json()) {
    boost::json::array list;
    for (const auto& person : people.people()) list.push_back(json_of(person));
    return print_json(list);
  }
  for (const auto& person : people.people()) show_line(person);
}

Exit find(const Options& options, const std::string& prefix) {
  Context context(options);
  v1::People people;
  context.call("GET", "/v1/people?prefix=" + url_encode(prefix), nullptr, &people);
  show_people(context, people);
  if (people.people_size() == 0 && !options.json) {
    note(
        "Nobody. Search covers contacts and people of shared groups; others are found by `parley people show HANDLE`.");
  }
  return Exit::ok;
}

Exit show(const Options& options, std::string handle) {
  Context context(options);
  if (handle.starts_with('@')) handle.erase(0, 1);
  v1::People people;
  context.call("GET", "/v1/people?handle=" + url_encode(handle), nullptr, &people);
  if (people.people_size() == 0) throw failure_of(Error(ErrorCode::account_unknown));
  context.people().remember(people);
  const auto& person = people.people(0);
  if (options.json) {
    print_json(json_of(person));
    return Exit::ok;
  }
  show_line(person);
  if (!person.about().empty()) print("  " + safe(person.about()));
  if (person.last_seen() != 0) print("  last seen " + local_time(person.last_seen()));
  return Exit::ok;
}

Exit list(const Options& options, const std::string& path) {
  Context context(options);
  v1::People all;
  std::string after;
  do {
    v1::People page;
    context.call("GET", path + (after.empty() ? "" : "?after=" + url_encode(after)), nullptr, &page);
    after = page.next();
    all.mutable_people()->MergeFrom(page.people());
  } while (!after.empty());
  show_people(context, all);
  return Exit::ok;
}

Exit set(const Options& options, const char* method, const std::string& path, const std::string& handle,
         const char* did) {
  Context context(options);
  const AccountId account = need(context.people().account_of(handle));
  context.call(method, path + "/" + account.str());
  if (!options.json) print(fmt::format("{} {}.", did, handle));
  return Exit::ok;
}

struct PrivacyFlags {
  std::string read_receipts, last_seen, online;
};

v1::Audience audience_of(const std::string& name) {
  if (name == "contacts") return v1::AUDIENCE_CONTACTS;
  if (name == "nobody") return v1::AUDIENCE_NOBODY;
  return v1::AUDIENCE_EVERYONE;
}

Exit privacy(const Options& options, const PrivacyFlags& flags) {
  Context context(options);
  v1::ChangeAccount body;
  if (!flags.read_receipts.empty()) body.set_read_receipts(flags.read_receipts == "on");
  if (!flags.last_seen.empty()) body.set_last_seen(audience_of(flags.last_seen));
  if (!flags.online.empty()) body.set_online(audience_of(flags.online));
  v1::Account account;
  context.call("PATCH", "/v1/account", &body, &account);
  const auto word = [](v1::Audience audience) {
    return audience == v1::AUDIENCE_NOBODY ? "nobody" : audience == v1::AUDIENCE_CONTACTS ? "contacts" : "everyone";
  };
  const auto& now = account.privacy();
  if (options.json) {
    print_json(boost::json::object{
        {"read_receipts", now.read_receipts()}, {"last_seen", word(now.last_seen())}, {"online", word(now.online())}});
  } else {
    print(fmt::format("read receipts {}, last seen shown to {}, online shown to {}", now.read_receipts() ? "on" : "off",
                      word(now.last_seen()), word(now.online())));
  }
  return Exit::ok;
}

}  // namespace

void add_people_commands(CLI::App& app, Shell& shell) {
  auto* people = app.add_subcommand("people", "Find people, contacts, blocks, privacy");
  people->require_subcommand(1);
  auto handle = std::make_shared<std::string>();
  const auto with_handle = [&](const char* name, const char* help, auto deed) {
    auto* sub = people->add_subcommand(name, help);
    sub->add_option("HANDLE", *handle)->required();
    sub->callback(
        [&shell, handle, deed] { shell.deed = [&shell, handle, deed] { return deed(shell.options, *handle); }; });
  };
  with_handle("find", "People whose handle begins so", find);
  with_handle("show", "One person", show);
  const auto setting = [&](const char* name, const char* help, const char* method, const char* path, const char* did) {
    with_handle(name, help,
                [=](const Options& options, const std::string& who) { return set(options, method, path, who, did); });
  };
  setting("add", "Add a contact", "PUT", "/v1/contacts", "Added");
  setting("remove", "Remove a contact", "DELETE", "/v1/contacts", "Removed");
  setting("block", "Block somebody", "PUT", "/v1/blocks", "Blocked");
  setting("unblock", "Unblock somebody", "DELETE", "/v1/blocks", "Unblocked");
  people->add_subcommand("contacts", "List contacts")->callback([&shell] {
    shell.deed = [&shell] { return list(shell.options, "/v1/contacts"); };
  });
  people->add_subcommand("blocks", "List who is blocked")->callback([&shell] {
    shell.deed = [&shell] { return list(shell.options, "/v1/blocks"); };
  });
  auto flags = std::make_shared<PrivacyFlags>();
  auto* switches = people->add_subcommand("privacy", "Show or change who sees what of me");
  const std::set<std::string> audience{"everyone", "contacts", "nobody"};
  switches->add_option("--read-receipts", flags->read_receipts, "both ways")
      ->check(CLI::IsMember(std::set<std::string>{"on", "off"}));
  switches->add_option("--last-seen", flags->last_seen)->check(CLI::IsMember(audience));
  switches->add_option("--online", flags->online)->check(CLI::IsMember(audience));
  switches->callback([&shell, flags] { shell.deed = [&shell, flags] { return privacy(shell.options, *flags); }; });
}

}  // namespace parley::cli
