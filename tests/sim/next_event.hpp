// What the next event of a channel must not be, given the channel before it: who sends it has to see what it points at,
// and a group always has one owner, who is the right one when the owner leaves.
#pragma once

#include <string>

#include "parley/v1/events.pb.h"
#include "sim/model.hpp"

namespace parley::sim {

/// Each: what is broken, without a place; empty: nothing.
/// `before`: without the event. The server's own events have no device, and need not see anything.
std::string unseen_target(const ModelChannel& before, const v1::EventHeader& header);
/// Whoever owns a group and leaves it is followed by the longest-serving admin, else by the longest-serving member; of
/// those who joined at the same time, by the lowest id. Nobody else's leaving gives it to anybody.
std::string wrong_heir(const ModelChannel& before, const v1::EventHeader& header);
/// `after`: with its last event.
std::string wrong_owners(const ModelChannel& after);

}  // namespace parley::sim
