// parley admin sessions …, channels …, jobs …, limits.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "parley/admin/admin.hpp"
#include "parley/http.hpp"
#include "parley/render.hpp"

namespace parley::cli {
namespace {

namespace json = boost::json;

using Rows = std::vector<std::vector<std::string>>;
using Cells = std::vector<std::string>;

std::string count_in(const json::object& object, std::string_view key) {
  return fmt::format("{}", number_in(object, key));
}

/// Asks, and prints the list `key` of the answer with one row for each object of it.
template <class Row>
Exit print_list(const Admin& admin, const std::string& path, std::string_view key, const Cells& titles, Row row) {
  const auto answer = admin.server().call("GET", path);
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  Rows rows;
  for (const auto& value : list_in(answer.as_object(), key)) rows.push_back(row(value.as_object()));
  print_table(titles, rows);
  if (flag_in(answer.as_object(), "more")) note("There are more.");
  return Exit::ok;
}

Exit say(const Admin& admin, const json::value& answer, const std::string& text) {
  if (admin.json()) {
    print_json(answer);
  } else {
    print(text);
  }
  return Exit::ok;
}

Exit list_sessions(const Admin& admin, const std::string& who, int limit) {
  const std::string path = fmt::format("/sessions?limit={}{}", limit, who.empty() ? "" : "&who=" + url_encode(who));
  return print_list(admin, path, "sessions", {"SESSION", "ACCOUNT", "DEVICE", "ADDRESS", "AGE", "MODE", "OUTBOX"},
                    [](const json::object& one) {
                      return Cells{text_in(one, "session"),
                                   text_in(one, "account"),
                                   text_in(one, "device"),
                                   text_in(one, "address"),
                                   duration_text(number_in(one, "age_ms")),
                                   text_in(one, "mode"),
                                   bytes_in(one, "outbox_bytes")};
                    });
}

void add_sessions(CLI::App& admin, const AdminShell& shell) {
  auto* sessions = admin.add_subcommand("sessions", "Live sessions");
  sessions->require_subcommand(1)->fallthrough();
  auto who = std::make_shared<std::string>();
  auto limit = std::make_shared<int>(1000);
  auto* lists = sessions->add_subcommand("list", "List them");
  lists->add_option("WHO", *who, "only of this handle or account id");
  lists->add_option("--limit", *limit, "how many")->check(CLI::Range(1, 100'000))->capture_default_str();
  shell->on(lists, [shell, who, limit] { return list_sessions(*shell, *who, *limit); });
  auto id = std::make_shared<std::string>();
  auto* ends = sessions->add_subcommand("end", "End one; its client comes back, where it still may");
  ends->add_option("SESSION", *id, "from the list")->required();
  shell->on(ends, [shell, id] {
    return say(*shell, shell->server().call("DELETE", "/sessions/" + url_encode(*id)), "Ended.");
  });
  auto* device = sessions->add_subcommand("end-device", "End all of a device");
  device->add_option("DEVICE", *id, "id")->required();
  shell->on(device, [shell, id] {
    const auto answer = shell->server().call("DELETE", "/devices/" + url_encode(*id) + "/sessions");
    return say(*shell, answer, fmt::format("{} ended.", number_in(answer.as_object(), "ended")));
  });
}

Exit show_channel(const Admin& admin, const std::string& id) {
  const auto answer = admin.server().call("GET", "/channels/" + url_encode(id));
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  const auto& channel = answer.as_object();
  print(fmt::format("{} {} \"{}\"", text_in(channel, "kind"), text_in(channel, "channel"),
                    safe(text_in(channel, "title"))));
  print(fmt::format("head {}, {} messages, {} members, last event {}", number_in(channel, "head"),
                    number_in(channel, "messages"), number_in(channel, "members"),
                    local_time(number_in(channel, "time"))));
  Rows rows;
  for (const auto& value : list_in(channel, "member_list")) {
    const auto& member = value.as_object();
    rows.push_back({text_in(member, "handle"), text_in(member, "role"), local_time(number_in(member, "since")),
                    count_in(member, "delivered"), count_in(member, "read"), text_in(member, "account")});
  }
  print_table({"HANDLE", "ROLE", "SINCE", "DELIVERED", "READ", "ACCOUNT"}, rows);
  return Exit::ok;
}

void add_channels(CLI::App& admin, const AdminShell& shell) {
  struct Names {
    std::string channel;
    std::string who;
  };
  auto names = std::make_shared<Names>();
  auto* channels = admin.add_subcommand("channels", "Channels: who is in them, never what is said");
  channels->require_subcommand(1)->fallthrough();
  auto* lists = channels->add_subcommand("list", "Those of a person");
  lists->add_option("WHO", names->who, "handle or account id")->required();
  shell->on(lists, [shell, names] {
    return print_list(*shell, "/people/" + url_encode(names->who) + "/channels", "channels",
                      {"CHANNEL", "KIND", "TITLE", "ROLE", "MEMBERS", "HEAD", "MESSAGES"}, [](const json::object& one) {
                        return Cells{text_in(one, "channel"),  text_in(one, "kind"),     text_in(one, "title"),
                                     text_in(one, "role"),     count_in(one, "members"), count_in(one, "head"),
                                     count_in(one, "messages")};
                      });
  });
  const auto add = [&](const char* name, const char* help, bool with_person) {
    auto* command = channels->add_subcommand(name, help);
    command->add_option("CHANNEL", names->channel, "id")->required();
    if (with_person) command->add_option("WHO", names->who, "handle or account id")->required();
    return command;
  };
  shell->on(add("show", "One, with its members", false),
            [shell, names] { return show_channel(*shell, names->channel); });
  shell->on(add("remove-member", "Let a member leave a group, as if by their own wish", true), [shell, names] {
    const auto path = fmt::format("/channels/{}/members/{}", url_encode(names->channel), url_encode(names->who));
    return say(*shell, shell->server().call("DELETE", path), names->who + " has left the channel.");
  });
  shell->on(add("hand-over", "Make another member the owner, as if by the owner's wish", true), [shell, names] {
    const auto path = fmt::format("/channels/{}/owner", url_encode(names->channel));
    return say(*shell, shell->server().call("POST", path, {{"to", names->who}}), names->who + " owns the channel now.");
  });
}

void add_jobs(CLI::App& admin, const AdminShell& shell) {
  auto* jobs = admin.add_subcommand("jobs", "What was asked for in many channels and is not done everywhere");
  jobs->require_subcommand(1)->fallthrough();
  shell->on(jobs->add_subcommand("list", "List them, the oldest first"), [shell] {
    return print_list(*shell, "/jobs", "jobs", {"JOB", "KIND", "ACCOUNT", "ATTEMPTS", "CREATED", "PUT OFF UNTIL"},
                      [](const json::object& one) {
                        const std::int64_t later = number_in(one, "not_before");
                        return Cells{count_in(one, "job"),
                                     text_in(one, "kind"),
                                     text_in(one, "account"),
                                     count_in(one, "attempts"),
                                     local_time(number_in(one, "created")),
                                     one.contains("settling") ? "settling" : (later == 0 ? "-" : local_time(later))};
                      });
  });
  auto id = std::make_shared<std::string>();
  auto* retries = jobs->add_subcommand("retry", "Try one again now");
  retries->add_option("JOB", *id, "number")->required();
  shell->on(retries, [shell, id] {
    return say(*shell, shell->server().call("POST", "/jobs/" + url_encode(*id) + "/retry"), "It is tried again now.");
  });
}

}  // namespace

void add_admin_live_commands(CLI::App& admin, const AdminShell& shell) {
  add_sessions(admin, shell);
  add_channels(admin, shell);
  add_jobs(admin, shell);
  shell->on(admin.add_subcommand("limits", "Limits in force; they are changed in the configuration"), [shell] {
    return print_list(*shell, "/limits", "limits", {"LIMIT", "VALUE", "DEFAULT", "UNIT", "OF WHAT"},
                      [](const json::object& one) {
                        return Cells{text_in(one, "name"), count_in(one, "value"), count_in(one, "default"),
                                     text_in(one, "unit"), text_in(one, "what")};
                      });
  });
}

}  // namespace parley::cli
