#include <gtest/gtest.h>

#include <cstdlib>

#include "parley/chat/app.hpp"
#include "parley/chat/glyphs.hpp"
#include "parley/chat/layout.hpp"
#include "parley/v1/events.pb.h"

namespace parley::cli::chat {
namespace {

constexpr std::int64_t kNoon = 1'764'072'000'000;  // 2025-11-25 12:00 UTC
constexpr Time kNow{Duration(kNoon + 3'600'000)};

template <class I>
I id(std::uint8_t last) {
  IdBytes bytes{};
  bytes[15] = last;
  return I(bytes);
}
const AccountId kAnna = id<AccountId>(1);
const AccountId kBert = id<AccountId>(2);
const ChannelId kChat = id<ChannelId>(10);
const ChannelId kGroup = id<ChannelId>(11);

class FakeWorld : public World {
 public:
  explicit FakeWorld(Model& model) : model_(model) {}
  void opened(const ChannelId&) override {}
  void load(const ChannelId& channel) override { model_.find(channel)->loaded = true; }
  void fetch_older(const ChannelId&, Seq before) override { older.push_back(before); }
  void fetch_whole(const ChannelId&, Seq seq) override { whole = seq; }
  bool post(const ChannelId& channel, const std::string& text, Seq reply_to) override {
    posts.push_back(text);
    answered = reply_to;
    Message message;
    message.send_id = id<SendId>(static_cast<std::uint8_t>(posts.size()));
    message.author = kAnna;
    message.time = kNoon;
    message.text = text;
    model_.take_waiting(channel, message);
    return takes;
  }
  bool edit(const ChannelId&, Seq seq, const std::string& text) override {
    edits.emplace_back(seq, text);
    return takes;
  }
  void remove(const ChannelId&, Seq seq, bool for_me) override { removed.emplace_back(seq, for_me); }
  void react(const ChannelId&, Seq, const std::string& value) override { reaction = value; }
  void read(const ChannelId&, Seq seq) override { read_up_to = seq; }
  void set(const ChannelId&, Register what, bool on) override { registers.emplace_back(what, on); }
  void typing(const ChannelId&, bool on) override { typings.push_back(on); }
  void begin_direct(const std::string& handle) override { direct = handle; }
  void begin_group(const std::string& title, const std::vector<std::string>& handles) override {
    group = title;
    members = handles;
  }
  void copy(const std::string& text) override { copied = text; }
  void active(bool) override {}
  void redraw() override {}
  void suspend() override {}
  void quit() override { ended = true; }

  std::vector<std::string> posts, members;
  std::vector<std::pair<Seq, std::string>> edits;
  std::vector<std::pair<Seq, bool>> removed;
  std::vector<std::pair<Register, bool>> registers;
  std::vector<Seq> older;
  std::vector<bool> typings;
  std::string reaction, direct, group, copied;
  Seq answered = 0, read_up_to = 0, whole = 0;
  bool takes = true, ended = false;

 private:
  Model& model_;
};

class ChatApp : public testing::Test {
 protected:
  ChatApp() {
    ::setenv("TZ", "UTC", 1);
    model.me = kAnna;
    model.handle = "anna";
    model.names[kBert] = "bert";
    model.state = client::State::live;
    channel(kChat, ChannelKind::direct, "", 0);
    app.resize(100, 30);
    app.open(kChat);
  }

  client::ChannelState& channel(const ChannelId& which, ChannelKind kind, const std::string& title, Seq head) {
    client::ChannelState state;
    state.id = which;
    state.kind = kind;
    state.role = parley::Role::member;
    state.title = title;
    state.peer = kBert;
    state.head = head;
    state.head_time = from_unix_ms(kNoon);
    state.visible = {{1, 0}};
    state.members = 2;
    model.take_channel(state);
    return model.find(which)->state;
  }

  v1::Event event(Seq seq, const AccountId& author) {
    v1::Event out;
    out.mutable_header()->set_seq(seq);
    out.mutable_header()->set_time(kNoon + static_cast<std::int64_t>(seq) * 1'000);
    out.mutable_header()->set_account(std::string(author.view()));
    return out;
  }
  v1::Event said(Seq seq, const AccountId& author, const std::string& text, Seq reply_to = 0) {
    v1::Event out = event(seq, author);
    out.mutable_header()->mutable_message()->set_reply_to(reply_to);
    out.mutable_content()->set_text(text);
    return out;
  }
  void give(const v1::Event& event, const ChannelId& to = kChat) {
    model.find(to)->loaded = true;
    auto& state = model.find(to)->state;
    state.head = std::max<Seq>(state.head, event.header().seq());
    const v1::Event* pointer = &event;
    model.take_newest(to, {&pointer, 1}, false);
    app.settle();
  }

  void press(Key key) { app.take({.key = key}, kNow); }
  void type(const std::string& text) { app.take({.key = Key::text, .text = text}, kNow); }
  void ctrl(const char* letter) { app.take({.key = Key::text, .text = letter, .ctrl = true}, kNow); }
  std::string screen() {
    const Canvas canvas = app.draw(kNow);
    std::string all;
    for (int y = 0; y < canvas.height(); ++y) all += canvas.row(y) + "\n";
    return all;
  }
  Chat& chat() { return *model.find(kChat); }

  Model model;
  FakeWorld world{model};
  App app{model, world};
};

TEST_F(ChatApp, WritesSendsAndShowsTheClockUntilItIsStored) {
  type("hello");
  press(Key::newline);
  type("there");
  EXPECT_EQ(world.typings, std::vector<bool>{true});
  press(Key::enter);
  EXPECT_EQ(world.posts, std::vector<std::string>{"hello\nthere"});
  EXPECT_TRUE(screen().contains("◷"));
  v1::Event stored = said(1, kAnna, "hello\nthere");
  stored.mutable_header()->set_send_id(std::string(id<SendId>(1).view()));
  give(stored);
  EXPECT_FALSE(screen().contains("◷"));
  EXPECT_TRUE(screen().contains("12:00 ✓"));
  chat().state.delivered_by_all = 1;
  EXPECT_TRUE(screen().contains("✓✓"));
}

TEST_F(ChatApp, WhatIsNotTakenStaysInTheLine) {
  world.takes = false;
  type("too long");
  press(Key::enter);
  EXPECT_EQ(chat().draft.text(), "too long");
}

TEST_F(ChatApp, ARefusedMessageComesBackIntoTheLine) {
  type("hi");
  press(Key::enter);
  model.take_sent(kChat, id<SendId>(1), 0);
  EXPECT_TRUE(chat().waiting.empty());
  EXPECT_EQ(chat().draft.text(), "hi");
}

TEST_F(ChatApp, MessagesStandUnderOneNameAndDaysApart) {
  give(said(1, kBert, "one"));
  give(said(2, kBert, "two"));
  v1::Event late = said(3, kBert, "three");
  late.mutable_header()->set_time(kNoon + 86'400'000);
  give(late);
  const std::string all = screen();
  EXPECT_TRUE(all.contains("Tuesday 25 November 2025"));
  EXPECT_TRUE(all.contains("Wednesday 26 November 2025"));
  const auto lines = lines_of(model, chat(), &chat().messages[1], chat().messages[2], 60);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].left.back().text, "two");
}

TEST_F(ChatApp, EditsDeletionsAndReactionsAreWhatTheNewestEventSays) {
  give(said(1, kBert, "frist"));
  v1::Event edit = event(3, kBert);
  edit.mutable_header()->mutable_edited()->set_target(1);
  edit.mutable_content()->set_text("first");
  give(edit);
  v1::Event older = event(2, kBert);
  older.mutable_header()->mutable_edited()->set_target(1);
  older.mutable_content()->set_text("older");
  give(older);
  v1::Event reaction = event(4, kAnna);
  reaction.mutable_header()->mutable_reacted()->set_target(1);
  reaction.mutable_content()->set_text("👍");
  give(reaction);
  EXPECT_TRUE(screen().contains("first"));
  EXPECT_TRUE(screen().contains("edited 12:00"));
  EXPECT_TRUE(screen().contains("👍 1"));
  v1::Event deletion = event(5, kBert);
  deletion.mutable_header()->mutable_deleted()->add_targets(1);
  give(deletion);
  EXPECT_FALSE(screen().contains("first"));
  EXPECT_FALSE(screen().contains("👍"));
  EXPECT_TRUE(screen().contains("deleted"));
}

TEST_F(ChatApp, AReactionThatIsNoTextIsNamedByItsTypeAndNotTakenBack) {
  give(said(1, kBert, "look"));
  v1::Event reaction = event(2, kBert);
  reaction.mutable_header()->mutable_reacted()->set_target(1);
  reaction.mutable_content()->set_type("image/png");
  reaction.mutable_content()->set_data("\x89PNG");
  give(reaction);
  EXPECT_TRUE(screen().contains("(image/png) 1"));
  v1::Event nothing = event(3, kBert);
  nothing.mutable_header()->mutable_reacted()->set_target(1);
  give(nothing);
  EXPECT_FALSE(screen().contains("(image/png)"));
}

TEST_F(ChatApp, ReplyEditReactDeleteAndCopyTheSelectedMessage) {
  give(said(1, kAnna, "mine"));
  give(said(2, kBert, "yours"));
  press(Key::up);
  EXPECT_EQ(chat().selected, 2u);
  type("c");
  EXPECT_EQ(world.copied, "yours");
  type("r");
  type("sure");
  press(Key::enter);
  EXPECT_EQ(world.answered, 2u);
  press(Key::up);
  press(Key::up);
  type("e");
  EXPECT_EQ(chat().draft.text(), "mine");
  press(Key::enter);
  EXPECT_EQ(world.edits, (std::vector<std::pair<Seq, std::string>>{{1, "mine"}}));
  press(Key::up);
  type("+");
  EXPECT_TRUE(screen().contains("👍"));
  type("1");
  EXPECT_EQ(world.reaction, "👍");
  press(Key::up);
  type("d");
  type("m");
  EXPECT_EQ(world.removed, (std::vector<std::pair<Seq, bool>>{{2, true}}));
}

TEST_F(ChatApp, CommandsThatCameInOnePieceAreSeveral) {
  give(said(1, kBert, "one"));
  press(Key::up);
  type("+2");
  EXPECT_EQ(world.reaction, "❤️");
  press(Key::up);
  type("rok");
  EXPECT_EQ(chat().draft.text(), "ok");
}

TEST_F(ChatApp, DraftsAreKeptPerChannel) {
  channel(kGroup, ChannelKind::group, "Walking club", 0);
  type("to bert");
  ctrl("n");
  EXPECT_EQ(model.open, kGroup);
  type("to all");
  ctrl("n");
  EXPECT_EQ(chat().draft.text(), "to bert");
  EXPECT_EQ(model.find(kGroup)->draft.text(), "to all");
}

TEST_F(ChatApp, OnlyWhatIsSeenIsRead) {
  give(said(1, kBert, "one"));
  EXPECT_EQ(world.read_up_to, 1u);
  app.take({.key = Key::focus_out}, kNow);
  give(said(2, kBert, "two"));
  EXPECT_EQ(world.read_up_to, 1u);
  EXPECT_TRUE(screen().contains("new messages"));
  app.take({.key = Key::focus_in}, kNow);
  app.settle();
  EXPECT_EQ(world.read_up_to, 2u);
}

TEST_F(ChatApp, TheListTellsWhatIsUnreadAndTheMouseOpensIt) {
  auto& group = channel(kGroup, ChannelKind::group, "Walking club", 7);
  group.unread = 7;
  group.unread_mentions = 2;
  const Canvas canvas = app.draw(kNow);
  int row = -1;
  for (int y = 0; y < canvas.height(); ++y) {
    if (canvas.row(y).contains("Walking club")) row = y;
  }
  ASSERT_GE(row, 0);
  EXPECT_TRUE(canvas.row(row).contains("@2 7"));
  app.take({.key = Key::press, .x = 4, .y = row}, kNow);
  EXPECT_EQ(model.open, kGroup);
}

TEST_F(ChatApp, NextUnreadGoesRoundTheList) {
  channel(kGroup, ChannelKind::group, "Walking club", 7).unread = 1;
  app.take({.key = Key::text, .text = "a", .alt = true}, kNow);
  EXPECT_EQ(model.open, kGroup);
}

TEST_F(ChatApp, SearchJumpsToTheMessage) {
  for (Seq seq = 1; seq <= 200; ++seq) give(said(seq, kBert, seq == 3 ? "the Needle" : "hay " + std::to_string(seq)));
  (void)screen();
  ctrl("f");
  type("needle");
  EXPECT_TRUE(screen().contains("the Needle"));
  const Canvas found = app.draw(kNow);
  bool marked = false;
  for (int y = 0; y < found.height(); ++y) {
    for (int x = 0; x < found.width(); ++x)
      marked = marked || (found.at(x, y).role == Role::found && found.at(x, y).text == "N");
  }
  EXPECT_TRUE(marked);  // as it is written there, not as it was searched for
  press(Key::enter);
  EXPECT_EQ(chat().selected, 3u);
  const std::string all = screen();
  EXPECT_TRUE(all.contains("the Needle"));
  EXPECT_FALSE(all.contains("hay 200"));
}

TEST(ChatSearch, TheWordsAreFoundAsTheyAreWrittenThere) {
  const auto found = [](std::string_view text, std::string_view words) {
    const Part part = found_in(text, words);
    return text.substr(part.from, part.size);
  };
  EXPECT_EQ(found("it is ELEVEN now", "Eleven"), "ELEVEN");
  EXPECT_EQ(found("eleveleven", "eleven"), "eleven");
  EXPECT_EQ(found("die Straße hier", "STRASSE"), "Straße");
  EXPECT_EQ(found("ÄÖÜ日本", "ü日"), "Ü日");
  EXPECT_EQ(found("hay", "needle"), "");
  EXPECT_EQ(found("hay", ""), "");
}

TEST_F(ChatApp, TimesStandInOneColumnWhetherTicksFollowOrNot) {
  give(said(1, kBert, "theirs"));
  give(said(2, kAnna, "mine"));
  const auto column = [&](const std::string& text) {
    const Canvas canvas = app.draw(kNow);
    for (int y = 0; y < canvas.height(); ++y) {
      if (!canvas.row(y).contains(text)) continue;
      for (int x = canvas.width() - 1; x > 0; --x) {
        if (canvas.at(x, y).text == ":") return x;
      }
    }
    return -1;
  };
  const int wanted = column("theirs");
  EXPECT_GT(wanted, 0);
  EXPECT_EQ(column("mine"), wanted);
  chat().state.delivered_by_all = 2;
  EXPECT_EQ(column("mine"), wanted);
}

TEST_F(ChatApp, ScrollingReachesBothEndsAndAsksForOlderOnes) {
  for (Seq seq = 101; seq <= 200; ++seq) give(said(seq, kBert, "m" + std::to_string(seq) + "."));
  (void)screen();
  EXPECT_TRUE(world.older.empty());
  for (int i = 0; i < 40; ++i) {
    press(Key::page_up);
    (void)screen();
  }
  EXPECT_TRUE(screen().contains("m101."));
  EXPECT_EQ(world.older, std::vector<Seq>{101});
  give(said(201, kBert, "m201."));
  EXPECT_TRUE(screen().contains("m101."));  // what is seen stays where it is
  for (int i = 0; i < 40; ++i) press(Key::page_down);
  EXPECT_TRUE(screen().contains("m201."));
  EXPECT_TRUE(chat().at_newest());
}

TEST_F(ChatApp, LongMessagesAreFoldedUntilTheyAreOpened) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line" + std::to_string(i) + ".\n";
  give(said(1, kBert, text));
  EXPECT_FALSE(screen().contains("line99."));
  EXPECT_TRUE(screen().contains("▾ more"));
  press(Key::up);
  type("o");
  EXPECT_TRUE(screen().contains("line99."));
  type("o");
  EXPECT_FALSE(screen().contains("line99."));
}

TEST_F(ChatApp, NarrowScreensShowListAndConversationInTurn) {
  give(said(1, kBert, "hello anna"));
  app.resize(60, 20);
  EXPECT_TRUE(screen().contains("hello anna"));
  EXPECT_FALSE(screen().contains("Parley · anna"));
  press(Key::escape);
  EXPECT_TRUE(screen().contains("Parley · anna"));
  EXPECT_FALSE(screen().contains("hello anna"));
  press(Key::enter);
  EXPECT_TRUE(screen().contains("hello anna"));
}

TEST_F(ChatApp, TheSelectedMessageStaysInSightWhenTheSizeChanges) {
  for (Seq seq = 1; seq <= 30; ++seq) give(said(seq, kBert, "m" + std::to_string(seq) + "."));
  (void)screen();
  for (int i = 0; i < 15; ++i) press(Key::up);
  EXPECT_TRUE(screen().contains("m16."));
  app.resize(60, 12);
  EXPECT_TRUE(screen().contains("m16."));
}

TEST_F(ChatApp, EverySizeIsDrawnWithoutHarm) {
  const std::string family = "👨\u200D👩\u200D👧\u200D👦";
  give(said(1, kBert,
            "日本語 " + family + " שלום \x1b[31m https://example.org/a/very/long/link " + std::string(400, 'x'), 0));
  give(said(2, kAnna, "answer", 1));
  for (const Panel panel :
       {Panel::none, Panel::help, Panel::find, Panel::search, Panel::group, Panel::react, Panel::remove}) {
    for (int width = 1; width < 130; width += 7) {
      for (int height = 1; height < 40; height += 3) {
        app.resize(width, height);
        if (panel == Panel::help) press(Key::help);
        if (panel == Panel::find) ctrl("k");
        if (panel == Panel::search) ctrl("f");
        if (panel == Panel::group) ctrl("g");
        if (panel == Panel::react || panel == Panel::remove) {
          press(Key::up);
          type(panel == Panel::react ? "+" : "d");
        }
        const Canvas canvas = app.draw(kNow);
        for (int y = 0; y < height; ++y) {
          EXPECT_LE(width_of(canvas.row(y)), width);
          EXPECT_FALSE(canvas.row(y).contains('\x1b'));
        }
        press(Key::escape);
        app.open(kChat);
      }
    }
  }
}

TEST_F(ChatApp, HelpShowsItselfAndAQuestionMarkCanStillBeSaid) {
  type("?");
  EXPECT_TRUE(screen().contains("Ctrl+K"));
  type("?");
  press(Key::enter);
  EXPECT_EQ(world.posts, std::vector<std::string>{"?"});
}

TEST_F(ChatApp, TheFinderBeginsChatsAndGroups) {
  ctrl("k");
  type("carla");
  EXPECT_TRUE(screen().contains("write to @carla"));
  press(Key::enter);
  EXPECT_EQ(world.direct, "carla");
  ctrl("g");
  type("Walking club");
  press(Key::enter);
  type("bert @carla");
  press(Key::enter);
  EXPECT_EQ(world.group, "Walking club");
  EXPECT_EQ(world.members, (std::vector<std::string>{"bert", "carla"}));
}

TEST_F(ChatApp, TypingIsShownAndExpires) {
  model.take_typing(kChat, kBert, true, kNow + Duration(6'000));
  EXPECT_TRUE(screen().contains("bert is typing"));
  EXPECT_TRUE(model.expire(kNow + Duration(6'000)));
  EXPECT_FALSE(screen().contains("bert is typing"));
}

TEST_F(ChatApp, AHoleForgetsWhatIsOlderRatherThanHidingIt) {
  give(said(1, kBert, "before"));
  const v1::Event later = said(90, kBert, "after");
  const v1::Event* pointer = &later;
  model.take_newest(kChat, {&pointer, 1}, true);
  EXPECT_FALSE(screen().contains("before"));
  EXPECT_TRUE(screen().contains("after"));
  EXPECT_EQ(world.older, std::vector<Seq>{90});
}

TEST_F(ChatApp, WaitingMessagesAreCalmlyCounted) {
  model.state = client::State::waiting;
  model.waiting_sends = 2;
  EXPECT_TRUE(screen().contains("no connection, trying again · 2 messages wait"));
  model.state = client::State::live;
  EXPECT_TRUE(screen().contains("sending · 2 messages wait"));
  model.sends_put_off = "disk_full";
  EXPECT_TRUE(screen().contains("refused for now: disk_full · 2 messages wait"));
}

}  // namespace
}  // namespace parley::cli::chat
