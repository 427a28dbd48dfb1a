// Keys of the RocksDB engine: docs/storage-format.md, section "Keys". All integers in keys are big-endian, so that byte
// order is number order.
//
//   events    channel(16) seq(8)                      record
//   outcomes  channel(16) account(16) send_id(16)     record
//   default   'c' channel(16) 'A' target(8)           annotation record
//             'c' channel(16) 'C'                     card record
//             'c' channel(16) 'H'                     head record
//             'c' channel(16) 'M' account(16)         member record
//             'l' account(16) channel(16)             nothing: the channel is in the account's list
//             'm' name                                about the store: "format", "incarnation", "partitions"
//             'p' partition(4)                        epoch(8) position(8)
//             'r' channel(16) seq(8) unix_ms(8)       nothing: since then old content waits to leave the files
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "ports/channel_store.hpp"

namespace parley::rocks {

/// Raised with every change that an older binary would misread.
inline constexpr std::uint64_t kFormat = 1;

inline constexpr char kEventsFamily[] = "events";
inline constexpr char kOutcomesFamily[] = "outcomes";

inline constexpr std::string_view kMetaFormat = "mformat";
/// How far an upgrade that was interrupted has come.
inline constexpr std::string_view kMetaUpgrading = "mupgrading";
/// And the format(8): unix_ms(8) of the upgrade to it.
inline constexpr std::string_view kMetaUpgraded = "mupgraded";
inline constexpr std::string_view kMetaIncarnation = "mincarnation";
inline constexpr std::string_view kMetaPartitions = "mpartitions";
inline constexpr std::string_view kChannelsPrefix = "c";
inline constexpr std::string_view kRewrittenPrefix = "r";

std::string encode_u64(std::uint64_t value);
/// nullopt unless `bytes` has exactly 8 bytes.
std::optional<std::uint64_t> decode_u64(std::string_view bytes);

std::string event_key(const ChannelId& channel, Seq seq);
std::string outcome_key(const ChannelId& channel, const AccountId& account, const SendId& send_id);
/// Where a channel's outcomes begin.
std::string outcome_prefix(const ChannelId& channel);

std::string head_key(const ChannelId& channel);
std::string card_key(const ChannelId& channel);
std::string member_key(const ChannelId& channel, const AccountId& account);
std::string annotation_key(const ChannelId& channel, Seq target);
/// 'c' channel kind: where the things of one kind begin.
std::string channel_prefix(const ChannelId& channel, char kind);
std::string list_key(const AccountId& account, const ChannelId& channel);
std::string list_prefix(const AccountId& account);
std::string partition_key(PartitionId partition);
std::string rewritten_key(const ChannelId& channel, Seq seq, std::uint64_t unix_ms);
struct Rewritten {
  std::string event_key;
  std::uint64_t unix_ms = 0;
};
std::optional<Rewritten> parse_rewritten_key(std::string_view key);

std::string encode_partition(const PartitionState& state);
std::optional<PartitionState> decode_partition(std::string_view value);

/// The smallest key above every key that starts with `prefix`; empty: there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace parley::rocks
