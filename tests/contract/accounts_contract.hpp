// What every engine of Accounts keeps. Each test runs on each engine.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/accounts.hpp"

namespace parley::contract {

/// Runs tasks on the thread that waits for an answer.
class WaitingExecutor final : public Executor {
 public:
  void post(Task task) override {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
    filled_.notify_one();
  }
  void post_after(Duration, Task task) override { post(std::move(task)); }

  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      Task task;
      {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return !tasks_.empty(); });
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Task> tasks_;
};

/// A store in a folder of its own; what needs no folder does not touch it.
struct AccountsEngine {
  std::string name;
  std::function<std::unique_ptr<Accounts>(const std::filesystem::path& folder)> open;
};
inline void PrintTo(const AccountsEngine& engine, std::ostream* out) {
  *out << engine.name;
}
std::vector<AccountsEngine> accounts_engines();

inline constexpr Time kNow = Time(Duration(1'700'000'000'000));
inline Time after(std::int64_t ms) {
  return kNow + Duration(ms);
}

template <class AnyId>
AnyId id_number(std::uint8_t kind, std::uint32_t number) {
  IdBytes bytes{};
  bytes[0] = kind;
  for (int i = 0; i < 4; ++i) bytes.at(15 - static_cast<std::size_t>(i)) = static_cast<std::uint8_t>(number >> (8 * i));
  return AnyId(bytes);
}
inline AccountId account(std::uint32_t number) {
  return id_number<AccountId>(1, number);
}
inline DeviceId device(std::uint32_t number) {
  return id_number<DeviceId>(2, number);
}

inline NewDevice new_device(std::uint32_t number, Time now = kNow) {
  return {.id = device(number),
          .name = "device " + std::to_string(number),
          .platform = "test",
          .refresh_hash = sha256({"refresh", std::to_string(number)}),
          .now = now,
          .refresh_expires = now + Duration(1'000'000)};
}

class AccountsContract : public testing::TestWithParam<AccountsEngine> {
 protected:
  AccountsContract() {
    folder_ = std::filesystem::temp_directory_path() /
              ("parley-accounts-" + std::to_string(::getpid()) + "-" + std::to_string(++counter_));
    std::filesystem::create_directories(folder_);
    accounts_ = GetParam().open(folder_);
  }
  ~AccountsContract() override {
    accounts_.reset();
    std::filesystem::remove_all(folder_);
  }

  SignIns& sign_ins() { return accounts_->sign_ins(); }
  People& people() { return accounts_->people(); }
  Jobs& jobs() { return accounts_->jobs(); }
  ServerKeys& keys() { return accounts_->keys(); }
  Oversight& oversight() { return accounts_->oversight(); }

  /// `ask(executor, completion)` makes one call; waits for its answer.
  template <class T, class Ask>
  Result<T> wait(Ask ask) {
    std::optional<Result<T>> answer;
    ask(executor_, Completion<Result<T>>([&](Result<T> result) { answer = std::move(result); }));
    executor_.run_until([&] { return answer.has_value(); });
    return *std::move(answer);
  }

  Result<void> sign_up(std::uint32_t number, const std::string& handle, std::optional<Digest> invitation = {}) {
    return wait<void>([&](Executor& e, auto done) {
      sign_ins().sign_up(e,
                         {.id = account(number),
                          .handle = handle,
                          .display_name = "Name of " + handle,
                          .password_hash = "hash of " + handle,
                          .device = new_device(number),
                          .invitation = invitation},
                         std::move(done));
    });
  }
  std::optional<Credentials> credentials(const std::string& handle) {
    return *wait<std::optional<Credentials>>(
        [&](Executor& e, auto done) { sign_ins().credentials(e, handle, std::move(done)); });
  }
  Result<void> add_device(std::uint32_t owner, SignInGeneration generation, NewDevice added, std::uint32_t limit = 20) {
    return wait<void>([&](Executor& e, auto done) {
      sign_ins().add_device(e, account(owner), generation, std::move(added), limit, std::move(done));
    });
  }
  std::vector<Device> devices(std::uint32_t owner) {
    return wait<std::vector<Device>>(
               [&](Executor& e, auto done) { sign_ins().devices(e, account(owner), std::move(done)); })
        .value_or(std::vector<Device>{});
  }
  Result<std::vector<DeviceId>> delete_account(std::uint32_t owner, bool erase = false) {
    return wait<std::vector<DeviceId>>([&](Executor& e, auto done) {
      sign_ins().delete_account(e, account(owner), erase, after(50), std::move(done));
    });
  }
  std::vector<Person> persons(std::uint32_t viewer, const std::vector<AccountId>& ids) {
    return *wait<std::vector<Person>>(
        [&](Executor& e, auto done) { people().people(e, account(viewer), ids, std::move(done)); });
  }
  Person person(std::uint32_t viewer, std::uint32_t number) { return persons(viewer, {account(number)}).at(0); }
  std::optional<Person> find(std::uint32_t viewer, const std::string& handle) {
    return *wait<std::optional<Person>>(
        [&](Executor& e, auto done) { people().find(e, account(viewer), handle, std::move(done)); });
  }
  Result<void> set_contact(std::uint32_t owner, std::uint32_t peer, bool on = true, std::uint32_t limit = 100) {
    return wait<void>([&](Executor& e, auto done) {
      people().set_contact(e, {.account = account(owner), .peer = account(peer), .on = on, .now = kNow, .limit = limit},
                           std::move(done));
    });
  }
  Result<void> set_block(std::uint32_t owner, std::uint32_t peer, bool on = true, std::uint32_t limit = 100) {
    return wait<void>([&](Executor& e, auto done) {
      people().set_block(e, {.account = account(owner), .peer = account(peer), .on = on, .now = kNow, .limit = limit},
                         std::move(done));
    });
  }
  std::vector<Job> next_jobs(Time now = kNow, std::uint32_t limit = 100) {
    return *wait<std::vector<Job>>([&](Executor& e, auto done) { jobs().next_jobs(e, now, limit, std::move(done)); });
  }

  WaitingExecutor executor_;
  std::filesystem::path folder_;
  std::unique_ptr<Accounts> accounts_;

 private:
  static inline int counter_ = 0;
};

inline std::string engine_name(const testing::TestParamInfo<AccountsEngine>& info) {
  return info.param.name;
}

}  // namespace parley::contract

/// Once per test file.
#define PARLEY_ACCOUNTS_ENGINES(suite)                                                              \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, testing::ValuesIn(parley::contract::accounts_engines()), \
                           parley::contract::engine_name)
