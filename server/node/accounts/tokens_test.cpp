// Refresh, resume and access tokens as a client lives with them.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "node/accounts/world_for_test.hpp"

namespace parley {
namespace {

using namespace testing_accounts;  // NOLINT(google-build-using-namespace)

TEST(RefreshTokens, SuccessorSignsInAndIsAnotherToken) {
  World world;
  const Tokens first = *world.sign_up("alice");
  const Tokens second = *world.refresh(first.refresh_token);
  EXPECT_NE(first.refresh_token, second.refresh_token);
  EXPECT_EQ(second.account, first.account);
  EXPECT_EQ(second.device, first.device);
  EXPECT_EQ(world.verifier->access_token(second.access_token)->device, first.device);
}

TEST(RefreshTokens, LostAnswerGetsTheSameSuccessorAgain) {
  World world;
  const Tokens first = *world.sign_up("alice");
  const Tokens second = *world.refresh(first.refresh_token);
  world.restart();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(world.refresh(first.refresh_token)->refresh_token, second.refresh_token);
  EXPECT_EQ(world.refresh(first.refresh_token)->refresh_expires, second.refresh_expires);
}

TEST(RefreshTokens, OlderThanThePredecessorEndsTheSignIn) {
  World world;
  const Tokens first = *world.sign_up("alice");
  const Tokens other = *world.sign_in("alice");
  const Tokens second = *world.refresh(first.refresh_token);
  const Tokens third = *world.refresh(second.refresh_token);
  EXPECT_EQ(error_of(world.refresh(first.refresh_token)), Error(ErrorCode::refresh_reused));
  for (const auto& tokens : {first, second, third}) {
    EXPECT_EQ(error_of(world.refresh(tokens.refresh_token)), Error(ErrorCode::device_revoked));
    EXPECT_EQ(error_of(world.verifier->access_token(tokens.access_token)), Error(ErrorCode::device_revoked));
  }
  EXPECT_TRUE(world.refresh(other.refresh_token));
  EXPECT_TRUE(world.verifier->access_token(other.access_token));
}

TEST(RefreshTokens, ForgedOrDamagedTokenEndsNothing) {
  World world;
  const Tokens first = *world.sign_up("alice");
  const std::string& text = first.refresh_token;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(error_of(world.refresh(changed)), Error(ErrorCode::unauthenticated)) << i;
  }
  for (const std::string& other : {std::string(), text + "A", text.substr(1), std::string(100'000, 'A'), text + "="}) {
    EXPECT_EQ(error_of(world.refresh(other)), Error(ErrorCode::unauthenticated));
  }
  EXPECT_TRUE(world.refresh(text));
}

TEST(RefreshTokens, ResumeTokenIsNoRefreshToken) {
  World world;
  const Tokens first = *world.sign_up("alice");
  const auto identity = world.verifier->access_token(first.access_token);
  EXPECT_EQ(error_of(world.refresh(world.verifier->make_resume_token(*identity))), Error(ErrorCode::unauthenticated));
  EXPECT_EQ(error_of(world.verifier->resume_token(first.refresh_token)), Error(ErrorCode::unauthenticated));
}

TEST(RefreshTokens, UnusedTokenExpires) {
  World world;
  const Tokens first = *world.sign_up("alice");
  world.clock.pass(Duration(static_cast<std::int64_t>(world.config.limits.refresh_token_ms)));
  EXPECT_EQ(error_of(world.refresh(first.refresh_token)), Error(ErrorCode::token_expired));
}

// A device and a thief hold copies of tokens, answers are lost, tokens are shown again in any order. Whatever happens:
// the newest token works and makes a new one; the one before it works and makes the same one; every older one ends the
// sign-in, for good.
TEST(RefreshTokens, EveryInterleavingKeepsTheRule) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 generator(seed);
    World world;
    std::vector<std::string> issued{world.sign_up("alice")->refresh_token};
    bool ended = false;
    for (int step = 0; step < 30; ++step) {
      const std::size_t back =
          std::min<std::size_t>(issued.size() - 1, generator() % 16 == 0 ? 2 + generator() % 3 : generator() % 2);
      const std::size_t shown = issued.size() - 1 - back;
      const auto answer = world.refresh(issued[shown]);
      if (ended) {
        ASSERT_EQ(error_of(answer), Error(ErrorCode::device_revoked)) << seed << " " << step;
      } else if (back == 0) {
        ASSERT_TRUE(answer) << seed << " " << step;
        ASSERT_TRUE(std::ranges::find(issued, answer->refresh_token) == issued.end());
        issued.push_back(answer->refresh_token);
      } else if (back == 1) {
        ASSERT_TRUE(answer) << seed << " " << step;
        ASSERT_EQ(answer->refresh_token, issued.back());
      } else {
        ASSERT_EQ(error_of(answer), Error(ErrorCode::refresh_reused)) << seed << " " << step;
        ended = true;
      }
    }
  }
}

TEST(RefreshTokens, TwoAtOnceGetTheSameSuccessor) {
  World world;
  const Tokens first = *world.sign_up("alice");
  std::set<std::string> answers;
  for (int i = 0; i < 10; ++i) {
    world.service->sign_ins().refresh(world.executor, first.refresh_token,
                                      [&](Result<Tokens> tokens) { answers.insert(tokens.value().refresh_token); });
  }
  world.executor.run();
  EXPECT_EQ(answers.size(), 1U);
}

TEST(AccessTokens, ExpireAndAreCachedUntilThen) {
  World world;
  const Tokens tokens = *world.sign_up("alice");
  const auto identity = world.verifier->access_token(tokens.access_token);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->account, tokens.account);
  EXPECT_EQ(identity->expires, tokens.access_expires);
  EXPECT_EQ(identity->generation, 1U);
  EXPECT_TRUE(world.verifier->access_token(tokens.access_token));
  world.clock.pass(Duration(900'000));
  EXPECT_EQ(error_of(world.verifier->access_token(tokens.access_token)), Error(ErrorCode::token_expired));
  EXPECT_EQ(error_of(world.verifier->access_token("")), Error(ErrorCode::unauthenticated));
}

TEST(AccessTokens, CacheIsBounded) {
  World world;
  const auto small = world.new_verifier({.cached = 3});
  const Tokens first = *world.sign_up("alice");
  std::vector<std::string> tokens{first.access_token};
  for (int i = 0; i < 10; ++i) tokens.push_back(world.refresh(first.refresh_token)->access_token);
  for (int round = 0; round < 2; ++round) {
    for (const auto& token : tokens) EXPECT_TRUE(small->access_token(token));
  }
}

TEST(AccessTokens, VerifierWithoutKeysRefuses) {
  World world;
  const Tokens tokens = *world.sign_up("alice");
  TokenVerifier verifier(world.signer, world.clock, {});
  EXPECT_EQ(error_of(verifier.access_token(tokens.access_token)), Error(ErrorCode::unauthenticated));
  EXPECT_EQ(error_of(verifier.resume_token("x")), Error(ErrorCode::unauthenticated));
}

TEST(AccessTokens, KeysRotateAndOldTokensStayGood) {
  World world({.signing_key_life = std::chrono::hours(10)});
  const Tokens before = *world.sign_up("alice");
  const std::string first_jwks = world.verifier->jwks();
  world.clock.pass(std::chrono::hours(10) - Duration(300'000));
  const Tokens late = *world.refresh(before.refresh_token);
  world.pass(Duration(300'000));
  world.pass(Duration(60'000));
  EXPECT_NE(world.verifier->jwks(), first_jwks);
  EXPECT_TRUE(world.verifier->access_token(late.access_token));
  const Tokens after = *world.refresh(late.refresh_token);
  EXPECT_TRUE(world.verifier->access_token(after.access_token));
  EXPECT_NE(late.access_token.substr(0, late.access_token.find('.')),
            after.access_token.substr(0, after.access_token.find('.')));
  world.restart();
  EXPECT_TRUE(world.verifier->access_token(late.access_token));
}

TEST(ResumeTokens, ResumeTheSessionAndNoMore) {
  World world;
  const Tokens tokens = *world.sign_up("alice");
  const Identity identity = *world.verifier->access_token(tokens.access_token);
  const std::string resume = world.verifier->make_resume_token(identity);
  world.restart();
  const auto resumed = world.verifier->resume_token(resume);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->account, identity.account);
  EXPECT_EQ(resumed->device, identity.device);
  EXPECT_EQ(resumed->generation, identity.generation);
  EXPECT_EQ(resumed->expires, identity.expires);
  world.clock.pass(Duration(599'999));
  EXPECT_TRUE(world.verifier->resume_token(resume));
  // A chain of resume tokens ends with the access token that began it.
  const std::string next = world.verifier->make_resume_token(*resumed);
  world.clock.pass(Duration(1));
  EXPECT_EQ(error_of(world.verifier->resume_token(resume)), Error(ErrorCode::token_expired));
  EXPECT_TRUE(world.verifier->resume_token(next));
  world.clock.pass(Duration(300'000));
  EXPECT_EQ(error_of(world.verifier->resume_token(next)), Error(ErrorCode::token_expired));
}

TEST(ResumeTokens, OfAnotherIncarnationOrChangedAreRefused) {
  World world;
  const Tokens tokens = *world.sign_up("alice");
  const std::string resume = world.verifier->make_resume_token(*world.verifier->access_token(tokens.access_token));
  const auto restored = world.new_verifier({.incarnation = Incarnation(make_uuid_v8("another incarnat"))});
  EXPECT_EQ(error_of(restored->resume_token(resume)), Error(ErrorCode::unauthenticated));
  for (std::size_t i = 0; i < resume.size(); ++i) {
    std::string changed = resume;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(error_of(world.verifier->resume_token(changed)), Error(ErrorCode::unauthenticated));
  }
}

TEST(Revocation, TellsEveryVerifierOnceAndAtOnce) {
  World world;
  const Tokens tokens = *world.sign_up("alice");
  const Identity identity = *world.verifier->access_token(tokens.access_token);
  const std::string resume = world.verifier->make_resume_token(identity);
  const auto second = world.new_verifier();
  std::vector<DeviceId> told;
  const auto note = [&](const DeviceId& device, ErrorCode why) {
    told.push_back(device);
    EXPECT_EQ(why, ErrorCode::device_revoked);
  };
  world.verifier->on_device_revoked(note);
  second->on_device_revoked(note);
  ASSERT_TRUE(world.wait<void>(
      [&](auto done) { world.service->sign_ins().sign_out(world.executor, World::caller(tokens), std::move(done)); }));
  EXPECT_EQ(told, std::vector(2, tokens.device));
  EXPECT_EQ(error_of(world.verifier->access_token(tokens.access_token)), Error(ErrorCode::device_revoked));
  EXPECT_EQ(error_of(second->resume_token(resume)), Error(ErrorCode::device_revoked));
  world.pass(Duration(60'000));
  EXPECT_EQ(told.size(), 2U);
}

TEST(Revocation, OfAnotherNodeIsFoundWithinAMinuteAndAfterARestart) {
  World world;
  const Tokens first = *world.sign_up("alice");
  const Tokens second = *world.sign_in("alice");
  const auto revoke = [&](const DeviceId& device) {
    return world.wait<void>([&](auto done) {
      world.accounts->sign_ins().revoke_device(world.executor, first.account, device, world.clock.now(),
                                               std::move(done));
    });
  };
  ASSERT_TRUE(revoke(first.device));
  EXPECT_TRUE(world.verifier->access_token(first.access_token));
  world.pass(Duration(60'000));
  EXPECT_EQ(error_of(world.verifier->access_token(first.access_token)), Error(ErrorCode::device_revoked));
  ASSERT_TRUE(revoke(second.device));
  world.clock.pass(std::chrono::minutes(10));
  world.restart();
  EXPECT_EQ(error_of(world.verifier->access_token(second.access_token)), Error(ErrorCode::device_revoked));
}

}  // namespace
}  // namespace parley
