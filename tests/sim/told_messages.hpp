// What the server tells of messages, held against what was stored of them: contents, whole or only their beginning, and
// what later events made of them on pages and in rows of the inbox (P1, P7).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "parley/v1/frames.pb.h"
#include "sim/model.hpp"

namespace parley::sim {

/// Whether `told` is the stored content, or its beginning where it says so.
bool shows(const v1::Content& told, const v1::Content& stored);

/// One channel and one of its members.
struct ToldMessages {
  const ModelChannel& in;
  /// As they were stored, by seq - 1; empty: there was none, or it is not known since it was deleted at once.
  const std::vector<std::string>& contents;
  const AccountId& reader;

  // Each returns what is wrong; empty: nothing.

  /// Of the event at `seq`.
  [[nodiscard]] std::string content(Seq seq, const v1::Content& told) const;
  /// Beside a message on a page that was read when the channel's head was `as_of`: all edits and reactions up to there
  /// that the reader may see, and what it says now.
  [[nodiscard]] std::string annotation(const v1::Event& message, Seq as_of) const;
  /// The newest message that the row's account may see, and has not deleted for itself. `wanted`: it has to be there
  /// where it is among the last events.
  [[nodiscard]] std::string last(const v1::InboxRow& row, bool wanted) const;

 private:
  /// Among the last events before `head`, and these are small.
  [[nodiscard]] bool is_near(Seq seq, Seq head) const;
  [[nodiscard]] std::string edits(const ModelMessage& known, const v1::Event& message, Seq as_of) const;
  [[nodiscard]] std::string reactions(const ModelMessage& known, const v1::Event& message, Seq as_of) const;
};

}  // namespace parley::sim
