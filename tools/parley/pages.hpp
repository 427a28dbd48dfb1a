// Pages of history from the server, whole contents included.
#pragma once

#include <span>
#include <vector>

#include "parley/context.hpp"
#include "parley/v1/events.pb.h"

namespace parley::cli {

/// Rising seq. from = 0: the newest `limit` up to `to` (0: the head); else the oldest ones from there. Throws Failure.
std::vector<v1::Event> fetch_history(Context& context, const ChannelId& channel, Seq from, Seq to, std::size_t limit);
/// Fetches what a preview cut off.
void complete(Context& context, const ChannelId& channel, v1::Event& event);
/// Finds the names that showing these events needs, at once.
void look_up_authors(Context& context, std::span<const v1::Event> events);

}  // namespace parley::cli
