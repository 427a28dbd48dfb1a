#include "engines/rocksdb/torn_tail.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace parley::rocks {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBlock = 32'768;
constexpr std::uint64_t kHeader = 7;  // checksum 4, length 2, type 1
constexpr std::uint32_t kMaskDelta = 0xA282EAD8;
enum Type : std::uint8_t { zero = 0, full = 1, first = 2, middle = 3, last = 4 };

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (auto it = bytes.rbegin(); it != bytes.rend(); ++it) value = value << 8 | static_cast<std::uint8_t>(*it);
  return value;
}

struct Fragment {
  std::uint64_t at = 0;
  std::uint64_t end = 0;
  Type type = zero;
  bool sound = false;
  [[nodiscard]] bool begins_a_record() const { return sound && (type == full || type == first); }
};

/// The fragment at `at`; nullopt where the file ends before it does.
std::optional<Fragment> read_fragment(std::string_view log, std::uint64_t at) {
  if (at + kHeader > log.size()) return std::nullopt;
  Fragment found{.at = at, .end = at + kHeader + little_endian(log.substr(at + 4, 2)), .type = Type(log[at + 6])};
  const std::uint64_t block_end = (at / kBlock + 1) * kBlock;
  if (found.type == zero || found.type > last || found.end > block_end) return found;
  if (found.end > log.size()) return std::nullopt;
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(log.data() + at + 6, found.end - at - 6);
  const std::uint32_t masked = ((crc.checksum() >> 15U) | (crc.checksum() << 17U)) + kMaskDelta;
  found.sound = masked == little_endian(log.substr(at, 4));
  return found;
}

/// Where the next fragment begins: the end of a block that is too short for a header is padding.
std::uint64_t next_start(std::uint64_t at) {
  return kBlock - at % kBlock < kHeader ? (at / kBlock + 1) * kBlock : at;
}

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

/// The files of which the end may be torn: the log written last, and the MANIFEST in use.
std::vector<fs::path> files_with_a_tail(const fs::path& store) {
  std::vector<fs::path> files;
  fs::path log;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(store, error)) {
    // Names are numbers of one length.
    if (entry.path().extension() == ".log" && entry.file_size(error) > 0) log = std::max(log, entry.path());
  }
  if (!log.empty()) files.push_back(log);
  std::string current = read_file(store / "CURRENT");
  if (current.ends_with('\n')) current.pop_back();
  if (current.starts_with("MANIFEST-")) files.push_back(store / current);
  return files;
}

}  // namespace

std::optional<std::uint64_t> find_torn_tail(std::string_view log) {
  std::optional<std::uint64_t> bad;
  std::uint64_t record = 0;  // where the record that is being read begins
  bool within = false;
  std::uint64_t at = 0;
  while (const auto fragment = read_fragment(log, at)) {
    if (bad && fragment->begins_a_record()) return std::nullopt;
    if (!fragment->sound) {
      if (!bad) bad = within ? record : at;
      // The length may be right: what follows in this block would then be found.
      const auto following = fragment->end % kBlock == 0 ? std::nullopt : read_fragment(log, fragment->end);
      at = following && following->sound ? fragment->end : (at / kBlock + 1) * kBlock;
      continue;
    }
    const bool continues = fragment->type == middle || fragment->type == last;
    if (!bad && continues != within) bad = within ? record : at;
    if (!continues) record = at;
    within = fragment->type == first || fragment->type == middle;
    at = next_start(fragment->end);
  }
  return bad;
}

Result<std::uint64_t> cut_torn_tails(const std::string& path) {
  std::uint64_t bytes = 0;
  for (const fs::path& file : files_with_a_tail(path)) {
    const std::string content = read_file(file);
    const auto torn = find_torn_tail(content);
    if (!torn) continue;
    const fs::path kept = fs::path(path) / "torn" / fmt::format("{}-{}", file.filename().string(), *torn);
    std::error_code error;
    fs::create_directories(kept.parent_path(), error);
    std::ofstream(kept, std::ios::binary) << std::string_view(content).substr(*torn);
    if (auto done = cut(file, *torn); !done) return fail(done.error());
    bytes += content.size() - *torn;
  }
  return bytes;
}

}  // namespace parley::rocks
