#include "app/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/version.hpp"

namespace parley {

ProcessMetrics::ProcessMetrics(Metrics& metrics)
    : resident_bytes_(metrics.gauge("process_resident_memory_bytes", "Resident memory.")),
      virtual_bytes_(metrics.gauge("process_virtual_memory_bytes", "Virtual memory.")),
      open_descriptors_(metrics.gauge("process_open_fds", "Open file descriptors.")),
      most_descriptors_(metrics.gauge("process_max_fds", "Most file descriptors this process may open.")),
      cpu_milliseconds_(metrics.gauge("parley_cpu_milliseconds", "Time on a processor, user and system.")),
      threads_(metrics.gauge("parley_threads", "Threads of this process.")) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  metrics.gauge("process_start_time_seconds", "When this process started, Unix time.").set(now.count());
  metrics.gauge("parley_info", "The version that runs.", {{"version", std::string(version())}}).set(1);
}

void ProcessMetrics::update() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  if (statm >> size >> resident) {
    const std::int64_t page = sysconf(_SC_PAGESIZE);
    virtual_bytes_.set(size * page);
    resident_bytes_.set(resident * page);
  }
  std::error_code error;
  const auto entries = [&](const char* path) -> std::int64_t {
    const std::filesystem::directory_iterator all(path, error);
    return error ? 0 : std::distance(begin(all), end(all));
  };
  open_descriptors_.set(entries("/proc/self/fd"));
  threads_.set(entries("/proc/self/task"));
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) most_descriptors_.set(static_cast<std::int64_t>(limit.rlim_cur));
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto milliseconds = [](const timeval& t) { return t.tv_sec * 1000 + t.tv_usec / 1000; };
    cpu_milliseconds_.set(milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime));
  }
}

}  // namespace parley
