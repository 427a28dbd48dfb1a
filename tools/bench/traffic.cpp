#include "bench/traffic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "parley/v1/events.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley::bench {
namespace {

/// With --rate: messages of one sender that may be on their way; those above wait, and their latency counts.
constexpr std::size_t kRateWindow = 48;

client::Settings settings_for(const Options& options) {
  client::Settings settings;
  settings.want = client::Want::in_order;
  settings.window = settings.channel_window = std::max<std::size_t>(options.window, kRateWindow);
  return settings;
}

}  // namespace

Traffic::Traffic(Workplace place)
    : Crew(place, settings_for(place.options)),
      run_id_(static_cast<std::uint32_t>(fast_random())),
      window_(place.options.rate > 0 ? kRateWindow : place.options.window) {}

WorkerResult Traffic::run() {
  sign_up();
  place_.supervisor.barrier("accounts");
  connect_all("signing in");
  rooms_ = make_rooms();
  seat_people();
  wait_for_rooms();
  place_.supervisor.barrier("ready");
  run_traffic();
  drain();
  place_.supervisor.barrier("end");
  return judge();
}

void Traffic::seat_people() {
  std::size_t seats = 0;
  for (const Room& room : rooms_) seats += room.members.size();
  seats_.reserve(seats);  // they are pointed at
  seated_.resize(sessions_.size());
  for (std::uint32_t r = 0; r < rooms_.size(); ++r) {
    Room& room = rooms_[r];
    room.first_seat = seats_.size();
    for (std::uint32_t i = 0; i < room.members.size(); ++i) {
      const std::uint32_t member = room.members[i];
      seated_[member].push_back(static_cast<std::uint32_t>(seats_.size()));
      Seat& seat = seats_.emplace_back();
      seat.session = sessions_[member].get();
      seat.room = r;
      seat.place = i;
      seat.sends = i < room.senders;
      seat.checker = Checker(room.senders);
      if (!seat.sends) continue;
      seat.left.resize(std::bit_ceil(window_));
      senders_.push_back(&seat);
    }
  }
  turns_ = take_turns(senders_);
}

Traffic::Seat* Traffic::seat_of(const Session& session, const ChannelId& channel) {
  for (const std::uint32_t index : seated_[session.index()]) {
    if (channel_of(seats_[index]) == channel) return &seats_[index];
  }
  return nullptr;
}

void Traffic::add_pair(std::uint32_t first, std::vector<Room>& rooms, std::vector<Order>& orders) {
  const AccountId& one = sessions_[first]->person().account;
  const AccountId& other = sessions_[first + 1]->person().account;
  rooms.push_back({direct_channel_id(one, other), {first, first + 1}, 2});
  auto command = std::make_unique<v1::Command>();
  auto& create = *command->mutable_create_channel();
  create.set_kind(v1::CHANNEL_KIND_DIRECT);
  create.set_peer(std::string(other.view()));
  orders.push_back({sessions_[first].get(), std::move(command), {}});
}

void Traffic::add_group(std::uint32_t first, std::uint32_t members, std::vector<Room>& rooms,
                        std::vector<Order>& orders) {
  const std::uint32_t senders = place_.options.senders == 0 ? members : place_.options.senders;
  Room room{random_channel_id(), {}, senders};
  std::vector<AccountId> accounts;
  for (std::uint32_t i = first; i < first + members; ++i) {
    room.members.push_back(i);
    accounts.push_back(sessions_[i]->person().account);
  }
  orders.push_back({sessions_[first].get(), make_group(room.channel, accounts), {}});
  rooms.push_back(std::move(room));
}

void Traffic::wait_for_rooms() {
  const bool there = wait(Duration(60'000), [&] {
    return std::all_of(seats_.begin(), seats_.end(), [&](const Seat& seat) {
      const client::ChannelState* state = seat.session->client().find(rooms_[seat.room].channel);
      return state != nullptr && state->head > 0 && state->top() == state->head;
    });
  });
  if (!there) give_up("the server did not tell all members of their channels");
  traffic_ = true;
}

void Traffic::run_traffic() {
  const Options& options = place_.options;
  EventLoop& loop = place_.loop;
  const auto ns = [](double seconds) { return static_cast<std::int64_t>(seconds * 1e9); };
  running_ = true;
  from_ns_ = now_ns() + ns(options.warm_up);
  to_ns_ = from_ns_ + ns(options.seconds);
  if (options.rate > 0) {
    const double share = static_cast<double>(place_.share.sessions) / static_cast<double>(options.sessions);
    due_every_ns_ = 1e9 / (options.rate * share);
    due_at_ns_ = static_cast<double>(now_ns());
  } else {
    for (Seat* seat : senders_) make_ready(*seat);
  }
  loop.every_turn([this] { return pump(); });
  bool begun = false;
  loop.at(from_ns_, [&] {
    measuring_ = begun = true;
    result_.start_ns = now_ns();
  });
  loop.at(to_ns_, [this] {
    measuring_ = running_ = false;
    result_.end_ns = now_ns();
  });
  loop.run_until([&] {
    place_.supervisor.progress(begun ? "messages" : "warming up, messages", result_.messages, 0);
    return !running_;
  });
  result_.seconds = static_cast<double>(result_.end_ns - result_.start_ns) / 1e9;
}

// ---- sending -----------------------------------------------------------------------------------------------------

void Traffic::make_ready(Seat& seat) {
  if (seat.ready || !seat.sends || (!running_ && seat.due.empty())) return;
  seat.ready = true;
  ready_.push_back(&seat);
}

void Traffic::plan_rate() {
  const auto now = static_cast<double>(std::min(now_ns(), to_ns_));
  for (; due_at_ns_ <= now; due_at_ns_ += due_every_ns_) {
    Seat& seat = *turns_[tickets_++ % turns_.size()];
    if (!seat.sends) continue;  // it was refused, which is an error already
    seat.due.push_back(static_cast<std::int64_t>(due_at_ns_));
    ++overdue_;
    make_ready(seat);
  }
  if (alarm_set_ || !running_) return;
  alarm_set_ = true;
  place_.loop.at(static_cast<std::int64_t>(due_at_ns_), [this] { alarm_set_ = false; });
}

bool Traffic::pump() {
  const bool timed = due_every_ns_ > 0;
  if (timed) plan_rate();
  for (Seat* seat : std::exchange(ready_, {})) {
    seat->ready = false;
    while (seat->sends && seat->posted - seat->base < window_ && (timed ? !seat->due.empty() : running_)) post(*seat);
  }
  // What was due in the measured time is sent, however late, and its latency counts.
  return running_ || overdue_ > 0;
}

bool Traffic::is_measured(const Body& body) const {
  return due_every_ns_ > 0 ? body.sent_ns >= from_ns_ && body.sent_ns < to_ns_ : measuring_;
}

void Traffic::post(Seat& seat) {
  const Room& room = rooms_[seat.room];
  Body body{.run = run_id_, .sender = seat.place, .number = seat.posted, .sent_ns = now_ns()};
  if (!seat.due.empty()) {
    body.sent_ns = seat.due.front();
    seat.due.pop_front();
    --overdue_;
  }
  text_.clear();
  write_body(text_, body, place_.options.body);
  before_post(seat);
  const auto sent = seat.session->client().post(place_.loop.now(), room.channel, text_);
  if (!sent) {
    stop_sending(seat);
    return note_error(fmt::format("a message cannot be sent: {}", sent.error().text()));
  }
  seat.unanswered.emplace_back(*sent, seat.posted);
  seat.left[seat.posted % seat.left.size()] = static_cast<std::uint16_t>(room.members.size());
  ++seat.posted;
}

void Traffic::stop_sending(Seat& seat) {
  seat.sends = false;
  overdue_ -= seat.due.size();
  seat.due.clear();
}

void Traffic::one_less(Seat& seat, std::uint64_t number) {
  if (number < seat.base || number >= seat.posted) return;  // a duplicate, which the checker has counted
  std::uint16_t& left = seat.left[number % seat.left.size()];
  if (left > 0) --left;
  bool moved = false;
  while (seat.base < seat.posted && seat.left[seat.base % seat.left.size()] == 0) {
    ++seat.base;
    moved = true;
    if (measuring_) ++result_.messages;
  }
  if (moved) make_ready(seat);
}

void Traffic::on_sent(Session& session, const client::SendResult& result) {
  if (!traffic_) return Crew::on_sent(session, result);
  Seat* place = seat_of(session, result.channel);
  if (place == nullptr) return note_error("an outcome came for another channel");
  Seat& seat = *place;
  const auto found = std::find_if(seat.unanswered.begin(), seat.unanswered.end(),
                                  [&](const auto& waiting) { return waiting.first == result.send_id; });
  if (found == seat.unanswered.end()) return note_error("an outcome came that nothing waits for");
  const std::uint64_t number = found->second;
  seat.unanswered.erase(found);
  if (!result.refused.empty()) {
    ++seat.refused;
    stop_sending(seat);
    return note_error(fmt::format("a message was refused: {} ({})", result.refused, result.text));
  }
  seat.last_seq = std::max(seat.last_seq, result.seq);
  one_less(seat, number);
}

// ---- receiving ---------------------------------------------------------------------------------------------------

void Traffic::on_events(Session& session, const client::ChannelState& channel, std::span<const v1::Event* const> events,
                        client::Placement /*placement*/) {
  if (!traffic_) return;
  Seat* place = seat_of(session, channel.id);
  if (place == nullptr) return;
  Seat& seat = *place;
  const Room& room = rooms_[seat.room];
  const std::int64_t now = now_ns();
  for (const v1::Event* event : events) {
    if (!event->header().has_message()) continue;
    const auto body = read_body(event->content().text());
    if (!body || body->run != run_id_ || body->sender >= room.senders) {
      note_error("a message came that was not sent");
      continue;
    }
    Seat& sender = seats_[room.first_seat + body->sender];
    if (event->header().account() != sender.session->person().account.view()) {
      note_error("a message came in another account's name");
      continue;
    }
    const auto verdict = seat.checker.take(event->header().seq(), body->sender, body->number);
    if (body->sender == seat.place || verdict == Checker::Verdict::duplicate) continue;
    if (measuring_) ++result_.deliveries;
    if (is_measured(*body)) {
      result_.latency.add(static_cast<std::uint64_t>(std::max<std::int64_t>(now - body->sent_ns, 0)));
    }
    one_less(sender, body->number);
    after_message(session, channel, event->header().seq());
  }
}

void Traffic::on_repeated(Session& /*session*/, const client::ChannelState& /*channel*/, Seq /*seq*/) {
  if (traffic_) ++result_.faults.duplicated;
}

// ---- the end -----------------------------------------------------------------------------------------------------

void Traffic::drain() {
  auto arrived = [&](const Seat& seat) {
    if (seat.base + seat.refused < seat.posted || !seat.due.empty()) return false;
    if (seat.last_seq == 0) return true;
    const client::ChannelState* state = seat.session->client().find(rooms_[seat.room].channel);
    return state != nullptr && state->delivered_by_all >= seat.last_seq;
  };
  std::size_t done = 0;  // the seats before are done for good
  const Duration patience(static_cast<std::int64_t>(place_.options.patience * 1000));
  wait(patience, [&] {
    while (done < senders_.size() && arrived(*senders_[done])) ++done;
    place_.supervisor.progress("waiting for the last receipts of senders", done, senders_.size());
    return done == senders_.size();
  });
  if (overdue_ > 0)
    note_error(fmt::format("{} messages were due and could not be sent: the rate is too high", overdue_));
  // Receivers who got their own message last need not have been waited for.
  wait(std::min(patience, Duration(5'000)), [&] {
    return std::all_of(seats_.begin(), seats_.end(), [&](const Seat& seat) {
      const client::ChannelState* state = seat.session->client().find(rooms_[seat.room].channel);
      return state != nullptr && state->top() == state->head;
    });
  });
}

WorkerResult Traffic::judge() {
  for (const Room& room : rooms_) {
    std::vector<std::uint64_t> posted(room.senders);
    std::uint64_t refused = 0;
    for (std::size_t i = 0; i < room.senders; ++i) {
      const Seat& sender = seats_[room.first_seat + i];
      posted[i] = sender.posted;
      refused += sender.refused;
      const client::ChannelState* state = sender.session->client().find(room.channel);
      if (state == nullptr || state->delivered_by_all < sender.last_seq) ++result_.faults.lost;
    }
    std::vector<std::uint64_t> orders;
    Faults faults;
    for (std::size_t i = 0; i < room.members.size(); ++i) {
      const Checker& checker = seats_[room.first_seat + i].checker;
      faults += checker.faults(posted);
      orders.push_back(checker.order());
    }
    faults.lost -= std::min(faults.lost, refused * room.members.size());
    if (faults.lost == 0) faults.reordered += count_differing(orders);
    result_.faults += faults;
  }
  for (const Seat* sender : senders_) result_.sent += sender->posted;
  result_.sessions = sessions_.size();
  fill_errors(result_);
  return std::move(result_);
}

}  // namespace parley::bench
