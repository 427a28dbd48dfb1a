// Brings channels from the store into memory.
#pragma once

#include <memory>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "node/loaded_channel.hpp"
#include "ports/channel_store.hpp"
#include "ports/executor.hpp"

namespace parley {

/// One result per channel, in order, on `executor`; a channel that does not exist comes as a fresh one. Two reads for
/// all of them together. Errors: store_unavailable, damaged.
void load_channels(ChannelStore& store, Executor& executor, std::vector<ChannelId> channels,
                   Completion<std::vector<Result<LoadedChannel>>> done);

}  // namespace parley
