// Plays the scenarios in tests/vectors/client, which the SDK's core plays too (docs/testing.md).
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/fake_server_for_test.hpp"

namespace parley::client::test {
namespace {

namespace json = boost::json;

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return text;
}

/// "@7" stands for the id of that number, as protobuf's JSON writes bytes.
json::value read_scenario(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream stream;
  stream << file.rdbuf();
  std::string text = stream.str();
  for (std::size_t at = text.find("\"@"); at != std::string::npos; at = text.find("\"@", at + 1)) {
    const std::size_t end = text.find('"', at + 1);
    const int number = std::stoi(text.substr(at + 2, end - at - 2));
    text.replace(at + 1, end - at - 1, base64(raw(make_id<ChannelId>(number))));
  }
  return json::parse(text);
}

template <class SomeId>
SomeId id_of(std::string_view text) {
  for (int number = 0; number < 256; ++number) {
    const auto id = make_id<SomeId>(number);
    if (base64(id.view()) == text) return id;
  }
  throw std::runtime_error("No such id: " + std::string(text));
}

/// Everything in `wanted` is in `found`, which may have more members.
bool matches(const json::value& found, const json::value& wanted) {
  if (!wanted.is_object()) return found == wanted;
  if (!found.is_object()) return false;
  return std::all_of(wanted.get_object().begin(), wanted.get_object().end(), [&](const auto& member) {
    const auto* value = found.get_object().if_contains(member.key());
    return value != nullptr && matches(*value, member.value());
  });
}

std::string_view name_of_placement(Placement placement) {
  if (placement == Placement::next) return "next";
  return placement == Placement::older ? "older" : "after_hole";
}

json::array pairs(const std::vector<Interval>& intervals) {
  json::array list;
  for (const auto& [from, to] : intervals) {
    list.push_back(json::array{static_cast<std::int64_t>(from), static_cast<std::int64_t>(to)});
  }
  return list;
}

Want want_of(std::string_view name) {
  if (name == "nothing") return Want::nothing;
  if (name == "in_order") return Want::in_order;
  return name == "everything" ? Want::everything : Want::newest;
}

class Stage : public World {
 public:
  explicit Stage(const json::object& scenario) : World(settings_of(scenario)) { auto_run = false; }

  void play(std::string_view name, const json::value& value) {
    if (name == "start") {
      EXPECT_TRUE(client->start(now));
    } else if (name == "wantsToken") {
      EXPECT_EQ(tokens_wanted > tokens_given, value.as_bool());
    } else if (name == "token") {
      tokens_given = tokens_wanted;
      client->set_access_token(now, std::string(value.at("token").as_string()),
                               Duration(value.at("holdsMs").as_int64()));
    } else if (name == "noToken") {
      tokens_given = tokens_wanted;
      client->token_unavailable(now, Error(ErrorCode::draining));
    } else if (name == "connects") {
      EXPECT_EQ(wanted, value.as_bool());
    } else if (name == "opens") {
      accept();
    } else if (name == "asks") {
      asks(value.as_object());
    } else if (name == "asksNot") {
      for (const auto& kind : value.as_array()) EXPECT_EQ(find_asked(kind.as_string()), from_client.end());
    } else if (name == "answer" || name == "push") {
      receive(value, name == "answer" ? last_request : 0);
    } else if (name == "closes") {
      cut(static_cast<std::uint16_t>(value.as_int64()));
    } else if (name == "wait") {
      pass(Duration(value.as_int64()));
    } else if (name == "restart") {
      restart();
      EXPECT_TRUE(client->load());
      tokens_given = tokens_wanted;
    } else if (name == "post") {
      v1::Command command;
      command.set_channel_id(raw(id_of<ChannelId>(value.at("channel").as_string())));
      command.set_send_id(raw(id_of<SendId>(value.at("sendId").as_string())));
      command.mutable_post()->mutable_content()->set_text(std::string(value.at("text").as_string()));
      EXPECT_TRUE(client->send(now, command));
    } else if (name == "read") {
      EXPECT_TRUE(client->read(now, id_of<ChannelId>(value.at("channel").as_string()),
                               static_cast<Seq>(value.at("seq").as_int64())));
    } else if (name == "shows") {
      shows(value.as_object());
    } else {
      FAIL() << "There is no such step.";
    }
  }

 private:
  static Settings settings_of(const json::object& scenario) {
    Settings settings;
    settings.channel_window = 1;
    const auto* given = scenario.if_contains("settings");
    if (given == nullptr) return settings;
    if (const auto* want = given->as_object().if_contains("want")) settings.want = want_of(want->as_string());
    if (const auto* window = given->as_object().if_contains("channelWindow"))
      settings.channel_window = window->to_number<std::size_t>();
    return settings;
  }

  static json::value to_json(const v1::ClientFrame& frame) {
    std::string text;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(frame, &text).ok());
    return json::parse(text);
  }

  std::deque<v1::ClientFrame>::iterator find_asked(std::string_view kind) {
    return std::find_if(from_client.begin(), from_client.end(),
                        [&](const auto& frame) { return to_json(frame).as_object().contains(kind); });
  }

  void asks(const json::object& wanted_frame) {
    const auto it = find_asked(wanted_frame.begin()->key());
    ASSERT_NE(it, from_client.end()) << "it asked for nothing like it";
    const json::value frame = to_json(*it);
    EXPECT_TRUE(matches(frame, wanted_frame)) << json::serialize(frame);
    last_request = it->request();
    from_client.erase(it);
  }

  void receive(const json::value& body, std::uint64_t request) {
    v1::ServerFrame frame;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json::serialize(body), &frame).ok());
    frame.set_request(request);
    to_client.push_back(frame);
    deliver();
  }

  void on_sent(const SendResult& result) override {
    World::on_sent(result);
    json::object told_result{{"sendId", base64(result.send_id.view())}};
    if (result.seq > 0) told_result["seq"] = static_cast<std::int64_t>(result.seq);
    if (result.seq == 0) told_result["refused"] = result.refused;
    results.push_back(told_result);
  }

  void shows(const json::object& expected) {
    if (const auto* state = expected.if_contains("state"))
      EXPECT_EQ(json::string(name_of(client->state())), state->as_string());
    if (const auto* entries = expected.if_contains("outbox")) {
      json::array waiting;
      for (const OutboxEntry* entry : client->outbox()) waiting.emplace_back(base64(entry->send_id.view()));
      EXPECT_EQ(waiting, entries->as_array());
    }
    if (const auto* outcomes_told = expected.if_contains("sent")) {
      EXPECT_EQ(results, outcomes_told->as_array());
      results.clear();
    }
    const auto* channels = expected.if_contains("channels");
    if (channels == nullptr) return;
    for (const auto& [id, wanted_channel] : channels->as_object()) {
      const auto channel = id_of<ChannelId>(id);
      const ChannelState* found = client->find(channel);
      ASSERT_EQ(found == nullptr, wanted_channel.is_null());
      if (found == nullptr) continue;
      const json::value shown = show(*found);
      EXPECT_TRUE(matches(shown, wanted_channel)) << json::serialize(shown);
    }
  }

  json::value show(const ChannelState& channel) {
    json::array told_here;
    for (const Told& item : told) {
      if (item.channel == channel.id) {
        told_here.emplace_back(std::to_string(item.seq) + " " + std::string(name_of_placement(item.placement)));
      }
    }
    std::erase_if(told, [&](const Told& item) { return item.channel == channel.id; });
    json::array stored;
    for (const std::string& bytes : store.events(channel.id, 1, 1'000'000)) {
      v1::Event event;
      EXPECT_TRUE(event.ParseFromString(bytes));
      stored.emplace_back(static_cast<std::int64_t>(event.header().seq()));
    }
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    return json::object{{"head", number(channel.head)},
                        {"unread", number(channel.unread)},
                        {"unreadMentions", number(channel.unread_mentions)},
                        {"deliveredByAll", number(channel.delivered_by_all)},
                        {"readByAll", number(channel.read_by_all)},
                        {"title", channel.title},
                        {"read", number(channel.registers.read)},
                        {"have", pairs(channel.have)},
                        {"stored", stored},
                        {"told", told_here}};
  }

  std::uint64_t last_request = 0;
  int tokens_given = 0;
  json::array results;
};

TEST(ClientScenarios, EndAsTheyAreWritten) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/vectors/client")) {
    if (entry.path().extension() != ".json") continue;
    ++count;
    const json::value scenario = read_scenario(entry.path());
    Stage stage(scenario.as_object());
    int number = 0;
    for (const auto& step : scenario.at("steps").as_array()) {
      const auto& [name, value] = *step.as_object().begin();
      SCOPED_TRACE(entry.path().string() + ", step " + std::to_string(++number) + ": " + json::serialize(step));
      stage.play(name, value);
      if (HasFailure()) return;
    }
  }
  EXPECT_GE(count, 10);
}

}  // namespace
}  // namespace parley::client::test
