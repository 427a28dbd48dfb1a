// A channel in which something was said between two pages of an inbox stood by its new time before what the first page
// had told, and no page had it: what had changed in it before, such as a cursor, was learned with the next inbox, if
// ever.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

constexpr std::uint64_t kRows = 2;

ClusterSettings settings(std::size_t nodes) {
  Limits limits = small_limits();
  limits.inbox_rows = kRows;
  return {.nodes = nodes, .owners = nodes == 1 ? 2U : 1U, .limits = std::vector<Limits>(nodes, limits)};
}

class MovedBetweenPages : public testing::TestWithParam<std::size_t> {};

TEST_P(MovedBetweenPages, AChannelIsToldAllTheSame) {
  World world(5);
  Cluster cluster(world, settings(GetParam()));
  RawDevice anna(world, cluster, cluster.sign_up("anna"));
  anna.hello();
  std::vector<ChannelId> talks;
  for (const char* name : {"bert", "cara", "dora", "emil"}) {
    talks.push_back(anna.open_direct(cluster.sign_up(name)));
    world.run_for(std::chrono::seconds(1));
  }
  std::map<ChannelId, int> told;
  v1::ClientFrame ask;
  ask.mutable_get_inbox();
  v1::Inbox page = anna.ask(ask).inbox();
  ASSERT_FALSE(page.next_page().empty());
  for (int i = 0; i < 2; ++i) anna.post(talks[static_cast<std::size_t>(i)], "hello");
  for (int pages = 1;; ++pages) {
    ASSERT_LT(pages, 9) << "they have an end";
    ASSERT_LE(page.rows_size(), static_cast<int>(kRows));
    for (const auto& row : page.rows()) ++told[*ChannelId::from_bytes(row.channel_id())];
    if (page.next_page().empty()) break;
    anna.post(talks[3], "and again");
    ask.mutable_get_inbox()->set_page(page.next_page());
    page = anna.ask(ask).inbox();
  }
  EXPECT_FALSE(page.version().empty());
  for (const auto& talk : talks) EXPECT_GE(told[talk], 1);
  EXPECT_EQ(told[talks[3]], 2) << "once more, with what was said meanwhile";
}

INSTANTIATE_TEST_SUITE_P(OneNodeAndTwo, MovedBetweenPages, testing::Values(1U, 2U));

}  // namespace
}  // namespace parley::sim
