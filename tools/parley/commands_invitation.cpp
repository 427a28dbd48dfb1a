// parley group invite, revoke, join. A link is SERVER/join#<channel id>.<secret>; the server knows only the secret's
// hash.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/system.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

constexpr std::size_t kSecretBytes = 16;

struct Flags {
  std::string group, invitation, link;
  double hours = 7 * 24;
  std::uint32_t uses = 0;
};

Exit invite(const Options& options, const Flags& flags) {
  Context context(options);
  const Target target = find_group(context, flags.group);
  const auto id = random_id<InvitationId>();
  const std::string secret = random_bytes(kSecretBytes);
  v1::Command body;
  body.set_channel_id(std::string(target.id.view()));
  auto& create = *body.mutable_create_invitation();
  create.set_invitation(std::string(id.view()));
  create.set_secret_hash(std::string(view(sha256({secret}))));
  const Time server_now = now() + context.live().client().clock_offset();
  const auto expires =
      flags.hours > 0 ? to_unix_ms(server_now) + static_cast<std::int64_t>(flags.hours * 3'600'000) : 0;
  create.set_expires(expires);
  create.set_uses(flags.uses);
  (void)send_and_wait(context, body);
  const std::string link =
      fmt::format("{}/join#{}.{}", context.http().address().url(), target.id.str(), base64url_encode(secret));
  if (options.json) {
    print_json(
        boost::json::object{{"invitation", id.str()}, {"link", link}, {"expires", expires}, {"uses", flags.uses}});
  } else {
    print(link);
    note(fmt::format("Whoever has the link joins {} with: parley group join LINK", safe(target.label)));
  }
  return Exit::ok;
}

InvitationId find_invitation(Context& context, const ChannelId& channel, const std::string& beginning) {
  if (const auto id = InvitationId::parse(beginning)) return *id;
  v1::ClientFrame frame;
  frame.mutable_get_channel()->set_channel_id(std::string(channel.view()));
  std::vector<InvitationId> found;
  need(context.live().ask(frame, [&](const v1::ServerFrame& answer) {
    for (const auto& invitation : answer.channel().invitations()) {
      const auto id = InvitationId::from_bytes(invitation.invitation()).value_or(InvitationId{});
      if (id.str().starts_with(beginning)) found.push_back(id);
    }
  }));
  if (found.size() == 1) return found.front();
  throw usage(fmt::format("'{}' is {} invitation of this group. `parley group show GROUP` lists them.", beginning,
                          found.empty() ? "no" : "more than one"));
}

Exit revoke(const Options& options, const Flags& flags) {
  Context context(options);
  const Target target = find_group(context, flags.group);
  v1::Command body;
  body.set_channel_id(std::string(target.id.view()));
  const InvitationId id = find_invitation(context, target.id, flags.invitation);
  body.mutable_revoke_invitation()->set_invitation(std::string(id.view()));
  (void)send_and_wait(context, body);
  if (!options.json) print("Revoked: the link is of no more use.");
  return Exit::ok;
}

Exit join(const Options& options, const Flags& flags) {
  const std::string part = flags.link.substr(flags.link.find('#') == std::string::npos ? 0 : flags.link.find('#') + 1);
  const std::size_t dot = part.find('.');
  const auto channel = ChannelId::parse(part.substr(0, dot));
  const auto secret = dot == std::string::npos ? std::nullopt : base64_decode_any(part.substr(dot + 1));
  if (!channel || !secret) throw usage("That is no invitation link. It looks like http://…/join#<id>.<secret>");
  Context context(options);
  v1::Command body;
  body.set_channel_id(std::string(channel->view()));
  body.mutable_join()->set_secret(*secret);
  (void)send_and_wait(context, body);
  need(context.live().run_until([&] { return context.live().client().find(*channel) != nullptr; }, Duration(5'000)));
  const auto* joined = context.live().client().find(*channel);
  if (options.json) {
    print_json(boost::json::object{{"channel", channel->str()}});
  } else {
    print(fmt::format("Joined {}.", joined == nullptr ? channel->str() : safe(label_of(context, *joined))));
  }
  return Exit::ok;
}

}  // namespace

void add_invitation_commands(CLI::App& group, Shell& shell) {
  auto flags = std::make_shared<Flags>();
  auto* inviting = group.add_subcommand("invite", "Make an invitation link");
  inviting->add_option("GROUP", flags->group, "title or its beginning, or id")->required();
  inviting->add_option("--hours", flags->hours, "how long it is good; 0: no end")->capture_default_str();
  inviting->add_option("--uses", flags->uses, "how many may join with it; 0: no limit")->capture_default_str();
  inviting->callback([&shell, flags] { shell.deed = [&shell, flags] { return invite(shell.options, *flags); }; });

  auto* revoking = group.add_subcommand("revoke", "Revoke an invitation link");
  revoking->add_option("GROUP", flags->group, "title or its beginning, or id")->required();
  revoking->add_option("INVITATION", flags->invitation, "its id or the beginning of it")->required();
  revoking->callback([&shell, flags] { shell.deed = [&shell, flags] { return revoke(shell.options, *flags); }; });

  auto* joining = group.add_subcommand("join", "Join by an invitation link");
  joining->add_option("LINK", flags->link)->required();
  joining->callback([&shell, flags] { shell.deed = [&shell, flags] { return join(shell.options, *flags); }; });
}

}  // namespace parley::cli
