#include "parley/live.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "parley/file_store.hpp"
#include "parley/link.hpp"
#include "parley/profile.hpp"
#include "parley/system.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::cli {
namespace {

namespace asio = boost::asio;
using client::State;

constexpr Duration kPatience{15'000};
constexpr Duration kLookForSends{2'000};
/// A send of another process is left to it for so long.
constexpr Duration kOwnersTime{5'000};
constexpr Duration kGoodbye{200};
/// A device may have few live sessions, and a new one replaces the oldest: more processes than this take turns.
constexpr int kSeats = 3;
constexpr Duration kSeatPatience{10'000};

}  // namespace

class Live::Inside : public client::Host, public client::Listener {
 public:
  Inside(Live& live, const Profile& profile, Tokens& tokens, const Address& address, client::Settings settings)
      : live_(live),
        tokens_(tokens),
        store_(profile.directory()),
        seats_(profile.file("session.lock")),
        link_(io_, address,
              {.opened = [this] { client_.connected(now()); },
               .closed = [this](std::uint16_t code, const std::string& problem) { on_closed(code, problem); },
               .message = [this](std::string_view message) { client_.frame(now(), message); },
               .heard = [this] { client_.heard(now()); }}),
        timer_(io_),
        signals_(io_, SIGINT, SIGTERM),
        client_(std::move(settings), store_, *this, *this, fill_random) {
    signals_.async_wait([this](const boost::system::error_code& error, int) { interrupted_ = interrupted_ || !error; });
  }

  // ---- what the core wishes

  void connect() override { link_.open(); }
  void send(std::string_view frame) override { link_.send(frame); }
  void close(std::uint16_t code) override { link_.close(code); }
  void wake_at(Time at) override {
    timer_.expires_after(std::max(at - now(), Duration(0)));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) client_.tick(now());
    });
  }
  void need_token() override {
    const bool fresh = std::exchange(token_given_, true);
    if (live_.token_source) {
      live_.token_source(fresh, [this](const Outcome<Tokens::Access>& token) { give_token(token); });
    } else {
      asio::post(io_, [this, fresh] { give_token(tokens_.access(fresh)); });
    }
  }
  void give_token(const Outcome<Tokens::Access>& token) {
    if (token) return client_.set_access_token(now(), token->token, token->valid_for);
    if (token.error().exit != Exit::offline) {
      failure_ = token.error();
      return;
    }
    offline_because_ = token.error().text;
    client_.token_unavailable(now(), Error(ErrorCode::draining, token.error().text));
  }

  // ---- what the core tells

  void on_closed(std::uint16_t code, const std::string& problem) {
    if (!problem.empty()) offline_because_ = problem;
    client_.disconnected(now(), code);
  }
  void on_state(State state, const Error& why) override {
    state_ = state;
    if (state == State::stopped && why.code != ErrorCode::ok) failure_ = failure_of(why);
    if (state == State::waiting && why.code != ErrorCode::unauthenticated && why.code != ErrorCode::token_expired) {
      ++setbacks_;
      if (offline_because_.empty()) offline_because_ = why.text();
    }
    if (state == State::live) offline_because_.clear();
    if (live_.hooks.state) live_.hooks.state(state, offline_because_);
  }
  void on_synced() override {
    synced_ = true;
    if (live_.hooks.synced) live_.hooks.synced();
  }
  void on_channel_gone(const ChannelId& channel) override {
    if (live_.hooks.gone) live_.hooks.gone(channel);
  }
  void on_history_dropped(const client::ChannelState& channel, Seq after) override {
    if (live_.hooks.dropped) live_.hooks.dropped(channel, after);
  }
  void on_channel(const client::ChannelState& channel) override {
    if (live_.hooks.channel) live_.hooks.channel(channel);
  }
  void on_events(const client::ChannelState& channel, std::span<const v1::Event* const> events,
                 client::Placement placement) override {
    if (live_.hooks.events) live_.hooks.events(channel, events, placement);
  }
  void on_sent(const client::SendResult& result) override {
    if (live_.hooks.sent) live_.hooks.sent(result);
  }
  void on_typing(const ChannelId& channel, const AccountId& account, bool on) override {
    if (live_.hooks.typing) live_.hooks.typing(channel, account, on);
  }
  void on_presence(const AccountId& account, bool online, Time last_seen) override {
    if (live_.hooks.presence) live_.hooks.presence(account, online, last_seen);
  }

  // ---- waiting

  Outcome<bool> run_until(const std::function<bool()>& done, std::optional<Duration> patience) {
    const Time end = patience ? now() + *patience : kNever;
    while (!done()) {
      if (failure_) return std::unexpected(*failure_);
      if (interrupted_ || (patience && now() >= end)) return false;
      const Duration slice = patience ? std::min(end - now(), Duration(1'000)) : Duration(1'000);
      io_.restart();
      io_.run_one_for(std::max(slice, Duration(1)));
      look_for_sends();
    }
    return true;
  }

  /// Waits for one of the seats that this profile's processes share; after a while goes without.
  void take_seat() {
    const Time end = now() + kSeatPatience;
    while (!interrupted_ && now() < end) {
      for (int i = 0; i < kSeats; ++i) {
        auto lock = FileLock::take(fmt::format("{}.{}", seats_, i), FileLock::Wait::no);
        if (!lock) continue;
        seat_.emplace(std::move(*lock));
        return;
      }
      io_.restart();
      io_.run_one_for(Duration(50));
    }
  }

  void look_for_sends() {
    if (!adopting_ || now() < next_look_) return;
    next_look_ = now() + kLookForSends;
    if (auto found = store_.new_sends()) {
      for (auto& entry : *found) strangers_.push_back(std::move(entry));
    }
    while (!strangers_.empty() && strangers_.front().created + kOwnersTime <= now()) {
      client_.adopt(now(), std::move(strangers_.front()));
      strangers_.erase(strangers_.begin());
    }
  }

  void goodbye() {
    client_.stop(now());
    boost::system::error_code ignored;
    signals_.cancel(ignored);
    timer_.cancel();
    io_.restart();
    io_.run_for(kGoodbye);
  }

  Live& live_;
  Tokens& tokens_;
  FileStore store_;
  std::string seats_;
  std::optional<FileLock> seat_;
  asio::io_context io_{1};
  Link link_;
  asio::steady_timer timer_;
  asio::signal_set signals_;
  client::Client client_;

  State state_ = State::signed_out;
  std::optional<Failure> failure_;
  std::string offline_because_;
  int setbacks_ = 0;
  bool synced_ = false;
  bool started_ = false;
  bool token_given_ = false;
  bool interrupted_ = false;
  bool adopting_ = false;
  Time next_look_ = kNever;
  std::vector<client::OutboxEntry> strangers_;
};

Live::Live(const Profile& profile, Tokens& tokens, const Address& address, client::Settings settings)
    : inside_(std::make_unique<Inside>(*this, profile, tokens, address, std::move(settings))) {}

Live::~Live() {
  hooks = {};
  if (inside_->started_) inside_->goodbye();
}

client::Client& Live::client() {
  return inside_->client_;
}
const FileStore& Live::store() const {
  return inside_->store_;
}
bool Live::interrupted() const {
  return inside_->interrupted_;
}
void Live::interrupt() {
  inside_->interrupted_ = true;
}
asio::io_context& Live::io() {
  return inside_->io_;
}
const std::string& Live::offline_because() const {
  return inside_->offline_because_;
}
void Live::adopt_sends() {
  inside_->adopting_ = true;
}

Outcome<void> Live::load() {
  if (auto loaded = inside_->client_.load(); !loaded) return std::unexpected(failure_of(loaded.error()));
  return {};
}

void Live::start() {
  if (std::exchange(inside_->started_, true)) return;
  inside_->take_seat();
  if (auto started = inside_->client_.start(now()); !started) inside_->failure_ = failure_of(started.error());
}

Outcome<bool> Live::run_until(const std::function<bool()>& done, std::optional<Duration> patience) {
  return inside_->run_until(done, patience);
}

Outcome<bool> Live::sync() {
  start();
  const int before = inside_->setbacks_;
  auto done = run_until([&] { return inside_->synced_ || inside_->setbacks_ > before; }, kPatience);
  if (!done) return done;
  return inside_->synced_;
}

Outcome<void> Live::ask(v1::ClientFrame& frame, const std::function<void(const v1::ServerFrame&)>& take) {
  std::optional<Outcome<void>> end;
  auto asked = inside_->client_.ask(now(), frame, [&](Result<const v1::ServerFrame*> answer) {
    if (answer) {
      take(**answer);
      end.emplace();
    } else {
      end.emplace(std::unexpected(failure_of(answer.error())));
    }
  });
  if (!asked) return std::unexpected(failure_of(asked.error()));
  start();
  auto done = run_until([&] { return end.has_value(); }, kPatience);
  if (!done) return std::unexpected(done.error());
  if (end) return *end;
  // The answer may still come; nobody is here to take it.
  inside_->client_.stop(now());
  return std::unexpected(
      Failure{Exit::offline, "offline", fmt::format("The server did not answer. {}", inside_->offline_because_)});
}

}  // namespace parley::cli
