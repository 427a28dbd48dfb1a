// For repairing a store that is damaged: reading what can still be read, and writing a new store from it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/channel_store.hpp"

namespace parley {

/// An event whose old content waits to leave the files, and since when (unix ms).
struct WaitingPurge {
  ChannelId channel;
  Seq seq = 0;
  std::uint64_t since = 0;
};

/// What can still be read of a store, whatever its state. Every question is answered for itself: `damaged` means that
/// this one lies in bytes whose checksum fails. One thread.
class RocksSalvage {
 public:
  /// Works in `scratch`, a folder on the same file system that it makes: table files are linked into it, the rest is
  /// copied. The store in `path` is left as it is; nobody may write to it meanwhile. `note` is told of every file that
  /// had to be left out, and (`left_out` is false) of what could be mended in logs and in the list of files. Errors:
  /// store_unavailable, disk_full; damaged where nothing at all can be made of it.
  static Result<std::unique_ptr<RocksSalvage>> open(const std::string& path, const std::string& scratch,
                                                    const std::function<void(std::string, bool left_out)>& note);
  ~RocksSalvage();
  RocksSalvage(const RocksSalvage&) = delete;
  RocksSalvage& operator=(const RocksSalvage&) = delete;

  /// nullopt: it cannot be read.
  [[nodiscard]] std::optional<Incarnation> incarnation() const;
  /// Of every partition; zero where it cannot be read.
  [[nodiscard]] std::vector<PartitionState> partitions() const;
  /// Every channel that anything readable names, ascending.
  [[nodiscard]] std::vector<ChannelId> channels() const;
  [[nodiscard]] std::vector<WaitingPurge> waiting_purges() const;

  [[nodiscard]] Result<std::optional<std::string>> head(const ChannelId& channel) const;
  [[nodiscard]] Result<std::optional<std::string>> card(const ChannelId& channel) const;
  [[nodiscard]] Result<std::optional<std::string>> member(const ChannelId& channel, const AccountId& account) const;
  [[nodiscard]] Result<std::optional<std::string>> event(const ChannelId& channel, Seq seq) const;
  /// As many as can be read one after the other, and whether those were all.
  template <class Row>
  struct Rows {
    std::vector<Row> rows;
    bool all = true;
  };
  [[nodiscard]] Rows<MemberRow> members(const ChannelId& channel) const;
  [[nodiscard]] Rows<OutcomeRow> outcomes(const ChannelId& channel) const;
  [[nodiscard]] Rows<AnnotationRow> annotations(const ChannelId& channel) const;
  /// From `from` on, at most `most`.
  [[nodiscard]] Rows<EventRow> events(const ChannelId& channel, Seq from, std::size_t most) const;

 private:
  struct Impl;
  explicit RocksSalvage(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Fills a new store. Nothing of it is on stable storage before `finish`. One thread.
class RocksRebuild {
 public:
  /// `path` must not exist; a nil incarnation: a new one is drawn. Errors: store_unavailable, disk_full.
  static Result<std::unique_ptr<RocksRebuild>> create(const std::string& path, const Incarnation& incarnation);
  ~RocksRebuild();
  RocksRebuild(const RocksRebuild&) = delete;
  RocksRebuild& operator=(const RocksRebuild&) = delete;

  Result<void> put(const ChannelBatch& batch);
  Result<void> put(PartitionId partition, const PartitionState& state);
  Result<void> put(const WaitingPurge& waiting);
  /// Writes everything into table files, syncs and closes; as `another_history` with an incarnation of its own, newly
  /// drawn. Once, last.
  Result<void> finish(bool another_history = false);

 private:
  struct Impl;
  explicit RocksRebuild(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley
