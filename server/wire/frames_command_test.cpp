#include <gtest/gtest.h>

#include <set>

#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/samples_for_test.hpp"

namespace parley::wire {
namespace {

const AccountId kSender = same<AccountId>(0xA1);

// Ids in the texts below: base64 of 16 bytes 0xC1, 0x51, 0xA2, 0xA3, 0x11, and of 32 bytes 0x77.
#define CHANNEL "wcHBwcHBwcHBwcHBwcHBwQ=="
#define SEND "UVFRUVFRUVFRUVFRUVFRUQ=="
#define PEER "oqKioqKioqKioqKioqKiog=="
#define OTHER "o6Ojo6Ojo6Ojo6Ojo6Ojow=="
#define INVITATION "EREREREREREREREREREREQ=="
#define HASH "d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c="

constexpr std::string_view kStart = R"({"channelId":")" CHANNEL R"(","sendId":")" SEND R"(",)";

v1::Command command_of(std::string_view json) {
  v1::Command command;
  const Result<void> parsed = parse_message(Encoding::json, json, command);
  EXPECT_TRUE(parsed) << json << ": " << (parsed ? "" : parsed.error().detail);
  return command;
}

v1::Command with_body(std::string_view body) {
  return command_of(std::string(kStart) + std::string(body) + "}");
}

std::string refusal_of(const v1::Command& message) {
  const Result<Command> command = to_command(message, kSender);
  if (command) return "accepted";
  return std::string(command.error().name()) + " " + command.error().detail;
}

// The field that a refusal of `body` names.
std::string refused(std::string_view body) {
  const std::string text = refusal_of(with_body(body));
  const std::string_view prefix = "invalid_argument ";
  if (!text.starts_with(prefix)) return text;
  return text.substr(prefix.size(), text.find(':') - prefix.size());
}

// Every field of every body, in the order in which protobuf prints them.
const std::vector<std::string> kBodies{
    R"("post":{"content":{"text":"hi"},"replyTo":"7","mentions":[")" PEER R"("],"forwarded":true,"cryptoEpoch":"2"})",
    R"("post":{"content":{"data":"AAE=","type":"image/png"}})",
    R"("edit":{"target":"3","content":{"text":""},"cryptoEpoch":"2"})",
    R"("delete":{"targets":["1","2","9007199254740992"]})",
    R"("react":{"target":"3","content":{"text":"x"}})",
    R"("react":{"target":"3"})",
    R"("createChannel":{"kind":"CHANNEL_KIND_GROUP","title":"T","description":"D","avatar":"A",)"
    R"("settings":{"post":"WHO_OWNER","add":"WHO_MEMBERS","rename":"WHO_ADMINS","historyFromStart":true},)"
    R"("members":[")" PEER R"(",")" OTHER R"("]})",
    R"("describe":{"title":"","description":"D","avatar":"A"})",
    R"("describe":{"avatar":"A"})",
    R"("changeSettings":{"settings":{"post":"WHO_ADMINS","add":"WHO_OWNER","rename":"WHO_MEMBERS"}})",
    R"("addMembers":{"accounts":[")" PEER R"(",")" OTHER R"("]})",
    R"("removeMember":{"account":")" PEER R"("})",
    R"("leave":{})",
    R"("setRole":{"account":")" PEER R"(","role":"ROLE_ADMIN"})",
    R"("handOver":{"to":")" PEER R"("})",
    R"("createInvitation":{"invitation":")" INVITATION R"(","secretHash":")" HASH
    R"(","expires":"1760000000000","uses":5})",
    R"("revokeInvitation":{"invitation":")" INVITATION R"("})",
    R"("join":{"secret":")" PEER R"("})",
    R"("cryptoCommit":{"epoch":"4","content":{"data":"AAE="}})",
    R"("cryptoCommit":{"epoch":"4"})",
};

TEST(FramesCommand, EveryBodyRoundTripsWithAllItsFields) {
  std::set<std::size_t> kinds;
  for (const std::string& body : kBodies) {
    const std::string json = std::string(kStart) + body + "}";
    const Result<Command> command = to_command(command_of(json), kSender);
    ASSERT_TRUE(command) << json << ": " << command.error().detail;
    kinds.insert(command->body.index());
    v1::Command again;
    from_command(*command, again);
    EXPECT_EQ(serialize(Encoding::json, again), json);
  }
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(v1::Command::descriptor()->oneof_decl(0)->field_count()))
      << "a body has no sample";
}

TEST(FramesCommand, TheStampHoldsOnlyTheSendId) {
  const Result<Command> command = to_command(with_body(kBodies[0]), kSender);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->channel, same<ChannelId>(0xC1));
  EXPECT_EQ(command->stamp.send_id, same<SendId>(0x51));
  EXPECT_TRUE(command->stamp.account.is_nil());
  EXPECT_TRUE(command->stamp.device.is_nil());
  EXPECT_EQ(command->stamp.at, kNever);
}

TEST(FramesCommand, TheServerGetsTheSecretOfAJoin) {
  const Result<Command> command = to_command(with_body(R"("join":{"secret":")" PEER R"("})"), kSender);
  ASSERT_TRUE(command);
  EXPECT_EQ(std::get<command::Join>(command->body).secret, std::string(16, '\xA2'));
}

TEST(FramesCommand, ADirectChannelsIdIsDerivedOrMustFit) {
  v1::Command message = with_body(R"("createChannel":{"kind":"CHANNEL_KIND_DIRECT","peer":")" PEER R"("})");
  EXPECT_EQ(refusal_of(message), "invalid_argument channel_id: leave it empty, or give the derived id");
  message.clear_channel_id();
  const ChannelId derived = direct_channel_id(kSender, same<AccountId>(0xA2));
  const Result<Command> command = to_command(message, kSender);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->channel, derived);
  EXPECT_EQ(std::get<command::Create>(command->body).peer, same<AccountId>(0xA2));
  message.set_channel_id(std::string(derived.view()));
  EXPECT_EQ(refusal_of(message), "accepted");
  v1::Command again;
  from_command(*command, again);
  EXPECT_EQ(again.SerializeAsString(), message.SerializeAsString());
}

TEST(FramesCommand, TheIdOfNotesToOneselfIsDerivedOrMustFit) {
  v1::Command message = with_body(R"("createChannel":{"kind":"CHANNEL_KIND_SELF"})");
  EXPECT_EQ(refusal_of(message), "invalid_argument channel_id: leave it empty, or give the derived id");
  message.clear_channel_id();
  const Result<Command> command = to_command(message, kSender);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->channel, self_channel_id(kSender));
  message.set_channel_id(std::string(command->channel.view()));
  EXPECT_EQ(refusal_of(message), "accepted");
}

TEST(FramesCommand, AClientMayNotMakeAnAccountChannel) {
  EXPECT_EQ(refused(R"("createChannel":{"kind":"CHANNEL_KIND_ACCOUNT"})"), "create_channel.kind");
  EXPECT_EQ(refused(R"("createChannel":{})"), "create_channel.kind");
  EXPECT_EQ(refused(R"("createChannel":{"kind":77})"), "create_channel.kind");
}

TEST(FramesCommand, IdsAreNeededWhole) {
  EXPECT_EQ(refusal_of(command_of(R"({"sendId":")" SEND R"(","leave":{}})")),
            "invalid_argument channel_id: an id is needed: 16 bytes, not all zero");
  EXPECT_EQ(refusal_of(command_of(R"({"channelId":")" CHANNEL R"(","leave":{}})")),
            "invalid_argument send_id: an id is needed: 16 bytes, not all zero");
  v1::Command message = with_body(R"("leave":{})");
  message.set_send_id(std::string(16, '\0'));
  EXPECT_EQ(refusal_of(message), "invalid_argument send_id: an id is needed: 16 bytes, not all zero");
  message.set_send_id(std::string(17, 'x'));
  EXPECT_EQ(refusal_of(message), "invalid_argument send_id: an id is needed: 16 bytes, not all zero");
  EXPECT_EQ(refused(R"("post":{"content":{"text":"x"},"mentions":["AAAA"]})"), "post.mentions");
  EXPECT_EQ(refused(R"("createChannel":{"kind":2,"members":["AAAA"]})"), "create_channel.members");
  EXPECT_EQ(refused(R"("createChannel":{"kind":1,"peer":"AAAA"})"), "create_channel.peer");
  EXPECT_EQ(refused(R"("addMembers":{"accounts":["AAAA"]})"), "add_members.accounts");
  EXPECT_EQ(refused(R"("removeMember":{})"), "remove_member.account");
  EXPECT_EQ(refused(R"("setRole":{"role":1})"), "set_role.account");
  EXPECT_EQ(refused(R"("handOver":{})"), "hand_over.to");
  EXPECT_EQ(refused(R"("createInvitation":{"secretHash":")" HASH R"("})"), "create_invitation.invitation");
  EXPECT_EQ(refused(R"("createInvitation":{"invitation":")" INVITATION R"("})"), "create_invitation.secret_hash");
  EXPECT_EQ(refused(R"("revokeInvitation":{})"), "revoke_invitation.invitation");
}

TEST(FramesCommand, WithoutABodyThereIsNothingToDo) {
  EXPECT_EQ(refusal_of(command_of(R"({"channelId":")" CHANNEL R"(","sendId":")" SEND R"("})")),
            "invalid_argument command: what to do is missing, or not known here");
}

TEST(FramesCommand, SeqsAreAboveZeroAndWithin53Bits) {
  EXPECT_EQ(refused(R"("post":{"content":{"text":"x"},"replyTo":"9007199254740992"})"), "accepted");
  EXPECT_EQ(refused(R"("post":{"content":{"text":"x"},"replyTo":"9007199254740993"})"), "post.reply_to");
  EXPECT_EQ(refused(R"("post":{"content":{"text":"x"},"cryptoEpoch":"9007199254740993"})"), "post.crypto_epoch");
  EXPECT_EQ(refused(R"("edit":{"content":{"text":"x"}})"), "edit.target");
  EXPECT_EQ(refused(R"("edit":{"target":"1","content":{"text":"x"},"cryptoEpoch":"18446744073709551615"})"),
            "edit.crypto_epoch");
  EXPECT_EQ(refused(R"("react":{"target":"0"})"), "react.target");
  EXPECT_EQ(refused(R"("react":{"target":"18446744073709551615"})"), "react.target");
  EXPECT_EQ(refused(R"("delete":{"targets":["1","0"]})"), "delete.targets");
  EXPECT_EQ(refused(R"("cryptoCommit":{"epoch":"9007199254740993"})"), "crypto_commit.epoch");
}

TEST(FramesCommand, ContentMustBeThereAndPlain) {
  EXPECT_EQ(refused(R"("post":{})"), "post.content");
  EXPECT_EQ(refused(R"("post":{"content":{}})"), "post.content");
  EXPECT_EQ(refused(R"("edit":{"target":"1"})"), "edit.content");
  EXPECT_EQ(refused(R"("cryptoCommit":{"content":{}})"), "crypto_commit.content");
  EXPECT_EQ(refused(R"("post":{"content":{"text":"x","preview":true}})"), "post.content");
  EXPECT_EQ(refused(R"("post":{"content":{"text":"x","fullSize":"9"}})"), "post.content");
  EXPECT_EQ(refused(R"("post":{"content":{"text":"x","type":"text/plain"}})"), "post.content.type");
  EXPECT_EQ(refused(R"("post":{"content":{"data":"AAAA","type":"a\nb"}})"), "post.content.type");
  EXPECT_EQ(refused(R"("post":{"content":{"data":"AAAA","type":")" + std::string(256, 'x') + R"("}})"),
            "post.content.type");
}

TEST(FramesCommand, ContentThatNoServerTakesIsTooLong) {
  v1::Command message = with_body(R"("post":{})");
  message.mutable_post()->mutable_content()->set_text(std::string(400'000, 'x'));
  EXPECT_EQ(refusal_of(message), "accepted");
  message.mutable_post()->mutable_content()->set_text(std::string(400'001, 'x'));
  EXPECT_EQ(refusal_of(message), "content_too_long post.content: longer than any server allows");
  message.mutable_post()->mutable_content()->set_data(std::string(1'048'576, 'x'));
  EXPECT_EQ(refusal_of(message), "accepted");
  message.mutable_post()->mutable_content()->set_data(std::string(1'048'577, 'x'));
  EXPECT_EQ(refusal_of(message), "content_too_long post.content: longer than any server allows");
}

TEST(FramesCommand, ListsAreNeitherEmptyNorEndless) {
  EXPECT_EQ(refused(R"("delete":{})"), "delete.targets");
  EXPECT_EQ(refused(R"("addMembers":{})"), "add_members.accounts");
  v1::Command message = with_body(R"("delete":{})");
  for (int i = 1; i <= 100; ++i) message.mutable_delete_()->add_targets(static_cast<std::uint64_t>(i));
  EXPECT_EQ(refusal_of(message), "accepted");
  message.mutable_delete_()->add_targets(101);
  EXPECT_EQ(refusal_of(message), "invalid_argument delete.targets: more than any server allows");

  const std::string account(16, 'a');
  message = with_body(R"("addMembers":{})");
  for (int i = 0; i < 1000; ++i) message.mutable_add_members()->add_accounts(account);
  EXPECT_EQ(refusal_of(message), "accepted");
  message.mutable_add_members()->add_accounts(account);
  EXPECT_EQ(refusal_of(message), "invalid_argument add_members.accounts: more than any server allows");

  message = with_body(R"("post":{"content":{"text":"x"}})");
  for (int i = 0; i < 1001; ++i) message.mutable_post()->add_mentions(account);
  EXPECT_EQ(refusal_of(message), "invalid_argument post.mentions: more than any server allows");

  message = with_body(R"("createChannel":{"kind":2,"title":"x"})");
  for (int i = 0; i < 1001; ++i) message.mutable_create_channel()->add_members(account);
  EXPECT_EQ(refusal_of(message), "invalid_argument create_channel.members: more than any server allows");
}

TEST(FramesCommand, TextsHaveAnUpperEnd) {
  const auto text = [](std::size_t size) { return std::string(size, 'x') + "\"}"; };
  EXPECT_EQ(refused(R"("react":{"target":"1","content":{}})"), "react.content");
  EXPECT_EQ(refused(R"("describe":{"title":")" + text(2048)), "accepted");
  EXPECT_EQ(refused(R"("describe":{"title":")" + text(2049)), "describe.title");
  EXPECT_EQ(refused(R"("describe":{"description":")" + text(32'769)), "describe.description");
  EXPECT_EQ(refused(R"("describe":{"avatar":")" + text(256)), "describe.avatar");
  EXPECT_EQ(refused(R"("createChannel":{"kind":2,"title":")" + text(2049)), "create_channel.title");
  EXPECT_EQ(refused(R"("createChannel":{"kind":2,"description":")" + text(32'769)), "create_channel.description");
  EXPECT_EQ(refused(R"("createChannel":{"kind":2,"avatar":")" + text(256)), "create_channel.avatar");
  EXPECT_EQ(refused(R"("describe":{})"), "describe");
}

TEST(FramesCommand, OnlyAGroupHasAGroupsFields) {
  EXPECT_EQ(refused(R"("createChannel":{"kind":2,"peer":")" PEER R"("})"), "create_channel.peer");
  EXPECT_EQ(refused(R"("createChannel":{"kind":3,"peer":")" PEER R"("})"), "create_channel.peer");
  const std::string direct = R"("createChannel":{"kind":1,"peer":")" PEER R"(",)";
  EXPECT_EQ(refused(direct + R"("title":"x"})"), "create_channel.title");
  EXPECT_EQ(refused(direct + R"("avatar":"x"})"), "create_channel.title");
  EXPECT_EQ(refused(direct + R"("members":[")" PEER R"("]})"), "create_channel.members");
  EXPECT_EQ(refused(direct + R"("settings":{}})"), "create_channel.members");
  v1::Command with_oneself = with_body(R"("createChannel":{"kind":1})");
  with_oneself.mutable_create_channel()->set_peer(std::string(kSender.view()));
  EXPECT_EQ(refusal_of(with_oneself),
            "invalid_argument create_channel.peer: another account; for notes to yourself use kind self");
}

TEST(FramesCommand, ChoicesMustBeMade) {
  EXPECT_EQ(refused(R"("changeSettings":{})"), "change_settings.settings");
  EXPECT_EQ(refused(R"("changeSettings":{"settings":{"add":1,"rename":1}})"), "change_settings.settings.post");
  EXPECT_EQ(refused(R"("changeSettings":{"settings":{"post":1,"rename":1}})"), "change_settings.settings.add");
  EXPECT_EQ(refused(R"("changeSettings":{"settings":{"post":1,"add":1,"rename":4}})"),
            "change_settings.settings.rename");
  EXPECT_EQ(refused(R"("setRole":{"account":")" PEER R"("})"), "set_role.role");
  EXPECT_EQ(refused(R"("setRole":{"account":")" PEER R"(","role":"ROLE_OWNER"})"), "set_role.role");
  EXPECT_EQ(refused(R"("setRole":{"account":")" PEER R"(","role":-1})"), "set_role.role");
  EXPECT_EQ(refused(R"("createChannel":{"kind":2,"settings":{"post":-7}})"), "create_channel.settings.post");
}

TEST(FramesCommand, AGroupsSettingsMayBeLeftToUsualOnes) {
  const Result<Command> command =
      to_command(with_body(R"("createChannel":{"kind":2,"title":"x","settings":{"post":"WHO_ADMINS"}})"), kSender);
  ASSERT_TRUE(command);
  EXPECT_EQ(std::get<command::Create>(command->body).settings, (ChannelSettings{.post = Who::admins}));
}

TEST(FramesCommand, AnInvitationsNumbersAreSane) {
  const std::string start = R"("createInvitation":{"invitation":")" INVITATION R"(","secretHash":")" HASH R"(",)";
  EXPECT_EQ(refused(start + R"("expires":"0"})"), "accepted");
  EXPECT_EQ(refused(start + R"("expires":"-1"})"), "create_invitation.expires");
  EXPECT_EQ(refused(start + R"("expires":"9007199254740993"})"), "create_invitation.expires");
  EXPECT_EQ(refused(R"("join":{})"), "join.secret");
  EXPECT_EQ(refused(R"("join":{"secret":"AAAA"})"), "join.secret");
  v1::Command join = with_body(R"("join":{})");
  join.mutable_join()->set_secret(std::string(65, 's'));
  EXPECT_EQ(refusal_of(join), "invalid_argument join.secret: 16 to 64 bytes are needed");
}

TEST(FramesCommandDeathTest, WhatOnlyTheServerIssuesHasNoFormOnTheWire) {
  Command command;
  command.body = command::SetBlock{.peer = kSender, .on = true};
  v1::Command out;
  EXPECT_DEATH(from_command(command, out), "SetBlock");
}

}  // namespace
}  // namespace parley::wire
