// parley tail: messages as they come, ticks and typing, until it is interrupted.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <optional>

#include "parley/commands.hpp"
#include "parley/pages.hpp"
#include "parley/render.hpp"
#include "parley/system.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

struct Flags {
  std::string channel;
  std::size_t last = 10;
  bool read = false;
  bool quiet = false;
};

class Tail {
 public:
  Tail(Context& context, const Flags& flags) : context_(context), flags_(flags) {}

  Exit run() {
    Live& live = context_.live(client::Want::in_order);
    live.adopt_sends();
    bool online = false;
    if (!flags_.channel.empty()) {
      only_ = find_channel(context_, flags_.channel);
      online = live.client().state() == client::State::live;
    } else {
      online = need(live.sync());
    }
    live.client().each_channel([&](const client::ChannelState& channel) { remember(channel); });
    listen(live);
    if (only_ && online) show_last();
    if (online) {
      take_state(client::State::live, {});
    } else {
      note("No connection yet; trying. " + live.offline_because());
    }
    need(live.run_until([] { return false; }, std::nullopt));
    return Exit::ok;
  }

 private:
  struct Seen {
    Seq told = 0;  // events up to here were printed, or were old when this began
    Seq mine = 0;  // my newest message
    Seq delivered = 0;
    Seq read = 0;
  };

  void remember(const client::ChannelState& channel) {
    seen_[channel.id] = {channel.head, 0, channel.delivered_by_all, channel.read_by_all};
  }

  void listen(Live& live) {
    live.hooks.events = [this](const client::ChannelState& channel, auto events, client::Placement placement) {
      if (placement == client::Placement::older) return;
      for (const v1::Event* event : events) take(channel, *event);
    };
    live.hooks.channel = [this](const client::ChannelState& channel) { take_ticks(channel); };
    live.hooks.sent = [](const client::SendResult& result) {
      if (result.seq == 0) note(fmt::format("refused: {}: {}", result.refused, result.text));
    };
    live.hooks.typing = [this](const ChannelId& channel, const AccountId& account, bool on) {
      if (on && wanted(channel)) take_typing(channel, account);
    };
    live.hooks.state = [this](client::State state, const std::string& why) { take_state(state, why); };
  }

  [[nodiscard]] bool wanted(const ChannelId& channel) const { return !only_ || only_->id == channel; }

  void show_last() {
    if (flags_.last == 0 || !only_->known) return;
    // What came later is printed by itself.
    const Seq head = seen_[only_->id].told;
    if (head == 0) return;
    const auto events = fetch_history(context_, only_->id, 0, head, flags_.last);
    look_up_authors(context_, events);
    for (const auto& event : events) show(only_->id, event);
    mark_read(only_->id, head);
  }

  void take(const client::ChannelState& channel, const v1::Event& event) {
    if (!wanted(channel.id) || channel.kind == ChannelKind::account) return;
    Seen& seen = seen_[channel.id];
    const Seq seq = event.header().seq();
    if (seq <= seen.told) return;
    seen.told = seq;
    const bool own = event.header().account() == context_.me().view();
    if (own && event.header().has_message()) seen.mine = seq;
    show(channel.id, event);
    mark_read(channel.id, seq);
  }

  void show(const ChannelId& id, const v1::Event& event) {
    if (context_.json()) {
      auto row = json_of(event, context_.people());
      row["channel"] = id.str();
      return print_json(row);
    }
    print(prefix(id) + line_of(event, context_.people()));
  }

  std::string prefix(const ChannelId& id) {
    if (only_) return {};
    const auto* channel = context_.live().client().find(id);
    return channel == nullptr ? std::string() : fmt::format("[{}] ", safe(label_of(context_, *channel)));
  }

  void mark_read(const ChannelId& id, Seq seq) {
    if (flags_.read && seq > 0) (void)context_.live().client().read(now(), id, seq);
  }

  void take_ticks(const client::ChannelState& channel) {
    Seen& seen = seen_[channel.id];
    const bool delivered = channel.delivered_by_all > seen.delivered && seen.mine > seen.delivered;
    const bool read = channel.read_by_all > seen.read && seen.mine > seen.read;
    seen.delivered = std::max(seen.delivered, channel.delivered_by_all);
    seen.read = std::max(seen.read, channel.read_by_all);
    if (flags_.quiet || !wanted(channel.id) || (!delivered && !read)) return;
    if (context_.json()) {
      return print_json(boost::json::object{{"kind", "receipts"},
                                            {"channel", channel.id.str()},
                                            {"delivered_by_all", channel.delivered_by_all},
                                            {"read_by_all", channel.read_by_all}});
    }
    print(fmt::format("{}  ✓✓ {} up to #{}", prefix(channel.id), read ? "read" : "delivered",
                      read ? channel.read_by_all : channel.delivered_by_all));
  }

  void take_typing(const ChannelId& id, const AccountId& account) {
    if (flags_.quiet) return;
    const std::string name = context_.people().name_of(account);
    if (context_.json()) {
      return print_json(boost::json::object{{"kind", "typing"}, {"channel", id.str()}, {"by", name}});
    }
    print(fmt::format("{}  {} is typing…", prefix(id), name));
  }

  void take_state(client::State state, const std::string& why) {
    const bool live = state == client::State::live;
    if (live && !ever_live_) {
      note("Connected. What comes is shown here; Ctrl-C ends it.");
    } else if (live && lost_) {
      note("Connected again.");
    } else if (state == client::State::waiting && ever_live_ && !lost_) {
      note("Connection lost; trying again. " + why);
    }
    ever_live_ |= live;
    if (state == client::State::waiting || live) lost_ = !live;
  }

  Context& context_;
  const Flags& flags_;
  std::optional<Target> only_;
  std::map<ChannelId, Seen> seen_;
  bool ever_live_ = false;
  bool lost_ = false;
};

}  // namespace

void add_tail_command(CLI::App& app, Shell& shell) {
  auto flags = std::make_shared<Flags>();
  auto* sub = app.add_subcommand("tail", "Show messages as they come");
  sub->add_option("CHANNEL", flags->channel, "only of this one: handle, title of a group, or id");
  sub->add_option("--last", flags->last, "with CHANNEL: begin with so many old ones")->capture_default_str();
  sub->add_flag("--read", flags->read, "mark what is shown as read");
  sub->add_flag("--quiet", flags->quiet, "no ticks, no typing");
  sub->callback([&shell, flags] {
    shell.deed = [&shell, flags] {
      Context context(shell.options);
      return Tail(context, *flags).run();
    };
  });
}

}  // namespace parley::cli
