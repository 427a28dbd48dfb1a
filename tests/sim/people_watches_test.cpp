// What people have hidden from each other: Audiences and AdditionWatch, a wish at a time.
#include <gtest/gtest.h>

#include "sim/addition_watch.hpp"
#include "sim/audiences.hpp"

namespace parley::sim {
namespace {

const AccountId kAnna(IdBytes{1});
const AccountId kBert(IdBytes{2});
constexpr Duration kGrace{30};

Time at(int ms) {
  return kNever + Duration(ms);
}

v1::ChangeAccount online_for(v1::Audience audience) {
  v1::ChangeAccount change;
  change.set_online(audience);
  return change;
}

bool hides(const Audiences& audiences, Shown what, int ms) {
  return audiences.hides(kAnna, what, kBert, at(ms), kGrace);
}

TEST(Audiences, WhatIsForNobodyIsHiddenFromEverybodyAfterAWhile) {
  Audiences audiences;
  EXPECT_FALSE(hides(audiences, Shown::online, 1000));
  audiences.changed(kAnna, online_for(v1::AUDIENCE_NOBODY), at(1000));
  EXPECT_FALSE(hides(audiences, Shown::online, 1030));
  EXPECT_TRUE(hides(audiences, Shown::online, 1031));
  EXPECT_FALSE(hides(audiences, Shown::last_seen, 1031));
  audiences.changing(kAnna, online_for(v1::AUDIENCE_EVERYONE));
  EXPECT_FALSE(hides(audiences, Shown::online, 2000));
}

TEST(Audiences, WhatIsForContactsIsHiddenFromWhoIsCertainlyNone) {
  Audiences audiences;
  audiences.changed(kAnna, online_for(v1::AUDIENCE_CONTACTS), at(0));
  EXPECT_TRUE(hides(audiences, Shown::online, 100));
  audiences.changing_contact(kAnna, kBert);
  EXPECT_FALSE(hides(audiences, Shown::online, 200));
  audiences.no_contact(kAnna, kBert, at(300));
  EXPECT_FALSE(hides(audiences, Shown::online, 330));
  EXPECT_TRUE(hides(audiences, Shown::online, 331));
}

const std::string kSend(SendId(IdBytes{7}).view());

v1::Command addition() {
  v1::Command command;
  command.set_send_id(kSend);
  command.mutable_add_members();
  return command;
}

/// Anna brings Bert in.
std::string committed(const AdditionWatch& watch, const Blocks& blocks) {
  v1::EventHeader header;
  header.set_seq(3);
  header.set_account(std::string(kAnna.view()));
  header.set_send_id(kSend);
  header.mutable_members_added()->add_members()->set_account(std::string(kBert.view()));
  return watch.committed(header, blocks);
}

TEST(AdditionWatch, WhoWasBlockedBeforeItAskedAddsNobody) {
  AdditionWatch watch;
  watch.asked(kAnna, addition(), at(10));
  EXPECT_EQ(committed(watch, {{{kBert, kAnna}, at(9)}}),
            "P7: somebody is brought into a group by one whom they block, seq 3");
  EXPECT_EQ(committed(watch, {{{kAnna, kBert}, at(9)}}), "");
}

TEST(AdditionWatch, WhatWasAskedBeforeTheBlockMayBeDoneAfterIt) {
  AdditionWatch watch;
  watch.asked(kAnna, addition(), at(10));
  watch.asked(kAnna, addition(), at(20));
  EXPECT_EQ(committed(watch, {{{kBert, kAnna}, at(15)}}), "");
}

}  // namespace
}  // namespace parley::sim
