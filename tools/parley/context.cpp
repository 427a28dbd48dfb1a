#include "parley/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "base/version.hpp"
#include "parley/system.hpp"
#include "parley/v1/client_state.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

constexpr const char* kDefaultServer = "http://127.0.0.1:8080";
constexpr std::size_t kLeastPrefix = 4;
constexpr Duration kSendPatience{15'000};

v1::Credentials signed_in(const Profile& profile) {
  auto credentials = profile.credentials();
  if (!credentials) {
    throw Failure{Exit::signed_out, "signed_out",
                  fmt::format("Profile '{}' is not signed in. Use: parley signin HANDLE (or: parley signup HANDLE)",
                              profile.name())};
  }
  return *credentials;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

[[maybe_unused]] bool is_shown(const client::ChannelState& channel) {
  return channel.kind == ChannelKind::group || channel.kind == ChannelKind::direct || channel.kind == ChannelKind::self;
}

Target target_of(Context& context, const client::ChannelState& channel) {
  return {channel.id, channel.kind == ChannelKind::direct ? channel.peer : AccountId{}, label_of(context, channel),
          true};
}

Target direct_with(Context& context, const AccountId& peer, const std::string& label) {
  const ChannelId id = direct_channel_id(context.me(), peer);
  return {id, peer, label, context.live().client().find(id) != nullptr};
}

struct Found {
  std::vector<Target> exact;
  std::vector<Target> prefix;
};

Found find_groups(Context& context, const std::string& name) {
  Found found;
  const std::string wanted = lower(name);
  context.live().client().each_channel([&](const client::ChannelState& channel) {
    if (channel.kind != ChannelKind::group) return;
    const std::string title = lower(channel.title);
    if (title == wanted) {
      found.exact.push_back(target_of(context, channel));
    } else if (title.starts_with(wanted) || (wanted.size() >= kLeastPrefix && channel.id.str().starts_with(wanted))) {
      found.prefix.push_back(target_of(context, channel));
    }
  });
  return found;
}

[[noreturn]] void refuse_ambiguous(const std::string& name, const std::vector<Target>& targets) {
  std::string text = fmt::format("'{}' may be one of several groups:", name);
  for (const Target& target : targets) text += fmt::format("\n  {}  {}", target.id.str(), target.label);
  text += "\nName it by more of its title, or by its id.";
  throw usage(text);
}

std::optional<Target> one_of(const std::string& name, const std::vector<Target>& targets) {
  if (targets.empty()) return std::nullopt;
  if (targets.size() > 1) refuse_ambiguous(name, targets);
  return targets.front();
}

Target by_id(Context& context, const ChannelId& id) {
  if (const auto* channel = context.live().client().find(id)) return target_of(context, *channel);
  return {id, {}, id.str(), false};
}

}  // namespace

Address server_of(const Options& options, const std::string& signed_in_at) {
  std::string url = !options.server.empty() ? options.server : signed_in_at;
  if (url.empty()) url = kDefaultServer;
  Address address = need(parse_address(url));
  if (!signed_in_at.empty() && !options.server.empty() && address.url() != signed_in_at) {
    throw usage(fmt::format("Profile '{}' belongs to {}. Use another --profile for {}.", options.profile, signed_in_at,
                            address.url()));
  }
  address.ca_file = options.ca_file;
  return address;
}

Context::Context(const Options& options)
    : options_(options),
      profile_(need(Profile::open(options.profile))),
      me_(AccountId::from_bytes(signed_in(profile_).account()).value_or(AccountId{})),
      handle_(signed_in(profile_).handle()),
      http_(server_of(options, signed_in(profile_).server())),
      tokens_(profile_, http_),
      people_(profile_, tokens_) {
  people_.remember(me_, handle_);
}

Context::~Context() = default;

Live& Context::live(client::Want want) {
  if (!live_) {
    client::Settings settings;
    settings.client = fmt::format("parley/{}", version());
    settings.want = want;
    live_ = std::make_unique<Live>(profile_, tokens_, http_.address(), std::move(settings));
    need(live_->load());
  }
  return *live_;
}

void Context::call(std::string_view method, const std::string& path, const google::protobuf::Message* body,
                   google::protobuf::Message* answer) {
  need(tokens_.call(method, path, body, answer));
}

std::string label_of(Context& context, const client::ChannelState& channel) {
  switch (channel.kind) {
    case ChannelKind::direct:
      return context.people().name_of(channel.peer);
    case ChannelKind::self:
      return "notes to myself";
    case ChannelKind::account:
      return "my devices";
    case ChannelKind::group:
      break;
  }
  return channel.title.empty() ? channel.id.str().substr(0, 8) : channel.title;
}

Target find_group(Context& context, const std::string& name) {
  need(context.live().sync());
  if (const auto id = ChannelId::parse(name)) return by_id(context, *id);
  const Found found = find_groups(context, name);
  if (auto target = one_of(name, found.exact)) return *target;
  if (auto target = one_of(name, found.prefix)) return *target;
  throw Failure{Exit::refused, "channel_unknown",
                fmt::format("No group is called '{}'. `parley channels` lists the channels you are in.", name)};
}

Target find_channel(Context& context, const std::string& name) {
  need(context.live().sync());
  if (name.starts_with('@')) return direct_with(context, need(context.people().account_of(name)), name.substr(1));
  if (name == "me") {
    const ChannelId id = self_channel_id(context.me());
    return {id, {}, "notes to myself", context.live().client().find(id) != nullptr};
  }
  if (const auto id = ChannelId::parse(name)) return by_id(context, *id);
  const Found found = find_groups(context, name);
  if (auto target = one_of(name, found.exact)) return *target;
  std::optional<Failure> no_person;
  if (is_valid_handle(name)) {
    if (auto account = context.people().account_of(name))
      return direct_with(context, *account, name);
    else
      no_person = account.error();
  }
  if (auto target = one_of(name, found.prefix)) return *target;
  if (no_person && no_person->exit != Exit::refused) throw *no_person;
  throw Failure{
      Exit::refused, "channel_unknown",
      fmt::format("Nobody and no group is called '{}'. `parley channels` lists the channels you are in.", name)};
}

client::SendResult send_and_wait(Context& context, v1::Command& command) {
  Live& live = context.live();
  std::optional<client::SendResult> end;
  std::string refused;
  std::string text;
  const SendId id = need(live.client().send(now(), command));
  live.hooks.sent = [&](const client::SendResult& result) {
    if (result.send_id != id) return;
    end = result;
    refused = result.refused;
    text = result.text;
  };
  live.start();
  const auto done = live.run_until([&] { return end.has_value(); }, kSendPatience);
  live.hooks.sent = nullptr;
  if (!done) throw done.error();
  if (!end) {
    throw Failure{
        Exit::offline, "offline",
        fmt::format("The server did not answer; it is done when it does (`parley outbox` shows what waits). {}",
                    live.offline_because())};
  }
  if (!refused.empty()) throw failure_of(refused, text);
  end->refused = end->text = {};
  return *end;
}

}  // namespace parley::cli
