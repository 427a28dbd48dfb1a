#include "parley/file_store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "client/fake_server_for_test.hpp"

namespace parley::cli {
namespace {

using client::test::kPeer;
using client::test::kTalk;
using client::test::make_id;

class CliStore : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "parley-cli-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static client::OutboxEntry entry(int id) {
    return {make_id<SendId>(id), kTalk, static_cast<std::uint64_t>(id), from_unix_ms(5), "command"};
  }
  static void put(FileStore& store, const client::OutboxEntry& entry) {
    const client::OutboxEntry* pointer = &entry;
    client::Changes changes;
    changes.outbox_put = {&pointer, 1};
    ASSERT_TRUE(store.commit(changes));
  }
  static void remove(FileStore& store, const SendId& id) {
    client::Changes changes;
    changes.outbox_removed = {&id, 1};
    ASSERT_TRUE(store.commit(changes));
  }
  static client::ChannelState channel() {
    client::ChannelState state;
    state.id = kTalk;
    state.kind = ChannelKind::direct;
    state.role = Role::member;
    state.title = "Talk";
    state.peer = kPeer;
    state.visible = {{1, 4}, {9, 0}};
    state.head = 20;
    state.head_time = from_unix_ms(77);
    state.unread = 3;
    state.counted = 20;
    state.contact = 2;
    state.registers.read = 17;
    state.registers.muted_until = -1;
    state.registers.hidden = {{2, 3}};
    state.read_wanted = 18;
    state.have = {{1, 4}, {9, 20}};
    state.points = {{20, Digest{7}}};
    state.incarnation = make_id<Incarnation>(9);
    state.unproven = true;
    return state;
  }
  static void put_channel(FileStore& store, const client::ChannelState& state, const std::string& text) {
    v1::Event event;
    event.mutable_header()->set_seq(state.head);
    event.mutable_content()->set_text(text);
    const v1::Event* pointer = &event;
    const client::ChannelState* changed = &state;
    const client::StoredEvents stored{state.id, {&pointer, 1}};
    client::SessionRecord session;
    session.account = kPeer;
    session.version = "v";
    client::Changes changes;
    changes.session = &session;
    changes.channels = {&changed, 1};
    changes.events = {&stored, 1};
    ASSERT_TRUE(store.commit(changes));
  }

  std::string directory_;
};

TEST_F(CliStore, FindsEverythingAgain) {
  {
    FileStore store(directory_);
    ASSERT_TRUE(store.load());
    put_channel(store, channel(), "hello");
    put(store, entry(1));
    put(store, entry(2));
    remove(store, entry(1).send_id);
  }
  FileStore store(directory_);
  const auto loaded = store.load();
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->channels.size(), 1u);
  EXPECT_EQ(loaded->channels[0], channel());
  EXPECT_EQ(loaded->session.version, "v");
  ASSERT_EQ(loaded->outbox.size(), 1u);
  EXPECT_EQ(loaded->outbox[0], entry(2));
  EXPECT_EQ(store.image().events(kTalk).size(), 1u);
}

TEST_F(CliStore, FilesArePrivate) {
  FileStore store(directory_);
  ASSERT_TRUE(store.load());
  put(store, entry(1));
  for (const char* name : {"state", "outbox", "state.lock", "outbox.lock"}) {
    struct stat info{};
    ASSERT_EQ(::stat((directory_ + "/" + name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(CliStore, TornTailIsCutAtEveryByte) {
  std::uint64_t whole = 0;
  {
    FileStore store(directory_);
    ASSERT_TRUE(store.load());
    put(store, entry(1));
    whole = std::filesystem::file_size(directory_ + "/outbox");
    put(store, entry(2));
  }
  const auto full = read_file(directory_ + "/outbox");
  ASSERT_TRUE(full);
  for (std::size_t size = 0; size < full->size(); ++size) {
    std::filesystem::remove(directory_ + "/outbox");
    std::ofstream(directory_ + "/outbox", std::ios::binary) << full->substr(0, size);
    FileStore store(directory_);
    const auto loaded = store.load();
    ASSERT_TRUE(loaded) << size;
    EXPECT_EQ(loaded->outbox.size(), size < whole ? 0u : 1u) << size;
    put(store, entry(3));
    FileStore again(directory_);
    EXPECT_EQ(again.load()->outbox.size(), size < whole ? 1u : 2u) << size;
  }
}

TEST_F(CliStore, DamagedRecordIsNotBelieved) {
  {
    FileStore store(directory_);
    ASSERT_TRUE(store.load());
    put(store, entry(1));
  }
  std::fstream file(directory_ + "/outbox", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(25);
  file.put('\x7f');
  file.close();
  FileStore store(directory_);
  EXPECT_TRUE(store.load()->outbox.empty());
}

TEST_F(CliStore, ForeignFileIsRefused) {
  std::ofstream(directory_ + "/outbox") << "something else entirely";
  FileStore store(directory_);
  EXPECT_EQ(store.load().error().code, ErrorCode::store_unavailable);
}

TEST_F(CliStore, TwoProcessesShareTheOutboxAndOneWritesState) {
  FileStore first(directory_);
  ASSERT_TRUE(first.load());
  FileStore second(directory_);
  ASSERT_TRUE(second.load());
  EXPECT_TRUE(first.owns_state());
  EXPECT_FALSE(second.owns_state());
  put(first, entry(1));
  put(second, entry(1 + 1));
  put(first, entry(3));
  auto added = second.new_sends();
  ASSERT_TRUE(added);
  ASSERT_EQ(added->size(), 1u);
  EXPECT_EQ((*added)[0].send_id, entry(3).send_id);
  remove(second, entry(1).send_id);
  put_channel(second, channel(), "not kept");
  FileStore third(directory_);
  const auto loaded = third.load();
  EXPECT_EQ(loaded->outbox.size(), 2u);
  EXPECT_TRUE(loaded->channels.empty());
}

TEST_F(CliStore, PlacesStayInOrderAcrossProcesses) {
  FileStore first(directory_);
  ASSERT_TRUE(first.load());
  FileStore second(directory_);
  ASSERT_TRUE(second.load());
  put(first, entry(1));
  put(first, entry(2));
  auto late = entry(9);
  late.order = 1;  // what the second process would give it
  put(second, late);
  FileStore third(directory_);
  auto loaded = third.load();
  std::sort(loaded->outbox.begin(), loaded->outbox.end(),
            [](const auto& a, const auto& b) { return a.order < b.order; });
  ASSERT_EQ(loaded->outbox.size(), 3u);
  EXPECT_EQ(loaded->outbox.back().send_id, late.send_id);
}

TEST_F(CliStore, OutboxShrinksWhenItIsEmpty) {
  FileStore first(directory_);
  ASSERT_TRUE(first.load());
  FileStore second(directory_);
  ASSERT_TRUE(second.load());
  auto large = entry(1);
  large.command.assign(100'000, 'x');
  put(first, large);
  remove(first, large.send_id);
  EXPECT_LT(std::filesystem::file_size(directory_ + "/outbox"), 100u);
  // A process that had the old file open finds the new one.
  put(second, entry(2));
  FileStore third(directory_);
  EXPECT_EQ(third.load()->outbox.size(), 1u);
}

TEST_F(CliStore, StateIsCompacted) {
  FileStore store(directory_);
  ASSERT_TRUE(store.load());
  const std::string text(20'000, 'x');
  auto state = channel();
  for (int i = 0; i < 200; ++i) put_channel(store, state, text);
  EXPECT_LT(std::filesystem::file_size(directory_ + "/state"), 3u << 20);
}

TEST_F(CliStore, ClientSurvivesRestartOnIt) {
  client::test::World world;
  for (int round = 0; round < 3; ++round) {
    FileStore store(directory_);
    client::Client client({}, store, world, world,
                          [](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), 1); });
    ASSERT_TRUE(client.load());
    EXPECT_EQ(client.outbox_size(), static_cast<std::size_t>(round));
    v1::Command command;
    command.set_channel_id(std::string(kTalk.view()));
    command.set_send_id(std::string(make_id<SendId>(50 + round).view()));
    command.mutable_post()->mutable_content()->set_text("x");
    ASSERT_TRUE(client.send(from_unix_ms(1), command));
  }
}

}  // namespace
}  // namespace parley::cli
