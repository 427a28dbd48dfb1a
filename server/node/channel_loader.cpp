#include "node/channel_loader.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/recently.hpp"

namespace parley {
namespace {

/// A tail never holds more: a snapshot is due every kSnapshotEvery events, and a turn takes a bounded number of
/// commands.
constexpr std::uint32_t kMaxTail = 1U << 20U;
constexpr std::uint64_t kMaxTailBytes = std::uint64_t{1} << 40U;

Result<LoadedChannel> assemble(const ChannelId& id, const StoredChannel& stored, const std::vector<EventRow>& rows) {
  std::vector<wire::OpenedEvent> tail;
  tail.reserve(rows.size());
  for (const auto& row : rows) {
    auto event = wire::open_event(row.record);
    if (!event) return fail(event.error());
    tail.push_back(std::move(*event));
  }
  return LoadedChannel::from_store(id, stored, tail);
}

/// Whoever opens the channel loads it in vain each time: its damage is told once.
Recently<ChannelId>& told_as_damaged() {
  static Recently<ChannelId> told(1000);
  return told;
}

struct Loading {
  std::vector<ChannelId> channels;
  std::vector<std::optional<StoredChannel>> stored;
  Completion<std::vector<Result<LoadedChannel>>> done;

  void fail_all(const Error& error) {
    std::vector<Result<LoadedChannel>> results;
    results.reserve(channels.size());
    for (std::size_t i = 0; i < channels.size(); ++i) results.emplace_back(fail(error));
    done(std::move(results));
  }

  void assemble_all(const StoreAnswer& tails) {
    std::vector<Result<LoadedChannel>> results;
    results.reserve(channels.size());
    std::size_t at = 0;
    for (std::size_t i = 0; i < channels.size(); ++i) {
      if (!stored[i]) {
        results.emplace_back(LoadedChannel(channels[i]));
        continue;
      }
      results.push_back(assemble(channels[i], *stored[i], tails.events[at++]));
      if (!results.back() && told_as_damaged().is_new(channels[i])) {
        log::error("channel_damaged", {{"channel", channels[i]}});
      }
    }
    done(std::move(results));
  }
};

}  // namespace

void load_channels(ChannelStore& store, Executor& executor, std::vector<ChannelId> channels,
                   Completion<std::vector<Result<LoadedChannel>>> done) {
  auto loading = std::make_shared<Loading>(Loading{std::move(channels), {}, std::move(done)});
  StoreQuery query;
  query.channels = loading->channels;
  store.read(std::move(query), executor, [&store, &executor, loading](Result<StoreAnswer> found) {
    if (!found) return loading->fail_all(found.error());
    loading->stored = std::move(found->channels);
    StoreQuery tails;
    bool any = false;
    for (std::size_t i = 0; i < loading->channels.size(); ++i) {
      if (!loading->stored[i]) continue;
      // An undecodable head asks for nothing here and is refused when the channel is put together.
      auto tail = LoadedChannel::tail_of(*loading->stored[i]);
      const Interval range = tail ? *tail : Interval{1, 0};
      any = any || range.from <= range.to;
      tails.events.push_back({loading->channels[i], range.from, range.to, kMaxTail, kMaxTailBytes, true});
    }
    if (!any) {
      StoreAnswer nothing;
      nothing.events.resize(tails.events.size());
      return loading->assemble_all(nothing);
    }
    store.read(std::move(tails), executor, [loading](Result<StoreAnswer> answer) {
      if (!answer) return loading->fail_all(answer.error());
      loading->assemble_all(*answer);
    });
  });
}

}  // namespace parley
