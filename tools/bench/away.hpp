// Sessions with groups that go away while something is said: what `storm` and `sync` begin with.
#pragma once

#include "bench/crew.hpp"

namespace parley::bench {

class Away : public Crew {
 public:
  using Crew::Crew;

 protected:
  struct Room {
    ChannelId channel;
    Session* owner = nullptr;
    Seq head = 0;
  };

  // Each as in Crew: done when it returns, or RunFailed.

  /// --channels groups of --members for each session.
  void make_groups();
  /// A message in --missed groups of each session, by owners who come for that alone.
  void post_missed();
  /// New access tokens for everybody.
  void renew_tokens();
  [[nodiscard]] std::vector<Session*> everybody() const;

  std::vector<Room> rooms_;
  std::vector<std::vector<std::uint32_t>> mine_;  // rooms by session

 private:
  void with_owners(const std::function<void()>& work);
};

}  // namespace parley::bench
