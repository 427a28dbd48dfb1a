// GET /v1/export: everything about a person as JSON Lines, in pages. The first request tells account, devices,
// contacts, blocks and channels; each channel names the request for its events, and a page that is not the last names
// the next.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "gateway/http_api.hpp"
#include "gateway/http_fill.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

constexpr std::string_view kType = "application/jsonl; charset=utf-8";

/// A page in the making.
struct Lines {
  std::string text;
  void add(const v1::ExportLine& line) { text += wire::serialize(wire::Encoding::json, line) + "\n"; }
};
using LinesPtr = std::shared_ptr<Lines>;

std::string events_path(std::string_view channel_id, Seq from) {
  const auto id = ChannelId::from_bytes(channel_id);
  return fmt::format("/v1/export?channel={}&from={}", id ? id->str() : std::string(), from);
}

void finish(const Call& call, const LinesPtr& lines) {
  call->answer_text(std::string(kType), std::move(lines->text));
}

// ---- the first page ----------------------------------------------------------------------------------------------

void add_channels(const Call& call, const LinesPtr& lines, const std::string& page) {
  v1::ClientFrame frame;
  frame.mutable_get_inbox()->set_page(page);
  call->ask(frame, [call, lines](v1::ServerFrame& answer) {
    for (auto& row : *answer.mutable_inbox()->mutable_rows()) {
      row.clear_last();  // it comes with the events
      v1::ExportLine events;
      events.set_events(events_path(row.channel_id(), 1));
      v1::ExportLine line;
      *line.mutable_channel() = std::move(row);
      lines->add(line);
      lines->add(events);
    }
    if (answer.inbox().next_page().empty()) return finish(call, lines);
    add_channels(call, lines, answer.inbox().next_page());
  });
}

void add_people(const Call& call, const LinesPtr& lines, bool blocks, const std::string& after) {
  auto add = [call, lines, blocks](const Result<std::vector<Profile>>& found) {
    if (!call->good(found)) return;
    for (const Profile& profile : *found) {
      v1::ExportLine line;
      fill_profile(profile, blocks ? *line.mutable_block() : *line.mutable_contact());
      lines->add(line);
    }
    if (found->size() >= PeopleService::kPage) return add_people(call, lines, blocks, found->back().handle);
    if (!blocks) return add_people(call, lines, true, "");
    add_channels(call, lines, "");
  };
  PeopleService& people = call->parts().accounts.people();
  if (blocks) return people.blocks(call->executor(), call->caller(), after, PeopleService::kPage, std::move(add));
  people.contacts(call->executor(), call->caller(), after, PeopleService::kPage, std::move(add));
}

void add_devices(const Call& call, const LinesPtr& lines) {
  call->parts().accounts.sign_ins().devices(call->executor(), call->caller(),
                                            [call, lines](const Result<std::vector<Device>>& devices) {
                                              if (!call->good(devices)) return;
                                              for (const Device& device : *devices) {
                                                v1::ExportLine line;
                                                fill_device(device, call->caller(), *line.mutable_device());
                                                lines->add(line);
                                              }
                                              add_people(call, lines, false, "");
                                            });
}

void first_page(const Call& call) {
  call->parts().accounts.people().account(call->executor(), call->caller(), [call](const Result<OwnAccount>& account) {
    if (!call->good(account)) return;
    auto lines = std::make_shared<Lines>();
    v1::ExportLine line;
    fill_account(*account, *line.mutable_account());
    lines->add(line);
    add_devices(call, lines);
  });
}

// ---- the events of a channel -------------------------------------------------------------------------------------

struct Events {
  std::string channel;
  v1::History page;
  int at = 0;
  Lines lines;
};

/// Long contents come as previews in a page and are fetched one by one.
void add_events(const Call& call, const std::shared_ptr<Events>& events) {
  for (; events->at < events->page.events_size(); ++events->at) {
    auto& event = *events->page.mutable_events(events->at);
    if (event.content().preview()) {
      v1::ClientFrame frame;
      frame.mutable_get_content()->set_channel_id(events->channel);
      frame.mutable_get_content()->set_seq(event.header().seq());
      return call->ask(frame, [call, events](v1::ServerFrame& answer) {
        auto& whole = *events->page.mutable_events(events->at);
        *whole.mutable_content() = std::move(*answer.mutable_content()->mutable_content());
        whole.mutable_content()->set_preview(false);
        add_events(call, events);
      });
    }
    v1::ExportLine line;
    *line.mutable_event() = std::move(event);
    events->lines.add(line);
  }
  if (events->page.to() < events->page.head()) {
    v1::ExportLine next;
    next.set_next(events_path(events->channel, events->page.to() + 1));
    events->lines.add(next);
  }
  call->answer_text(std::string(kType), std::move(events->lines.text));
}

void events_page(const Call& call, std::string_view channel_text) {
  const auto channel = ChannelId::parse(channel_text);
  if (!channel) return call->refuse({ErrorCode::invalid_argument, "channel: an id is needed"});
  const auto from = call->query_number("from", 1);
  if (!from) return;
  auto events = std::make_shared<Events>();
  events->channel = std::string(channel->view());
  v1::ClientFrame frame;
  auto& ask = *frame.mutable_get_history();
  ask.set_channel_id(events->channel);
  ask.set_from(*from);
  ask.set_oldest_first(true);
  call->ask(frame, [call, events](v1::ServerFrame& answer) {
    events->page = std::move(*answer.mutable_history());
    add_events(call, events);
  });
}

void personal_export(const Call& call) {
  const auto channel = call->request().query_parameter("channel");
  if (channel) return events_page(call, *channel);
  first_page(call);
}

}  // namespace

void add_export_routes(HttpApi& api) {
  api.signed_in("GET", "/v1/export", personal_export);
}

}  // namespace parley
