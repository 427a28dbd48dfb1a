// One node: owners, io executors, the hub and the job worker, put together from ports. It owns no thread and no socket.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "node/hub.hpp"
#include "node/io.hpp"
#include "node/job_worker.hpp"
#include "node/metrics.hpp"
#include "node/owner.hpp"
#include "parley/limits.hpp"
#include "ports/bus.hpp"
#include "ports/channel_store.hpp"
#include "ports/command_queue.hpp"
#include "ports/executor.hpp"
#include "ports/jobs.hpp"
#include "ports/people.hpp"

namespace parley {

class BusLinks;
class Tracer;

struct NodePorts {
  ChannelStore& store;
  CommandQueue& queue;
  People& people;
  Jobs& jobs;
  Bus* bus = nullptr;  // absent: the only node
  Clock& clock;
  Random& random;
  Tracer* tracer = nullptr;  // absent: nothing can be followed
};

struct NodeSettings {
  NodeId id;
  Limits limits;
  std::string server_name;  // told in Welcome
  std::size_t cached_channels = 100'000;
};

class Node {
 public:
  /// One owner per executor of `owners`, one Io per executor of `ios` with the authenticator at the same index. All of
  /// them, and the ports, outlive the node.
  Node(const NodeSettings& settings, const NodePorts& ports, const std::vector<Executor*>& owners,
       const std::vector<Executor*>& ios, const std::vector<Authenticator*>& authenticators, Metrics& metrics);
  /// Only after stop() has completed, or when none of the executors runs any more.
  ~Node();

  /// Starts to take commands and to work on jobs. Any thread.
  void start();
  /// Sessions are told to resume, owners commit what they have; then `done` runs, on some executor of the node.
  void stop(Task done);

  Io& io(std::size_t index) { return *ios_[index]; }
  [[nodiscard]] std::size_t ios() const { return ios_.size(); }
  Hub& hub() { return *hub_; }
  /// Set by whoever watches the process's memory. Any thread.
  SharedMemoryState& memory() { return memory_; }
  /// Owners that have nothing to do give up channels, too, as long as memory() is not roomy. Any thread, before stop().
  void trim();
  /// A job row was written: look for it now. Any thread.
  void kick_jobs();

 private:
  class FromElsewhere;
  /// Something may have been lost on the way to sessions: each has to ask for its heads again, and what it watches is
  /// looked at again. Any thread.
  void may_have_missed();
  void resync_sessions();

  NodeContext context_;
  QueueDelay delay_;
  SharedMemoryState memory_ = MemoryState::roomy;
  NodeMetrics metrics_;
  std::unique_ptr<FromElsewhere> from_elsewhere_;
  std::unique_ptr<BusLinks> links_;
  std::vector<std::unique_ptr<Owner>> owners_;
  std::unique_ptr<Hub> hub_;
  std::vector<std::unique_ptr<Io>> ios_;
  std::unique_ptr<JobWorker> jobs_;
};

}  // namespace parley
