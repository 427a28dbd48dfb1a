// Lines of an export, counted on their way out. For export_*.cpp.
#pragma once

#include <string>

#include "app/exchange/export_store.hpp"
#include "parley/v1/export.pb.h"

namespace parley::exchange {

class LineWriter {
 public:
  explicit LineWriter(const LineSink& sink) : sink_(sink) {}

  void write(const v1::StoreLine& line);
  /// seq 0: of the channel as a whole; `channel` nil: of the store.
  void damaged(const ChannelId& channel, Seq seq, Seq to, std::string what);
  /// The sink takes no more.
  [[nodiscard]] bool ended() const { return ended_; }

  Exported count;

 private:
  const LineSink& sink_;
  bool ended_ = false;
};

}  // namespace parley::exchange
