// Secret words. Everything that simulated people write holds a word that stands nowhere else, so that a look at raw
// bytes tells whose words they hold: in a frame that is told too much, or in a store that should have forgotten them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"

namespace parley::sim {

class Words {
 public:
  struct Word {
    ChannelId channel;
    AccountId account;
    SendId send_id;
  };
  /// A new word, to be put into a content; `sent` says later where it went.
  std::string next();
  /// The words in `command`, a serialised v1.Command, went into this send.
  void sent(std::string_view command, const ChannelId& channel, const AccountId& account, const SendId& send_id);
  [[nodiscard]] const Word& operator[](std::size_t number) const { return words_.at(number); }
  [[nodiscard]] std::size_t size() const { return words_.size(); }

  /// Calls `found` for each whole word in `bytes`, whatever the bytes are.
  static void each(std::string_view bytes, const std::function<void(std::size_t)>& found);

 private:
  std::vector<Word> words_;
};

}  // namespace parley::sim
