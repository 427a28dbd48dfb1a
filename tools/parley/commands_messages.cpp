// What is done to messages: edit, delete, react, reply, receipts.
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
  std::string channel;
  Seq seq = 0;
  std::vector<Seq> seqs;
  std::vector<std::string> words;
  std::string value;
  bool for_me = false;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Exit command(const Options& options, const std::string& channel, const std::function<void(v1::Command&)>& fill,
             const char* did) {
  Context context(options);
  const Target target = find_channel(context, channel);
  v1::Command body;
  body.set_channel_id(std::string(target.id.view()));
  fill(body);
  const client::SendResult result = send_and_wait(context, body);
  if (options.json) {
    print_json(boost::json::object{{"channel", target.id.str()}, {"seq", result.seq}});
  } else {
    print(fmt::format("{} (#{})", did, result.seq));
  }
  return Exit::ok;
}

Exit edit(const Options& options, const Flags& flags) {
  return command(
      options, flags.channel,
      [&](v1::Command& body) {
        body.mutable_edit()->set_target(flags.seq);
        body.mutable_edit()->mutable_content()->set_text(joined(flags.words));
      },
      "Edited");
}

Exit reply(const Options& options, const Flags& flags) {
  return command(
      options, flags.channel,
      [&](v1::Command& body) {
        body.mutable_post()->set_reply_to(flags.seq);
        body.mutable_post()->mutable_content()->set_text(joined(flags.words));
      },
      "Replied");
}

Exit react(const Options& options, const Flags& flags) {
  return command(
      options, flags.channel,
      [&](v1::Command& body) {
        body.mutable_react()->set_target(flags.seq);
        if (!flags.value.empty()) body.mutable_react()->mutable_content()->set_text(flags.value);
      },
      flags.value.empty() ? "Taken back" : "Reacted");
}

Exit hide(const Options& options, const Flags& flags) {
  Context context(options);
  const Target target = find_channel(context, flags.channel);
  for (const Seq seq : flags.seqs) {
    v1::ClientFrame frame;
    auto& body = *frame.mutable_hide_messages();
    body.set_channel_id(std::string(target.id.view()));
    body.set_from(seq);
    body.set_to(seq);
    need(context.live().ask(frame, [](const v1::ServerFrame&) {}));
  }
  if (!options.json) print("Deleted for me.");
  return Exit::ok;
}

Exit remove(const Options& options, const Flags& flags) {
  if (flags.for_me) return hide(options, flags);
  return command(
      options, flags.channel,
      [&](v1::Command& body) {
        for (const Seq seq : flags.seqs) body.mutable_delete_()->add_targets(seq);
      },
      "Deleted for everyone");
}

Exit receipts(const Options& options, const Flags& flags) {
  Context context(options);
  const Target target = find_channel(context, flags.channel);
  v1::ClientFrame frame;
  frame.mutable_get_receipts()->set_channel_id(std::string(target.id.view()));
  frame.mutable_get_receipts()->set_seq(flags.seq);
  v1::Receipts found;
  need(context.live().ask(frame, [&](const v1::ServerFrame& answer) { found = answer.receipts(); }));
  boost::json::array rows;
  for (const auto& receipt : found.receipts()) {
    const AccountId account = AccountId::from_bytes(receipt.account()).value_or(AccountId{});
    const bool delivered = receipt.delivered() >= flags.seq;
    const bool read = receipt.read() >= flags.seq;
    const std::string name = context.people().name_of(account);
    if (options.json) {
      rows.push_back({{"account", account.str()},
                      {"handle", name},
                      {"delivered", delivered},
                      {"delivered_at", delivered ? receipt.delivered_at() : 0},
                      {"read", read},
                      {"read_at", read ? receipt.read_at() : 0}});
    } else {
      print(fmt::format("{:20} {}", name,
                        read        ? "read " + local_time(receipt.read_at())
                        : delivered ? "delivered " + local_time(receipt.delivered_at())
                                    : "not yet"));
    }
  }
  if (options.json) print_json(rows);
  return Exit::ok;
}

}  // namespace

void add_message_commands(CLI::App& app, Shell& shell) {
  auto flags = std::make_shared<Flags>();
  const auto add = [&](const char* name, const char* help, auto deed) {
    auto* sub = app.add_subcommand(name, help);
    sub->add_option("CHANNEL", flags->channel, "handle, title of a group, or id")->required();
    sub->callback(
        [&shell, flags, deed] { shell.deed = [&shell, flags, deed] { return deed(shell.options, *flags); }; });
    return sub;
  };
  auto* editing = add("edit", "Change a message of mine", edit);
  editing->add_option("SEQ", flags->seq, "number of the message")->required();
  editing->add_option("TEXT", flags->words)->required();
  auto* replying = add("reply", "Answer a message", reply);
  replying->add_option("SEQ", flags->seq, "number of the message")->required();
  replying->add_option("TEXT", flags->words)->required();
  auto* reacting = add("react", "React to a message", react);
  reacting->add_option("SEQ", flags->seq, "number of the message")->required();
  reacting->add_option("EMOJI", flags->value, "left out: take my reaction back");
  auto* removing = add("delete", "Delete messages for everyone, or for me", remove);
  removing->add_option("SEQ", flags->seqs, "numbers of messages")->required();
  removing->add_flag("--for-me", flags->for_me, "hide them from me alone");
  auto* receipt = add("receipts", "Who has received and read a message", receipts);
  receipt->add_option("SEQ", flags->seq, "number of the message")->required();
}

}  // namespace parley::cli
