// Whether a refusal was right, as far as that is seen from outside: where nothing was stored in the channel between the
// question and its answer, it was decided on what the model has. That nobody is kept from what is theirs (P7, P9).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "parley/v1/frames.pb.h"
#include "sim/model.hpp"

namespace parley::sim {

class RefusalWatch {
 public:
  struct Asked {
    v1::ClientFrame frame;
    Seq head = 0;  // of the channel, then
  };
  using Connection = std::map<std::uint64_t, Asked>;  // by request

  /// Of what a frame asks; empty: of no channel, so that nothing is looked at.
  static std::string_view channel_of(const v1::ClientFrame& frame);
  static void asked(Connection& connection, const v1::ClientFrame& frame, Seq head);
  /// What is wrong with the answer `frame`; empty: nothing. `channel`: what was asked about, as it is now.
  static std::string said(const Asked& asked, const v1::ServerFrame& frame, const ModelChannel& channel,
                          const AccountId& me);
};

}  // namespace parley::sim
