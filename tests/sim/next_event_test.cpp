// Who has to own a group next, and what a member may point at.
#include "sim/next_event.hpp"

#include <gtest/gtest.h>

namespace parley::sim {
namespace {

std::string person(std::uint8_t number) {
  return std::string(AccountId(IdBytes{number}).view());
}

class Group : public testing::Test {
 protected:
  Group() {
    v1::EventHeader header = next(1, 100);
    header.mutable_created()->set_kind(v1::CHANNEL_KIND_GROUP);
    for (const std::uint8_t number : {1, 5, 4}) {
      auto& member = *header.mutable_created()->add_members();
      member.set_account(person(number));
      member.set_role(number == 1 ? v1::ROLE_OWNER : v1::ROLE_MEMBER);
    }
    add(header);
  }

  [[nodiscard]] v1::EventHeader next(std::uint8_t by, std::int64_t time) const {
    v1::EventHeader header;
    header.set_seq(group_.head + 1);
    header.set_time(time);
    header.set_account(person(by));
    header.set_device(person(9));
    return header;
  }

  void add(const v1::EventHeader& header) { group_.add(header, header.SerializeAsString(), false, kNever); }

  void joins(std::uint8_t who, std::int64_t time, v1::Role role) {
    v1::EventHeader header = next(1, time);
    auto& member = *header.mutable_members_added()->add_members();
    member.set_account(person(who));
    member.set_role(role);
    add(header);
  }

  [[nodiscard]] v1::EventHeader leaves(std::uint8_t who, std::uint8_t heir) const {
    v1::EventHeader header = next(who, 900);
    header.mutable_member_left();
    if (heir != 0) header.mutable_member_left()->set_new_owner(person(heir));
    return header;
  }

  ModelChannel group_;
};

constexpr std::string_view kWrong = "P9: the group of who leaves goes to somebody else";

TEST_F(Group, GoesToTheLongestServingMemberWhereThereIsNoAdmin) {
  joins(2, 200, v1::ROLE_MEMBER);
  EXPECT_EQ(wrong_heir(group_, leaves(1, 4)), "");
  EXPECT_EQ(wrong_heir(group_, leaves(1, 5)), kWrong);
  EXPECT_EQ(wrong_heir(group_, leaves(1, 2)), kWrong);
  EXPECT_EQ(wrong_heir(group_, leaves(1, 0)), kWrong);
}

TEST_F(Group, GoesToTheLongestServingAdmin) {
  joins(3, 200, v1::ROLE_ADMIN);
  joins(2, 300, v1::ROLE_ADMIN);
  EXPECT_EQ(wrong_heir(group_, leaves(1, 3)), "");
  EXPECT_EQ(wrong_heir(group_, leaves(1, 2)), kWrong);
}

TEST_F(Group, IsGivenAwayByItsOwnerAlone) {
  EXPECT_EQ(wrong_heir(group_, leaves(4, 0)), "");
  EXPECT_EQ(wrong_heir(group_, leaves(4, 5)), kWrong);
  EXPECT_EQ(wrong_owners(group_), "");
  add(leaves(1, 0));
  EXPECT_EQ(wrong_owners(group_), "P9: a group with 0 owners");
}

TEST_F(Group, ShowsNewcomersNothingToPointAtFromBeforeTheyJoined) {
  joins(2, 200, v1::ROLE_MEMBER);
  v1::EventHeader header = next(2, 300);
  header.mutable_reacted()->set_target(2);
  EXPECT_EQ(unseen_target(group_, header), "");
  header.mutable_deleted()->add_targets(1);
  EXPECT_EQ(unseen_target(group_, header), "P7: done to what its sender may not see");
  header.clear_device();
  EXPECT_EQ(unseen_target(group_, header), "");
}

}  // namespace
}  // namespace parley::sim
