#include "node/accounts/sign_in_service.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "node/accounts/world_for_test.hpp"

namespace parley {
namespace {

using namespace testing_accounts;  // NOLINT(google-build-using-namespace)

Result<void> change_password(World& world, const Tokens& by, const std::string& old_one, const std::string& new_one,
                             const std::string& address = "") {
  return world.wait<void>([&](auto done) {
    world.service->sign_ins().change_password(world.executor, World::caller(by),
                                              {.old_password = old_one, .new_password = new_one, .address = address},
                                              std::move(done));
  });
}
Result<void> delete_account(World& world, const Tokens& by, const std::string& password, bool erase = false) {
  return world.wait<void>([&](auto done) {
    world.service->sign_ins().delete_account(world.executor, World::caller(by),
                                             {.password = password, .address = "", .erase = erase}, std::move(done));
  });
}

TEST(SignUp, SignsInAtOnce) {
  World world;
  const auto tokens = world.sign_up("alice");
  ASSERT_TRUE(tokens);
  EXPECT_EQ(world.verifier->access_token(tokens->access_token)->account, tokens->account);
  EXPECT_TRUE(world.sign_in("alice"));
}

TEST(SignUp, HandlesAreAsciiAlone) {
  World world;
  for (const char* handle :
       {"", "ab", "Alice", "al ice", "аlice" /* Cyrillic а */, "alıce", "alice\xcc\x81", "al\x00ice", "alice\n",
        "alice'--", "a\u202elice", "ａlice", "alice-1", "@alice", "abcdefghijklmnopqrstuvwxyz0123456"}) {
    EXPECT_EQ(error_of(world.sign_up(handle)), Error(ErrorCode::invalid_handle)) << handle;
  }
  EXPECT_TRUE(world.sign_up("a.b"));
  EXPECT_TRUE(world.sign_up("abcdefghijklmnopqrstuvwxyz012345"));
}

TEST(SignUp, PasswordsAndNamesHaveRules) {
  World world;
  EXPECT_EQ(error_of(world.sign_up("alice", "seven77")), Error(ErrorCode::weak_password));
  EXPECT_EQ(error_of(world.sign_up("alice", std::string(1025, 'x'))), Error(ErrorCode::invalid_argument));
  EXPECT_TRUE(world.sign_up("alice", std::string(1024, '\0')));
  const auto with_name = [&](const std::string& name) {
    return world.wait<Tokens>([&](auto done) {
      world.service->sign_ins().sign_up(world.executor, {.handle = "bob", .password = "password", .display_name = name},
                                        std::move(done));
    });
  };
  EXPECT_EQ(error_of(with_name("")), Error(ErrorCode::invalid_name));
  EXPECT_EQ(error_of(with_name("a\u202eb")), Error(ErrorCode::invalid_name));
  EXPECT_EQ(error_of(with_name("a\nb")), Error(ErrorCode::invalid_name));
  EXPECT_EQ(error_of(with_name("\xff")), Error(ErrorCode::invalid_text));
  EXPECT_TRUE(with_name("Robert'); DROP TABLE accounts;--"));
}

TEST(SignUp, TakenHandleIsToldSlowly) {
  World world;
  ASSERT_TRUE(world.sign_up("alice"));
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(error_of(world.sign_up("alice", "password", "192.0.2.1")), Error(ErrorCode::handle_taken));
  }
  const auto slow = world.sign_up("alice", "password", "192.0.2.1");
  EXPECT_EQ(error_of(slow), Error(ErrorCode::too_many_requests));
  EXPECT_GT(slow.error().retry_after_ms, 0U);
  EXPECT_TRUE(world.sign_up("bob", "password", "192.0.2.2"));
  world.clock.pass(Duration(slow.error().retry_after_ms));
  EXPECT_TRUE(world.sign_up("carol", "password", "192.0.2.1"));
}

TEST(SignUp, ClosedOrByInvitation) {
  World world;
  const Tokens alice = *world.sign_up("alice");
  const auto invite = [&](std::uint32_t uses, Duration life) {
    return world.wait<IssuedInvitation>([&](auto done) {
      world.service->sign_ins().create_invitation(world.executor, World::caller(alice), uses, life, std::move(done));
    });
  };
  world.config.sign_up = SignUpMode::closed;
  world.restart();
  EXPECT_EQ(error_of(world.sign_up("bob")), Error(ErrorCode::signup_closed));
  world.config.sign_up = SignUpMode::invitation;
  world.restart();
  EXPECT_EQ(error_of(world.sign_up("bob")), Error(ErrorCode::invitation_needed));
  EXPECT_EQ(error_of(invite(0, Duration(1000))), Error(ErrorCode::invalid_argument));
  EXPECT_EQ(error_of(invite(1, std::chrono::days(31))), Error(ErrorCode::invalid_argument));
  const std::string text = invite(1, Duration(1000))->text;
  EXPECT_EQ(text.size(), 22U);
  EXPECT_EQ(error_of(world.sign_up("bob", "password", "", text + "A")), Error(ErrorCode::invitation_needed));
  EXPECT_EQ(error_of(world.sign_up("bob", "password", "", std::string(22, 'A'))), Error(ErrorCode::invitation_needed));
  EXPECT_TRUE(world.sign_up("bob", "password", "", text));
  EXPECT_EQ(error_of(world.sign_up("carol", "password", "", text)), Error(ErrorCode::invitation_needed));
  const std::string late = invite(5, Duration(1000))->text;
  world.clock.pass(Duration(1000));
  EXPECT_EQ(error_of(world.sign_up("carol", "password", "", late)), Error(ErrorCode::invitation_needed));
}

TEST(SignUp, OfTwoAtOnceForOneHandleOneWins) {
  World world;
  std::vector<Result<Tokens>> answers;
  for (int i = 0; i < 2; ++i) {
    world.service->sign_ins().sign_up(world.executor, {.handle = "alice", .password = "password", .display_name = "A"},
                                      [&](Result<Tokens> tokens) { answers.push_back(std::move(tokens)); });
  }
  world.executor.run();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers[0]);
  EXPECT_EQ(error_of(answers[1]), Error(ErrorCode::handle_taken));
}

TEST(SignInRules, UnknownHandleAnswersAsAWrongPasswordAndCostsTheSame) {
  World world;
  ASSERT_TRUE(world.sign_up("alice"));
  const auto wrong = world.sign_in("alice", "wrong password");
  EXPECT_EQ(world.hasher.dummies(), 0);
  int dummies = 0;
  for (const char* handle : {"nobody", "", "' OR 1=1 --", "ALICE", "\xff\xfe"}) {
    const auto unknown = world.sign_in(handle, "wrong password");
    EXPECT_EQ(error_of(unknown), error_of(wrong));
    EXPECT_EQ(unknown.error().text(), wrong.error().text());
    EXPECT_EQ(world.hasher.dummies(), ++dummies);
  }
}

TEST(SignInRules, DeletedAccountIsUnknown) {
  World world;
  const Tokens alice = *world.sign_up("alice");
  EXPECT_EQ(error_of(delete_account(world, alice, "wrong")), Error(ErrorCode::wrong_credentials));
  ASSERT_TRUE(delete_account(world, alice, "password", true));
  EXPECT_EQ(error_of(world.sign_in("alice")), Error(ErrorCode::wrong_credentials));
  EXPECT_EQ(world.hasher.dummies(), 1);
  EXPECT_EQ(error_of(world.sign_up("alice")), Error(ErrorCode::handle_taken));
  EXPECT_EQ(error_of(world.verifier->access_token(alice.access_token)), Error(ErrorCode::device_revoked));
}

TEST(SignInRules, GuessingIsSlowedForThisAddressAndAccountOnly) {
  World world;
  ASSERT_TRUE(world.sign_up("alice"));
  ASSERT_TRUE(world.sign_up("bob"));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(error_of(world.sign_in("alice", "guess", "192.0.2.1")), Error(ErrorCode::wrong_credentials));
  }
  EXPECT_EQ(error_of(world.sign_in("alice", "guess", "192.0.2.1")), Error(ErrorCode::too_many_requests));
  EXPECT_EQ(error_of(world.sign_in("alice", "password", "192.0.2.1")), Error(ErrorCode::too_many_requests));
  EXPECT_TRUE(world.sign_in("alice", "password", "192.0.2.2"));
  EXPECT_TRUE(world.sign_in("bob", "password", "192.0.2.1"));
  world.clock.pass(std::chrono::minutes(15));
  EXPECT_TRUE(world.sign_in("alice", "password", "192.0.2.1"));
}

TEST(SignInRules, GuessingAtManyAccountsIsSlowedPerAddress) {
  World world;
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    const auto answer = world.sign_in("user" + std::to_string(i), "guess", "192.0.2.1");
    refused += error_of(answer) == Error(ErrorCode::too_many_requests) ? 1 : 0;
  }
  EXPECT_EQ(refused, 100);
}

TEST(SignInRules, GuessesAllAtOnceAreSlowedToo) {
  World world;
  ASSERT_TRUE(world.sign_up("alice"));
  int wrong = 0;
  int slowed = 0;
  for (int i = 0; i < 1000; ++i) {
    world.service->sign_ins().sign_in(world.executor, {.handle = "alice", .password = "guess", .address = "192.0.2.1"},
                                      [&](const Result<Tokens>& tokens) {
                                        wrong += error_of(tokens) == Error(ErrorCode::wrong_credentials) ? 1 : 0;
                                        slowed += error_of(tokens) == Error(ErrorCode::too_many_requests) ? 1 : 0;
                                      });
  }
  world.executor.run();
  EXPECT_EQ(wrong, 10);
  EXPECT_EQ(slowed, 990);
}

TEST(SignInRules, RightPasswordsAreNotSlowedButDevicesAreLimited) {
  World world;
  ASSERT_TRUE(world.sign_up("alice"));
  int signed_in = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto tokens = world.sign_in("alice", "password", "192.0.2.1");
    if (tokens) ++signed_in;
    if (!tokens) EXPECT_EQ(error_of(tokens), Error(ErrorCode::limit_reached));
  }
  EXPECT_EQ(signed_in, 19);
}

TEST(SignInRules, DisabledIsToldToWhoKnowsThePasswordOnly) {
  World world;
  const Tokens alice = *world.sign_up("alice");
  std::vector<ErrorCode> ended_with;
  world.verifier->on_device_revoked([&](const DeviceId&, ErrorCode why) { ended_with.push_back(why); });
  ASSERT_TRUE(world.wait<void>([&](auto done) {
    world.service->sign_ins().set_disabled(world.executor, alice.account, true, std::move(done));
  }));
  EXPECT_EQ(ended_with, std::vector{ErrorCode::account_disabled});
  EXPECT_EQ(error_of(world.sign_in("alice", "wrong")), Error(ErrorCode::wrong_credentials));
  EXPECT_EQ(error_of(world.sign_in("alice")), Error(ErrorCode::account_disabled));
  EXPECT_EQ(error_of(world.verifier->access_token(alice.access_token)), Error(ErrorCode::device_revoked));
}

TEST(Passwords, ChangeKeepsThisDeviceAndEndsTheOthers) {
  World world;
  const Tokens phone = *world.sign_up("alice");
  const Tokens laptop = *world.sign_in("alice");
  EXPECT_EQ(error_of(change_password(world, laptop, "wrong", "new password")), Error(ErrorCode::wrong_credentials));
  EXPECT_EQ(error_of(change_password(world, laptop, "password", "short")), Error(ErrorCode::weak_password));
  ASSERT_TRUE(change_password(world, laptop, "password", "new password"));
  EXPECT_EQ(error_of(world.verifier->access_token(phone.access_token)), Error(ErrorCode::device_revoked));
  EXPECT_EQ(error_of(world.refresh(phone.refresh_token)), Error(ErrorCode::device_revoked));
  EXPECT_TRUE(world.verifier->access_token(laptop.access_token));
  EXPECT_EQ(world.verifier->access_token(world.refresh(laptop.refresh_token)->access_token)->generation, 2U);
  EXPECT_EQ(error_of(world.sign_in("alice")), Error(ErrorCode::wrong_credentials));
  EXPECT_TRUE(world.sign_in("alice", "new password"));
}

TEST(Passwords, GuessingThroughChangeIsSlowedToo) {
  World world;
  const Tokens alice = *world.sign_up("alice");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(error_of(change_password(world, alice, "guess", "new password", "192.0.2.1")),
              Error(ErrorCode::wrong_credentials));
  }
  EXPECT_EQ(error_of(change_password(world, alice, "password", "new password", "192.0.2.1")),
            Error(ErrorCode::too_many_requests));
}

/// Signs alice in; `meanwhile` comes between the check of the password and the new device.
Result<Tokens> sign_in_overlapped(World& world, const std::function<void(SignIns&)>& meanwhile) {
  return world.wait<Tokens>([&](auto done) {
    world.service->sign_ins().sign_in(world.executor, {.handle = "alice", .password = "password"}, std::move(done));
    world.executor.post([&] { world.executor.post([&] { meanwhile(world.accounts->sign_ins()); }); });
  });
}

TEST(Passwords, SignInThatOverlapsAChangeFails) {
  World world;
  const Tokens alice = *world.sign_up("alice");
  bool changed = false;
  const auto tokens = sign_in_overlapped(world, [&](SignIns& sign_ins) {
    sign_ins.change_password(world.executor, alice.account, 1, "another hash", alice.device, world.clock.now(),
                             [&](const auto& ended) { changed = ended.has_value(); });
  });
  EXPECT_TRUE(changed);
  EXPECT_EQ(error_of(tokens), Error(ErrorCode::wrong_credentials));
}

TEST(Passwords, SignInThatOverlapsASignOutEverywhereIsNotToldThatItsPasswordIsWrong) {
  World world;
  const Tokens alice = *world.sign_up("alice");
  const auto tokens = sign_in_overlapped(world, [&](SignIns& sign_ins) {
    sign_ins.sign_out_everywhere(world.executor, alice.account, world.clock.now(), [](const auto&) {});
  });
  ASSERT_TRUE(tokens);
  EXPECT_EQ(world.verifier->access_token(tokens->access_token)->generation, 2U);
}

TEST(Devices, AreListedNamedAndRevoked) {
  World world;
  const Tokens phone = *world.sign_up("alice");
  const Tokens laptop = *world.sign_in("alice");
  const Tokens eve = *world.sign_up("eve");
  const auto rename = [&](const Tokens& by, const std::string& name) {
    return world.wait<void>([&](auto done) {
      world.service->sign_ins().rename_device(world.executor, World::caller(by), phone.device, name, std::move(done));
    });
  };
  const auto revoke = [&](const Tokens& by) {
    return world.wait<void>([&](auto done) {
      world.service->sign_ins().revoke_device(world.executor, World::caller(by), phone.device, std::move(done));
    });
  };
  EXPECT_EQ(error_of(rename(eve, "mine")), Error(ErrorCode::device_unknown));
  EXPECT_EQ(error_of(revoke(eve)), Error(ErrorCode::device_unknown));
  EXPECT_EQ(error_of(rename(laptop, "\u202e")), Error(ErrorCode::invalid_name));
  EXPECT_TRUE(rename(laptop, "Old phone"));
  EXPECT_EQ(world.device_count(laptop), 2U);
  EXPECT_TRUE(world.verifier->access_token(phone.access_token));
  EXPECT_TRUE(revoke(laptop));
  EXPECT_EQ(world.device_count(laptop), 1U);
  EXPECT_EQ(error_of(world.verifier->access_token(phone.access_token)), Error(ErrorCode::device_revoked));
  EXPECT_TRUE(world.verifier->access_token(laptop.access_token));
}

TEST(Devices, SignOutEverywhereEndsAll) {
  World world;
  const Tokens phone = *world.sign_up("alice");
  const Tokens laptop = *world.sign_in("alice");
  ASSERT_TRUE(world.wait<void>([&](auto done) {
    world.service->sign_ins().sign_out_everywhere(world.executor, World::caller(phone), std::move(done));
  }));
  for (const auto& tokens : {phone, laptop}) {
    EXPECT_EQ(error_of(world.verifier->access_token(tokens.access_token)), Error(ErrorCode::device_revoked));
    EXPECT_EQ(error_of(world.refresh(tokens.refresh_token)), Error(ErrorCode::device_revoked));
  }
  EXPECT_TRUE(world.sign_in("alice"));
}

}  // namespace
}  // namespace parley
