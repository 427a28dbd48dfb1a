// parley send, parley outbox.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <iterator>
#include <memory>

#include "base/result.hpp"
#include "base/utf8.hpp"
#include "parley/commands.hpp"
#include "parley/render.hpp"
#include "parley/system.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

constexpr Duration kPatience{15'000};
constexpr std::size_t kPreview = 60;

struct SendFlags {
  std::string channel;
  std::vector<std::string> words;
  Seq reply_to = 0;
  bool wait = false;
  bool lines = false;
};

std::vector<std::string> texts_of(const SendFlags& flags) {
  if (flags.words.size() == 1 && flags.words[0] == "-") {
    std::vector<std::string> texts;
    if (flags.lines) {
      for (std::string line; std::getline(std::cin, line);) {
        if (!line.empty()) texts.push_back(line);
      }
      return texts;
    }
    std::string all{std::istreambuf_iterator<char>(std::cin), {}};
    while (all.ends_with('\n')) all.pop_back();
    return {all};
  }
  std::string text;
  for (const auto& word : flags.words) text += (text.empty() ? "" : " ") + word;
  return {text};
}

/// The channel is made by who speaks first; making it again does no harm.
std::optional<SendId> create_if_needed(Context& context, const Target& target) {
  if (target.known) return std::nullopt;
  v1::Command command;
  auto& create = *command.mutable_create_channel();
  if (!target.peer.is_nil()) {
    create.set_kind(v1::CHANNEL_KIND_DIRECT);
    create.set_peer(std::string(target.peer.view()));
  } else if (target.id == self_channel_id(context.me())) {
    create.set_kind(v1::CHANNEL_KIND_SELF);
  } else {
    return std::nullopt;
  }
  return need(context.live().client().send(now(), command));
}

struct Sending {
  std::vector<SendId> ids;
  std::map<SendId, std::pair<Seq, Failure>> ends;  // seq 0: refused
};

void take_end(Sending& sending, const client::SendResult& result) {
  Failure failure;
  if (result.seq == 0) failure = failure_of(std::string(result.refused), std::string(result.text));
  sending.ends[result.send_id] = {result.seq, failure};
}

/// Why messages still wait, and until when.
std::string waiting_text(std::size_t queued, Live& live) {
  const std::string& name = live.client().sends_put_off();
  const std::string waits = queued == 1 ? "message waits" : "messages wait";
  constexpr std::string_view kBy = "by the next command, by a running `parley tail`, or by `parley sync`.";
  if (name.empty()) {
    return fmt::format("{} {} in the outbox until there is a connection, and will be sent once: {} {}",
                       queued == 1 ? "The" : std::to_string(queued), waits, kBy, live.offline_because());
  }
  const ErrorInfo* info = find_error(name);
  return fmt::format(
      "The server refuses for now ({}{}{}); {} {} in the outbox, and will be sent once when it takes {}: {}", name,
      info == nullptr ? "" : ": ", info == nullptr ? "" : info->text, queued == 1 ? "the" : std::to_string(queued),
      waits, queued == 1 ? "it" : "them", kBy);
}

Exit report(const Options& options, const Sending& sending, const Target& target, Live& live) {
  Exit exit = Exit::ok;
  std::size_t queued = 0;
  boost::json::array rows;
  for (const SendId& id : sending.ids) {
    const auto it = sending.ends.find(id);
    boost::json::object row{{"send_id", id.str()}, {"channel", target.id.str()}};
    if (it == sending.ends.end()) {
      ++queued;
      row["queued"] = true;
      if (const auto& why = live.client().sends_put_off(); !why.empty()) row["put_off"] = why;
    } else if (it->second.first > 0) {
      row["seq"] = it->second.first;
      if (!options.json) print(fmt::format("#{} to {}", it->second.first, safe(target.label)));
    } else {
      exit = Exit::refused;
      row["refused"] = it->second.second.name;
      note(fmt::format("parley: {}: {}", it->second.second.name, it->second.second.text));
    }
    rows.push_back(row);
  }
  if (options.json) print_json(rows);
  if (queued > 0) note(waiting_text(queued, live));
  return exit;
}

Exit send(const Options& options, const SendFlags& flags) {
  Context context(options);
  const auto texts = texts_of(flags);
  if (texts.empty() || texts.front().empty()) throw usage("There is nothing to send: the text is empty.");
  const Target target = find_channel(context, flags.channel);
  Live& live = context.live();
  Sending sending;
  const auto creation = create_if_needed(context, target);
  live.hooks.sent = [&](const client::SendResult& result) { take_end(sending, result); };
  for (const auto& text : texts) {
    sending.ids.push_back(need(live.client().post(now(), target.id, text, flags.reply_to)));
  }
  const auto all_ended = [&] {
    return std::all_of(sending.ids.begin(), sending.ids.end(),
                       [&](const SendId& id) { return sending.ends.contains(id); });
  };
  const bool online = live.client().state() == client::State::live;
  // Each answer starts the patience anew: there may be many messages.
  std::size_t ended = 0;
  Outcome<bool> done = true;
  do {
    ended = sending.ends.size();
    done = live.run_until([&] { return all_ended() || (!flags.wait && sending.ends.size() > ended + 100); },
                          flags.wait ? std::nullopt : std::optional(online ? kPatience : Duration(0)));
  } while (done && !all_ended() && sending.ends.size() > ended && !live.interrupted());
  live.hooks.sent = nullptr;
  if (!done) {
    note("The message waits in the outbox.");
    throw done.error();
  }
  if (creation && sending.ends.contains(*creation)) {
    const auto& [seq, failure] = sending.ends[*creation];
    if (seq == 0 && failure.name != "channel_exists") throw failure;
  }
  return report(options, sending, target, live);
}

std::string what_of(const v1::Command& command) {
  if (command.has_post()) {
    const std::string text = safe(command.post().content().text());
    return text.size() > kPreview ? std::string(utf8_prefix_bytes(text, kPreview)) + "…" : text;
  }
  const auto* field = v1::Command::descriptor()->FindFieldByNumber(static_cast<int>(command.body_case()));
  return field == nullptr ? "?" : "(" + field->name() + ")";
}

Exit outbox(const Options& options) {
  Context context(options);
  boost::json::array rows;
  const auto waiting = context.live().client().outbox();
  for (const auto* entry : waiting) {
    v1::Command command;
    if (!command.ParseFromString(entry->command)) continue;
    const auto* channel = context.live().client().find(entry->channel);
    const std::string name = channel != nullptr ? label_of(context, *channel) : entry->channel.str();
    if (options.json) {
      rows.push_back({{"send_id", entry->send_id.str()},
                      {"channel", entry->channel.str()},
                      {"created", to_unix_ms(entry->created)},
                      {"what", what_of(command)}});
    } else {
      print(fmt::format("{}  to {}: {}", local_time(to_unix_ms(entry->created)), safe(name), what_of(command)));
    }
  }
  if (options.json) {
    print_json(rows);
  } else if (waiting.empty()) {
    note("Nothing waits.");
  }
  return Exit::ok;
}

}  // namespace

void add_send_commands(CLI::App& app, Shell& shell) {
  auto flags = std::make_shared<SendFlags>();
  auto* sending = app.add_subcommand("send", "Send a message");
  sending->add_option("CHANNEL", flags->channel, "handle, title of a group, id, or me")->required();
  sending->add_option("TEXT", flags->words, "the message; - reads it from standard input")->required();
  sending->add_option("--reply-to", flags->reply_to, "number of a message");
  sending->add_flag("--lines", flags->lines, "with -: every line is a message");
  sending->add_flag("--wait", flags->wait, "wait for the outcome, however long it takes");
  sending->callback([&shell, flags] { shell.deed = [&shell, flags] { return send(shell.options, *flags); }; });

  app.add_subcommand("outbox", "Show what waits to be sent")->callback([&shell] {
    shell.deed = [&shell] { return outbox(shell.options); };
  });
}

}  // namespace parley::cli
