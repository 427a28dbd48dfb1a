// Blocking reads of a channel store that is opened for an operator's command.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "app/verify.hpp"
#include "ports/channel_store.hpp"

namespace parley {

/// Both must outlive the reader; `executor` has a thread of its own.
inline ListReader list_reader(ChannelStore& store, Executor& executor) {
  return [&store, &executor](const AccountId& account) {
    auto promise = std::make_shared<std::promise<Result<std::vector<ChannelId>>>>();
    auto future = promise->get_future();
    store.channels_of(account, executor,
                      [promise](Result<std::vector<ChannelId>> found) { promise->set_value(std::move(found)); });
    return future.get();
  };
}

}  // namespace parley
