// One channel of an export. For export_store.cpp.
#pragma once

#include "app/exchange/line_writer.hpp"
#include "ports/channel_store.hpp"

namespace parley::exchange {

void export_channel(ChannelStoreScan& scan, const ChannelId& id, LineWriter& out);

}  // namespace parley::exchange
