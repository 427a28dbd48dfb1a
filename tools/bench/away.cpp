#include "bench/away.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "bench/body.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::bench {

void Away::make_groups() {
  mine_.resize(sessions_.size());
  std::vector<std::uint32_t> order(sessions_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::mt19937_64 random(1);
  const std::uint32_t members = place_.options.members;
  std::vector<Order> orders;
  std::vector<std::vector<std::uint32_t>> rooms;
  for (std::uint32_t layer = 0; layer < place_.options.channels; ++layer) {
    std::shuffle(order.begin(), order.end(), random);
    for (std::size_t first = 0; first + members <= order.size(); first += members) {
      rooms.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(first),
                         order.begin() + static_cast<std::ptrdiff_t>(first + members));
    }
  }
  rooms_.resize(rooms.size());
  for (std::size_t r = 0; r < rooms.size(); ++r) {
    Room& room = rooms_[r];
    room = {random_channel_id(), sessions_[rooms[r].front()].get(), 0};
    std::vector<AccountId> accounts;
    for (const std::uint32_t index : rooms[r]) {
      accounts.push_back(sessions_[index]->person().account);
      mine_[index].push_back(static_cast<std::uint32_t>(r));
    }
    orders.push_back({room.owner, make_group(room.channel, accounts), [&room](Seq seq) { room.head = seq; }});
  }
  with_owners([&] { carry_out(std::move(orders), "channels"); });
}

/// The groups of one layer hold every session once: so many layers, so many channels of each.
void Away::post_missed() {
  const std::size_t per_layer = sessions_.size() / place_.options.members;
  const std::size_t rooms = std::min(rooms_.size(), place_.options.missed * per_layer);
  if (rooms == 0) return;
  std::vector<Order> orders;
  for (std::size_t r = 0; r < rooms; ++r) {
    Room& room = rooms_[r];
    std::string text;
    write_body(text, {}, place_.options.body);
    orders.push_back({room.owner, make_post(room.channel, std::move(text)), [&room](Seq seq) { room.head = seq; }});
  }
  with_owners([&] { carry_out(std::move(orders), "messages while away"); });
}

void Away::with_owners(const std::function<void()>& work) {
  std::vector<Session*> owners;
  for (const Room& room : rooms_) owners.push_back(room.owner);
  std::sort(owners.begin(), owners.end());
  owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
  if (owners.empty()) return;
  connect(owners, "owners of channels");
  work();
  disconnect(owners);
}

void Away::renew_tokens() {
  const std::vector<Session*> all = everybody();
  std::vector<Person*> people;
  for (Session* session : all) people.push_back(&session->person());
  auto renewed = accounts_.renew(std::move(people),
                                 [&](std::size_t done) { place_.supervisor.progress("new tokens", done, all.size()); });
  if (!renewed) give_up(renewed.error().text());
  for (Session* session : all) session->use_new_token();
}

std::vector<Session*> Away::everybody() const {
  std::vector<Session*> all;
  for (const auto& session : sessions_) all.push_back(session.get());
  return all;
}

}  // namespace parley::bench
