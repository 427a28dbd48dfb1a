#include "parley/chat/keys.hpp"

#include <array>

namespace parley::cli::chat {
namespace {

using enum Action;
constexpr Where kAny = Where::anywhere;
constexpr Where kMessage = Where::message;

constexpr auto kBindings = std::to_array<Binding>({
    {help, kAny, Key::help, 0, false, false, "? or F1", "this help (? in an empty line)"},
    {find, kAny, Key::text, 'k', true, false, "Ctrl+K", "find a channel, begin a chat"},
    {find, kAny, Key::text, 't', true, false, nullptr, nullptr},
    {new_group, kAny, Key::text, 'g', true, false, "Ctrl+G", "new group"},
    {search, kAny, Key::text, 'f', true, false, "Ctrl+F", "search in messages"},
    {next, kAny, Key::text, 'n', true, false, "Ctrl+N, Alt+Down", "next channel"},
    {next, kAny, Key::down, 0, false, true, nullptr, nullptr},
    {previous, kAny, Key::text, 'p', true, false, "Ctrl+P, Alt+Up", "previous channel"},
    {previous, kAny, Key::up, 0, false, true, nullptr, nullptr},
    {next_unread, kAny, Key::text, 'a', false, true, "Alt+A", "next unread channel"},
    {other_side, kAny, Key::tab, 0, false, false, "Tab", "to the list of channels and back"},
    {page_up, kAny, Key::page_up, 0, false, false, "PgUp, PgDn", "older and newer messages"},
    {page_down, kAny, Key::page_down, 0, false, false, nullptr, nullptr},
    {newest, kAny, Key::end, 0, false, true, "Alt+End", "to the newest message"},
    {newest, kAny, Key::end, 0, true, false, nullptr, nullptr},
    {edit_last, kAny, Key::text, 'e', false, true, "Alt+E", "change my last message"},
    {pin, kAny, Key::text, 'p', false, true, "Alt+P", "pin the channel, or not"},
    {mute, kAny, Key::text, 'm', false, true, "Alt+M", "mute it, or not"},
    {archive, kAny, Key::text, 'h', false, true, "Alt+H", "archive it, or bring it back"},
    {mark_unread, kAny, Key::text, 'u', false, true, "Alt+U", "mark it as unread"},
    {show_archived, kAny, Key::text, 's', false, true, "Alt+S", "show archived channels, or not"},
    {redraw, kAny, Key::text, 'l', true, false, "Ctrl+L", "draw the screen anew"},
    {suspend, kAny, Key::text, 'z', true, false, "Ctrl+Z", "suspend; fg comes back"},
    {quit, kAny, Key::text, 'q', true, false, "Ctrl+Q", "end (drafts are kept)"},
    {interrupt, kAny, Key::text, 'c', true, false, nullptr, nullptr},
    {up, kMessage, Key::up, 0, false, false, "Up, Down", "select (Up from an empty line)"},
    {up, kMessage, Key::text, 'k', false, false, nullptr, nullptr},
    {down, kMessage, Key::down, 0, false, false, nullptr, nullptr},
    {down, kMessage, Key::text, 'j', false, false, nullptr, nullptr},
    {reply, kMessage, Key::text, 'r', false, false, "r", "reply"},
    {edit, kMessage, Key::text, 'e', false, false, "e", "edit (mine)"},
    {remove, kMessage, Key::text, 'd', false, false, "d", "delete for everybody or for me"},
    {remove, kMessage, Key::remove, 0, false, false, nullptr, nullptr},
    {react, kMessage, Key::text, '+', false, false, "+", "react"},
    {copy, kMessage, Key::text, 'c', false, false, "c", "copy the text"},
    {copy, kMessage, Key::text, 'y', false, false, nullptr, nullptr},
    {open, kMessage, Key::text, 'o', false, false, "o", "unfold a long message, or fold it"},
    {open, kMessage, Key::enter, 0, false, false, nullptr, nullptr},
    {go_to_answered, kMessage, Key::text, 'g', false, false, "g", "go to the message it answers"},
    {newest, kMessage, Key::end, 0, false, false, nullptr, nullptr},
});

bool fits(const Binding& binding, const Input& input) {
  if (binding.key != input.key || binding.ctrl != input.ctrl || binding.alt != input.alt) return false;
  return binding.key != Key::text || (input.text.size() == 1 && input.text.front() == binding.letter);
}

}  // namespace

std::span<const Binding> bindings() {
  return kBindings;
}

Action action_of(const Input& input, Where where) {
  for (const Binding& binding : kBindings) {
    if ((binding.where == Where::anywhere || binding.where == where) && fits(binding, input)) return binding.action;
  }
  return none;
}

}  // namespace parley::cli::chat
