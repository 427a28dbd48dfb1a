#include "node/accounts/people_service.hpp"

#include <gtest/gtest.h>

#include "node/accounts/world_for_test.hpp"

namespace parley {
namespace {

using namespace testing_accounts;  // NOLINT(google-build-using-namespace)

class PeopleRules : public testing::Test {
 protected:
  PeopleRules() {
    world_.config.open_directory = true;
    world_.restart();
    alice_ = *world_.sign_up("alice");
    bob_ = *world_.sign_up("bob");
  }
  PeopleService& people() { return world_.service->people(); }
  Executor& executor() { return world_.executor; }

  Result<Profile> find(const Tokens& by, const std::string& handle) {
    return world_.wait<Profile>(
        [&](auto done) { people().find(executor(), World::caller(by), handle, std::move(done)); });
  }
  Profile profile(const Tokens& by, const Tokens& of) {
    return world_
        .wait<std::vector<Profile>>(
            [&](auto done) { people().profiles(executor(), World::caller(by), {of.account}, std::move(done)); })
        ->at(0);
  }
  Result<void> set_profile(const Tokens& by, const ProfileChange& change) {
    return world_.wait<void>(
        [&](auto done) { people().set_profile(executor(), World::caller(by), change, std::move(done)); });
  }
  Result<void> set_privacy(const Tokens& by, PrivacyChange change) {
    return world_.wait<void>(
        [&](auto done) { people().set_privacy(executor(), World::caller(by), change, std::move(done)); });
  }
  Result<void> set_contact(const Tokens& by, const Tokens& peer) {
    return world_.wait<void>(
        [&](auto done) { people().set_contact(executor(), World::caller(by), peer.account, true, std::move(done)); });
  }
  Result<void> set_block(const Tokens& by, const Tokens& peer, bool on = true) {
    return world_.wait<void>(
        [&](auto done) { people().set_block(executor(), World::caller(by), peer.account, on, std::move(done)); });
  }
  std::vector<Profile> search(const Tokens& by, const std::string& prefix) {
    return *world_.wait<std::vector<Profile>>(
        [&](auto done) { people().search(executor(), World::caller(by), prefix, {}, 1000, std::move(done)); });
  }

  World world_;
  Tokens alice_, bob_;
};

TEST_F(PeopleRules, FoundByExactHandleOnly) {
  EXPECT_EQ(find(alice_, "bob")->id, bob_.account);
  for (const char* text : {"", "bo", "Bob", "bоb" /* Cyrillic о */, "' OR ''='", "nobody"}) {
    EXPECT_EQ(error_of(find(alice_, text)), Error(ErrorCode::account_unknown)) << text;
  }
}

TEST_F(PeopleRules, ClosedDirectoryShowsContactsOnly) {
  EXPECT_EQ(search(alice_, "b").size(), 1U);
  EXPECT_TRUE(search(alice_, "").empty());
  EXPECT_TRUE(search(alice_, "%").empty());
  world_.config.open_directory = false;
  world_.restart();
  EXPECT_TRUE(search(alice_, "b").empty());
  ASSERT_TRUE(set_contact(alice_, bob_));
  EXPECT_EQ(search(alice_, "b").size(), 1U);
}

TEST_F(PeopleRules, ProfileTextsAreCleaned) {
  ASSERT_TRUE(set_profile(bob_, {.display_name = " Zoe\u0308 ", .about = "two\nlines", .avatar = "media"}));
  const Profile seen = profile(alice_, bob_);
  EXPECT_EQ(seen.display_name, "Zo\u00eb");
  EXPECT_EQ(seen.about, "two\nlines");
  EXPECT_EQ(seen.avatar, "media");
  EXPECT_EQ(error_of(set_profile(bob_, {.display_name = "\u2066x", .about = {}, .avatar = {}})),
            Error(ErrorCode::invalid_name));
  EXPECT_EQ(error_of(set_profile(bob_, {.display_name = {}, .about = std::string(513, 'x'), .avatar = {}})),
            Error(ErrorCode::content_too_long));
  EXPECT_EQ(error_of(set_profile(bob_, {.display_name = {}, .about = {}, .avatar = std::string(100'000, 'x')})),
            Error(ErrorCode::invalid_argument));
}

TEST_F(PeopleRules, LastSeenIsShownToWhomItsOwnerAllows) {
  ASSERT_TRUE(world_.wait<void>([&](auto done) {
    world_.accounts->people().set_last_seen(executor(), {{bob_.account, world_.clock.now()}}, std::move(done));
  }));
  EXPECT_EQ(profile(alice_, bob_).last_seen, world_.clock.now());
  ASSERT_TRUE(set_privacy(bob_, {.read_receipts = {}, .last_seen = Audience::contacts, .online = {}}));
  EXPECT_EQ(profile(alice_, bob_).last_seen, kNever);
  ASSERT_TRUE(set_contact(alice_, bob_));  // that Alice knows Bob does not count
  EXPECT_EQ(profile(alice_, bob_).last_seen, kNever);
  ASSERT_TRUE(set_contact(bob_, alice_));
  EXPECT_EQ(profile(alice_, bob_).last_seen, world_.clock.now());
  ASSERT_TRUE(set_privacy(bob_, {.read_receipts = {}, .last_seen = Audience::nobody, .online = {}}));
  EXPECT_EQ(profile(alice_, bob_).last_seen, kNever);
}

TEST_F(PeopleRules, WhoIsBlockedSeesLittleAndIsNotTold) {
  ASSERT_TRUE(set_profile(bob_, {.display_name = {}, .about = "hello", .avatar = "media"}));
  ASSERT_TRUE(set_block(bob_, alice_));
  const Profile seen = profile(alice_, bob_);
  EXPECT_EQ(seen.handle, "bob");
  EXPECT_EQ(seen.about, "");
  EXPECT_EQ(seen.avatar, "");
  EXPECT_FALSE(seen.is_blocked);
  EXPECT_TRUE(search(alice_, "bob").empty());
  EXPECT_TRUE(profile(bob_, alice_).is_blocked);
  ASSERT_TRUE(set_block(bob_, alice_, false));
  EXPECT_EQ(profile(alice_, bob_).about, "hello");
}

TEST_F(PeopleRules, NobodyIsTheirOwnContactOrBlocksThemselves) {
  EXPECT_EQ(error_of(set_contact(alice_, alice_)), Error(ErrorCode::invalid_argument));
  EXPECT_EQ(error_of(set_block(alice_, alice_)), Error(ErrorCode::invalid_argument));
}

TEST_F(PeopleRules, DeletedAccountIsNamedSo) {
  ASSERT_TRUE(world_.wait<void>([&](auto done) {
    world_.service->sign_ins().delete_account(executor(), World::caller(bob_),
                                              {.password = "password", .address = "", .erase = false}, std::move(done));
  }));
  const Profile gone = profile(alice_, bob_);
  EXPECT_TRUE(gone.deleted);
  EXPECT_EQ(gone.display_name, "deleted account");
  EXPECT_EQ(gone.handle, "");
}

TEST_F(PeopleRules, OwnAccountShowsItsSwitches) {
  ASSERT_TRUE(set_privacy(alice_, {.read_receipts = false, .last_seen = {}, .online = Audience::nobody}));
  const auto own =
      world_.wait<OwnAccount>([&](auto done) { people().account(executor(), World::caller(alice_), std::move(done)); });
  ASSERT_TRUE(own);
  EXPECT_EQ(own->privacy, (Privacy{false, Audience::everyone, Audience::nobody}));
  EXPECT_EQ(own->created, world_.clock.now());
}

TEST_F(PeopleRules, QuestionsForTooManyAreRefused) {
  const auto ask = [&](std::size_t count) {
    return world_.wait<std::vector<Profile>>([&](auto done) {
      people().profiles(executor(), World::caller(alice_), std::vector<AccountId>(count, bob_.account),
                        std::move(done));
    });
  };
  EXPECT_EQ(ask(200)->size(), 1U);
  EXPECT_EQ(error_of(ask(201)), Error(ErrorCode::invalid_argument));
}

}  // namespace
}  // namespace parley
