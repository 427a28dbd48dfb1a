// Channels: those of a person, one with its members; a member leaves, the owner hands over. Who is in a channel is in
// its log, and a log knows members only: what an administrator changes is decided, and told, as the member's own doing.
#include <array>
#include <utility>

#include "app/admin/common.hpp"
#include "chat/names.hpp"
#include "engines/rocksdb/channel_store.hpp"
#include "gateway/io_pool.hpp"
#include "node/loaded_channel.hpp"
#include "node/node.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

constexpr std::size_t kMostListed = 1000;

Error no_such_channel() {
  return {ErrorCode::channel_unknown, "There is no such channel."};
}

/// The state that is committed. Errors: channel_unknown, damaged, store_unavailable.
Result<Channel> channel_of(const AdminCall& call, AdminParts& parts, const ChannelId& id) {
  return await<Channel>(call, [&](auto done) {
    inspect_channel(parts.node.io(0).node(), id, parts.pool.at(0),
                    [done = std::move(done)](Result<const LoadedChannel*> found) mutable {
                      if (!found) return done(fail(std::move(found.error())));
                      if (*found == nullptr || !(*found)->state().exists()) return done(fail(no_such_channel()));
                      done((*found)->state());
                    });
  });
}

boost::json::object json_of(const Channel& channel) {
  return {{"channel", channel.id.str()},
          {"kind", name_of(channel.kind)},
          {"title", channel.title},
          {"head", channel.head},
          {"time", to_unix_ms(channel.time)},
          {"messages", channel.count},
          {"members", channel.active_members()}};
}

Result<boost::json::value> show(const AdminCall& call, AdminParts& parts) {
  const auto id = ChannelId::parse(call.value(0));
  if (!id) return fail(no_such_channel());
  const auto channel = channel_of(call, parts, *id);
  if (!channel) return fail(channel.error());
  std::vector<AccountId> accounts;
  for (const auto& [account, member] : channel->members) {
    if (member.active() && accounts.size() < kMostListed) accounts.push_back(account);
  }
  const auto people = people_of(call, parts, std::move(accounts));
  if (!people) return fail(people.error());
  boost::json::array members;
  for (const Person& person : *people) {
    const Member& member = channel->members.at(person.id);
    members.emplace_back(boost::json::object{{"account", person.id.str()},
                                             {"handle", person.handle},
                                             {"role", name_of(member.role)},
                                             {"since", to_unix_ms(member.since)},
                                             {"delivered", member.delivered},
                                             {"read", member.read}});
  }
  auto out = json_of(*channel);
  out["member_list"] = std::move(members);
  out["invitations"] = channel->invitations.size();
  return out;
}

Result<boost::json::value> of_person(AdminCall& call, AdminParts& parts) {
  const auto person = find_person(call, parts, call.value(0));
  if (!person) return fail(person.error());
  const auto ids = await<std::vector<ChannelId>>(
      call, [&](auto done) { parts.store.channels_of(person->id, parts.pool.at(0), std::move(done)); });
  if (!ids) return fail(ids.error());
  boost::json::array rows;
  for (const ChannelId& id : *ids) {
    if (rows.size() == kMostListed || call.cancelled()) break;
    const auto channel = channel_of(call, parts, id);
    if (!channel) {
      rows.emplace_back(boost::json::object{{"channel", id.str()}, {"error", channel.error().name()}});
      continue;
    }
    const Member* member = channel->find_active(person->id);
    if (member == nullptr) continue;
    auto row = json_of(*channel);
    row["role"] = name_of(member->role);
    rows.emplace_back(std::move(row));
  }
  return boost::json::object{{"channels", std::move(rows)}, {"more", ids->size() > kMostListed}};
}

ErrorCode code_of(const std::string& name) {
  const ErrorInfo* info = find_error(std::string_view(name));
  return info == nullptr ? ErrorCode::internal : info->code;
}

/// Issues `body` as the doing of `account`; the seq of the event. Errors: those of the command.
Result<std::uint64_t> command_as(const AdminCall& call, AdminParts& parts, const ChannelId& channel,
                                 const AccountId& account, CommandBody body) {
  return await<std::uint64_t>(call, [&](auto done) {
    std::array<std::uint8_t, 10> random{};
    parts.random.fill(random);
    Command command;
    command.channel = channel;
    command.body = std::move(body);
    command.stamp.send_id = SendId(make_uuid_v7(to_unix_ms(parts.clock.now()), random));
    parts.pool.at(0).post(
        [&io = parts.node.io(0), account, command = std::move(command), done = std::move(done)]() mutable {
          const SendId send_id = command.stamp.send_id;
          io.stamp({account, DeviceId{}}, command);
          command.stamp.send_id = send_id;
          io.add_facts(std::move(command), [&io, done = std::move(done)](Result<Command> ready) mutable {
            if (!ready) return done(fail(std::move(ready.error())));
            io.ask(std::move(*ready), [done = std::move(done)](v1::ServerFrame& answer) mutable {
              if (answer.has_error()) return done(fail(wire::to_error(answer.error())));
              const auto& outcome = answer.outcome();
              if (!outcome.refused().empty()) return done(fail(code_of(outcome.refused())));
              done(outcome.seq());
            });
          });
        });
  });
}

/// A command says nothing else of a stranger than of nobody; an administrator may know.
Result<void> check_member(const Result<Channel>& channel, const Person& person) {
  if (!channel) return fail(channel.error());
  if (channel->find_active(person.id) != nullptr) return {};
  return fail(ErrorCode::not_a_member, person.handle + " is not a member of this channel.");
}

Result<boost::json::value> remove_member(AdminCall& call, AdminParts& parts) {
  const auto id = ChannelId::parse(call.value(0));
  if (!id) return fail(no_such_channel());
  const auto person = find_person(call, parts, call.value(1));
  if (!person) return fail(person.error());
  const auto channel = channel_of(call, parts, *id);
  if (auto member = check_member(channel, *person); !member) return fail(member.error());
  const auto seq = command_as(call, parts, *id, person->id, command::Leave{});
  if (!seq) return fail(seq.error());
  call.remember("seq", *seq);
  return boost::json::object{{"channel", id->str()}, {"handle", person->handle}, {"seq", *seq}};
}

Result<boost::json::value> hand_over(AdminCall& call, AdminParts& parts) {
  const auto id = ChannelId::parse(call.value(0));
  if (!id) return fail(no_such_channel());
  const auto body = call.body();
  if (!body) return fail(body.error());
  const auto to = text_field(*body, "to");
  if (!to) return fail(to.error());
  const auto person = find_person(call, parts, to->value_or(""));
  if (!person) return fail(person.error());
  const auto channel = channel_of(call, parts, *id);
  if (auto member = check_member(channel, *person); !member) return fail(member.error());
  for (const auto& [account, member] : channel->members) {
    if (member.role != Role::owner) continue;
    call.remember("from", account.str());
    const auto seq = command_as(call, parts, *id, account, command::HandOver{person->id});
    if (!seq) return fail(seq.error());
    call.remember("seq", *seq);
    return boost::json::object{{"channel", id->str()}, {"owner", person->handle}, {"seq", *seq}};
  }
  return fail(ErrorCode::wrong_kind);
}

}  // namespace

void add_channel_operations(AdminServer& admin, AdminParts& parts) {
  admin.look("GET", "/channels/{id}", [&parts](AdminCall& call) { return show(call, parts); });
  admin.look("GET", "/people/{who}/channels", [&parts](AdminCall& call) { return of_person(call, parts); });
  admin.change("DELETE", "/channels/{id}/members/{who}", "remove_member",
               [&parts](AdminCall& call) { return remove_member(call, parts); });
  admin.change("POST", "/channels/{id}/owner", "hand_over",
               [&parts](AdminCall& call) { return hand_over(call, parts); });
}

}  // namespace parley
