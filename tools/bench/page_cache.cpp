#include "bench/page_cache.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace parley::bench {

std::size_t drop_from_page_cache(const std::string& directory) {
  namespace fs = std::filesystem;
  std::size_t files = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (!at->is_regular_file(gone) || gone) continue;
    const int fd = ::open(at->path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    if (::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0) ++files;
    ::close(fd);
  }
  return files;
}

}  // namespace parley::bench
