// Hands an answer to a caller's executor: how engines and node logic keep the promise "runs on the caller's executor".
#pragma once

#include <utility>

#include "base/result.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Posts `done(result)` to `executor`; never calls `done` inside.
template <class T>
void complete_on(Executor& executor, Completion<Result<T>> done, Result<T> result) {
  executor.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

/// A completion that, wherever it is called, makes `done` run on `executor`.
template <class T>
Completion<Result<T>> reply_on(Executor& executor, Completion<Result<T>> done) {
  return [&executor, done = std::move(done)](Result<T> result) mutable {
    complete_on<T>(executor, std::move(done), std::move(result));
  };
}

}  // namespace parley
