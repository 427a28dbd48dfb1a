// The model as a picture.
#pragma once

#include "parley/chat/canvas.hpp"
#include "parley/chat/screen_state.hpp"

namespace parley::cli::chat {

/// Messages that a search shows.
inline constexpr std::size_t kMostFound = 200;

/// Also notes in `screen` what the mouse may hit and how much room the messages had. Moves a chat's lower edge where it
/// would leave the window empty.
Canvas draw_screen(Model& model, ScreenState& screen, Time now);

struct Area {
  int x = 0, y = 0, width = 0, height = 0;
};
void draw_list(Canvas& canvas, const Model& model, ScreenState& screen, Area area, Time now);
void draw_chat(Canvas& canvas, Model& model, ScreenState& screen, Area area);
void draw_panel(Canvas& canvas, const Model& model, ScreenState& screen);

}  // namespace parley::cli::chat
