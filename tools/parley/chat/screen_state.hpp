// What the screen is busy with besides the chats: where the keys go, which panel is open, what the mouse may hit.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "parley/chat/editor.hpp"
#include "parley/chat/model.hpp"

namespace parley::cli::chat {

enum class Focus : std::uint8_t { writing, message, list };
enum class Panel : std::uint8_t { none, help, find, search, group, react, remove };

/// A row of the finder.
struct Finding {
  enum class Kind : std::uint8_t { channel, person, new_group } kind = Kind::channel;
  ChannelId channel;
  std::string name;  // of the person or the group
};
/// Channels whose name holds the words, people whose handle does, and what could be made anew under that name.
std::vector<Finding> findings(const Model& model, const std::string& words);

struct Hit {
  int x = 0, y = 0, width = 0, height = 0;
  enum class Kind : std::uint8_t { channel, message, row, list, messages, writing } kind = Kind::channel;
  ChannelId channel{};
  Seq seq = 0;
  std::size_t row = 0;
};

struct ScreenState {
  /// Below this many columns, list and conversation take turns.
  static constexpr int kNarrow = 72;

  int width = 80;
  int height = 24;
  Focus focus = Focus::list;
  Panel panel = Panel::none;
  Editor query{false};
  Editor members{false};  // of a new group
  bool in_members = false;
  std::size_t row = 0;  // of the open panel
  std::size_t help_top = 0;
  ChannelId list_at{};  // where the cursor of the list is
  std::vector<Hit> hits;
  bool has_focus = true;  // the terminal says that somebody looks

  // as drawn the last time
  int message_width = 0;
  int message_height = 0;

  [[nodiscard]] bool narrow() const { return width < kNarrow; }
  [[nodiscard]] bool shows_list(const Model& model) const { return !narrow() || focus == Focus::list || !model.open; }
  [[nodiscard]] bool shows_chat(const Model& model) const { return !narrow() || !shows_list(model); }
};

}  // namespace parley::cli::chat
