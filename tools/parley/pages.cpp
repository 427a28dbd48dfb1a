#include "parley/pages.hpp"

#include <algorithm>
#include <iterator>

#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

constexpr std::size_t kPage = 50;

v1::History fetch_page(Context& context, const ChannelId& channel, Seq from, Seq to, std::size_t limit, bool oldest) {
  v1::ClientFrame frame;
  auto& body = *frame.mutable_get_history();
  body.set_channel_id(std::string(channel.view()));
  body.set_from(from);
  body.set_to(to);
  body.set_limit(static_cast<std::uint32_t>(std::min(limit, kPage)));
  body.set_oldest_first(oldest);
  v1::History page;
  need(context.live().ask(frame, [&](const v1::ServerFrame& answer) { page = answer.history(); }));
  return page;
}

v1::Content fetch_content(Context& context, const ChannelId& channel, Seq seq) {
  v1::ClientFrame frame;
  frame.mutable_get_content()->set_channel_id(std::string(channel.view()));
  frame.mutable_get_content()->set_seq(seq);
  v1::Content content;
  need(context.live().ask(frame, [&](const v1::ServerFrame& answer) { content = answer.content().content(); }));
  return content;
}

}  // namespace

std::vector<v1::Event> fetch_history(Context& context, const ChannelId& channel, Seq from, Seq to, std::size_t limit) {
  std::vector<v1::Event> events;
  const bool oldest = from != 0;
  while (events.size() < limit) {
    v1::History page = fetch_page(context, channel, from, to, limit - events.size(), oldest);
    auto& found = *page.mutable_events();
    events.insert(oldest ? events.end() : events.begin(), std::make_move_iterator(found.begin()),
                  std::make_move_iterator(found.end()));
    if (oldest ? page.to() >= (to == 0 ? page.head() : to) || page.to() < from : page.from() <= 1) break;
    (oldest ? from : to) = oldest ? page.to() + 1 : page.from() - 1;
  }
  for (v1::Event& event : events) complete(context, channel, event);
  return events;
}

void complete(Context& context, const ChannelId& channel, v1::Event& event) {
  if (event.annotation().current().preview()) {
    const auto& edits = event.annotation().edits();
    *event.mutable_annotation()->mutable_current() = fetch_content(context, channel, edits[edits.size() - 1]);
  } else if (event.content().preview() && !event.annotation().has_current()) {
    *event.mutable_content() = fetch_content(context, channel, event.header().seq());
  }
}

void look_up_authors(Context& context, std::span<const v1::Event> events) {
  std::vector<AccountId> accounts;
  for (const v1::Event& event : events) {
    if (const auto account = AccountId::from_bytes(event.header().account())) accounts.push_back(*account);
    for (const auto& reaction : event.annotation().reactions()) {
      if (const auto account = AccountId::from_bytes(reaction.account())) accounts.push_back(*account);
    }
  }
  context.people().look_up(accounts);
}

}  // namespace parley::cli
