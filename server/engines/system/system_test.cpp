#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>
#include <vector>

#include "engines/system/system_clock.hpp"
#include "engines/system/thread_executor.hpp"

namespace parley {
namespace {

TEST(SystemClock, UptimeNeverGoesBack) {
  const SystemClock clock;
  Duration last = clock.uptime();
  for (int i = 0; i < 1000; ++i) {
    const Duration now = clock.uptime();
    ASSERT_GE(now, last);
    last = now;
  }
  EXPECT_GT(to_unix_ms(clock.now()), 1'600'000'000'000);
}

TEST(SystemRandom, FillsEveryByteWithSomethingNew) {
  SystemRandom random;
  std::array<std::uint8_t, 64> a{};
  std::array<std::uint8_t, 64> b{};
  random.fill(a);
  random.fill(b);
  EXPECT_NE(a, b);
  EXPECT_GT(std::set(a.begin(), a.end()).size(), 20U);
}

TEST(ThreadExecutor, RunsTasksInTheOrderPostedOnItsOwnThread) {
  ThreadExecutor executor("test");
  std::vector<int> seen;
  std::promise<bool> done;
  for (int i = 0; i < 1000; ++i) executor.post([&seen, i] { seen.push_back(i); });
  executor.post([&] { done.set_value(executor.is_current()); });
  EXPECT_TRUE(done.get_future().get());
  EXPECT_FALSE(executor.is_current());
  ASSERT_EQ(seen.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(ThreadExecutor, TaskPostedByATaskRunsAfterIt) {
  ThreadExecutor executor("test");
  std::promise<std::vector<int>> done;
  std::vector<int> seen;
  executor.post([&] {
    executor.post([&] {
      seen.push_back(2);
      done.set_value(seen);
    });
    seen.push_back(1);
  });
  EXPECT_EQ(done.get_future().get(), (std::vector<int>{1, 2}));
}

TEST(ThreadExecutor, TimersRunInTheOrderOfTheirDeadlines) {
  ThreadExecutor executor("test");
  std::promise<std::vector<int>> done;
  std::vector<int> seen;
  executor.post_after(Duration(20), [&] {
    seen.push_back(3);
    done.set_value(seen);
  });
  executor.post_after(Duration(1), [&] { seen.push_back(1); });
  executor.post_after(Duration(1), [&] { seen.push_back(2); });
  EXPECT_EQ(done.get_future().get(), (std::vector<int>{1, 2, 3}));
}

TEST(ThreadExecutor, StopDestroysWaitingTasksWithoutRunningThem) {
  auto held = std::make_shared<int>(0);
  std::promise<void> gate;
  std::promise<void> entered;
  bool ran = false;
  {
    ThreadExecutor executor("test");
    executor.post([&] {
      entered.set_value();
      gate.get_future().wait();
    });
    executor.post([&ran, held] { ran = true; });
    executor.post_after(Duration(3'600'000), [&ran, held] { ran = true; });
    entered.get_future().wait();
    std::thread stopper([&] { executor.stop(); });
    gate.set_value();
    stopper.join();
    executor.post([&ran, held] { ran = true; });
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace parley
