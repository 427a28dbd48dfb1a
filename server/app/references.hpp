// What a channel's events say of each other, as they are read in order: which annotations they make, and whose content
// has to be gone.
#pragma once

#include <map>
#include <set>

#include "base/id.hpp"
#include "wire/records.hpp"

namespace parley {

class EventReferences {
 public:
  /// Takes the next event, in the order of seq; one that is lost may be left out.
  void note(const wire::OpenedEvent& opened);

  /// Events whose content is gone.
  [[nodiscard]] const std::set<Seq>& emptied() const { return emptied_; }
  /// Events whose content has to be gone: deleted messages, their edits and reactions, and reactions that were replaced
  /// or taken back.
  [[nodiscard]] std::set<Seq> to_be_emptied() const;
  /// By target, as the events make them.
  [[nodiscard]] std::map<Seq, wire::Annotation>& annotations() { return annotations_; }

 private:
  std::set<Seq> emptied_;
  std::set<Seq> deleted_;
  std::map<Seq, Seq> edits_;  // edit -> message
  std::map<Seq, wire::Annotation> annotations_;
};

}  // namespace parley
