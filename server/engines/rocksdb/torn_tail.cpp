#include "engines/rocksdb/torn_tail.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "engines/rocksdb/log_format.hpp"

namespace parley::rocks {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Result<void> cut(const fs::path& path, std::uint64_t size) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool done =
      descriptor >= 0 && ::ftruncate(descriptor, static_cast<off_t>(size)) == 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (done) return {};
  return fail(ErrorCode::store_unavailable,
              fmt::format("cannot cut {}: {}", path.string(), std::generic_category().message(error)));
}

constexpr std::string_view kList = "MANIFEST-";

/// The MANIFEST in use; empty: CURRENT does not say.
fs::path list_of_files(const fs::path& store) {
  std::string current = read_file(store / "CURRENT");
  if (!current.starts_with(kList) || !current.ends_with('\n')) return {};
  current.pop_back();
  return store / current;
}

/// The one MANIFEST whose name CURRENT can have held: a bit of it was flipped, or there is no other one. nullopt: there
/// is none, or it is not certain which.
std::optional<fs::path> only_list_of_files(const fs::path& store) {
  const std::string current = read_file(store / "CURRENT");
  const auto is_one_bit_off = [&](const std::string& name) {
    const std::string right = name + '\n';
    if (right.size() != current.size()) return false;
    int bits = 0;
    for (std::size_t i = 0; i < right.size(); ++i)
      bits += std::popcount(static_cast<std::uint8_t>(right[i] ^ current[i]));
    return bits == 1;
  };
  std::vector<fs::path> all;
  std::vector<fs::path> one_bit_off;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(store, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kList)) continue;
    all.push_back(entry.path());
    if (is_one_bit_off(name)) one_bit_off.push_back(entry.path());
  }
  const auto& certain = one_bit_off.empty() ? all : one_bit_off;
  return certain.size() == 1 ? std::optional(certain.front()) : std::nullopt;
}

/// The logs that hold something, oldest first, and the MANIFEST in use.
std::vector<fs::path> files_like_logs(const fs::path& store) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(store, error)) {
    if (entry.path().extension() == ".log" && entry.file_size(error) > 0) files.push_back(entry.path());
  }
  std::ranges::sort(files);  // names are numbers of one length
  if (fs::path list = list_of_files(store); !list.empty()) files.push_back(std::move(list));
  return files;
}

Error damaged_store(const std::string& path, std::string_view how) {
  return {ErrorCode::damaged,
          fmt::format("the store in {} is damaged ({}): repair it (parley repair), or restore it from a backup", path,
                      how)};
}

/// Reads a log block by block.
class Examination {
 public:
  /// False: it is known what the log is.
  bool add(std::string_view block) {
    std::size_t at = 0;
    // What is shorter than a header is padding.
    while (block.size() - at >= kFragmentHeader) {
      const Fragment fragment = read_fragment(block, at);
      if (!fragment.sound) {
        if (!bad(block, at)) return false;
        ++at;  // its length means nothing
        while (block.size() - at >= kFragmentHeader && !read_fragment(block, at).sound) ++at;
        continue;
      }
      if (fragment.begins_a_record() && (bad_ || within_)) return damaged(bad_.value_or(record_));
      if (!fragment.begins_a_record() && !within_ && !bad_) bad_ = base_ + at;
      if (fragment.begins_a_record()) record_ = base_ + at;
      within_ = fragment.is_continued();
      at = fragment.end;
    }
    if (block.size() < kLogBlock && at < block.size() && !bad_) bad_ = within_ ? record_ : base_ + at;
    base_ += block.size();
    return true;
  }

  [[nodiscard]] LogEnd end() const {
    if (end_.state == LogEnd::State::damaged) return end_;
    if (bad_) return {.state = LogEnd::State::torn, .at = *bad_, .flip = {}};
    if (within_) return {.state = LogEnd::State::torn, .at = record_, .flip = {}};
    return {};
  }

 private:
  bool bad(std::string_view block, std::size_t at) {
    if (bad_) return true;
    bad_ = within_ ? record_ : base_ + at;
    const auto bit = find_flipped_bit(block, at);
    if (!bit) return true;
    end_.flip = {.at = base_ + bit->byte, .mask = bit->mask};
    return damaged(*bad_);
  }
  bool damaged(std::uint64_t at) {
    end_.state = LogEnd::State::damaged;
    end_.at = at;
    return false;
  }

  std::uint64_t base_ = 0;            // of the block
  std::optional<std::uint64_t> bad_;  // where the first bad record begins
  std::uint64_t record_ = 0;          // where the record that is being read begins
  bool within_ = false;
  LogEnd end_;
};

}  // namespace

LogEnd examine_log(const fs::path& log) {
  std::ifstream in(log, std::ios::binary);
  std::string block(kLogBlock, '\0');
  Examination examination;
  do {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    if (!examination.add(std::string_view(block).substr(0, static_cast<std::size_t>(in.gcount())))) break;
  } while (in);
  return examination.end();
}

Result<void> check_logs(const std::string& path) {
  std::error_code hidden;
  if (const fs::path list = list_of_files(path); list.empty() || (!fs::exists(list, hidden) && !hidden)) {
    return fail(damaged_store(path, "CURRENT does not name the list of files"));
  }
  for (const fs::path& file : files_like_logs(path)) {
    const LogEnd end = examine_log(file);
    if (end.state != LogEnd::State::damaged) continue;
    const std::string how = end.flip ? fmt::format("a bit of byte {} was flipped", end.flip->at)
                                     : fmt::format("the record at byte {} does not fit its checksum", end.at);
    return fail(damaged_store(path, fmt::format("{}: {}", file.filename().string(), how)));
  }
  return {};
}

bool list_of_files_is_damaged(const std::string& path) {
  const fs::path list = list_of_files(path);
  return !list.empty() && examine_log(list).state == LogEnd::State::damaged;
}

Result<std::uint64_t> cut_torn_tails(const std::string& path) {
  std::uint64_t bytes = 0;
  std::vector<fs::path> files = files_like_logs(path);
  // Of the logs only the newest was being written.
  if (files.size() > 2) files.erase(files.begin(), files.end() - 2);
  for (const fs::path& file : files) {
    const LogEnd end = examine_log(file);
    if (end.state != LogEnd::State::torn) continue;
    const std::string content = read_file(file);
    const fs::path kept = fs::path(path) / "torn" / fmt::format("{}-{}", file.filename().string(), end.at);
    std::error_code error;
    fs::create_directories(kept.parent_path(), error);
    std::ofstream(kept, std::ios::binary) << std::string_view(content).substr(end.at);
    if (auto done = cut(file, end.at); !done) return fail(done.error());
    bytes += content.size() - end.at;
  }
  return bytes;
}

std::vector<std::string> mend_logs(const std::string& path) {
  std::vector<std::string> mended;
  std::error_code error;
  if (const fs::path list = list_of_files(path); list.empty() || !fs::exists(list, error)) {
    if (const auto only = only_list_of_files(path)) {
      std::ofstream(fs::path(path) / "CURRENT", std::ios::binary) << only->filename().string() << '\n';
      mended.push_back(fmt::format("CURRENT did not name the list of files: it is {}", only->filename().string()));
    }
  }
  for (const fs::path& file : files_like_logs(path)) {
    for (LogEnd end = examine_log(file); end.flip; end = examine_log(file)) {
      std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
      const auto at = static_cast<std::streamoff>(end.flip->at);
      bytes.seekg(at);
      const char right = static_cast<char>(bytes.get() ^ end.flip->mask);
      bytes.seekp(at);
      if (!bytes.put(right).flush()) break;
      mended.push_back(
          fmt::format("{}: a bit of byte {} was flipped, and is flipped back", file.filename().string(), end.flip->at));
    }
  }
  return mended;
}

}  // namespace parley::rocks
