// Which key does what. The help is made from the same table.
#pragma once

#include <cstdint>
#include <span>

#include "parley/chat/input.hpp"

namespace parley::cli::chat {

enum class Action : std::uint8_t {
  none,
  help,
  find,
  search,
  next,
  previous,
  next_unread,
  other_side,
  page_up,
  page_down,
  newest,
  new_group,
  edit_last,
  pin,
  mute,
  archive,
  mark_unread,
  show_archived,
  redraw,
  suspend,
  interrupt,
  quit,
  // with a message selected
  up,
  down,
  reply,
  edit,
  remove,
  react,
  copy,
  open,
  go_to_answered,
};

enum class Where : std::uint8_t { anywhere, message };

struct Binding {
  Action action;
  Where where;
  Key key;
  char letter;  // with Key::text
  bool ctrl;
  bool alt;
  const char* shown;  // nullptr: another key for the same, not in the help
  const char* help;
};

std::span<const Binding> bindings();
/// none: the key is for writing, or nothing.
Action action_of(const Input& input, Where where);

}  // namespace parley::cli::chat
