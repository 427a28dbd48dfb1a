// parley group …: members and roles.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/system.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

struct Flags {
  std::string group;
  std::string title;
  std::string handle;
  std::string role;
  std::optional<std::string> description;
  std::vector<std::string> handles;
};

std::string account_bytes(Context& context, const std::string& handle) {
  return std::string(need(context.people().account_of(handle)).view());
}

Exit command(const Options& options, const std::string& group, const std::function<void(Context&, v1::Command&)>& fill,
             const std::string& did) {
  Context context(options);
  const Target target = find_group(context, group);
  v1::Command body;
  body.set_channel_id(std::string(target.id.view()));
  fill(context, body);
  const client::SendResult result = send_and_wait(context, body);
  if (options.json) {
    print_json(boost::json::object{{"channel", target.id.str()}, {"seq", result.seq}});
  } else {
    print(fmt::format("{}: {}.", safe(target.label), did));
  }
  return Exit::ok;
}

Exit create(const Options& options, const Flags& flags) {
  Context context(options);
  const auto id = random_id<ChannelId>();
  v1::Command body;
  body.set_channel_id(std::string(id.view()));
  auto& create = *body.mutable_create_channel();
  create.set_kind(v1::CHANNEL_KIND_GROUP);
  create.set_title(flags.title);
  create.set_description(flags.description.value_or(""));
  for (const auto& handle : flags.handles) create.add_members(account_bytes(context, handle));
  (void)send_and_wait(context, body);
  if (options.json) {
    print_json(boost::json::object{{"channel", id.str()}, {"title", flags.title}});
  } else {
    print(fmt::format("Created {} ({}).", flags.title, id.str()));
  }
  return Exit::ok;
}

Exit add(const Options& options, const Flags& flags) {
  return command(
      options, flags.group,
      [&](Context& context, v1::Command& body) {
        for (const auto& handle : flags.handles) {
          body.mutable_add_members()->add_accounts(account_bytes(context, handle));
        }
      },
      "members added");
}

Exit remove(const Options& options, const Flags& flags) {
  return command(
      options, flags.group,
      [&](Context& context, v1::Command& body) {
        body.mutable_remove_member()->set_account(account_bytes(context, flags.handle));
      },
      flags.handle + " removed");
}

Exit set_role(const Options& options, const Flags& flags) {
  return command(
      options, flags.group,
      [&](Context& context, v1::Command& body) {
        body.mutable_set_role()->set_account(account_bytes(context, flags.handle));
        body.mutable_set_role()->set_role(flags.role == "admin" ? v1::ROLE_ADMIN : v1::ROLE_MEMBER);
      },
      flags.handle + " is " + flags.role);
}

Exit hand_over(const Options& options, const Flags& flags) {
  return command(
      options, flags.group,
      [&](Context& context, v1::Command& body) {
        body.mutable_hand_over()->set_to(account_bytes(context, flags.handle));
      },
      flags.handle + " is the owner");
}

Exit rename(const Options& options, const Flags& flags) {
  return command(
      options, flags.group, [&](Context&, v1::Command& body) { body.mutable_describe()->set_title(flags.title); },
      "renamed to " + flags.title);
}

Exit describe(const Options& options, const Flags& flags) {
  return command(
      options, flags.group,
      [&](Context&, v1::Command& body) { body.mutable_describe()->set_description(flags.description.value_or("")); },
      "description changed");
}

Exit leave(const Options& options, const Flags& flags) {
  return command(options, flags.group, [](Context&, v1::Command& body) { body.mutable_leave(); }, "left");
}

}  // namespace

void add_group_commands(CLI::App& app, Shell& shell) {
  auto* group = app.add_subcommand("group", "Groups: members, roles, settings, invitation links");
  group->require_subcommand(1);
  auto flags = std::make_shared<Flags>();
  const auto sub = [&](const char* name, const char* help, auto deed) {
    auto* made = group->add_subcommand(name, help);
    made->callback(
        [&shell, flags, deed] { shell.deed = [&shell, flags, deed] { return deed(shell.options, *flags); }; });
    return made;
  };
  const auto with_group = [&](const char* name, const char* help, auto deed) {
    auto* made = sub(name, help, deed);
    made->add_option("GROUP", flags->group, "title or its beginning, or id")->required();
    return made;
  };
  auto* creating = sub("create", "Make a group", create);
  creating->add_option("TITLE", flags->title)->required();
  creating->add_option("HANDLE", flags->handles, "members");
  creating->add_option("--description", flags->description);
  with_group("add", "Add members", add)->add_option("HANDLE", flags->handles)->required();
  with_group("remove", "Remove a member", remove)->add_option("HANDLE", flags->handle)->required();
  auto* role = with_group("role", "Make a member an admin, or an admin a member", set_role);
  role->add_option("HANDLE", flags->handle)->required();
  role->add_option("ROLE", flags->role)->required()->check(CLI::IsMember(std::set<std::string>{"admin", "member"}));
  with_group("handover", "Make somebody else the owner", hand_over)->add_option("HANDLE", flags->handle)->required();
  with_group("rename", "Change the title", rename)->add_option("TITLE", flags->title)->required();
  with_group("describe", "Change the description", describe)->add_option("TEXT", flags->description)->required();
  with_group("leave", "Leave", leave);
  add_invitation_commands(*group, shell);
  add_group_settings_commands(*group, shell);
}

}  // namespace parley::cli
