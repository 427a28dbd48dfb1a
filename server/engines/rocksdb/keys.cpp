#include "engines/rocksdb/keys.hpp"

namespace parley::rocks {
namespace {

void append_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

}  // namespace

std::string encode_u64(std::uint64_t value) {
  std::string out;
  append_u64(out, value);
  return out;
}

std::optional<std::uint64_t> decode_u64(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : bytes) value = (value << 8) | static_cast<std::uint8_t>(c);
  return value;
}

std::string event_key(const ChannelId& channel, Seq seq) {
  std::string key;
  key.reserve(24);
  key.append(channel.view());
  append_u64(key, seq);
  return key;
}

std::string outcome_key(const ChannelId& channel, const AccountId& account, const SendId& send_id) {
  std::string key;
  key.reserve(48);
  key.append(channel.view()).append(account.view()).append(send_id.view());
  return key;
}

std::string outcome_prefix(const ChannelId& channel) {
  return std::string(channel.view());
}

std::string channel_prefix(const ChannelId& channel, char kind) {
  std::string key;
  key.reserve(34);
  key.push_back('c');
  key.append(channel.view());
  key.push_back(kind);
  return key;
}

std::string head_key(const ChannelId& channel) {
  return channel_prefix(channel, 'H');
}

std::string card_key(const ChannelId& channel) {
  return channel_prefix(channel, 'C');
}

std::string member_key(const ChannelId& channel, const AccountId& account) {
  return channel_prefix(channel, 'M').append(account.view());
}

std::string annotation_key(const ChannelId& channel, Seq target) {
  std::string key = channel_prefix(channel, 'A');
  append_u64(key, target);
  return key;
}

std::string list_prefix(const AccountId& account) {
  std::string key;
  key.reserve(33);
  key.push_back('l');
  key.append(account.view());
  return key;
}

std::string list_key(const AccountId& account, const ChannelId& channel) {
  return list_prefix(account).append(channel.view());
}

std::string partition_key(PartitionId partition) {
  std::string key = "p";
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(partition >> shift));
  return key;
}

std::string rewritten_key(const ChannelId& channel, Seq seq, std::uint64_t unix_ms) {
  std::string key = std::string(kRewrittenPrefix) + event_key(channel, seq);
  append_u64(key, unix_ms);
  return key;
}

std::optional<Rewritten> parse_rewritten_key(std::string_view key) {
  constexpr std::size_t kEventKey = 24;
  if (key.size() != kRewrittenPrefix.size() + kEventKey + 8) return std::nullopt;
  key.remove_prefix(kRewrittenPrefix.size());
  return Rewritten{.event_key = std::string(key.substr(0, kEventKey)), .unix_ms = *decode_u64(key.substr(kEventKey))};
}

std::string encode_partition(const PartitionState& state) {
  std::string value;
  append_u64(value, state.epoch);
  append_u64(value, state.position);
  return value;
}

std::optional<PartitionState> decode_partition(std::string_view value) {
  if (value.size() != 16) return std::nullopt;
  return PartitionState{.epoch = *decode_u64(value.substr(0, 8)), .position = *decode_u64(value.substr(8))};
}

std::string after_prefix(std::string_view prefix) {
  std::string key(prefix);
  while (!key.empty() && static_cast<std::uint8_t>(key.back()) == 0xFF) key.pop_back();
  if (!key.empty()) key.back() = static_cast<char>(static_cast<std::uint8_t>(key.back()) + 1);
  return key;
}

}  // namespace parley::rocks
