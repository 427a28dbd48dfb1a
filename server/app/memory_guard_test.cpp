#include "app/memory_guard.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

constexpr std::uint64_t kBound = 1'000'000;

TEST(MemoryGuard, TightComesBeforeFull) {
  EXPECT_EQ(memory_state(MemoryState::roomy, 790'000, kBound), MemoryState::roomy);
  EXPECT_EQ(memory_state(MemoryState::roomy, 800'000, kBound), MemoryState::tight);
  EXPECT_EQ(memory_state(MemoryState::tight, 949'000, kBound), MemoryState::tight);
  EXPECT_EQ(memory_state(MemoryState::roomy, 950'000, kBound), MemoryState::full);
  EXPECT_EQ(memory_state(MemoryState::full, 3'000'000, kBound), MemoryState::full);
}

TEST(MemoryGuard, AStateIsLeftALittleBelowWhereItBegan) {
  EXPECT_EQ(memory_state(MemoryState::full, 920'000, kBound), MemoryState::full);
  EXPECT_EQ(memory_state(MemoryState::full, 890'000, kBound), MemoryState::tight);
  EXPECT_EQ(memory_state(MemoryState::tight, 760'000, kBound), MemoryState::tight);
  EXPECT_EQ(memory_state(MemoryState::full, 740'000, kBound), MemoryState::roomy);
}

TEST(MemoryGuard, ThisProcessUsesMemory) {
  EXPECT_GT(resident_bytes().value(), 1'000'000U);
}

}  // namespace
}  // namespace parley
