// How an operator's command tells how far it is and how it ended: for people at a terminal, or as JSON Lines.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "app/backup/folder.hpp"
#include "base/result.hpp"

namespace parley {

class Console {
 public:
  /// `program` begins what is said of errors.
  Console(std::string_view program, bool json);

  /// One line that is overwritten where standard error is a terminal; with JSON a line of its own. At most ten a
  /// second.
  void progress(const backup::Progress& progress);
  /// The same for work that is counted in channels.
  void progress(std::string_view step, std::uint64_t channels, std::uint64_t total);
  /// The end of the progress, and what came out: `text` for people, `json` for programs.
  void result(std::string_view text, std::string_view json);
  /// Tells why it could not be done; the exit code.
  int failure(const Error& error);
  /// Takes the line of progress away.
  void clear();

 private:
  /// It is time for another line of it, and there is somebody to see it.
  bool due();
  void show(std::string_view step, std::string_view far, std::uint64_t done, std::uint64_t total);

  const std::string program_;
  const bool json_;
  const bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace parley
