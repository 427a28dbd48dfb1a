// What an io thread is made of; for this folder's .cpp files only.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <mutex>
#include <vector>

#include "gateway/io_pool.hpp"

namespace parley {

struct IoThread::Loop {
  // One thread runs the loop, others may post: the hint saves wake-ups, not locks.
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work = boost::asio::make_work_guard(context);
  std::mutex mutex;
  std::vector<Task> inbox;     // under mutex
  bool run_scheduled = false;  // under mutex
  bool stopped = false;        // under mutex
  std::vector<Task> batch;     // of the loop's thread
};

}  // namespace parley
