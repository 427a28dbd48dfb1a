// Commands of every kind, and what stands in them.
#include "base/sha256.hpp"
#include "parley/v1/frames.pb.h"
#include "sim/workload.hpp"

namespace parley::sim {
namespace {

constexpr std::uint64_t kMostCodePoints = 100'000;

template <class AnyId>
std::string new_id(World& world) {
  std::array<std::uint8_t, 10> random{};
  world.fill(random);
  return std::string(AnyId(make_uuid_v7(to_unix_ms(world.now()), random)).view());
}

v1::Who some_who(Dice& dice) {
  return static_cast<v1::Who>(dice.below(8) == 0 ? dice.below(4) : 1 + dice.below(2));
}

void fill_settings(Dice& dice, v1::ChannelSettings& settings) {
  settings.set_post(some_who(dice));
  settings.set_add(some_who(dice));
  settings.set_rename(some_who(dice));
  settings.set_history_from_start(dice.once_in(2));
}

}  // namespace

std::string Workload::some_text(std::uint64_t length) {
  static constexpr std::string_view kPieces[] = {"x",      "word ", "é", "漢字", "🎂", "👩‍👩‍👧",
                                                 "\u202e", "\n",    "אב"};
  std::string text;
  for (std::uint64_t i = 0; i < length; ++i) text += kPieces[dice().once_in(8) ? dice().below(std::size(kPieces)) : 0];
  return text;
}

void Workload::fill_content(v1::Content& content) {
  const std::string word = words_.next();
  switch (dice().below(120)) {
    case 0:
      return content.set_text("");
    case 1:
      return content.set_text(word + std::string(kMostCodePoints - word.size(), 'x'));
    case 2:
      return content.set_text(word + std::string(kMostCodePoints, 'x'));  // too long
    case 3:
    case 4:
      return content.set_text(word + some_text(20'000));
    case 5:
    case 6:
      content.set_data(word + std::string(dice().below(70'000), '\xff'));
      content.set_type(dice().once_in(6) ? "no media type" : "application/x-sim");
      return;
    default:
      return content.set_text(word + some_text(dice().below(200)));
  }
}

std::string Workload::new_send_id() {
  return new_id<SendId>(world_);
}

void Workload::send(Device& device, v1::Command& command) {
  ++sends_;
  if (!device.send(command)) return;
  witness_.sends(device.account(), command, world_.now());
  words_.sent(command.SerializeAsString(), *ChannelId::from_bytes(command.channel_id()), device.account(),
              *SendId::from_bytes(command.send_id()));
  remember(device, command);
}

void Workload::open_big_group() {
  Device& device = *devices_.front();
  v1::Command command;
  command.set_channel_id(new_id<ChannelId>(world_));
  big_group_ = *ChannelId::from_bytes(command.channel_id());
  auto& create = *command.mutable_create_channel();
  create.set_kind(v1::CHANNEL_KIND_GROUP);
  create.set_title("everybody");
  create.mutable_settings()->set_post(v1::WHO_MEMBERS);
  create.mutable_settings()->set_add(v1::WHO_MEMBERS);
  create.mutable_settings()->set_rename(v1::WHO_MEMBERS);
  create.mutable_settings()->set_history_from_start(dice().once_in(2));
  for (const auto& account : accounts_) create.add_members(std::string(account.id.view()));
  send(device, command);
}

void Workload::create(Device& device) {
  v1::Command command;
  auto& create = *command.mutable_create_channel();
  switch (dice().below(5)) {
    case 0:
      create.set_kind(v1::CHANNEL_KIND_SELF);
      break;
    case 1:
    case 2:
      create.set_kind(v1::CHANNEL_KIND_DIRECT);
      create.set_peer(some_id());
      break;
    default:
      command.set_channel_id(new_id<ChannelId>(world_));
      create.set_kind(v1::CHANNEL_KIND_GROUP);
      create.set_title("a group");
      create.set_description(some_text(5));
      fill_settings(dice(), *create.mutable_settings());
      for (std::uint64_t i = dice().below(4); i > 0; --i) create.add_members(some_id());
  }
  send(device, command);
}

void Workload::post(Device& device, const client::ChannelState& channel) {
  v1::Command command;
  command.set_channel_id(std::string(channel.id.view()));
  auto& post = *command.mutable_post();
  fill_content(*post.mutable_content());
  for (std::uint64_t i = dice().once_in(4) ? 1 + dice().below(3) : 0; i > 0; --i) post.add_mentions(some_id());
  if (dice().once_in(6)) post.set_reply_to(some_seq(channel));
  post.set_forwarded(dice().once_in(10));
  if (dice().once_in(30)) post.set_crypto_epoch(dice().below(3));
  send(device, command);
}

void Workload::say_and_correct() {
  Device& device = some_device();
  const auto* channel = device.running() ? some_channel(device) : nullptr;
  if (channel == nullptr) return;
  const ChannelId id = channel->id;
  const Seq next = channel->head + 1;  // where nobody else says anything
  post_text(device, *channel);
  for (int i = 0; i < 2; ++i) {
    v1::Command command;
    command.set_channel_id(std::string(id.view()));
    command.mutable_edit()->set_target(next);
    command.mutable_edit()->mutable_content()->set_text("correction " + std::to_string(dice().next()));
    send(device, command);
  }
}

void Workload::say_much_at_once() {
  Device& device = some_device();
  const auto* channel = device.running() ? some_channel(device) : nullptr;
  if (channel == nullptr) return;
  const std::uint64_t apart = dice().once_in(2) ? 20 : 150;
  Duration at{0};
  for (std::uint64_t left = 4 + dice().below(12); left > 0; --left) {
    at += Duration(static_cast<std::int64_t>(dice().below(apart)));
    world_.at(at, [this, &device, id = channel->id] {
      const auto* still = device.running() ? device.core().find(id) : nullptr;
      if (still != nullptr) post(device, *still);
    });
  }
}

void Workload::create_invitation(v1::Command& command) {
  const std::string secret = "a secret of an invitation " + std::to_string(dice().next());
  auto& create = *command.mutable_create_invitation();
  create.set_invitation(new_id<InvitationId>(world_));
  create.set_secret_hash(std::string(view(sha256({secret}))));
  if (dice().once_in(2)) create.set_uses(static_cast<std::uint32_t>(1 + dice().below(2)));
  if (dice().once_in(3)) create.set_expires(to_unix_ms(world_.now()) + static_cast<std::int64_t>(dice().below(60'000)));
  const auto channel = ChannelId::from_bytes(command.channel_id()).value_or(ChannelId{});
  secrets_[create.invitation()] = secret;
  invitations_.emplace_back(channel, create.invitation());
}

void Workload::join(Device& device) {
  const auto& [where, invitation] = invitations_[dice().below(invitations_.size())];
  v1::Command command;
  command.set_channel_id(std::string(where.view()));
  const bool guesses = dice().once_in(4);
  command.mutable_join()->set_secret(guesses ? "a guess at a secret" : secrets_.at(invitation));
  send(device, command);
}

void Workload::change_a_row() {
  Device& device = some_device();
  if (!device.running()) return;
  const auto* channel = some_channel(device);
  if (channel == nullptr) return;
  v1::Command command;
  command.set_channel_id(std::string(channel->id.view()));
  switch (dice().below(4)) {
    case 0:
      command.mutable_add_members()->add_accounts(some_id());
      break;
    case 1:
      command.mutable_remove_member()->set_account(some_id());
      break;
    default:
      command.mutable_describe()->set_title("title " + std::to_string(dice().below(1000)));
  }
  send(device, command);
}

void Workload::command(Device& device, const client::ChannelState& channel) {
  v1::Command command;
  command.set_channel_id(std::string(channel.id.view()));
  switch (dice().below(40)) {
    case 0:
    case 1:
    case 2:
      command.mutable_edit()->set_target(some_seq(channel));
      fill_content(*command.mutable_edit()->mutable_content());
      break;
    case 3:
    case 4:
      for (std::uint64_t i = 1 + dice().below(2); i > 0; --i) command.mutable_delete_()->add_targets(some_seq(channel));
      break;
    case 5:
    case 6:
    case 7:
      command.mutable_react()->set_target(some_seq(channel));
      if (!dice().once_in(4)) command.mutable_react()->mutable_content()->set_text(words_.next() + "🎂");
      break;
    case 8:
      if (dice().once_in(2)) command.mutable_describe()->set_title("title " + std::to_string(dice().below(1000)));
      if (dice().once_in(2)) command.mutable_describe()->set_description(some_text(20));
      if (dice().once_in(4)) command.mutable_describe()->set_avatar("avatar");
      command.mutable_describe();
      break;
    case 9:
      fill_settings(dice(), *command.mutable_change_settings()->mutable_settings());
      break;
    case 10:
    case 11:
    case 12:
      for (std::uint64_t i = 1 + dice().below(2); i > 0; --i) command.mutable_add_members()->add_accounts(some_id());
      break;
    case 13:
    case 14:
      command.mutable_remove_member()->set_account(some_id());
      break;
    case 15:
      if (dice().once_in(3)) command.mutable_leave();
      if (!command.has_leave()) return create(device);
      break;
    case 16:
      command.mutable_set_role()->set_account(some_id());
      command.mutable_set_role()->set_role(dice().once_in(3) ? v1::ROLE_MEMBER : v1::ROLE_ADMIN);
      break;
    case 17:
      if (dice().once_in(3)) command.mutable_hand_over()->set_to(some_id());
      if (!command.has_hand_over()) return post(device, channel);
      break;
    case 18:
      create_invitation(command);
      break;
    case 19: {
      if (invitations_.empty() || !dice().once_in(2)) return post(device, channel);
      const auto& [where, invitation] = invitations_[dice().below(invitations_.size())];
      command.set_channel_id(std::string(where.view()));
      command.mutable_revoke_invitation()->set_invitation(invitation);
      break;
    }
    case 20:
    case 21:
      if (invitations_.empty()) return post(device, channel);
      return join(device);
    case 22:
      command.mutable_crypto_commit()->set_epoch(dice().below(3));
      if (dice().once_in(2)) command.mutable_crypto_commit()->mutable_content()->set_text(words_.next());
      break;
    case 23:
      for (std::uint64_t burst = 2 + dice().below(20); burst > 0; --burst) post(device, channel);
      return;
    default:
      return post(device, channel);
  }
  send(device, command);
}

}  // namespace parley::sim
