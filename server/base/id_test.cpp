#include "base/id.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace parley {
namespace {

constexpr IdBytes kBytes = {0x01, 0x8f, 0x3a, 0xbc, 0xde, 0xf0, 0x71, 0x23,
                            0x84, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0xff};
constexpr std::string_view kText = "018f3abc-def0-7123-8456-789abcdef0ff";

static_assert(!std::is_convertible_v<AccountId, ChannelId> && !std::is_constructible_v<AccountId, ChannelId>);
static_assert(!std::is_constructible_v<AccountId, int>);

TEST(Id, PrintsCanonicalLowerCaseText) {
  EXPECT_EQ(AccountId(kBytes).str(), kText);
}

TEST(Id, ParsesUuidTextInEitherCase) {
  EXPECT_EQ(AccountId::parse(kText), AccountId(kBytes));
  EXPECT_EQ(AccountId::parse("018F3ABC-DEF0-7123-8456-789ABCDEF0FF"), AccountId(kBytes));
}

TEST(Id, ParsesBase64AndBase64UrlPaddedOrNot) {
  for (std::string_view text :
       {"AY86vN7wcSOEVniavN7w/w==", "AY86vN7wcSOEVniavN7w/w", "AY86vN7wcSOEVniavN7w_w==", "AY86vN7wcSOEVniavN7w_w"}) {
    EXPECT_EQ(AccountId::parse(text), AccountId(kBytes)) << text;
  }
}

TEST(Id, RefusesEverythingElse) {
  for (std::string_view text :
       {"", "1", "018f3abc-def0-7123-8456-789abcdef0f", "018f3abc-def0-7123-8456-789abcdef0fg",
        "018f3abcdef071238456789abcdef0ff", "018f3abc0def0-7123-8456-789abcdef0ff",
        "{18f3abc-def0-7123-8456-789abcdef0f}", "AY86vN7wcSOEVniavN7w/x",
        "AY86vN7wcSOEVniavN7w/w=", "AY86vN7wcSOEVniavN7w w==", "-018f3abcdef0-7123-8456-789abcdef0ff"}) {
    EXPECT_EQ(AccountId::parse(text), std::nullopt) << text;
  }
}

TEST(Id, TakesExactlySixteenBytes) {
  EXPECT_EQ(ChannelId::from_bytes(ChannelId(kBytes).view()), ChannelId(kBytes));
  EXPECT_EQ(ChannelId::from_bytes(std::string(15, 'x')), std::nullopt);
  EXPECT_EQ(ChannelId::from_bytes(std::string(17, 'x')), std::nullopt);
  EXPECT_EQ(ChannelId::from_bytes(""), std::nullopt);
}

TEST(Id, VersionSevenCarriesTheTimeAndSortsByIt) {
  std::array<std::uint8_t, 10> random{};
  random.fill(0xFF);
  const IdBytes early = make_uuid_v7(0x018f3abcdef0, random);
  random.fill(0);
  const IdBytes late = make_uuid_v7(0x018f3abcdef1, random);
  EXPECT_EQ(to_uuid_text(early), "018f3abc-def0-7fff-bfff-ffffffffffff");
  EXPECT_EQ(to_uuid_text(late), "018f3abc-def1-7000-8000-000000000000");
  EXPECT_LT(early, late);
}

TEST(Id, TheNextOfVersionSevenIsGreaterAndOfTheSameMillisecond) {
  const auto after = [](std::string_view text) { return to_uuid_text(next_uuid_v7(*parse_uuid_text(text))); };
  EXPECT_EQ(after("018f3abc-def0-7000-8000-000000000000"), "018f3abc-def0-7000-8000-000000000001");
  EXPECT_EQ(after("018f3abc-def0-7123-bf00-0000ffffffff"), "018f3abc-def0-7123-bf00-000100000000");
}

TEST(Id, VersionEightKeepsTheDigestButVersionAndVariant) {
  EXPECT_EQ(to_uuid_text(make_uuid_v8(std::string(32, '\xFF'))), "ffffffff-ffff-8fff-bfff-ffffffffffff");
}

TEST(Id, NilIsOnlyTheZeroId) {
  EXPECT_TRUE(SendId().is_nil());
  EXPECT_FALSE(SendId(kBytes).is_nil());
}

TEST(Id, HashSpreadsIdsOfOneMillisecond) {
  std::unordered_set<std::size_t> buckets;
  for (std::uint8_t i = 0; i < 100; ++i) {
    std::array<std::uint8_t, 10> random{};
    random[9] = i;
    buckets.insert(std::hash<SendId>()(SendId(make_uuid_v7(1, random))));
  }
  EXPECT_EQ(buckets.size(), 100U);
}

}  // namespace
}  // namespace parley
