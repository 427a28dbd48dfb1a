#include "contract/accounts_contract.hpp"

namespace parley::contract {
namespace {

class PeopleContract : public AccountsContract {
 protected:
  Result<void> set_profile(std::uint32_t owner, ProfileChange changed) {
    return wait<void>(
        [&](Executor& e, auto done) { people().set_profile(e, account(owner), std::move(changed), std::move(done)); });
  }
  Result<void> set_privacy(std::uint32_t owner, PrivacyChange changed) {
    return wait<void>(
        [&](Executor& e, auto done) { people().set_privacy(e, account(owner), changed, kNow, std::move(done)); });
  }
  std::vector<std::string> search(std::uint32_t viewer, PeopleSearch what) {
    const auto found = *wait<std::vector<Person>>(
        [&](Executor& e, auto done) { people().search(e, account(viewer), std::move(what), std::move(done)); });
    return handles(found);
  }
  std::vector<std::string> contacts(std::uint32_t owner, const std::string& from = "", std::uint32_t limit = 100) {
    return handles(*wait<std::vector<Person>>(
        [&](Executor& e, auto done) { people().contacts(e, account(owner), from, limit, std::move(done)); }));
  }
  std::vector<std::string> blocks(std::uint32_t owner) {
    return handles(*wait<std::vector<Person>>(
        [&](Executor& e, auto done) { people().blocks(e, account(owner), "", 100, std::move(done)); }));
  }
  static std::vector<std::string> handles(const std::vector<Person>& persons) {
    std::vector<std::string> names;
    for (const auto& person : persons) names.push_back(person.handle);
    return names;
  }
  void sign_up_all(const std::vector<std::string>& names) {
    for (std::uint32_t i = 0; i < names.size(); ++i) ASSERT_TRUE(sign_up(i + 1, names[i]));
  }
};

using Names = std::vector<std::string>;

TEST_P(PeopleContract, PeopleComeInTheOrderAskedForOnceEach) {
  sign_up_all({"alice", "bob", "carol"});
  const auto found = persons(1, {account(3), account(99), account(1), account(3), account(2)});
  EXPECT_EQ(handles(found), (Names{"carol", "alice", "bob"}));
  EXPECT_EQ(found[0].display_name, "Name of carol");
  EXPECT_EQ(found[0].created, kNow);
  EXPECT_EQ(found[0].privacy, Privacy{});
  EXPECT_TRUE(persons(1, {}).empty());
}

TEST_P(PeopleContract, ProfileChangesOnlyWhatIsSet) {
  sign_up_all({"alice"});
  ASSERT_TRUE(set_profile(1, {.display_name = {}, .about = "x'); DELETE FROM accounts;--", .avatar = "media-1"}));
  Person me = person(1, 1);
  EXPECT_EQ(me.display_name, "Name of alice");
  EXPECT_EQ(me.about, "x'); DELETE FROM accounts;--");
  EXPECT_EQ(me.avatar, "media-1");
  ASSERT_TRUE(set_profile(1, {.display_name = "Älice 🙂", .about = "", .avatar = {}}));
  me = person(1, 1);
  EXPECT_EQ(me.display_name, "Älice 🙂");
  EXPECT_EQ(me.about, "");
  EXPECT_EQ(me.avatar, "media-1");
  EXPECT_EQ(set_profile(9, {.display_name = "x", .about = {}, .avatar = {}}).error(),
            Error(ErrorCode::account_unknown));
}

TEST_P(PeopleContract, FindIsExactAndSqlFindsNobody) {
  sign_up_all({"alice", "bob_"});
  EXPECT_EQ(find(1, "bob_")->id, account(2));
  for (const char* text : {"", "bob", "bobx", "Bob_", "%", "' OR '1'='1", "bob_'--", ":p1", "bob_;"}) {
    EXPECT_FALSE(find(1, text)) << text;
  }
}

TEST_P(PeopleContract, RelationsAreSeenFromBothSides) {
  sign_up_all({"alice", "bob"});
  ASSERT_TRUE(set_contact(1, 2));
  ASSERT_TRUE(set_block(2, 1));
  const Person bob = person(1, 2);
  EXPECT_TRUE(bob.is_contact && bob.blocks_viewer);
  EXPECT_FALSE(bob.has_viewer || bob.is_blocked);
  const Person alice = person(2, 1);
  EXPECT_TRUE(alice.has_viewer && alice.is_blocked);
  EXPECT_FALSE(alice.is_contact || alice.blocks_viewer);
}

TEST_P(PeopleContract, SearchCoversContactsAndCandidatesOrEverybody) {
  sign_up_all({"anna", "an_a", "anton", "ann.a", "ben"});
  ASSERT_TRUE(set_contact(1, 3));
  EXPECT_EQ(search(1, {.prefix = "an", .candidates = {}}), Names{"anton"});
  EXPECT_EQ(search(1, {.prefix = "an", .candidates = {account(4), account(5)}}), (Names{"ann.a", "anton"}));
  EXPECT_EQ(search(1, {.prefix = "an", .candidates = {}, .everybody = true}), (Names{"an_a", "ann.a", "anton"}));
  EXPECT_EQ(search(1, {.prefix = "an_", .candidates = {}, .everybody = true}), Names{"an_a"});
  EXPECT_EQ(search(1, {.prefix = "a%", .candidates = {}, .everybody = true}), Names{});
  EXPECT_EQ(search(1, {.prefix = "", .candidates = {}, .everybody = true, .limit = 2}), (Names{"an_a", "ann.a"}));
}

TEST_P(PeopleContract, SearchLeavesOutWhoBlocksTheViewerOrIsGone) {
  sign_up_all({"anna", "anne", "annette", "anton"});
  ASSERT_TRUE(set_block(2, 1));
  ASSERT_TRUE(set_block(1, 4));
  ASSERT_TRUE(delete_account(3));
  EXPECT_EQ(search(1, {.prefix = "an", .candidates = {}, .everybody = true}), Names{"anton"});
}

TEST_P(PeopleContract, ContactsAreListedInPages) {
  sign_up_all({"me1", "carol", "alice", "bob"});
  for (const std::uint32_t peer : {2, 3, 4}) ASSERT_TRUE(set_contact(1, peer));
  ASSERT_TRUE(set_contact(1, 2));
  EXPECT_EQ(contacts(1, "", 2), (Names{"alice", "bob"}));
  EXPECT_EQ(contacts(1, "bob", 2), Names{"carol"});
  ASSERT_TRUE(set_contact(1, 3, false));
  ASSERT_TRUE(set_contact(1, 3, false));
  EXPECT_EQ(contacts(1), (Names{"bob", "carol"}));
  EXPECT_TRUE(contacts(2).empty());
}

TEST_P(PeopleContract, ContactsAndBlocksAreLimited) {
  sign_up_all({"alice", "bob", "carol"});
  ASSERT_TRUE(set_contact(1, 2, true, 1));
  EXPECT_TRUE(set_contact(1, 2, true, 1));
  EXPECT_EQ(set_contact(1, 3, true, 1).error(), Error(ErrorCode::limit_reached));
  EXPECT_EQ(contacts(1), Names{"bob"});
  ASSERT_TRUE(set_block(1, 2, true, 1));
  EXPECT_EQ(set_block(1, 3, true, 1).error(), Error(ErrorCode::limit_reached));
  EXPECT_EQ(blocks(1), Names{"bob"});
  EXPECT_EQ(set_contact(1, 99).error(), Error(ErrorCode::account_unknown));
  EXPECT_EQ(set_contact(99, 1).error(), Error(ErrorCode::account_unknown));
}

TEST_P(PeopleContract, EveryChangeOfABlockIsOneJobInOrder) {
  sign_up_all({"alice", "bob"});
  ASSERT_TRUE(set_block(1, 2));
  ASSERT_TRUE(set_block(1, 2));
  ASSERT_TRUE(set_block(1, 2, false));
  ASSERT_TRUE(set_block(1, 2, false));
  const auto waiting = next_jobs();
  ASSERT_EQ(waiting.size(), 4U);
  EXPECT_EQ(waiting[2].kind, JobKind::set_block);
  EXPECT_EQ(waiting[2].account, account(1));
  EXPECT_EQ(waiting[2].peer, account(2));
  EXPECT_TRUE(waiting[2].flag);
  EXPECT_FALSE(waiting[3].flag);
  EXPECT_LT(waiting[2].id, waiting[3].id);
}

TEST_P(PeopleContract, ReadReceiptsWriteAJobWhenTheyChange) {
  sign_up_all({"alice"});
  ASSERT_TRUE(set_privacy(1, {.read_receipts = true, .last_seen = Audience::nobody, .online = Audience::contacts}));
  EXPECT_EQ(person(1, 1).privacy, (Privacy{true, Audience::nobody, Audience::contacts}));
  EXPECT_EQ(next_jobs().size(), 1U);
  ASSERT_TRUE(set_privacy(1, {.read_receipts = false, .last_seen = {}, .online = {}}));
  EXPECT_EQ(person(1, 1).privacy, (Privacy{false, Audience::nobody, Audience::contacts}));
  ASSERT_EQ(next_jobs().size(), 2U);
  EXPECT_EQ(next_jobs()[1].kind, JobKind::set_hide_read);
  EXPECT_TRUE(next_jobs()[1].flag);
}

TEST_P(PeopleContract, LastSeenOnlyMovesForward) {
  sign_up_all({"alice", "bob"});
  const auto seen = [&](std::vector<LastSeen> batch) {
    return wait<void>([&](Executor& e, auto done) { people().set_last_seen(e, std::move(batch), std::move(done)); });
  };
  ASSERT_TRUE(seen({{account(1), after(20)}, {account(2), after(5)}, {account(99), after(5)}}));
  ASSERT_TRUE(seen({{account(1), after(10)}}));
  EXPECT_EQ(person(2, 1).last_seen, after(20));
  EXPECT_EQ(person(1, 2).last_seen, after(5));
}

PARLEY_ACCOUNTS_ENGINES(PeopleContract);

}  // namespace
}  // namespace parley::contract
