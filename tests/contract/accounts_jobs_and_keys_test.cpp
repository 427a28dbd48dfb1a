#include "contract/accounts_contract.hpp"

namespace parley::contract {
namespace {

class JobsContract : public AccountsContract {
 protected:
  Result<void> progress(std::uint64_t id, std::string cursor) {
    return wait<void>([&](Executor& e, auto done) { jobs().job_progress(e, id, std::move(cursor), std::move(done)); });
  }
  Result<void> failed(std::uint64_t id, Time later) {
    return wait<void>([&](Executor& e, auto done) { jobs().job_failed(e, id, later, std::move(done)); });
  }
  Result<void> finish(std::uint64_t id) {
    return wait<void>([&](Executor& e, auto done) { jobs().job_done(e, id, std::move(done)); });
  }
  Secret secret(const std::string& name, std::uint8_t fill) {
    Secret candidate{};
    candidate.fill(fill);
    return *wait<Secret>([&](Executor& e, auto done) { keys().secret(e, name, candidate, std::move(done)); });
  }
  std::vector<SigningKey> rotate(const std::string& newest, const std::string& kid, Time created, Time drop_before) {
    SigningKey key{.kid = kid, .seed = {}, .created = created};
    key.seed.fill(static_cast<std::uint8_t>(kid[0]));
    return *wait<std::vector<SigningKey>>(
        [&](Executor& e, auto done) { keys().rotate_signing_key(e, newest, key, drop_before, std::move(done)); });
  }
  static std::string kids(const std::vector<SigningKey>& all) {
    std::string text;
    for (const auto& key : all) text += key.kid;
    return text;
  }
};

TEST_P(JobsContract, ProgressSurvivesAndDoneRemoves) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(sign_up(2, "bob"));
  const auto id = next_jobs().at(0).id;
  ASSERT_TRUE(progress(id, "channel 7'; DROP TABLE jobs;--"));
  EXPECT_EQ(next_jobs().at(0).cursor, "channel 7'; DROP TABLE jobs;--");
  EXPECT_EQ(next_jobs(kNow, 1).size(), 1U);
  ASSERT_TRUE(finish(id));
  ASSERT_TRUE(finish(id));
  ASSERT_TRUE(progress(id, "late"));
  ASSERT_EQ(next_jobs().size(), 1U);
  EXPECT_GT(next_jobs()[0].id, id);
}

TEST_P(JobsContract, PutOffJobHoldsBackLaterOnesOfItsAccountOnly) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(sign_up(2, "bob"));
  ASSERT_TRUE(set_block(1, 2));
  const auto before = next_jobs();
  ASSERT_EQ(before.size(), 3U);
  ASSERT_TRUE(failed(before[0].id, after(100)));
  ASSERT_EQ(next_jobs(after(99)).size(), 1U);
  EXPECT_EQ(next_jobs(after(99))[0].account, account(2));
  const auto later = next_jobs(after(100));
  ASSERT_EQ(later.size(), 3U);
  EXPECT_EQ(later[0].attempts, 1U);
  EXPECT_EQ(later[0].not_before, after(100));
}

TEST_P(JobsContract, JobsThatSettleComeLastAndHoldBackNone) {
  ASSERT_TRUE(sign_up(1, "alice"));
  ASSERT_TRUE(sign_up(2, "bob"));
  ASSERT_TRUE(set_block(1, 2));
  const auto before = next_jobs();
  ASSERT_EQ(before.size(), 3U);
  ASSERT_TRUE(progress(before[0].id, std::string(kSettling)));
  const auto after_one = next_jobs();
  ASSERT_EQ(after_one.size(), 3U);
  EXPECT_EQ(after_one[0].id, before[1].id);
  EXPECT_EQ(after_one[2].id, before[0].id);
  EXPECT_TRUE(after_one[2].settling());
  EXPECT_EQ(next_jobs(kNow, 2).back().id, before[2].id) << "others are not kept out by them";
  ASSERT_TRUE(failed(before[0].id, after(100)));
  EXPECT_EQ(next_jobs().size(), 2U);
  EXPECT_EQ(next_jobs(after(100)).back().id, before[0].id);
}

TEST_P(JobsContract, IdsOfJobsAreNeverUsedAgain) {
  ASSERT_TRUE(sign_up(1, "alice"));
  const auto first = next_jobs().at(0).id;
  ASSERT_TRUE(finish(first));
  ASSERT_TRUE(sign_up(2, "bob"));
  EXPECT_GT(next_jobs().at(0).id, first);
}

TEST_P(JobsContract, TheFirstSecretOfANameStays) {
  EXPECT_EQ(secret("resume", 1)[0], 1);
  EXPECT_EQ(secret("resume", 2)[0], 1);
  EXPECT_EQ(secret("refresh", 3)[31], 3);
}

TEST_P(JobsContract, SigningKeysRotateOncePerNewestAndKeepTwo) {
  EXPECT_EQ(kids(rotate("", "a", after(1), kNow)), "a");
  EXPECT_EQ(kids(rotate("", "b", after(2), kNow)), "a");
  EXPECT_EQ(kids(rotate("a", "b", after(2), kNow)), "ab");
  EXPECT_EQ(kids(rotate("a", "c", after(3), kNow)), "ab");
  const auto all = rotate("b", "c", after(3), after(100));
  EXPECT_EQ(kids(all), "bc");
  EXPECT_EQ(all[1].seed[5], 'c');
  EXPECT_EQ(all[1].created, after(3));
  EXPECT_EQ(
      kids(*wait<std::vector<SigningKey>>([&](Executor& e, auto done) { keys().signing_keys(e, std::move(done)); })),
      "bc");
}

TEST_P(JobsContract, ForgottenKeysAreGone) {
  secret("resume", 1);
  rotate("", "a", after(1), kNow);
  ASSERT_TRUE(wait<void>([&](Executor& e, auto done) { keys().forget_all_keys(e, std::move(done)); }));
  EXPECT_EQ(secret("resume", 2)[0], 2);
  EXPECT_EQ(kids(rotate("", "b", after(2), kNow)), "b");
}

PARLEY_ACCOUNTS_ENGINES(JobsContract);

}  // namespace
}  // namespace parley::contract
