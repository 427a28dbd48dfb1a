// The list of channels and what is mine alone in it: open, read, mute, pin, archive, mark-unread, sync.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/system.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

constexpr Duration kPatience{15'000};

std::vector<client::ChannelState> shown_channels(Context& context, bool all) {
  std::vector<client::ChannelState> list;
  context.live().client().each_channel([&](const client::ChannelState& channel) {
    if (channel.kind == ChannelKind::account) return;
    if (!all && (channel.role == Role::none || channel.registers.archived)) return;
    list.push_back(channel);
  });
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.registers.pinned, a.head_time, a.id) > std::tuple(b.registers.pinned, b.head_time, b.id);
  });
  return list;
}

std::string badge_of(const client::ChannelState& channel) {
  std::string badge;
  if (channel.unread > 0) badge = fmt::format("({})", channel.unread);
  if (channel.unread_mentions > 0) badge += fmt::format(" @{}", channel.unread_mentions);
  if (badge.empty() && channel.registers.marked_unread) badge = "(•)";
  return badge;
}

std::string marks_of(const client::ChannelState& channel) {
  std::string marks;
  if (channel.registers.pinned) marks += " pinned";
  if (channel.registers.muted_until != 0) marks += " muted";
  if (channel.registers.archived) marks += " archived";
  if (channel.role == Role::none) marks += " left";
  return marks;
}

Exit list(const Options& options, bool all) {
  Context context(options);
  const bool online = need(context.live().sync());
  const auto channels = shown_channels(context, all);
  std::vector<AccountId> peers;
  for (const auto& channel : channels) peers.push_back(channel.peer);
  context.people().look_up(peers);
  boost::json::array rows;
  for (const auto& channel : channels) {
    if (options.json) {
      rows.push_back(json_of(channel, context));
    } else {
      print(fmt::format("{:24} {:10} {:16} {}  {}{}", safe(label_of(context, channel)), badge_of(channel),
                        local_time(to_unix_ms(channel.head_time)), channel.id.str().substr(0, 8), name_of(channel.kind),
                        marks_of(channel)));
    }
  }
  if (options.json) print_json(rows);
  if (!online) note("(as of the last connection) " + context.live().offline_because());
  if (channels.empty() && !options.json) note("None yet. Write to somebody: parley send HANDLE TEXT");
  return Exit::ok;
}

Exit open_direct(const Options& options, const std::string& handle) {
  Context context(options);
  need(context.live().sync());
  v1::Command command;
  auto& create = *command.mutable_create_channel();
  create.set_kind(v1::CHANNEL_KIND_DIRECT);
  const AccountId peer = need(context.people().account_of(handle));
  create.set_peer(std::string(peer.view()));
  const ChannelId id = direct_channel_id(context.me(), peer);
  if (context.live().client().find(id) == nullptr) {
    try {
      (void)send_and_wait(context, command);
    } catch (const Failure& failure) {
      if (failure.name != "channel_exists") throw;
    }
  }
  if (options.json) {
    print_json(boost::json::object{{"channel", id.str()}, {"peer", peer.str()}});
  } else {
    print(id.str());
  }
  return Exit::ok;
}

Exit mark_read(const Options& options, const std::string& name, Seq seq) {
  Context context(options);
  const Target target = find_channel(context, name);
  client::Client& client = context.live().client();
  const auto* channel = client.find(target.id);
  if (channel == nullptr) throw failure_of(Error(ErrorCode::channel_unknown));
  const Seq wanted = seq == 0 ? channel->head : seq;
  need(client.read(now(), target.id, wanted));
  const bool told = need(context.live().run_until([&] { return client.find(target.id)->registers.read >= wanted; },
                                                  client.state() == client::State::live ? kPatience : Duration(0)));
  if (!options.json) print(fmt::format("Read up to #{}{}", wanted, told ? "." : "; the server is told later."));
  return Exit::ok;
}

Exit set_registers(const Options& options, const std::string& name, const std::function<void(v1::SetRegisters&)>& fill,
                   const char* did) {
  Context context(options);
  const Target target = find_channel(context, name);
  v1::ClientFrame frame;
  frame.mutable_set_registers()->set_channel_id(std::string(target.id.view()));
  fill(*frame.mutable_set_registers());
  need(context.live().ask(frame, [](const v1::ServerFrame&) {}));
  if (!options.json) print(fmt::format("{} {}.", did, safe(target.label)));
  return Exit::ok;
}

Exit sync_all(const Options& options) {
  Context context(options);
  Live& live = context.live(client::Want::newest);
  live.adopt_sends();
  std::uint64_t events = 0;
  std::vector<std::string> refusals;
  live.hooks.events = [&](const client::ChannelState&, auto list, client::Placement) { events += list.size(); };
  live.hooks.sent = [&](const client::SendResult& result) {
    if (!result.refused.empty()) refusals.push_back(fmt::format("{}: {}", result.refused, result.text));
  };
  if (!need(live.sync())) throw Failure{Exit::offline, "offline", live.offline_because()};
  need(live.run_until([&] { return live.client().outbox_size() == 0; }, kPatience));
  // Pages that were asked for come before an answer that is asked for now.
  v1::ClientFrame frame;
  frame.mutable_get_inbox()->set_version(live.client().session().version);
  need(live.ask(frame, [](const v1::ServerFrame&) {}));
  std::uint64_t unread = 0;
  live.client().each_channel([&](const client::ChannelState& channel) { unread += channel.unread; });
  const auto waiting = live.client().outbox_size();
  if (options.json) {
    print_json(boost::json::object{
        {"events", events}, {"unread", unread}, {"waiting", waiting}, {"refused", refusals.size()}});
  } else {
    print(fmt::format("In sync: {} new events, {} unread, {} waiting to be sent.", events, unread, waiting));
  }
  for (const auto& refusal : refusals) note("refused: " + refusal);
  return refusals.empty() ? Exit::ok : Exit::refused;
}

}  // namespace

void add_channel_commands(CLI::App& app, Shell& shell) {
  struct Flags {
    std::string channel;
    bool all = false, off = false;
    Seq seq = 0;
    double hours = 0;
  };
  auto flags = std::make_shared<Flags>();
  auto* channels = app.add_subcommand("channels", "List channels with unread counts");
  channels->add_flag("--all", flags->all, "archived ones and those I left too");
  channels->callback([&shell, flags] { shell.deed = [&shell, flags] { return list(shell.options, flags->all); }; });

  auto* opening = app.add_subcommand("open", "Open the direct channel with somebody and print its id");
  opening->add_option("HANDLE", flags->channel)->required();
  opening->callback(
      [&shell, flags] { shell.deed = [&shell, flags] { return open_direct(shell.options, flags->channel); }; });

  auto* reading = app.add_subcommand("read", "Mark as read");
  reading->add_option("CHANNEL", flags->channel)->required();
  reading->add_option("SEQ", flags->seq, "up to this message; default: all");
  reading->callback([&shell, flags] {
    shell.deed = [&shell, flags] { return mark_read(shell.options, flags->channel, flags->seq); };
  });

  const auto setting = [&](const char* name, const char* help, const char* on, const char* off, auto fill) {
    auto* sub = app.add_subcommand(name, help);
    sub->add_option("CHANNEL", flags->channel)->required();
    sub->add_flag("--off", flags->off, "take it back");
    sub->callback([&shell, flags, on, off, fill] {
      shell.deed = [&shell, flags, on, off, fill] {
        return set_registers(
            shell.options, flags->channel, [&](v1::SetRegisters& registers) { fill(registers, *flags); },
            flags->off ? off : on);
      };
    });
    return sub;
  };
  setting("mute", "Mute a channel", "Muted", "Unmuted", [](v1::SetRegisters& registers, const Flags& given) {
    const auto until = to_unix_ms(now()) + static_cast<std::int64_t>(given.hours * 3'600'000);
    registers.set_muted_until(given.off ? 0 : given.hours > 0 ? until : -1);
  })->add_option("--hours", flags->hours, "for so long; default: for ever");
  setting("pin", "Pin a channel", "Pinned", "Unpinned",
          [](v1::SetRegisters& registers, const Flags& given) { registers.set_pinned(!given.off); });
  setting("archive", "Archive a channel", "Archived", "Brought back",
          [](v1::SetRegisters& registers, const Flags& given) { registers.set_archived(!given.off); });
  setting("mark-unread", "Mark a channel as unread", "Marked as unread", "No longer marked as unread",
          [](v1::SetRegisters& registers, const Flags& given) { registers.set_marked_unread(!given.off); });

  app.add_subcommand("sync", "Send what waits and fetch what is new")->callback([&shell] {
    shell.deed = [&shell] { return sync_all(shell.options); };
  });
}

}  // namespace parley::cli
