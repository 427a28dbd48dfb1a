#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "bench/body.hpp"
#include "bench/scenarios.hpp"

namespace parley::bench {
namespace {

constexpr Duration kPatience{30'000};

class Publish;

class Member final : private ConnectionUser {
 public:
  Member(Publish& run, EventLoop& loop, const Address& address, std::uint32_t room, std::uint32_t place)
      : run_(run), connection_(loop, address, *this), room_(room), place_(place) {
    connection_.open();
  }

  Publish& run_;
  Connection connection_;
  std::uint32_t room_;
  std::uint32_t place_;
  bool in_ = false;
  std::uint64_t sent_ = 0;
  std::uint64_t base_ = 0;           // those before have arrived everywhere
  std::vector<std::uint32_t> left_;  // receivers that still owe message number % window
  Checker checker_{0};

 private:
  void on_open() override { connection_.send(fmt::format("room {}", room_)); }
  void on_message(std::string_view payload) override;
  void on_ping() override {}
  void on_end(std::uint16_t code, const std::string& why) override;
};

/// The traffic of `direct` and `group` without accounts, for a server that only publishes (tools/bare_publisher).
class Publish {
 public:
  explicit Publish(const Workplace& place) : place_(place), run_id_(static_cast<std::uint32_t>(fast_random())) {}

  WorkerResult run() {
    const Options& options = place_.options;
    for (std::uint32_t i = 0; i < place_.share.sessions; ++i) {
      members_.push_back(std::make_unique<Member>(
          *this, place_.loop, place_.address, place_.share.worker << 20U | i / options.members, i % options.members));
      members_.back()->left_.resize(options.window);
      members_.back()->checker_ = Checker(options.members);
    }
    wait_for([&] { return std::ranges::all_of(members_, [](const auto& member) { return member->in_; }); });
    place_.supervisor.barrier("ready");
    measure();
    wait_for([&] {
      return std::ranges::all_of(members_, [](const auto& member) { return member->base_ == member->sent_; });
    });
    place_.supervisor.barrier("end");
    return judge();
  }

  void received(Member& member, std::string_view payload) {
    if (!member.in_) {
      member.in_ = true;
      return;
    }
    const auto body = read_body(payload);
    if (!body || body->run != run_id_ || body->sender >= place_.options.members) return error("a message was changed");
    Member& sender = *members_[first_of(member) + body->sender];
    if (member.checker_.take(++taken_, body->sender, body->number) == Checker::Verdict::duplicate) return;
    if (measuring_) {
      ++result_.deliveries;
      result_.latency.add(static_cast<std::uint64_t>(std::max<std::int64_t>(now_ns() - body->sent_ns, 0)));
    }
    if (--sender.left_[body->number % sender.left_.size()] > 0) return;
    while (sender.base_ < sender.sent_ && sender.left_[sender.base_ % sender.left_.size()] == 0) {
      ++sender.base_;
      if (measuring_) ++result_.messages;
    }
    send_more(sender);
  }

  void error(const std::string& text) {
    if (++result_.errors == 1) result_.first_error = text;
  }

 private:
  [[nodiscard]] std::size_t first_of(const Member& member) const {
    return std::size_t{member.room_ & ((1U << 20U) - 1)} * place_.options.members;
  }

  void wait_for(const std::function<bool()>& done) {
    const std::int64_t end = now_ns() + std::chrono::nanoseconds(kPatience).count();
    place_.loop.run_until([&] {
      if (now_ns() > end) throw RunFailed("the publisher does not answer");
      return done();
    });
  }

  void measure() {
    const auto ns = [](double seconds) { return static_cast<std::int64_t>(seconds * 1e9); };
    running_ = true;
    for (auto& member : members_) send_more(*member);
    const std::int64_t start = now_ns() + ns(place_.options.warm_up);
    place_.loop.at(start, [&] { measuring_ = true; });
    place_.loop.at(start + ns(place_.options.seconds), [&] { measuring_ = running_ = false; });
    place_.loop.run_until([&] {
      place_.supervisor.progress("messages", result_.messages, 0);
      return !running_;
    });
    result_.seconds = place_.options.seconds;
  }

  void send_more(Member& member) {
    for (; running_ && member.sent_ - member.base_ < member.left_.size(); ++member.sent_) {
      text_.clear();
      write_body(text_, {run_id_, member.place_, member.sent_, now_ns()}, place_.options.body);
      member.left_[member.sent_ % member.left_.size()] = place_.options.members - 1;
      member.connection_.send(text_);
    }
  }

  WorkerResult judge() {
    for (std::size_t first = 0; first < members_.size(); first += place_.options.members) {
      for (std::uint32_t i = 0; i < place_.options.members; ++i) {
        Member& member = *members_[first + i];
        std::vector<std::uint64_t> sent;
        for (std::uint32_t j = 0; j < place_.options.members; ++j)
          sent.push_back(j == i ? 0 : members_[first + j]->sent_);
        result_.faults += member.checker_.faults(sent);
        result_.sent += member.sent_;
      }
    }
    result_.sessions = members_.size();
    return std::move(result_);
  }

  Workplace place_;
  std::uint32_t run_id_;
  std::vector<std::unique_ptr<Member>> members_;
  std::string text_;
  Seq taken_ = 0;
  bool running_ = false;
  bool measuring_ = false;
  WorkerResult result_;
};

void Member::on_message(std::string_view payload) {
  run_.received(*this, payload);
}
void Member::on_end(std::uint16_t /*code*/, const std::string& why) {
  run_.error(why);
}

}  // namespace

WorkerResult run_publish(const Workplace& place) {
  return Publish(place).run();
}

}  // namespace parley::bench
