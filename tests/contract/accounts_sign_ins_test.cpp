#include <algorithm>

#include "contract/accounts_contract.hpp"

namespace parley::contract {
namespace {

class SignInsContract : public AccountsContract {
 protected:
  Result<RefreshAnswer> refresh(std::uint64_t counter, std::uint32_t number = 1, Time now = after(10)) {
    const auto token = [&](std::uint64_t n) {
      return n == 1 ? sha256({"refresh", std::to_string(number)}) : sha256({"token", std::to_string(n)});
    };
    return wait<RefreshAnswer>([&](Executor& e, auto done) {
      sign_ins().refresh(e,
                         {.device = device(number),
                          .counter = counter,
                          .hash = token(counter),
                          .successor_hash = token(counter + 1),
                          .now = now,
                          .successor_expires = now + Duration(1'000'000)},
                         std::move(done));
    });
  }
  Result<std::vector<DeviceId>> change_password(SignInGeneration generation, DeviceId keep) {
    return wait<std::vector<DeviceId>>([&](Executor& e, auto done) {
      sign_ins().change_password(e, account(1), generation, "new hash", keep, after(5), std::move(done));
    });
  }
  Result<std::vector<DeviceId>> sign_out_everywhere() {
    return wait<std::vector<DeviceId>>(
        [&](Executor& e, auto done) { sign_ins().sign_out_everywhere(e, account(1), after(5), std::move(done)); });
  }
  Result<void> revoke(std::uint32_t owner, std::uint32_t number) {
    return wait<void>([&](Executor& e, auto done) {
      sign_ins().revoke_device(e, account(owner), device(number), after(7), std::move(done));
    });
  }
  std::vector<RevokedDevice> revoked_since(Time since) {
    return *wait<std::vector<RevokedDevice>>(
        [&](Executor& e, auto done) { sign_ins().revoked_since(e, since, std::move(done)); });
  }
  Result<void> invite(const Digest& hash, std::uint32_t uses, Time expires) {
    return wait<void>([&](Executor& e, auto done) {
      sign_ins().add_invitation(e, {.hash = hash, .by = account(1), .uses = uses, .created = kNow, .expires = expires},
                                std::move(done));
    });
  }
};

using enum RefreshVerdict;

TEST_P(SignInsContract, SignUpStoresCredentialsDeviceAndJob) {
  ASSERT_TRUE(sign_up(1, "alice"));
  const auto found = credentials("alice");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account, account(1));
  EXPECT_EQ(found->password_hash, "hash of alice");
  EXPECT_EQ(found->generation, 1U);
  EXPECT_FALSE(found->disabled);
  const auto signed_in = devices(1);
  ASSERT_EQ(signed_in.size(), 1U);
  EXPECT_EQ(signed_in[0].id, device(1));
  EXPECT_EQ(signed_in[0].name, "device 1");
  EXPECT_EQ(signed_in[0].expires, kNow + Duration(1'000'000));
  const auto waiting = next_jobs();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].kind, JobKind::create_own_channels);
  EXPECT_EQ(waiting[0].account, account(1));
}

TEST_P(SignInsContract, TakenHandleIsRefusedAndLeavesNothing) {
  ASSERT_TRUE(sign_up(1, "alice"));
  EXPECT_EQ(sign_up(2, "alice").error(), Error(ErrorCode::handle_taken));
  EXPECT_EQ(credentials("alice")->account, account(1));
  EXPECT_TRUE(persons(1, {account(2)}).empty());
  EXPECT_EQ(next_jobs().size(), 1U);
}

TEST_P(SignInsContract, OfManySignUpsForOneHandleAtOnceExactlyOneWins) {
  constexpr std::uint32_t kTries = 40;
  std::vector<Result<void>> answers;
  for (std::uint32_t i = 1; i <= kTries; ++i) {
    sign_ins().sign_up(executor_,
                       {.id = account(i),
                        .handle = "alice",
                        .display_name = "A",
                        .password_hash = "h",
                        .device = new_device(i),
                        .invitation = {}},
                       [&](Result<void> result) { answers.push_back(std::move(result)); });
  }
  executor_.run_until([&] { return answers.size() == kTries; });
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& a) { return a.has_value(); }), 1);
  EXPECT_EQ(std::ranges::count(answers, Result<void>(fail(ErrorCode::handle_taken))), kTries - 1);
  EXPECT_EQ(next_jobs().size(), 1U);
}

TEST_P(SignInsContract, UnknownHandleHasNoCredentials) {
  EXPECT_FALSE(credentials("nobody"));
  EXPECT_EQ(add_device(9, 1, new_device(9)).error(), Error(ErrorCode::account_unknown));
}

TEST_P(SignInsContract, EachUseOfAnInvitationCountsOnce) {
  ASSERT_TRUE(sign_up(1, "alice"));
  const Digest secret = sha256({"invitation"});
  EXPECT_EQ(sign_up(2, "bob", secret).error(), Error(ErrorCode::invitation_needed));
  ASSERT_TRUE(invite(secret, 2, after(1000)));
  EXPECT_EQ(sign_up(2, "alice", secret).error(), Error(ErrorCode::handle_taken));  // takes no use
  EXPECT_TRUE(sign_up(2, "bob", secret));
  EXPECT_TRUE(sign_up(3, "carol", secret));
  EXPECT_EQ(sign_up(4, "dave", secret).error(), Error(ErrorCode::invitation_needed));
  EXPECT_FALSE(credentials("dave"));
}

TEST_P(SignInsContract, ExpiredInvitationIsRefused) {
  ASSERT_TRUE(sign_up(1, "alice"));
  const Digest secret = sha256({"invitation"});
  ASSERT_TRUE(invite(secret, 2, kNow));
  EXPECT_EQ(sign_up(2, "bob", secret).error(), Error(ErrorCode::invitation_needed));
}

TEST_P(SignInsContract, DevicesAreLimitedAndExpiredOnesDoNotCount) {
  ASSERT_TRUE(sign_up(1, "alice"));
  EXPECT_TRUE(add_device(1, 1, new_device(2, after(1)), 2));
  EXPECT_EQ(add_device(1, 1, new_device(3, after(2)), 2).error(), Error(ErrorCode::limit_reached));
  EXPECT_TRUE(add_device(1, 1, new_device(3, after(2'000'000)), 2));
  const auto listed = devices(1);
  ASSERT_EQ(listed.size(), 3U);
  EXPECT_EQ(listed[0].id, device(1));
  EXPECT_EQ(listed[2].id, device(3));
}

TEST_P(SignInsContract, DevicesAreNamedAndRevokedByTheirOwnerOnly) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(sign_up(2, "bob"));
  const auto rename = [&](std::uint32_t owner, std::uint32_t number) {
    return wait<void>([&](Executor& e, auto done) {
      sign_ins().rename_device(e, account(owner), device(number), "Robert'); DROP TABLE devices;--", std::move(done));
    });
  };
  EXPECT_EQ(rename(2, 1).error(), Error(ErrorCode::device_unknown));
  EXPECT_EQ(revoke(2, 1).error(), Error(ErrorCode::device_unknown));
  EXPECT_TRUE(rename(1, 1));
  EXPECT_EQ(devices(1).at(0).name, "Robert'); DROP TABLE devices;--");
  EXPECT_TRUE(revoke(1, 1));
  EXPECT_TRUE(devices(1).empty());
  EXPECT_EQ(revoke(1, 1).error(), Error(ErrorCode::device_unknown));
  EXPECT_EQ(rename(1, 1).error(), Error(ErrorCode::device_unknown));
  EXPECT_EQ(refresh(1).error(), Error(ErrorCode::device_revoked));
  EXPECT_TRUE(revoked_since(after(8)).empty());
  ASSERT_EQ(revoked_since(after(7)).size(), 1U);
  EXPECT_EQ(revoked_since(after(7))[0].device, device(1));
}

TEST_P(SignInsContract, RefreshAdvancesRepeatsAndCatchesTheft) {
  ASSERT_TRUE(sign_up(1, "alice"));
  EXPECT_EQ(refresh(1)->verdict, advanced);
  EXPECT_EQ(refresh(1)->verdict, repeated);
  EXPECT_EQ(refresh(1)->verdict, repeated);
  const auto answer = refresh(2);
  EXPECT_EQ(answer->verdict, advanced);
  EXPECT_EQ(answer->account, account(1));
  EXPECT_EQ(answer->generation, 1U);
  EXPECT_EQ(answer->expires, after(10) + Duration(1'000'000));
  EXPECT_EQ(devices(1).at(0).last_used, after(10));
  EXPECT_EQ(refresh(1)->verdict, reused);
  EXPECT_TRUE(devices(1).empty());
  EXPECT_EQ(refresh(3).error(), Error(ErrorCode::device_revoked));
  EXPECT_EQ(revoked_since(after(10)).size(), 1U);
}

TEST_P(SignInsContract, RefreshOfAnExpiredOrForeignTokenChangesNothing) {
  ASSERT_TRUE(sign_up(1, "alice"));
  EXPECT_EQ(refresh(1, 1, after(1'000'000))->verdict, expired);
  EXPECT_EQ(refresh(5)->verdict, unknown);
  EXPECT_EQ(refresh(0)->verdict, unknown);
  EXPECT_EQ(refresh(1)->verdict, advanced);
  EXPECT_EQ(refresh(1, 99).error(), Error(ErrorCode::device_revoked));
}

TEST_P(SignInsContract, SignOutEverywhereEndsAllDevicesAndSignInsUnderWay) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(sign_up(2, "bob"));
  ASSERT_TRUE(add_device(1, 1, new_device(11)));
  const auto ended = sign_out_everywhere();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->size(), 2U);
  EXPECT_TRUE(devices(1).empty());
  EXPECT_EQ(devices(2).size(), 1U);
  EXPECT_EQ(add_device(1, 1, new_device(12)).error(), Error(ErrorCode::wrong_credentials));
  EXPECT_TRUE(add_device(1, 2, new_device(12)));
}

TEST_P(SignInsContract, ChangedPasswordKeepsOneDevice) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(add_device(1, 1, new_device(11)));
  const auto ended = change_password(1, device(11));
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, std::vector{device(1)});
  ASSERT_EQ(devices(1).size(), 1U);
  EXPECT_EQ(devices(1)[0].id, device(11));
  EXPECT_EQ(devices(1)[0].generation, 2U);
  EXPECT_EQ(credentials("alice")->password_hash, "new hash");
  EXPECT_EQ(change_password(1, device(11)).error(), Error(ErrorCode::wrong_credentials));
  EXPECT_EQ(refresh(1, 11)->generation, 2U);
}

TEST_P(SignInsContract, DeletedAccountKeepsItsHandleAndNothingElse) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(sign_up(2, "bob"));
  ASSERT_TRUE(set_contact(1, 2));
  ASSERT_TRUE(set_contact(2, 1));
  ASSERT_TRUE(set_block(2, 1));
  const auto ended = delete_account(1, true);
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, std::vector{device(1)});
  EXPECT_FALSE(credentials("alice"));
  EXPECT_FALSE(find(2, "alice"));
  EXPECT_EQ(sign_up(3, "alice").error(), Error(ErrorCode::handle_taken));
  const Person gone = person(2, 1);
  EXPECT_TRUE(gone.deleted);
  EXPECT_EQ(gone.display_name, "");
  EXPECT_FALSE(gone.is_contact);
  EXPECT_FALSE(gone.has_viewer);
  EXPECT_FALSE(gone.is_blocked);
  EXPECT_EQ(next_jobs().back().kind, JobKind::delete_account);
  EXPECT_TRUE(next_jobs().back().flag);
  EXPECT_EQ(delete_account(1).error(), Error(ErrorCode::account_unknown));
  EXPECT_EQ(refresh(1).error(), Error(ErrorCode::device_revoked));
}

TEST_P(SignInsContract, DisabledAccountCannotSignInUntilEnabled) {
  ASSERT_TRUE(sign_up(1, "alice"));
  const auto set_disabled = [&](bool disabled) {
    return wait<std::vector<DeviceId>>(
        [&](Executor& e, auto done) { sign_ins().set_disabled(e, account(1), disabled, kNow, std::move(done)); });
  };
  EXPECT_EQ(set_disabled(true)->size(), 1U);
  EXPECT_TRUE(credentials("alice")->disabled);
  EXPECT_EQ(add_device(1, 2, new_device(5)).error(), Error(ErrorCode::account_disabled));
  EXPECT_TRUE(set_disabled(false)->empty());
  EXPECT_TRUE(add_device(1, 2, new_device(5)));
}

TEST_P(SignInsContract, EndAllSignInsEndsEverybodys) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(sign_up(2, "bob"));
  ASSERT_TRUE(wait<void>([&](Executor& e, auto done) { sign_ins().end_all_sign_ins(e, after(3), std::move(done)); }));
  EXPECT_TRUE(devices(1).empty());
  EXPECT_TRUE(devices(2).empty());
  EXPECT_EQ(refresh(1).error(), Error(ErrorCode::device_revoked));
  EXPECT_EQ(revoked_since(kNow).size(), 2U);
}

PARLEY_ACCOUNTS_ENGINES(SignInsContract);

}  // namespace
}  // namespace parley::contract
