#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "bench/page_cache.hpp"
#include "bench/scenarios.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

constexpr std::uint32_t kWindow = 48;
/// Messages that a person writes into one channel before turning to another.
constexpr std::uint32_t kBurst = 10;
constexpr std::uint32_t kPage = 50;
constexpr std::size_t kSeedBytes = 8;
constexpr Duration kAnswer{60'000};

client::Settings filling_settings() {
  client::Settings settings;
  settings.mode = client::Mode::heads_only;
  settings.want = client::Want::nothing;
  settings.receipts = settings.inbox_on_heads = false;
  settings.window = settings.channel_window = kWindow;
  return settings;
}

/// Bytes that nothing can compress, and that say by themselves whether they are whole: a seed and what follows from it.
std::string random_body(std::uint64_t seed, std::size_t bytes) {
  std::string body(std::max(bytes, kSeedBytes) + kSeedBytes, '\0');
  std::uint64_t state = seed;
  for (std::size_t at = 0; at + kSeedBytes <= body.size(); at += kSeedBytes) {
    std::uint64_t mixed = state;
    if (at > 0) {
      state += 0x9E3779B97F4A7C15ULL;
      mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9ULL;
      mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
      mixed ^= mixed >> 31;
    }
    std::memcpy(body.data() + at, &mixed, kSeedBytes);
  }
  body.resize(std::max(bytes, kSeedBytes));
  return body;
}

bool is_whole(std::string_view body) {
  if (body.size() < kSeedBytes) return false;
  std::uint64_t seed = 0;
  std::memcpy(&seed, body.data(), kSeedBytes);
  return body == random_body(seed, body.size());
}

/// Pairs of people share channels and fill them; then pages are read from anywhere in them, one at a time.
class History final : public Crew {
 public:
  explicit History(const Workplace& place) : Crew(place, filling_settings()), writers_(place.share.sessions) {}

  WorkerResult run() {
    sign_up();
    connect_all("signing in");
    make_channels();
    place_.supervisor.barrier("ready");
    fill();
    place_.supervisor.barrier("filled");
    read_pages();
    place_.supervisor.barrier("end");
    result_.sessions = sessions_.size();
    fill_errors(result_);
    return std::move(result_);
  }

 private:
  struct Channel {
    ChannelId id;
    Seq head = 0;
    std::uint64_t written = 0;
  };
  struct Writer {
    std::vector<std::uint32_t> channels;  // those of the pair
    std::uint64_t left = 0;               // messages still to write
    std::uint32_t in_burst = 0;
    std::uint32_t channel = 0;
    std::size_t on_their_way = 0;
  };

  void make_channels() {
    const Options& options = place_.options;
    const std::uint64_t mine = options.messages * place_.share.sessions / options.sessions;
    const std::size_t pairs = sessions_.size() / 2;
    const std::uint64_t of_pair = std::max<std::uint64_t>(mine / pairs, 2);
    const std::uint64_t each = std::max<std::uint64_t>(of_pair / options.per_channel, 1);
    channels_.resize(pairs * each);
    std::vector<Order> orders;
    for (std::size_t p = 0; p < pairs; ++p) {
      Session* first = sessions_[2 * p].get();
      const AccountId& other = sessions_[2 * p + 1]->person().account;
      for (std::uint64_t c = 0; c < each; ++c) {
        const auto index = static_cast<std::uint32_t>(p * each + c);
        Channel& channel = channels_[index];
        channel.id = random_channel_id();
        by_id_[channel.id] = index;
        orders.push_back({first, make_group(channel.id, {first->person().account, other}),
                          [&channel](Seq seq) { channel.head = seq; }});
        for (const std::size_t w : {2 * p, 2 * p + 1}) writers_[w].channels.push_back(index);
      }
      for (const std::size_t w : {2 * p, 2 * p + 1}) writers_[w].left = of_pair / 2;
    }
    carry_out(std::move(orders), "channels");
  }

  void fill() {
    filling_ = true;
    for (const Writer& writer : writers_) left_ += writer.left;
    const std::uint64_t all = left_;
    result_.start_ns = now_ns();
    for (std::uint32_t i = 0; i < writers_.size(); ++i) write_more(i);
    std::int64_t last_ns = now_ns();
    std::uint64_t before = left_;
    place_.loop.run_until([&] {
      if (left_ != before) last_ns = place_.loop.turn_ns();
      before = left_;
      place_.supervisor.progress("messages", all - left_, all);
      if (place_.loop.turn_ns() - last_ns > std::chrono::nanoseconds(kAnswer).count()) {
        give_up(fmt::format("the server owes the outcomes of {} messages", left_));
      }
      return left_ == 0;
    });
    result_.seconds = static_cast<double>(now_ns() - result_.start_ns) / 1e9;
    result_.messages = result_.sent = all;
    filling_ = false;
  }

  void write_more(std::uint32_t index) {
    Writer& writer = writers_[index];
    Session& session = *sessions_[index];
    for (; writer.left > 0 && writer.on_their_way < kWindow; --writer.left, ++writer.on_their_way) {
      if (writer.in_burst++ % kBurst == 0) writer.channel = writer.channels[fast_random() % writer.channels.size()];
      const Channel& channel = channels_[writer.channel];
      v1::Command command;
      command.set_channel_id(std::string(channel.id.view()));
      auto& content = *command.mutable_post()->mutable_content();
      content.set_data(random_body(fast_random(), place_.options.body));
      content.set_type("application/octet-stream");
      if (auto sent = session.client().send(place_.loop.now(), command); !sent) give_up(sent.error().text());
    }
  }

  void on_sent(Session& session, const client::SendResult& result) override {
    if (!filling_) return Crew::on_sent(session, result);
    --left_;
    --writers_[session.index()].on_their_way;
    Channel& channel = channels_[by_id_.at(result.channel)];
    if (result.seq == 0) {
      note_error(fmt::format("a message was refused: {} ({})", result.refused, result.text));
    } else {
      channel.head = std::max(channel.head, result.seq);
      ++channel.written;
    }
    write_more(session.index());
  }

  void read_pages() {
    for (const Channel& channel : channels_) {
      // Creating a group is one event; nothing but messages follows.
      if (channel.head != channel.written + 1) ++result_.faults.lost;
    }
    const Options& options = place_.options;
    const std::uint32_t mine = std::max(options.reads * place_.share.sessions / options.sessions, 1U);
    read_some(mine, "pages", result_.latency, [] {});
    if (options.cold.empty()) return;
    read_some(mine, "pages from the disk", result_.cold_latency, [&] {
      if (drop_from_page_cache(options.cold) == 0) give_up(fmt::format("--cold: no file in {}", options.cold));
    });
  }

  void read_some(std::uint32_t count, std::string_view what, Histogram& times, const std::function<void()>& before) {
    for (std::uint32_t i = 0; i < count; ++i) {
      place_.supervisor.progress(what, i, count);
      before();
      read_page(times);
    }
  }

  void read_page(Histogram& times) {
    const std::size_t index = fast_random() % channels_.size();
    const Channel& channel = channels_[index];
    const std::size_t pair = index / (channels_.size() / (sessions_.size() / 2));
    const Seq to = channel.head > kPage ? kPage + 1 + fast_random() % (channel.head - kPage) : channel.head;
    const Seq from = to > kPage ? to - kPage + 1 : 1;
    v1::ClientFrame frame;
    auto& question = *frame.mutable_get_history();
    question.set_channel_id(std::string(channel.id.view()));
    question.set_to(to);
    question.set_limit(kPage);
    bool answered = false;
    const std::int64_t start = now_ns();
    auto asked =
        sessions_[2 * pair]->client().ask(place_.loop.now(), frame, [&](Result<const v1::ServerFrame*> answer) {
          answered = true;
          times.add(static_cast<std::uint64_t>(now_ns() - start));
          if (!answer) return note_error(fmt::format("a page was refused: {}", answer.error().text()));
          check((*answer)->history(), from, to);
        });
    if (!asked) give_up(asked.error().text());
    if (!wait(kAnswer, [&] { return answered; })) give_up("the server does not answer a page");
  }

  void check(const v1::History& page, Seq from, Seq to) {
    Seq next = from;
    for (const v1::Event& event : page.events()) {
      const Seq seq = event.header().seq();
      if (seq > next) result_.faults.lost += seq - next;
      if (seq < next) ++result_.faults.reordered;
      next = seq + 1;
      if (event.header().has_message() && !is_whole(event.content().data())) note_error("a stored message was changed");
    }
    if (next <= to) result_.faults.lost += to + 1 - next;
  }

  std::vector<Channel> channels_;                       // so many for each pair, pair after pair
  std::unordered_map<ChannelId, std::uint32_t> by_id_;  // looked up, never iterated
  std::vector<Writer> writers_;                         // by session
  std::uint64_t left_ = 0;                              // messages without outcome
  bool filling_ = false;
  WorkerResult result_;
};

}  // namespace

WorkerResult run_history(const Workplace& place) {
  return History(place).run();
}

}  // namespace parley::bench
