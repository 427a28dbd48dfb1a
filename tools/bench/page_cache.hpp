// Files that the kernel is asked to forget, so that the next read of them comes from the disk.
#pragma once

#include <cstddef>
#include <string>

namespace parley::bench {

/// Drops every file below `directory` from the page cache (posix_fadvise); only written-back pages leave. The number of
/// files that were asked for; 0: the directory cannot be read.
std::size_t drop_from_page_cache(const std::string& directory);

}  // namespace parley::bench
