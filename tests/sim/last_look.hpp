// When all is over, each account asks once more what the server has for it, and the answers are held to the letter
// against what is stored: inbox, rows, members and receipts (P4, P5, P7), and that who has everything is told nothing.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parley/v1/frames.pb.h"
#include "sim/person.hpp"
#include "sim/stored_log.hpp"

namespace parley::sim {

class LastLook {
 public:
  /// Asks by way of the first settled device of each account. The world has to run until all is answered. `nodes`: with
  /// more than one, what the others own may be told again.
  LastLook(const std::vector<std::unique_ptr<Device>>& devices, std::size_t nodes);

  /// To be called when nothing has changed since. A question without answer breaks P9.
  void check(const StoredLogs& logs, std::vector<std::string>& broken) const;

 private:
  /// One account.
  struct Looker {
    Device* device = nullptr;
    std::vector<v1::InboxRow> rows;
    std::string version;                    // of that inbox; empty: it has not come to its end
    std::optional<std::size_t> rows_since;  // how many rows it was told that gave this version back
    std::vector<v1::Channel> channels;
    std::vector<v1::Receipts> receipts;
    std::size_t asked = 0, answered = 0;
    std::vector<std::string> refused;
  };
  using Take = std::function<void(Looker&, const v1::ServerFrame&)>;
  void ask(Looker& looker, v1::ClientFrame question, Take take);
  void ask_inbox(Looker& looker, const std::string& page);
  void ask_inbox_since(Looker& looker, const std::string& page);

  const std::size_t nodes_;
  std::vector<std::unique_ptr<Looker>> lookers_;
};

}  // namespace parley::sim
