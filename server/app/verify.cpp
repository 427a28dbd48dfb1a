#include "app/verify.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "app/verify_channel.hpp"

namespace parley {
namespace {

using Lists = std::map<AccountId, std::vector<ChannelId>>;

void verify_lists(const Lists& right, const ListReader& read, VerifyReport& report, const DamageSink& found) {
  auto damage = [&](const ChannelId& channel, std::string what) {
    ++report.damaged;
    found({channel, 0, std::move(what)});
  };
  for (const auto& [account, channels] : right) {
    auto stored = read(account);
    if (!stored) {
      damage(ChannelId{}, "the list of account " + account.str() + " cannot be read: " + stored.error().text());
      continue;
    }
    std::sort(stored->begin(), stored->end());
    for (const ChannelId& channel : channels) {
      if (!std::binary_search(stored->begin(), stored->end(), channel)) {
        damage(channel, "the list of its member " + account.str() + " lacks it");
      }
    }
    for (const ChannelId& channel : *stored) {
      if (!std::binary_search(channels.begin(), channels.end(), channel)) {
        damage(channel, "the list of account " + account.str() + " names it, but the account never was a member");
      }
    }
  }
}

}  // namespace

VerifyReport verify_store(ChannelStoreScan& scan, const ListReader& lists, const DamageSink& found,
                          const StepProgress& progress) {
  VerifyReport report;
  auto channels = scan.all_channels();
  if (!channels) {
    ++report.damaged;
    found({ChannelId{}, 0, "the channels cannot be listed: " + channels.error().text()});
    return report;
  }
  std::array<std::optional<Position>, kPartitions> positions;
  Lists memberships;
  std::uint64_t done_with = 0;
  for (const ChannelId& id : *channels) {
    if (progress) progress("verify", done_with++, channels->size());
    auto& position = positions.at(partition_of(id));
    if (!position) {
      auto state = scan.partition_state(partition_of(id));
      if (!state) {
        ++report.damaged;
        found({id, 0, "the state of its partition cannot be read: " + state.error().text()});
      }
      position = state ? state->position : 0;
    }
    ChannelCheck check(scan, id, *position, report, found);
    check.run();
    for (const AccountId& account : check.accounts()) memberships[account].push_back(id);
  }
  for (auto& [account, of_account] : memberships) std::sort(of_account.begin(), of_account.end());
  for (const auto& [account, of_account] : memberships) report.accounts.push_back(account);
  verify_lists(memberships, lists, report, found);
  return report;
}

}  // namespace parley
