// A data directory in the making, by a restore or an import: nothing is served from it before it is whole, and what was
// there before stays in its place until then.
//
//     DIR/restore.tmp/           what is being made; with it no server starts
//     DIR/restore.tmp/whole      it is whole, and changes places now with what is in DIR: the name of the next
//     DIR/before-restore-DATE/   what was in DIR before
//     DIR/restore.done/          what is left of restore.tmp afterwards, and may go
//
// DIR itself is never renamed: it may be a mount point, or lie where its owner may make nothing.
#pragma once

#include <filesystem>

#include "app/data_dir.hpp"
#include "base/result.hpp"

namespace parley::backup {

class NewData {
 public:
  /// `data` has to be missing or empty, but with `replace`. What an interrupted attempt had begun is undone. Held for
  /// this process. Errors: store_unavailable.
  static Result<NewData> begin(const std::filesystem::path& data, bool replace);

  /// Here "people.sqlite" and "channels" are to be made, and synced.
  [[nodiscard]] std::filesystem::path part() const { return held_.path() / DataDir::kRestoring; }
  /// Puts both in the place of what is there, which moves aside: from now on the directory can be served. After an
  /// error, and after kill -9 with the next `begin`, everything is as it was before.
  Result<void> finish();
  /// Removes what was made, with the directory where there was none.
  void give_up();
  /// After `finish`: where lies what was there; empty: there was nothing.
  [[nodiscard]] const std::filesystem::path& moved_away() const { return moved_away_; }

 private:
  NewData(DataDir held, bool is_new) : held_(std::move(held)), is_new_(is_new) {}
  Result<void> exchange();

  DataDir held_;
  bool is_new_;  // the directory
  std::filesystem::path moved_away_;
};

}  // namespace parley::backup
