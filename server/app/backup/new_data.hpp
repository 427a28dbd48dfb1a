// A data directory in the making, by a restore or an import: nothing is served from it before it is whole.
#pragma once

#include <filesystem>

#include "app/data_dir.hpp"
#include "base/result.hpp"

namespace parley::backup {

class NewData {
 public:
  /// `data` has to be missing or empty, or is moved aside with `replace`; what an interrupted attempt left goes. Held
  /// for this process. Errors: store_unavailable.
  static Result<NewData> begin(const std::filesystem::path& data, bool replace);

  /// Here "people.sqlite" and "channels" are to be made, and synced.
  [[nodiscard]] std::filesystem::path part() const { return held_.path() / DataDir::kRestoring; }
  /// Puts both in their place: from now on the directory can be served.
  Result<void> finish();
  /// Removes what was made.
  void give_up();
  /// Where the directory that was there lies now; empty: there was none.
  [[nodiscard]] const std::filesystem::path& moved_away() const { return moved_away_; }

 private:
  NewData(DataDir held, std::filesystem::path moved_away)
      : held_(std::move(held)), moved_away_(std::move(moved_away)) {}

  DataDir held_;
  std::filesystem::path moved_away_;
};

}  // namespace parley::backup
