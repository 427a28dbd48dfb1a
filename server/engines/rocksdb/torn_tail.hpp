// Tells a write to a log (write-ahead log or MANIFEST) that a loss of power cut short from damage to what had been
// written. RocksDB takes a length that reaches beyond the file for a torn tail, wherever it stands, and opens what lies
// before it: a store of some time ago. Internal to the engine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace parley::rocks {

/// What a log is from its first bad record on.
struct LogEnd {
  enum class State : std::uint8_t {
    sound,    // nothing is bad
    torn,     // the last record was being written when the power went, was never synced, and nobody was told of it
    damaged,  // one bit of the first bad record was flipped, or readable records begin after it
  };
  State state = State::sound;
  std::uint64_t at = 0;  // where the first bad record begins
  /// The byte that was flipped, and how.
  struct Flip {
    std::uint64_t at = 0;
    std::uint8_t mask = 0;
  };
  std::optional<Flip> flip;
};

/// A file that is not there is sound. Sectors reach a disk in any order, so that a torn record may have holes, not only
/// be short: where more than one bit of the very last record is wrong, damage looks the same as a write cut short.
LogEnd examine_log(const std::filesystem::path& log);

/// Whether no log and not the MANIFEST in use of the store in `path` is damaged, and CURRENT names one; they may be
/// torn. damaged: which is not as it should be.
Result<void> check_logs(const std::string& path);

/// Whether that is so of the MANIFEST in use.
bool list_of_files_is_damaged(const std::string& path);

/// Cuts the torn tail off the newest log and the MANIFEST of the store in `path`, and syncs them; what was cut is kept
/// in `path`/torn. Tells how many bytes that were; 0: there is no torn tail. store_unavailable.
Result<std::uint64_t> cut_torn_tails(const std::string& path);

/// Makes CURRENT say again which MANIFEST is in use, where there is only one that it can be, and flips the single bits
/// back that were flipped in that one and in logs of the store in `path`, which nobody has open. One line for each.
std::vector<std::string> mend_logs(const std::string& path);

}  // namespace parley::rocks
