#include "bench/server_process.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>

namespace parley::bench {
namespace {

constexpr const char* kListening = "0A";  // as the kernel's table of TCP sockets writes the state

void add_listening_inodes(const char* table, std::uint16_t port, std::set<std::string>& inodes) {
  std::ifstream file(table);
  const std::string wanted = fmt::format(":{:04X}", port);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
    if (state == kListening && local.ends_with(wanted)) inodes.insert(fmt::format("socket:[{}]", inode));
  }
}

bool holds_one_of(const std::filesystem::path& descriptors, const std::set<std::string>& inodes) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(descriptors, error), end; !error && at != end; at.increment(error)) {
    const auto target = std::filesystem::read_symlink(at->path(), error);
    if (!error && inodes.contains(target.string())) return true;
    error.clear();
  }
  return false;
}

}  // namespace

std::optional<pid_t> find_listener(std::uint16_t port) {
  std::set<std::string> inodes;
  add_listening_inodes("/proc/net/tcp", port, inodes);
  add_listening_inodes("/proc/net/tcp6", port, inodes);
  if (inodes.empty()) return std::nullopt;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    pid_t pid = 0;
    const auto [stop, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong != std::errc{} || stop != name.data() + name.size()) continue;
    if (holds_one_of(at->path() / "fd", inodes)) return pid;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> resident_bytes(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (!(file >> total >> resident)) return std::nullopt;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::optional<double> processor_seconds(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The name, in brackets, may hold anything; user and system time are the 12th and 13th field after it.
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

bool wait_until_quiet(pid_t pid, int patience_ms) {
  constexpr int kStepMs = 250;
  constexpr int kQuietMs = 1000;
  constexpr double kBusy = 0.1;  // of a core
  auto memory = resident_bytes(pid);
  auto processor = processor_seconds(pid);
  for (int waited = 0, quiet = 0; waited < patience_ms; waited += kStepMs) {
    std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs));
    const auto memory_now = resident_bytes(pid);
    const auto processor_now = processor_seconds(pid);
    if (!memory || !processor || !memory_now || !processor_now) return false;
    const std::uint64_t moved = *memory_now > *memory ? *memory_now - *memory : *memory - *memory_now;
    const bool still = moved * 200 <= *memory && *processor_now - *processor <= kBusy * kStepMs / 1000;
    memory = memory_now;
    processor = processor_now;
    quiet = still ? quiet + kStepMs : 0;
    if (quiet >= kQuietMs) return true;
  }
  return false;
}

}  // namespace parley::bench
