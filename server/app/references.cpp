#include "app/references.hpp"

#include <vector>

namespace parley {

void EventReferences::note(const wire::OpenedEvent& opened) {
  Event event = opened.event;
  if (opened.content_deleted) {
    emptied_.insert(event.seq);
    event.content.emplace();  // it had one: a reaction whose content is gone is none that takes another back
  }
  std::vector<Seq> targets;
  if (const auto target = event.content_target()) targets.push_back(*target);
  if (const auto* edited = event.as<event::Edited>()) edits_[event.seq] = edited->target;
  if (const auto* deleted = event.as<event::Deleted>()) {
    targets = deleted->targets;
    deleted_.insert(targets.begin(), targets.end());
  }
  for (const Seq target : targets) {
    auto& annotation = annotations_[target];
    for (const auto& slot : annotation.reactions) {
      if (event.as<event::Deleted>() != nullptr ||
          (event.as<event::Reacted>() != nullptr && slot.account == event.account)) {
        deleted_.insert(slot.seq);
      }
    }
    wire::annotate(annotation, event);
  }
}

std::set<Seq> EventReferences::to_be_emptied() const {
  std::set<Seq> all = deleted_;
  for (const auto& [edit, target] : edits_) {
    if (deleted_.contains(target)) all.insert(edit);
  }
  return all;
}

}  // namespace parley
