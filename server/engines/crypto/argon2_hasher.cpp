#include "engines/crypto/argon2_hasher.hpp"

#include <sodium.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/assert.hpp"
#include "ports/complete_on.hpp"

namespace parley {
namespace {

void wipe(std::string& secret) {
  sodium_memzero(secret.data(), secret.size());
}

class Argon2Hasher final : public PasswordHasher {
 public:
  explicit Argon2Hasher(const Argon2Options& options) : options_(options) {
    PARLEY_ASSERT(sodium_init() >= 0);
    PARLEY_ASSERT(options.threads > 0);
    dummy_ = hash_now("nobody has this password").value_or("");
    for (std::uint32_t i = 0; i < options.threads; ++i) threads_.emplace_back([this] { work(); });
  }

  ~Argon2Hasher() override {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
      jobs_.clear();
    }
    filled_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  void hash(Executor& executor, std::string password, Completion<Result<std::string>> done) override {
    submit<std::string>(executor, std::move(done), [this, password = std::move(password)]() mutable {
      auto made = hash_now(password);
      wipe(password);
      return made;
    });
  }

  void verify(Executor& executor, std::string password, std::string hash, Completion<Result<bool>> done) override {
    submit<bool>(executor, std::move(done),
                 [this, password = std::move(password), hash = std::move(hash)]() mutable -> Result<bool> {
                   const bool known = hash.starts_with("$argon2id$") && hash.size() < crypto_pwhash_STRBYTES;
                   const std::string& compared = known ? hash : dummy_;
                   const bool equal = crypto_pwhash_str_verify(compared.c_str(), password.data(), password.size()) == 0;
                   wipe(password);
                   return known && equal;
                 });
  }

 private:
  Result<std::string> hash_now(std::string_view password) const {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), options_.passes, options_.memory_bytes,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
      return fail(ErrorCode::overloaded, "There is not enough memory to check a password at the moment.", 1000);
    }
    return std::string(text.data());
  }

  template <class T, class Work>
  void submit(Executor& executor, Completion<Result<T>> done, Work work) {
    {
      const std::scoped_lock lock(mutex_);
      if (jobs_.size() < options_.queue) {
        jobs_.emplace_back([&executor, done = std::move(done), work = std::move(work)]() mutable {
          complete_on<T>(executor, std::move(done), work());
        });
        filled_.notify_one();
        return;
      }
    }
    complete_on<T>(executor, std::move(done), fail(ErrorCode::overloaded, {}, 1000));
  }

  void work() {
    while (true) {
      Task job;
      {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
        if (closed_) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  const Argon2Options options_;
  std::string dummy_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Task> jobs_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<PasswordHasher> make_argon2_hasher(const Argon2Options& options) {
  return std::make_unique<Argon2Hasher>(options);
}

}  // namespace parley
