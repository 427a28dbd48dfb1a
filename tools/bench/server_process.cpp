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

std::optional<std::uint64_t> settled_resident_bytes(pid_t pid, int patience_ms) {
  constexpr int kStepMs = 100;
  constexpr int kStillMs = 500;
  auto before = resident_bytes(pid);
  for (int waited = 0, still = 0; before && waited < patience_ms && still < kStillMs; waited += kStepMs) {
    std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs));
    const auto now = resident_bytes(pid);
    if (!now) return now;
    const std::uint64_t moved = *now > *before ? *now - *before : *before - *now;
    still = moved * 200 <= *before ? still + kStepMs : 0;
    before = now;
  }
  return before;
}

}  // namespace parley::bench
