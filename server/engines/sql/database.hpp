// The connections and threads of the relational store: one writer that commits what waits in groups, readers that see
// the last commit. Nothing here knows what is stored.
#pragma once

#include <soci/soci.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "ports/complete_on.hpp"

namespace parley::sql {

using Sessions = std::vector<std::unique_ptr<soci::session>>;

class Database {
 public:
  /// `writer` and `readers` are open connections to one database whose schema is up to date.
  Database(std::unique_ptr<soci::session> writer, Sessions readers, std::size_t queue);
  /// Finishes what was accepted.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `work(soci::session&) -> Result<T>` runs in a transaction that it shares with others: an error or exception undoes
  /// its own part only. `done` is called on `executor` after the commit.
  template <class T, class Work>
  void write(Executor& executor, Completion<Result<T>> done, Work work) {
    submit(writes_, make_job<T>(executor, std::move(done), std::move(work)));
  }
  /// As `write`, for what changes nothing: no transaction, so two statements may see different commits.
  template <class T, class Work>
  void read(Executor& executor, Completion<Result<T>> done, Work work) {
    submit(reads_, make_job<T>(executor, std::move(done), std::move(work)));
  }

 private:
  /// `run` answers whether its part is to be kept; `finish` gets the error that overrules its result, if any.
  struct Job {
    std::move_only_function<bool(soci::session&)> run;
    std::move_only_function<void(const Error*)> finish;
  };
  struct Queue {
    std::mutex mutex;
    std::condition_variable filled;
    std::deque<Job> jobs;
    bool closed = false;
  };

  template <class T, class Work>
  static Job make_job(Executor& executor, Completion<Result<T>> done, Work work) {
    struct Shared {
      Result<T> result = fail(ErrorCode::internal);
      Completion<Result<T>> done;
      Work work;
    };
    auto shared = std::make_shared<Shared>(Shared{.done = std::move(done), .work = std::move(work)});
    return {.run =
                [shared](soci::session& session) {
                  shared->result = shared->work(session);
                  return shared->result.has_value();
                },
            .finish =
                [shared, &executor](const Error* error) {
                  if (error != nullptr) shared->result = fail(*error);
                  complete_on<T>(executor, std::move(shared->done), std::move(shared->result));
                }};
  }

  void submit(Queue& queue, Job job);
  /// Waits for work; empty when the queue is closed and drained.
  static std::deque<Job> take(Queue& queue, std::size_t most);
  void write_loop();
  void read_loop(soci::session& session);
  void commit_group(std::deque<Job>& group);
  std::optional<Error> run_part(Job& job);

  const std::size_t capacity_;
  std::unique_ptr<soci::session> writer_;
  Sessions readers_;
  Queue writes_, reads_;
  std::vector<std::thread> threads_;
};

}  // namespace parley::sql
