#include <gtest/gtest.h>

#include <algorithm>

#include "parley/chat/canvas.hpp"
#include "parley/chat/editor.hpp"
#include "parley/chat/glyphs.hpp"
#include "parley/chat/input.hpp"
#include "parley/chat/keys.hpp"
#include "parley/chat/message_text.hpp"
#include "parley/chat/terminal_writer.hpp"

namespace parley::cli::chat {
namespace {

const std::string kFamily = "👨\u200D👩\u200D👧\u200D👦";  // seven code points

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

TEST(ChatGlyphs, WhatATerminalWouldObeyIsReplaced) {
  for (const std::string_view hostile :
       {"\x1b[2J", "\x1b]0;title\a", "\b\b\b", "\r",
        "\x9b"
        "31m",
        "\xc2\x9b"
        "31m",
        "\x7f", "\u202Egnp.exe", "\u2066", "\u200F", "\xff\xfe", "\u2028", "\xed\xa0\x80"}) {
    std::string shown;
    for (const Glyph& glyph : glyphs_of(hostile)) shown += glyph.text;
    EXPECT_FALSE(has_control(shown)) << shown;
    EXPECT_TRUE(shown.contains("\uFFFD")) << shown;
    for (const std::string_view bad : {"\u202E", "\u2066", "\u200F", "\xc2\x9b", "\u2028"})
      EXPECT_FALSE(shown.contains(bad));
  }
}

TEST(ChatGlyphs, WidthsAreWhatReadersSee) {
  EXPECT_EQ(width_of("abc"), 3);
  EXPECT_EQ(width_of("日本"), 4);
  EXPECT_EQ(width_of(kFamily), 2);
  EXPECT_EQ(width_of("❤️"), 2);
  EXPECT_EQ(width_of("🇩🇪"), 2);
  EXPECT_EQ(width_of("e\u0301"), 1);
  EXPECT_EQ(width_of("שלום"), 4);
  EXPECT_EQ(glyphs_of(kFamily).size(), 1u);
  EXPECT_EQ(glyphs_of(kFamily)[0].text, kFamily);
}

TEST(ChatGlyphs, TowersOfMarksStayInTheirRow) {
  std::string tower = "a";
  for (int i = 0; i < 1'000; ++i) tower += "\u0301";
  const auto glyphs = glyphs_of(tower);
  ASSERT_EQ(glyphs.size(), 1u);
  EXPECT_LE(glyphs[0].text.size(), 9u);
  EXPECT_EQ(glyphs[0].bytes, tower.size());
  EXPECT_EQ(glyphs_of("\u0301")[0].text, "\u25CC\u0301");
}

TEST(ChatGlyphs, FittedTextNeverTakesMoreColumns) {
  for (int columns = 0; columns < 9; ++columns) {
    for (const std::string& text :
         {std::string("日本語テキスト"), kFamily + kFamily + "abc", std::string("a\nb\nc and more")}) {
      EXPECT_LE(width_of(fitted(text, columns)), columns);
      EXPECT_LE(width_of(fitted_end(text, columns)), columns);
    }
  }
  EXPECT_EQ(fitted("abcdef", 4), "abc…");
  EXPECT_EQ(fitted("abcd", 4), "abcd");
}

TEST(ChatWrap, LinesFitAndNothingIsLost) {
  const std::string text =
      "The quick brown fox jumps over 日本語の長い文章です and supercalifragilistic " + kFamily + "\n\nend";
  for (int columns = 2; columns < 40; ++columns) {
    std::string letters;
    for (const auto line : wrapped(text, columns)) {
      EXPECT_LE(width_of(line), columns);
      letters += line;
    }
    const auto without_space = [](std::string s) {
      std::erase_if(s, [](char c) { return c == ' ' || c == '\n'; });
      return s;
    };
    EXPECT_EQ(without_space(letters), without_space(text));
  }
}

TEST(ChatWrap, BreaksAtSpacesAndKeepsEmptyLines) {
  EXPECT_EQ(wrapped("one two three", 8), (std::vector<std::string_view>{"one two", "three"}));
  EXPECT_EQ(wrapped("a\n\nb", 8), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(wrapped("", 8), (std::vector<std::string_view>{""}));
  EXPECT_EQ(wrapped("abcdefgh", 4), (std::vector<std::string_view>{"abcd", "efgh"}));
}

TEST(ChatWrap, AHundredThousandCharactersAreFoldedWithoutLookingAtThemAll) {
  std::string text;
  while (text.size() < 100'000) text += "word ";
  text += '\x1b';
  bool more = false;
  const auto lines = wrapped(text, 50, 14, &more);
  EXPECT_EQ(lines.size(), 14u);
  EXPECT_TRUE(more);
  EXPECT_EQ(wrapped(text, 50, 0, &more).size(), 2'001u);
  EXPECT_FALSE(more);
}

TEST(ChatMarks, LinksAndMentionsAreFoundAndEndWhereTheyEnd) {
  EXPECT_EQ(marks_of("see https://a.example/x?y=1), then", "anna"), (std::vector<Mark>{{4, 27, Role::link}}));
  EXPECT_EQ(marks_of("javascript://x ftp://y", "anna"), std::vector<Mark>{});
  EXPECT_EQ(marks_of("@anna. @annabel http://x/@anna", "anna"),
            (std::vector<Mark>{{0, 5, Role::mention}, {16, 30, Role::link}}));
}

std::string written(const Canvas& canvas) {
  TerminalWriter writer(Theme(Colours::none, Ground::dark));
  return writer.show(canvas);
}

TEST(ChatCanvas, WideGlyphsAreCutWholeAndNeverStandHalf) {
  Canvas canvas(5, 1);
  canvas.put(0, 0, "a日本x");
  EXPECT_EQ(canvas.row(0), "a日本");
  canvas.put(2, 0, "b");
  EXPECT_EQ(canvas.row(0), "a b本");
  canvas.put(3, 0, "c");
  EXPECT_EQ(canvas.row(0), "a bc");
}

TEST(ChatCanvas, HostileTextLeavesNothingButOurOwnSequences) {
  Canvas canvas(40, 1);
  canvas.put(0, 0, "x\x1b[31mred\x1b]52;c;AAAA\a\n\u202E");
  std::string bytes = written(canvas);
  EXPECT_FALSE(bytes.contains("\x1b[31m"));
  EXPECT_FALSE(bytes.contains("\x1b]"));
  EXPECT_FALSE(bytes.contains('\a'));
  EXPECT_FALSE(bytes.contains("\u202E"));
}

TEST(ChatWriter, TellsOnlyWhatChanged) {
  TerminalWriter writer(Theme(Colours::many, Ground::dark));
  Canvas canvas(80, 24);
  canvas.put(0, 5, "hello");
  EXPECT_TRUE(writer.show(canvas).contains("hello"));
  EXPECT_EQ(writer.show(canvas), "");
  canvas.put(3, 5, "p");
  const std::string bytes = writer.show(canvas);
  EXPECT_TRUE(bytes.contains("\x1b[6;4H"));
  EXPECT_FALSE(bytes.contains("hel"));
  EXPECT_LT(bytes.size(), 60u);
  writer.forget();
  EXPECT_TRUE(writer.show(canvas).contains("helpo"));
}

TEST(ChatWriter, SetsTheCursorAnewBehindWhatTerminalsDisagreeAbout) {
  Canvas canvas(20, 1);
  canvas.put(0, 0, kFamily + "|");
  EXPECT_TRUE(written(canvas).contains(kFamily + "\x1b[1;3H|"));
}

TEST(ChatWriter, RightToLeftRunsDoNotPullInWhatFollows) {
  Canvas canvas(20, 1);
  canvas.put(0, 0, "שלום");
  canvas.put(4, 0, " 12:30");
  EXPECT_TRUE(written(canvas).contains("שלום\u200E\x1b[1;5H 12:30"));
}

TEST(ChatTheme, WithoutColoursNoColourIsSet) {
  Canvas canvas(30, 1);
  for (std::size_t i = 0; i < kRoles; ++i) canvas.put(static_cast<int>(i), 0, "x", static_cast<Role>(i));
  const std::string bytes = written(canvas);
  EXPECT_FALSE(bytes.contains(";3") && bytes.contains("38;"));
  EXPECT_FALSE(bytes.contains("48;"));
  TerminalWriter all(Theme(Colours::all, Ground::light));
  EXPECT_TRUE(all.show(canvas).contains("38;2;"));
  TerminalWriter many(Theme(Colours::many, Ground::light));
  EXPECT_TRUE(many.show(canvas).contains("38;5;"));
}

TEST(ChatTheme, TheTerminalSaysWhatItIs) {
  EXPECT_EQ(colours_of(256, "truecolor", "xterm", false), Colours::all);
  EXPECT_EQ(colours_of(256, "", "xterm", false), Colours::many);
  EXPECT_EQ(colours_of(8, "", "linux", false), Colours::sixteen);
  EXPECT_EQ(colours_of(256, "truecolor", "xterm", true), Colours::none);
  EXPECT_EQ(ground_of("0;15", Ground::dark), Ground::light);
  EXPECT_EQ(ground_of("15;0", Ground::light), Ground::dark);
  EXPECT_EQ(ground_of_answer("rgb:ffff/ffff/ffff", Ground::dark), Ground::light);
  EXPECT_EQ(ground_of_answer("rgb:1e1e/1e1e/1e1e", Ground::light), Ground::dark);
  EXPECT_EQ(ground_of_answer("rgb:zz/1", Ground::light), Ground::light);
}

std::vector<Input> typed(std::string_view bytes) {
  KeyReader reader;
  std::vector<Input> all;
  // One byte at a time, as a slow line may bring them.
  for (const char c : bytes) {
    for (Input& input : reader.feed({&c, 1})) all.push_back(std::move(input));
  }
  for (Input& input : reader.settle()) all.push_back(std::move(input));
  return all;
}

TEST(ChatInput, KeysAreKnownHoweverTheBytesAreCut) {
  EXPECT_EQ(typed("\x1b[A"), (std::vector<Input>{{.key = Key::up}}));
  EXPECT_EQ(typed("\x1bOB"), (std::vector<Input>{{.key = Key::down}}));
  EXPECT_EQ(typed("\x1b[1;3A"), (std::vector<Input>{{.key = Key::up, .alt = true}}));
  EXPECT_EQ(typed("\x1b[5~"), (std::vector<Input>{{.key = Key::page_up}}));
  EXPECT_EQ(typed("\r"), (std::vector<Input>{{.key = Key::enter}}));
  EXPECT_EQ(typed("\n"), (std::vector<Input>{{.key = Key::newline}}));
  EXPECT_EQ(typed("\x1b\r"), (std::vector<Input>{{.key = Key::newline}}));
  EXPECT_EQ(typed("\x1b"), (std::vector<Input>{{.key = Key::escape}}));
  EXPECT_EQ(typed("\x0b"), (std::vector<Input>{{.key = Key::text, .text = "k", .ctrl = true}}));
  EXPECT_EQ(typed("\x1b"
                  "a"),
            (std::vector<Input>{{.key = Key::text, .text = "a", .alt = true}}));
  EXPECT_EQ(typed("é"), (std::vector<Input>{{.key = Key::text, .text = "é"}}));
  EXPECT_EQ(typed("\x1b[<0;12;3M"), (std::vector<Input>{{.key = Key::press, .x = 11, .y = 2}}));
  EXPECT_EQ(typed("\x1b[<65;1;1M"), (std::vector<Input>{{.key = Key::wheel_down}}));
  EXPECT_EQ(typed("\x1b[[A"), (std::vector<Input>{{.key = Key::help}}));
  EXPECT_EQ(typed("\x1b]11;rgb:ff/ff/ff\x1b\\"),
            (std::vector<Input>{{.key = Key::background, .text = "rgb:ff/ff/ff"}}));
}

TEST(ChatInput, PastedLinesDoNotSend) {
  const auto inputs = typed("\x1b[200~one\rtwo\r\n\x1b[31m\x1b[201~x");
  ASSERT_EQ(inputs.size(), 2u);
  EXPECT_EQ(inputs[0].key, Key::paste);
  Editor editor;
  EXPECT_TRUE(editor.take(inputs[0]));
  EXPECT_EQ(editor.text(), "one\ntwo\n[31m");
  EXPECT_EQ(inputs[1].text, "x");
}

TEST(ChatKeys, NoKeyMeansTwoThings) {
  for (const Binding& one : bindings()) {
    Input input{.key = one.key, .alt = one.alt, .ctrl = one.ctrl};
    if (one.key == Key::text) input.text = one.letter;
    EXPECT_EQ(action_of(input, one.where), one.action) << (one.shown == nullptr ? "" : one.shown);
  }
}

TEST(ChatEditor, MovesAndErasesWholeCharacters) {
  Editor editor;
  editor.insert("a" + kFamily + "é");
  EXPECT_TRUE(editor.take({.key = Key::left}));
  EXPECT_TRUE(editor.take({.key = Key::backspace}));
  EXPECT_EQ(editor.text(), "aé");
  EXPECT_TRUE(editor.take({.key = Key::remove}));
  EXPECT_EQ(editor.text(), "a");
  editor.set("one two\nthree");
  EXPECT_TRUE(editor.take({.key = Key::text, .text = "w", .ctrl = true}));
  EXPECT_EQ(editor.text(), "one two\n");
  EXPECT_TRUE(editor.take({.key = Key::up}));
  EXPECT_TRUE(editor.take({.key = Key::text, .text = ">"}));
  EXPECT_EQ(editor.text(), ">one two\n");
}

TEST(ChatEditor, TheCursorIsAlwaysSeen) {
  Editor editor;
  for (int i = 0; i < 40; ++i) editor.insert("日本 word\n");
  for (int width = 4; width < 30; ++width) {
    const auto view = editor.view(width, 5);
    EXPECT_LE(view.lines.size(), 5u);
    EXPECT_LT(view.cursor_y, 5);
    EXPECT_LT(view.cursor_x, width);
    for (const auto& line : view.lines) EXPECT_LE(width_of(line), width);
  }
}

}  // namespace
}  // namespace parley::cli::chat
