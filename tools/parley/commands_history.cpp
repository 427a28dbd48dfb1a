// parley history: pages from the server, or what this device keeps when there is no connection.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "parley/commands.hpp"
#include "parley/file_store.hpp"
#include "parley/pages.hpp"
#include "parley/render.hpp"

namespace parley::cli {
namespace {

struct Flags {
  std::string channel;
  Seq from = 0;
  Seq to = 0;
  std::size_t limit = 20;
};

/// What this device has said must not be missing from what it shows: sends that wait are on their way by now.
constexpr Duration kSendPatience{5'000};

void wait_for_own_sends(Context& context, const ChannelId& channel) {
  need(context.live().run_until(
      [&] {
        const auto waiting = context.live().client().outbox();
        return std::none_of(waiting.begin(), waiting.end(),
                            [&](const auto* entry) { return entry->channel == channel; });
      },
      kSendPatience));
}

std::vector<v1::Event> stored(Context& context, const Target& target, const Flags& flags) {
  std::vector<v1::Event> events;
  const Seq to = flags.to == 0 ? std::numeric_limits<Seq>::max() : flags.to;
  const auto all = context.live().store().image().events(
      target.id, std::max<Seq>(flags.from, 1), to, flags.from == 0 ? flags.limit : client::MemoryClientStore::kAll);
  for (const auto& bytes : all) {
    if (flags.from != 0 && events.size() == flags.limit) break;
    if (!events.emplace_back().ParseFromString(bytes)) events.pop_back();
  }
  return events;
}

Exit history(const Options& options, const Flags& flags) {
  Context context(options);
  const Target target = find_channel(context, flags.channel);
  const bool online = context.live().client().state() == client::State::live;
  if (online) wait_for_own_sends(context, target.id);
  const auto events =
      online ? fetch_history(context, target.id, flags.from, flags.to, flags.limit) : stored(context, target, flags);
  look_up_authors(context, events);
  boost::json::array rows;
  for (const auto& event : events) {
    if (options.json) {
      rows.push_back(json_of(event, context.people()));
    } else {
      print(line_of(event, context.people()));
    }
  }
  if (options.json) print_json(rows);
  if (!online)
    note("(what this device keeps; edits and reactions of later may be missing) " + context.live().offline_because());
  return Exit::ok;
}

}  // namespace

void add_history_commands(CLI::App& app, Shell& shell) {
  auto flags = std::make_shared<Flags>();
  auto* sub = app.add_subcommand("history", "Show messages of a channel");
  sub->add_option("CHANNEL", flags->channel, "handle, title of a group, or id")->required();
  sub->add_option("--from", flags->from, "from this number on; default: the newest");
  sub->add_option("--to", flags->to, "up to this number");
  sub->add_option("--limit", flags->limit, "at most so many")->capture_default_str();
  sub->callback([&shell, flags] { shell.deed = [&shell, flags] { return history(shell.options, *flags); }; });
}

}  // namespace parley::cli
