#include <gtest/gtest.h>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

command::Post post_of(Content content) {
  return {.content = std::move(content)};
}

TEST(Decide, GivesTheNextSeqAndRepeatsTheStamp) {
  Room room = group({kBert});
  room.now = at_ms(50);
  Command command = room.command(kBert, post_of(text("hi")));
  command.stamp.device = make_id<DeviceId>(7);
  command.stamp.send_id = make_id<SendId>(9);
  const auto event = room.run(command);
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(event->seq, 2u);
  EXPECT_EQ(event->time, at_ms(50));
  EXPECT_EQ(event->account, kBert);
  EXPECT_EQ(event->device, make_id<DeviceId>(7));
  EXPECT_EQ(event->send_id, make_id<SendId>(9));
  EXPECT_EQ(event->count, 1u);
  EXPECT_EQ(event->content, text("hi"));
}

TEST(Decide, NeverLetsTimeRunBackwards) {
  Room room = group({kBert});
  room.now = at_ms(100);
  room.say(kBert);
  room.now = at_ms(40);
  EXPECT_EQ(room.post(kAnna)->time, at_ms(100));
}

TEST(Decide, CountsMessagesOnly) {
  Room room = group({kBert});
  const Seq first = room.say(kAnna);
  EXPECT_EQ(room.run(kBert, command::React{.target = first, .content = Content{.bytes = "+1"}})->count, 1u);
  EXPECT_EQ(room.run(kAnna, command::Edit{.target = first, .content = text("x")})->count, 1u);
  EXPECT_EQ(room.post(kBert)->count, 2u);
}

TEST(Decide, IsTheSameForTwoOwners) {
  const Room room = group({kBert});
  const Command command = room.command(kBert, post_of(text("hi")));
  EXPECT_EQ(room.decide_only(command).value(), room.decide_only(command).value());
}

TEST(Channel, PostByNonMemberIsRefused) {
  Room room = group({kBert});
  EXPECT_EQ(outcome(room.post(kDirk)), "channel_unknown");
}

TEST(Channel, PostToAChannelThatDoesNotExistIsRefused) {
  Room room;
  EXPECT_EQ(outcome(room.post(kAnna)), "channel_unknown");
}

TEST(Channel, PostByPastMemberIsRefused) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  EXPECT_EQ(outcome(room.post(kBert)), "not_a_member");
}

TEST(Channel, RefusalIsKeptForWhoIsOrWasAMember) {
  Room room = group({kBert, kCara});
  ASSERT_EQ(outcome(room.run(kCara, command::Leave{})), "posted");
  const auto kept = [&](const AccountId& who, ErrorCode code) {
    return refusal_is_kept(room.channel, room.command(who, command::Leave{}), code);
  };
  EXPECT_TRUE(kept(kBert, ErrorCode::not_allowed));
  EXPECT_TRUE(kept(kCara, ErrorCode::not_a_member));
  EXPECT_FALSE(kept(kDirk, ErrorCode::channel_unknown));
  Room none;
  EXPECT_FALSE(refusal_is_kept(none.channel, none.command(kAnna, command::Leave{}), ErrorCode::channel_unknown));
}

TEST(Channel, RefusalThatARetryCanTurnIsNotKept) {
  Room room = group({kBert});
  EXPECT_FALSE(refusal_is_kept(room.channel, room.command(kBert, command::Post{}), ErrorCode::stale_epoch));
}

TEST(Post, HonoursWhoMayPostInAGroup) {
  Room room = group({kBert, kCara}, {.post = Who::admins});
  EXPECT_EQ(outcome(room.post(kBert)), "not_allowed");
  ASSERT_EQ(outcome(room.run(kAnna, command::SetRole{.account = kBert, .role = Role::admin})), "posted");
  EXPECT_EQ(outcome(room.post(kBert)), "posted");
  ASSERT_EQ(outcome(room.run(kAnna, command::ChangeSettings{.settings = {.post = Who::owner}})), "posted");
  EXPECT_EQ(outcome(room.post(kBert)), "not_allowed");
  EXPECT_EQ(outcome(room.post(kAnna)), "posted");
}

TEST(Post, WorksInEveryKindOfChannel) {
  EXPECT_EQ(outcome(direct().post(kBert)), "posted");
  EXPECT_EQ(outcome(own(ChannelKind::self).post(kAnna)), "posted");
  EXPECT_EQ(outcome(own(ChannelKind::account).post(kAnna)), "posted");
  EXPECT_EQ(outcome(own(ChannelKind::account).post(kBert)), "channel_unknown");
}

TEST(Post, IntoABlockedPairIsRefusedForBoth) {
  Room room = direct();
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "posted");
  EXPECT_EQ(outcome(room.post(kAnna)), "blocked");
  EXPECT_EQ(outcome(room.post(kBert)), "blocked");
}

TEST(Post, TextIsLimitedInCodePoints) {
  Room room = group({kBert});
  room.limits.text_code_points = 3;
  EXPECT_EQ(outcome(room.post(kBert, "\u20ac\u20ac\u20ac")), "posted");
  EXPECT_EQ(outcome(room.post(kBert, "\u20ac\u20ac\u20ac\u20ac")), "content_too_long");
}

TEST(Post, TextHasToBeValidUtf8AndNotEmpty) {
  Room room = group({kBert});
  EXPECT_EQ(outcome(room.post(kBert, "\xed\xa0\x80")), "invalid_text");
  EXPECT_EQ(outcome(room.post(kBert, "a\xff")), "invalid_text");
  EXPECT_EQ(outcome(room.post(kBert, "")), "invalid_argument");
  EXPECT_EQ(outcome(room.post(kBert, std::string("a\0b", 3))), "posted");
  Content typed = text("a");
  typed.type = "text/plain";
  EXPECT_EQ(outcome(room.run(kBert, post_of(typed))), "invalid_argument");
}

TEST(Post, DataIsLimitedInBytesAndNeedsAMediaType) {
  Room room = group({kBert});
  room.limits.content_bytes = 4;
  const auto posted = [&](std::string bytes, std::string type) {
    return outcome(room.run(kBert, post_of(data(std::move(bytes), std::move(type)))));
  };
  EXPECT_EQ(posted("\xff\xfe\xfd\xfc", "image/png"), "posted");
  EXPECT_EQ(posted("abcde", "image/png"), "content_too_long");
  EXPECT_EQ(posted("", "image/png"), "invalid_argument");
  EXPECT_EQ(posted("a", "application/vnd.parley+json"), "posted");
  for (const std::string type : {"", "image", "/png", "image/", "a/b/c", "a b/c", "a/b; c=d", "a/\u00e4", ".a/b"}) {
    EXPECT_EQ(posted("a", type), "invalid_argument") << type;
  }
  EXPECT_EQ(posted("a", "a/" + std::string(125, 'b')), "posted");
  EXPECT_EQ(posted("a", "a/" + std::string(126, 'b')), "invalid_argument");
}

TEST(Post, RepliesOnlyToAMessageThatTheSenderSees) {
  Room room = group({kBert});
  const Seq said = room.say(kBert);
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara}})), "posted");
  const auto reply = [&](const AccountId& who, Seq to) {
    return outcome(room.run(who, command::Post{.content = text("re"), .reply_to = to}));
  };
  EXPECT_EQ(reply(kAnna, said), "posted");
  EXPECT_EQ(std::get<event::Message>(room.log.back().body).reply_to, said);
  EXPECT_EQ(reply(kAnna, 1), "target_unknown");  // not a message
  EXPECT_EQ(reply(kAnna, 99), "target_unknown");
  EXPECT_EQ(reply(kCara, said), "target_unknown");  // from before she joined
}

TEST(Post, MayReplyToADeletedMessage) {
  Room room = group({kBert});
  const Seq said = room.say(kBert);
  ASSERT_EQ(outcome(room.run(kBert, command::Delete{.targets = {said}})), "posted");
  EXPECT_EQ(outcome(room.run(kAnna, command::Post{.content = text("re"), .reply_to = said})), "posted");
}

TEST(Post, MentionsAreMembersOnceInOrderWithoutTheSender) {
  Room room = group({kBert, kCara, kDirk});
  ASSERT_EQ(outcome(room.run(kDirk, command::Leave{})), "posted");
  const auto event = room.post(kAnna, "hi", {kCara, kBert, kCara, kAnna, kDirk});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(std::get<event::Message>(event->body).mentions, (std::vector{kBert, kCara}));
  EXPECT_EQ(outcome(room.post(kAnna, "hi", {kEsra})), "invalid_argument");
}

TEST(Post, MentionsAreLimited) {
  Room room = group({kBert, kCara});
  room.limits.mentions = 1;
  EXPECT_EQ(outcome(room.post(kAnna, "hi", {kBert, kBert})), "posted");
  EXPECT_EQ(outcome(room.post(kAnna, "hi", {kBert, kCara})), "invalid_argument");
}

TEST(Post, KeepsTheMarkOfForwarding) {
  Room room = group({kBert});
  const auto event = room.run(kBert, command::Post{.content = text("x"), .forwarded = true});
  EXPECT_TRUE(std::get<event::Message>(event->body).forwarded);
}

TEST(CryptoEpoch, HasToBeTheChannelsOrNone) {
  Room room = group({kBert});
  const auto post = [&](std::uint64_t epoch) {
    return room.run(kBert, command::Post{.content = text("x"), .crypto_epoch = epoch});
  };
  EXPECT_EQ(outcome(post(1)), "stale_epoch");
  ASSERT_EQ(outcome(room.run(kBert, command::CryptoCommit{.epoch = 0})), "posted");
  EXPECT_EQ(room.channel.crypto_epoch, 1u);
  EXPECT_EQ(post(1)->crypto_epoch, 1u);
  EXPECT_EQ(post(0)->crypto_epoch, 0u);
  EXPECT_EQ(outcome(post(2)), "stale_epoch");
  const Seq mine = room.say(kBert);
  const auto edit = [&](std::uint64_t epoch) {
    return outcome(room.run(kBert, command::Edit{.target = mine, .content = text("y"), .crypto_epoch = epoch}));
  };
  EXPECT_EQ(edit(2), "stale_epoch");
  EXPECT_EQ(edit(1), "posted");
  EXPECT_EQ(room.run(kBert, command::React{.target = mine, .content = Content{.bytes = "+"}})->crypto_epoch, 1u);
}

TEST(CryptoCommit, MovesTheEpochByOneAndOnlyFromTheCurrentOne) {
  Room room = group({kBert});
  const auto event = room.run(kBert, command::CryptoCommit{.epoch = 0, .content = data("k", "a/b")});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(std::get<event::CryptoCommitted>(event->body).epoch, 1u);
  EXPECT_EQ(event->content, data("k", "a/b"));
  EXPECT_EQ(outcome(room.run(kAnna, command::CryptoCommit{.epoch = 0})), "stale_epoch");
  EXPECT_EQ(outcome(room.run(kAnna, command::CryptoCommit{.epoch = 1, .content = data("k", "")})), "invalid_argument");
  EXPECT_EQ(room.run(kAnna, command::CryptoCommit{.epoch = 1})->content, std::nullopt);
  EXPECT_EQ(room.channel.crypto_epoch, 2u);
}

TEST(CryptoCommit, AcrossABlockIsRefused) {
  Room room = direct();
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "posted");
  EXPECT_EQ(outcome(room.run(kBert, command::CryptoCommit{.epoch = 0})), "blocked");
}

TEST(Edit, IsForTheAuthorAlone) {
  Room room = group({kBert});
  const Seq said = room.say(kBert);
  const command::Edit edit{.target = said, .content = text("better")};
  EXPECT_EQ(outcome(room.run(kAnna, edit)), "not_author");  // the owner too
  const auto event = room.run(kBert, edit);
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(std::get<event::Edited>(event->body).target, said);
  EXPECT_EQ(event->content, text("better"));
}

TEST(Edit, NeedsAVisibleMessageThatIsNotDeleted) {
  Room room = group({kBert});
  const Seq said = room.say(kBert);
  const auto edit = [&](Seq target) {
    return outcome(room.run(kBert, command::Edit{.target = target, .content = text("x")}));
  };
  EXPECT_EQ(edit(0), "target_unknown");
  EXPECT_EQ(edit(1), "target_unknown");
  EXPECT_EQ(edit(99), "target_unknown");
  ASSERT_EQ(outcome(room.run(kBert, command::Delete{.targets = {said}})), "posted");
  EXPECT_EQ(edit(said), "target_deleted");

  const Seq earlier = room.say(kBert);
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  room.say(kAnna);
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kBert}})), "posted");
  EXPECT_EQ(edit(earlier), "posted");  // seen in the first membership
  EXPECT_EQ(edit(earlier + 2), "target_unknown");
}

TEST(Edit, IsLimitedInNumberAndCheckedAsAPost) {
  Room room = group({kBert});
  room.limits.edits = 2;
  room.limits.text_code_points = 5;
  const Seq said = room.say(kBert);
  const auto edit = [&](std::string value) {
    return outcome(room.run(kBert, command::Edit{.target = said, .content = text(std::move(value))}));
  };
  EXPECT_EQ(edit("abcdef"), "content_too_long");
  EXPECT_EQ(edit(""), "invalid_argument");
  EXPECT_EQ(edit("\xff"), "invalid_text");
  EXPECT_EQ(edit("a"), "posted");
  EXPECT_EQ(edit("b"), "posted");
  EXPECT_EQ(edit("c"), "limit_reached");
}

TEST(Edit, AcrossABlockIsRefused) {
  Room room = direct();
  const Seq said = room.say(kBert);
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "posted");
  EXPECT_EQ(outcome(room.run(kBert, command::Edit{.target = said, .content = text("x")})), "blocked");
}

TEST(Delete, OfOnesOwnIsForEverybodyOfAnyonesForAdmins) {
  Room room = group({kBert, kCara});
  ASSERT_EQ(outcome(room.run(kAnna, command::SetRole{.account = kCara, .role = Role::admin})), "posted");
  const Seq of_bert = room.say(kBert);
  const Seq of_anna = room.say(kAnna);
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {of_anna}})), "not_author");
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {of_bert, of_anna}})), "not_author");
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {of_bert}})), "posted");
  EXPECT_EQ(outcome(room.run(kCara, command::Delete{.targets = {of_anna}})), "posted");
}

TEST(Delete, InADirectChannelIsForTheAuthorAloneAndWorksAcrossABlock) {
  Room room = direct();
  const Seq said = room.say(kBert);
  EXPECT_EQ(outcome(room.run(kAnna, command::Delete{.targets = {said}})), "not_author");
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "posted");
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {said}})), "posted");
}

TEST(Delete, NamesEachTargetOnceAndLeavesOutWhatIsGone) {
  Room room = group({kBert});
  const Seq a = room.say(kBert);
  const Seq b = room.say(kBert);
  const Seq c = room.say(kBert);
  ASSERT_EQ(outcome(room.run(kBert, command::Delete{.targets = {b}})), "posted");
  const auto event = room.run(kBert, command::Delete{.targets = {c, b, a, c}});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(std::get<event::Deleted>(event->body).targets, (std::vector<Seq>{a, c}));
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {a, b, c}})), "target_deleted");
}

TEST(Delete, NeedsOneTargetAndTakesNoMoreThanTheLimit) {
  Room room = group({kBert});
  room.limits.targets = 2;
  const Seq a = room.say(kBert);
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{})), "invalid_argument");
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {a, a, a}})), "invalid_argument");
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {a, 1}})), "target_unknown");
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {a, 0}})), "target_unknown");
  EXPECT_EQ(outcome(room.run(kBert, command::Delete{.targets = {a}})), "posted");
}

TEST(Delete, OfWhatAnAdminMayNotSeeIsRefused) {
  Room room = group({kBert});
  const Seq said = room.say(kBert);
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara}})), "posted");
  ASSERT_EQ(outcome(room.run(kAnna, command::SetRole{.account = kCara, .role = Role::admin})), "posted");
  EXPECT_EQ(outcome(room.run(kCara, command::Delete{.targets = {said}})), "target_unknown");
}

TEST(React, NamesTheTargetAndHasItsContentBesideOrNothing) {
  Room room = group({kBert}, {.post = Who::owner});
  const Seq said = room.say(kAnna);
  const auto event = room.run(kBert, command::React{.target = said, .content = Content{.bytes = "\U0001F44D"}});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(event->as<event::Reacted>()->target, said);
  EXPECT_EQ(event->content, (Content{.bytes = "\U0001F44D"}));
  const auto taken_back = room.run(kBert, command::React{.target = said});
  ASSERT_EQ(outcome(taken_back), "posted");
  EXPECT_EQ(taken_back->content, std::nullopt);
}

TEST(React, NeedsAVisibleMessageThatIsNotDeleted) {
  Room room = group({kBert});
  const Seq said = room.say(kAnna);
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara}})), "posted");
  EXPECT_EQ(outcome(room.run(kCara, command::React{.target = said, .content = Content{.bytes = "+"}})),
            "target_unknown");
  EXPECT_EQ(outcome(room.run(kBert, command::React{.target = 1, .content = Content{.bytes = "+"}})), "target_unknown");
  ASSERT_EQ(outcome(room.run(kAnna, command::Delete{.targets = {said}})), "posted");
  EXPECT_EQ(outcome(room.run(kBert, command::React{.target = said, .content = Content{.bytes = "+"}})),
            "target_deleted");
}

TEST(React, ChecksItsContent) {
  Room room = group({kBert});
  room.limits.reaction_bytes = 4;
  const Seq said = room.say(kAnna);
  const auto react = [&](std::string value) {
    return outcome(room.run(kBert, command::React{.target = said, .content = Content{.bytes = std::move(value)}}));
  };
  EXPECT_EQ(react(""), "invalid_argument");
  EXPECT_EQ(react("abcde"), "content_too_long");
  EXPECT_EQ(react("\xff"), "invalid_text");
  EXPECT_EQ(react("\xc2"), "invalid_text");
  EXPECT_EQ(react("a\n"), "invalid_text");
  EXPECT_EQ(react("\x7f"), "invalid_text");
  EXPECT_EQ(react("\u0085"), "invalid_text");
  EXPECT_EQ(react("\u00a9"), "posted");
}

TEST(React, SlotsAreLimitedButMineCanAlwaysChange) {
  Room room = group({kBert, kCara});
  room.limits.reactions = 1;
  const Seq said = room.say(kAnna);
  ASSERT_EQ(outcome(room.run(kBert, command::React{.target = said, .content = Content{.bytes = "+"}})), "posted");
  EXPECT_EQ(outcome(room.run(kCara, command::React{.target = said, .content = Content{.bytes = "+"}})),
            "too_many_reactions");
  EXPECT_EQ(outcome(room.run(kCara, command::React{.target = said})), "posted");  // nothing to take back
  EXPECT_EQ(outcome(room.run(kBert, command::React{.target = said, .content = Content{.bytes = "-"}})), "posted");
  ASSERT_EQ(outcome(room.run(kBert, command::React{.target = said})), "posted");
  EXPECT_EQ(outcome(room.run(kCara, command::React{.target = said, .content = Content{.bytes = "+"}})), "posted");
}

TEST(React, AcrossABlockIsRefused) {
  Room room = direct();
  const Seq said = room.say(kBert);
  ASSERT_EQ(outcome(room.run(kBert, command::SetBlock{.peer = kAnna, .on = true})), "posted");
  EXPECT_EQ(outcome(room.run(kAnna, command::React{.target = said, .content = Content{.bytes = "+"}})), "blocked");
}

}  // namespace
}  // namespace parley::test
