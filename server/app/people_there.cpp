#include "app/people_there.hpp"

#include <fmt/format.h>

#include <system_error>

#include "engines/rocksdb/channel_store.hpp"
#include "engines/sql/people_check.hpp"

namespace parley {

Result<void> check_people_there(const std::filesystem::path& people, RocksChannelStore& channels) {
  std::error_code error;
  if (std::filesystem::exists(people, error)) {
    const auto somebody = has_accounts(people);
    if (!somebody) return fail(somebody.error());
    if (*somebody) return {};
  }
  const auto scan = channels.scan();
  if (!scan) return fail(scan.error());
  const auto all = (*scan)->all_channels();
  if (!all) return fail(all.error());
  if (all->empty()) return {};
  return fail(ErrorCode::not_found,
              fmt::format("there are {} channels, but no account in {}. Is a disk not mounted? Mount it, or restore a "
                          "backup (parley restore).",
                          all->size(), people.string()));
}

}  // namespace parley
