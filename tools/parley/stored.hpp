// The client's state as records: client types <-> messages of client_state.proto.
#pragma once

#include "client/store.hpp"

namespace parley::v1 {
class StoredChange;
class StoredChannel;
class StoredSend;
class StoredSession;
}  // namespace parley::v1

namespace parley::cli {

void to_stored(const client::SessionRecord& session, v1::StoredSession& out);
client::SessionRecord from_stored(const v1::StoredSession& session);
void to_stored(const client::ChannelState& channel, v1::StoredChannel& out);
client::ChannelState from_stored(const v1::StoredChannel& channel);
void to_stored(const client::OutboxEntry& entry, v1::StoredSend& out);
client::OutboxEntry from_stored(const v1::StoredSend& entry);
/// All but the outbox.
void to_stored(const client::Changes& changes, v1::StoredChange& out);

}  // namespace parley::cli
