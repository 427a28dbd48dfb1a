#include "engines/rocksdb/store_log.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

namespace parley::rocks {
namespace {

constexpr std::size_t kLineBytes = 16'384;
constexpr std::size_t kMostBytes = 4 << 20;

class QuietLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

class StoreLog final : public rocksdb::Logger {
 public:
  explicit StoreLog(std::string path) : path_(std::move(path)) { begin(); }
  ~StoreLog() override {
    if (file_ >= 0) ::close(file_);
  }
  StoreLog(const StoreLog&) = delete;
  StoreLog& operator=(const StoreLog&) = delete;

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    fmt::memory_buffer line;
    fmt::format_to(std::back_inserter(line), "{:%Y/%m/%d-%H:%M:%S} ", now);
    std::array<char, kLineBytes> text{};
    const int size = std::vsnprintf(text.data(), text.size(), format, arguments);
    if (size < 0) return;
    line.append(text.data(), text.data() + std::min<std::size_t>(static_cast<std::size_t>(size), text.size() - 1));
    if (line[line.size() - 1] != '\n') line.push_back('\n');

    const std::lock_guard lock(mutex_);
    if (bytes_ > kMostBytes) begin();
    if (file_ >= 0 && ::write(file_, line.data(), line.size()) > 0) bytes_ += line.size();
  }
  [[nodiscard]] std::size_t GetLogFileSize() const override {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  void begin() {
    if (file_ >= 0) ::close(file_);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    std::error_code none_there;
    std::filesystem::rename(path_, fmt::format("{}.old.{}", path_, micros), none_there);
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    bytes_ = 0;
  }

  const std::string path_;
  mutable std::mutex mutex_;
  int file_ = -1;
  std::size_t bytes_ = 0;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_store_log(const RocksOptions& options) {
  if (options.read_only) return std::make_shared<QuietLog>();
  return std::make_shared<StoreLog>(options.path + "/LOG");
}

}  // namespace parley::rocks
