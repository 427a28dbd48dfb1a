// One channel of an import, line by line. For import_store.cpp.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "app/exchange/store_writer.hpp"
#include "chat/channel.hpp"
#include "parley/v1/export.pb.h"
#include "wire/records.hpp"

namespace parley::exchange {

class ChannelImport {
 public:
  /// Errors: malformed.
  static Result<ChannelImport> begin(StoreWriter& writer, const v1::ChannelLine& line);

  /// In the order of the file. Errors: malformed, damaged, and what the store says.
  Result<void> event(const v1::EventLine& line);
  Result<void> lost(const v1::LostLine& line);
  Result<void> card(const v1::CardRecord& line);
  Result<void> member(const v1::MemberLine& line);
  Result<void> outcome(const v1::OutcomeLine& line);
  /// Commits what waits, and the channel with it. Errors: damaged when something of it is missing.
  Result<void> finish();

  /// After finish(): whether the hash chain is the one that was exported.
  [[nodiscard]] bool same_chain() const { return digest_ && view(*digest_) == line_.digest(); }

 private:
  ChannelImport(StoreWriter& writer, const ChannelId& id, v1::ChannelLine line);
  [[nodiscard]] Result<void> follows(Seq seq) const;
  Result<wire::OpenedEvent> store_event(const v1::EventLine& line);
  void note(const wire::OpenedEvent& opened);
  void keep_outcome(const AccountId& account, const SendId& send_id, std::string record);
  Result<void> commit();

  StoreWriter* writer_;
  v1::ChannelLine line_;
  Channel state_;                            // what the events make of it
  std::optional<Digest> digest_ = Digest{};  // nullopt: unknown since a lost event
  bool lost_ = false;                        // an event is: not all that is told of the channel follows from its events
  bool settled_ = true;                      // the count is right; it is not between a lost event and the next
  std::string card_;                         // as the file says
  std::map<Seq, wire::Annotation> annotations_;
  std::map<AccountId, Member> members_;
  SendId greatest_send_;
  ChannelBatch waiting_;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace parley::exchange
