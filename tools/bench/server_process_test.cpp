#include "bench/server_process.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

namespace parley::bench {
namespace {

TEST(ServerProcess, IsFoundByThePortOnWhichItListens) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::uint16_t port = ntohs(address.sin_port);
  EXPECT_FALSE(find_listener(port).has_value());
  ASSERT_EQ(::listen(fd, 1), 0);
  EXPECT_EQ(find_listener(port), ::getpid());
  ::close(fd);
}

TEST(ServerProcess, MemoryThatIsUsedIsSeen) {
  const auto before = resident_bytes(::getpid());
  ASSERT_TRUE(before.has_value());
  constexpr std::size_t kBytes = 64U << 20;
  std::vector<char> block(kBytes);
  for (std::size_t i = 0; i < kBytes; i += 4096) static_cast<volatile char&>(block[i]) = 'x';
  EXPECT_GE(*resident_bytes(::getpid()), *before + kBytes / 2);
}

TEST(ServerProcess, OfAProcessThatIsNotThereNothingIsKnown) {
  EXPECT_FALSE(resident_bytes(0x7FFFFFFF).has_value());
  EXPECT_FALSE(processor_seconds(0x7FFFFFFF).has_value());
  EXPECT_FALSE(wait_until_quiet(0x7FFFFFFF, 1'000));
  EXPECT_TRUE(processor_seconds(::getpid()).has_value());
}

}  // namespace
}  // namespace parley::bench
