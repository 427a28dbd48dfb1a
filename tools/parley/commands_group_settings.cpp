// parley group show, parley group settings.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

struct Flags {
  std::string group, post, add, rename, history;
};

std::string name_of_who(v1::Who who) {
  switch (who) {
    case v1::WHO_ADMINS:
      return "admins";
    case v1::WHO_OWNER:
      return "owner";
    default:
      return "members";
  }
}

v1::Who who_of(const std::string& name) {
  if (name == "admins") return v1::WHO_ADMINS;
  if (name == "owner") return v1::WHO_OWNER;
  return v1::WHO_MEMBERS;
}

v1::Channel fetch(Context& context, const ChannelId& id) {
  v1::ClientFrame frame;
  frame.mutable_get_channel()->set_channel_id(std::string(id.view()));
  v1::Channel channel;
  need(context.live().ask(frame, [&](const v1::ServerFrame& answer) { channel = answer.channel(); }));
  return channel;
}

boost::json::object json_of(const v1::ChannelSettings& settings) {
  return {{"post", name_of_who(settings.post())},
          {"add", name_of_who(settings.add())},
          {"rename", name_of_who(settings.rename())},
          {"history", settings.history_from_start() ? "start" : "join"}};
}

void show_settings(const v1::ChannelSettings& settings) {
  print(fmt::format("post by {}, add by {}, rename by {}; newcomers see history from {}", name_of_who(settings.post()),
                    name_of_who(settings.add()), name_of_who(settings.rename()),
                    settings.history_from_start() ? "the start" : "their joining"));
}

template <class I>
I id_of(const std::string& bytes) {
  return I::from_bytes(bytes).value_or(I{});
}

void show_json(Context& context, const Target& target, const v1::Channel& channel) {
  boost::json::array members;
  for (const auto& member : channel.members()) {
    const auto account = id_of<AccountId>(member.account());
    members.push_back({{"account", account.str()},
                       {"handle", context.people().name_of(account)},
                       {"role", std::string(name_of(static_cast<Role>(member.role())))},
                       {"since", member.since()}});
  }
  boost::json::array invitations;
  for (const auto& invitation : channel.invitations()) {
    invitations.push_back({{"invitation", id_of<InvitationId>(invitation.invitation()).str()},
                           {"by", context.people().name_of(id_of<AccountId>(invitation.by()))},
                           {"expires", invitation.expires()},
                           {"uses_left", invitation.uses_left()},
                           {"unlimited", invitation.unlimited()}});
  }
  print_json(boost::json::object{{"channel", target.id.str()},
                                 {"title", channel.row().title()},
                                 {"description", channel.description()},
                                 {"settings", json_of(channel.settings())},
                                 {"members", members},
                                 {"invitations", invitations}});
}

void show_text(Context& context, const Target& target, const v1::Channel& channel) {
  print(fmt::format("{}  ({})", safe(target.label), target.id.str()));
  if (!channel.description().empty()) print(safe(channel.description()));
  show_settings(channel.settings());
  for (const auto& member : channel.members()) {
    print(fmt::format("  {:20} {:7} since {}", context.people().name_of(id_of<AccountId>(member.account())),
                      name_of(static_cast<Role>(member.role())), local_time(member.since())));
  }
  for (const auto& invitation : channel.invitations()) {
    print(fmt::format("  invitation {} by {}, {} uses left, until {}",
                      id_of<InvitationId>(invitation.invitation()).str(),
                      context.people().name_of(id_of<AccountId>(invitation.by())),
                      invitation.unlimited() ? "unlimited" : std::to_string(invitation.uses_left()),
                      invitation.expires() == 0 ? "revoked" : local_time(invitation.expires())));
  }
}

Exit show(const Options& options, const Flags& flags) {
  Context context(options);
  const Target target = find_channel(context, flags.group);
  const v1::Channel channel = fetch(context, target.id);
  std::vector<AccountId> accounts;
  for (const auto& member : channel.members()) accounts.push_back(id_of<AccountId>(member.account()));
  context.people().look_up(accounts);
  options.json ? show_json(context, target, channel) : show_text(context, target, channel);
  return Exit::ok;
}

Exit change_settings(const Options& options, const Flags& flags) {
  Context context(options);
  const Target target = find_group(context, flags.group);
  v1::ChannelSettings settings = fetch(context, target.id).settings();
  if (!flags.post.empty()) settings.set_post(who_of(flags.post));
  if (!flags.add.empty()) settings.set_add(who_of(flags.add));
  if (!flags.rename.empty()) settings.set_rename(who_of(flags.rename));
  if (!flags.history.empty()) settings.set_history_from_start(flags.history == "start");
  const bool any = !flags.post.empty() || !flags.add.empty() || !flags.rename.empty() || !flags.history.empty();
  if (any) {
    v1::Command body;
    body.set_channel_id(std::string(target.id.view()));
    *body.mutable_change_settings()->mutable_settings() = settings;
    (void)send_and_wait(context, body);
  }
  if (options.json) {
    print_json(json_of(settings));
  } else {
    show_settings(settings);
  }
  return Exit::ok;
}

}  // namespace

void add_group_settings_commands(CLI::App& group, Shell& shell) {
  auto flags = std::make_shared<Flags>();
  auto* showing = group.add_subcommand("show", "Members, settings and invitation links");
  showing->add_option("GROUP", flags->group, "title or its beginning, or id")->required();
  showing->callback([&shell, flags] { shell.deed = [&shell, flags] { return show(shell.options, *flags); }; });

  auto* settings = group.add_subcommand("settings", "Show or change who may do what");
  settings->add_option("GROUP", flags->group, "title or its beginning, or id")->required();
  const std::set<std::string> who{"members", "admins", "owner"};
  settings->add_option("--post", flags->post, "who may write")->check(CLI::IsMember(who));
  settings->add_option("--add", flags->add, "who may add members")->check(CLI::IsMember(who));
  settings->add_option("--rename", flags->rename, "who may change title and description")->check(CLI::IsMember(who));
  settings->add_option("--history", flags->history, "from where newcomers see history")
      ->check(CLI::IsMember(std::set<std::string>{"join", "start"}));
  settings->callback(
      [&shell, flags] { shell.deed = [&shell, flags] { return change_settings(shell.options, *flags); }; });
}

}  // namespace parley::cli
