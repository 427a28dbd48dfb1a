#include "engines/sql/database.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/log.hpp"

namespace parley::sql {
namespace {

constexpr std::size_t kGroup = 256;

Error error_of(const std::exception& thrown) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&thrown);
  switch (sqlite == nullptr ? -1 : sqlite->result() & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::disk_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::overloaded;
    case SQLITE_CONSTRAINT:
      return ErrorCode::internal;
    default:
      return ErrorCode::store_unavailable;
  }
}

Error fault(const std::exception& thrown) {
  // what() of SOCI also lists the values of the statement, which nobody may log.
  const auto* known = dynamic_cast<const soci::soci_error*>(&thrown);
  const Error error = error_of(thrown);
  log::error("people_database_fault",
             {{"error", error.name()}, {"text", known != nullptr ? known->get_error_message() : "unexpected"}});
  return error;
}

}  // namespace

Database::Database(std::unique_ptr<soci::session> writer, Sessions readers, std::size_t queue)
    : capacity_(queue), writer_(std::move(writer)), readers_(std::move(readers)) {
  threads_.emplace_back([this] { write_loop(); });
  for (const auto& reader : readers_) threads_.emplace_back([this, &reader] { read_loop(*reader); });
}

Database::~Database() {
  for (Queue* queue : {&writes_, &reads_}) {
    const std::scoped_lock lock(queue->mutex);
    queue->closed = true;
    queue->filled.notify_all();
  }
  for (auto& thread : threads_) thread.join();
}

void Database::submit(Queue& queue, Job job) {
  {
    const std::scoped_lock lock(queue.mutex);
    if (queue.jobs.size() < capacity_) {
      queue.jobs.push_back(std::move(job));
      queue.filled.notify_one();
      return;
    }
  }
  const Error full(ErrorCode::overloaded, {}, 1000);
  job.finish(&full);
}

std::deque<Database::Job> Database::take(Queue& queue, std::size_t most) {
  std::unique_lock lock(queue.mutex);
  queue.filled.wait(lock, [&] { return queue.closed || !queue.jobs.empty(); });
  std::deque<Job> taken;
  while (!queue.jobs.empty() && taken.size() < most) {
    taken.push_back(std::move(queue.jobs.front()));
    queue.jobs.pop_front();
  }
  return taken;
}

void Database::write_loop() {
  for (auto group = take(writes_, kGroup); !group.empty(); group = take(writes_, kGroup)) commit_group(group);
}

void Database::read_loop(soci::session& session) {
  for (auto one = take(reads_, 1); !one.empty(); one = take(reads_, 1)) {
    Job& job = one.front();
    try {
      job.run(session);
      job.finish(nullptr);
    } catch (const std::exception& thrown) {
      const Error error = fault(thrown);
      job.finish(&error);
    }
  }
}

void Database::commit_group(std::deque<Job>& group) {
  std::vector<std::optional<Error>> errors;
  try {
    *writer_ << "BEGIN IMMEDIATE";
    for (auto& job : group) errors.push_back(run_part(job));
    *writer_ << "COMMIT";
  } catch (const std::exception& thrown) {
    errors.assign(group.size(), fault(thrown));
    try {
      *writer_ << "ROLLBACK";
    } catch (const std::exception&) {
      // SQLite has rolled back by itself already.
    }
  }
  for (std::size_t i = 0; i < group.size(); ++i) group[i].finish(errors[i] ? &*errors[i] : nullptr);
}

std::optional<Error> Database::run_part(Job& job) {
  std::optional<Error> error;
  bool keep = false;
  *writer_ << "SAVEPOINT part";
  try {
    keep = job.run(*writer_);
  } catch (const std::exception& thrown) {
    error = fault(thrown);
  }
  if (!keep) *writer_ << "ROLLBACK TO SAVEPOINT part";
  *writer_ << "RELEASE SAVEPOINT part";
  return error;
}

}  // namespace parley::sql
