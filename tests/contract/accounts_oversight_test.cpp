#include "accounts_contract.hpp"

namespace parley::contract {
namespace {

class OversightContract : public AccountsContract {
 protected:
  std::string handles(const PeopleList& what) {
    std::string all;
    const auto found =
        wait<std::vector<Person>>([&](Executor& e, auto done) { oversight().people(e, what, std::move(done)); });
    for (const auto& one : *found) all += (all.empty() ? "" : " ") + one.handle + (one.disabled ? "!" : "");
    return all;
  }
  Result<std::vector<DeviceId>> disable(std::uint32_t number) {
    return wait<std::vector<DeviceId>>(
        [&](Executor& e, auto done) { sign_ins().set_disabled(e, account(number), true, after(5), std::move(done)); });
  }
  Result<void> invite(std::uint8_t hash, std::uint32_t uses, Time created, Time expires) {
    return wait<void>([&](Executor& e, auto done) {
      sign_ins().add_invitation(
          e, {.hash = Digest{hash}, .by = account(1), .uses = uses, .created = created, .expires = expires},
          std::move(done));
    });
  }
  std::vector<SignUpInvitation> invitations(Time now) {
    return *wait<std::vector<SignUpInvitation>>(
        [&](Executor& e, auto done) { oversight().invitations(e, now, std::move(done)); });
  }
  Result<void> revoke(std::uint8_t hash) {
    return wait<void>([&](Executor& e, auto done) { oversight().revoke_invitation(e, Digest{hash}, std::move(done)); });
  }
  std::vector<Job> all_jobs(std::uint32_t limit) {
    return *wait<std::vector<Job>>([&](Executor& e, auto done) { oversight().jobs(e, limit, std::move(done)); });
  }
};

TEST_P(OversightContract, PeopleAreListedByHandleWithTheDisabledAndWithoutTheDeleted) {
  ASSERT_TRUE(sign_up(1, "carol"));
  ASSERT_TRUE(sign_up(2, "bob"));
  ASSERT_TRUE(sign_up(3, "alice"));
  ASSERT_TRUE(sign_up(4, "bert"));
  ASSERT_TRUE(disable(2));
  EXPECT_EQ(handles({}), "alice bert bob! carol");
  EXPECT_EQ(handles({.prefix = "b"}), "bert bob!");
  EXPECT_EQ(handles({.after = "bert"}), "bob! carol");
  EXPECT_EQ(handles({.limit = 2}), "alice bert");
  EXPECT_EQ(handles({.disabled_only = true}), "bob!");
  ASSERT_TRUE(delete_account(4));
  EXPECT_EQ(handles({.prefix = "b"}), "bob!");
}

TEST_P(OversightContract, InvitationsThatAreUsedUpOverOrRevokedAreNotListed) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(invite(2, 3, after(1), after(100)));
  ASSERT_TRUE(invite(1, 1, after(2), after(200)));
  auto live = invitations(after(3));
  ASSERT_EQ(live.size(), 2U);
  EXPECT_EQ(live[0].hash, Digest{2});
  EXPECT_EQ(live[0].uses, 3U);
  EXPECT_EQ(live[0].by, account(1));
  EXPECT_EQ(live[0].created, after(1));
  EXPECT_EQ(live[0].expires, after(100));
  ASSERT_EQ(invitations(after(100)).size(), 1U);
  ASSERT_TRUE(sign_up(2, "bob", Digest{1}));
  EXPECT_EQ(invitations(after(100)).size(), 0U);
  ASSERT_TRUE(revoke(2));
  EXPECT_EQ(invitations(after(3)).size(), 0U);
  EXPECT_EQ(sign_up(3, "carol", Digest{2}).error(), Error(ErrorCode::invitation_needed));
  EXPECT_EQ(revoke(2).error(), Error(ErrorCode::invitation_invalid));
}

TEST_P(OversightContract, AJobThatIsRetriedIsDueAtOnce) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(sign_up(2, "bob"));
  const std::uint64_t id = next_jobs().at(0).id;
  ASSERT_TRUE(wait<void>([&](Executor& e, auto done) { jobs().job_failed(e, id, after(100), std::move(done)); }));
  EXPECT_EQ(all_jobs(1).size(), 1U);
  const auto all = all_jobs(10);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, id);
  EXPECT_EQ(all[0].not_before, after(100));
  EXPECT_EQ(next_jobs().size(), 1U);
  ASSERT_TRUE(wait<void>([&](Executor& e, auto done) { oversight().retry_job(e, id, std::move(done)); }));
  EXPECT_EQ(next_jobs().size(), 2U);
  EXPECT_EQ(wait<void>([&](Executor& e, auto done) { oversight().retry_job(e, 99, std::move(done)); }).error(),
            Error(ErrorCode::not_found));
}

PARLEY_ACCOUNTS_ENGINES(OversightContract);

}  // namespace
}  // namespace parley::contract
