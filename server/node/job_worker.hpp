// Carries out intentions over many channels (ports/jobs.hpp): one idempotent command per channel, whose send_id follows
// from the job and the channel, so that a worker that starts again changes nothing twice. Belongs to the executor of
// one io; several nodes may run one each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "node/io.hpp"
#include "ports/jobs.hpp"

namespace parley {

class JobWorker {
 public:
  JobWorker(Io& io, Jobs& jobs);
  ~JobWorker();

  /// Looks for work now and every few seconds. Any thread.
  void start();
  void kick();
  void stop();

 private:
  struct Run;
  void look();
  void found(std::vector<Job> jobs);
  bool is_ripe(const Job& job);
  void work(std::vector<Job> jobs);
  void begin(const std::shared_ptr<Run>& run);
  void next_channel(const std::shared_ptr<Run>& run);
  void finish(const std::shared_ptr<Run>& run, bool done);

  Io& io_;
  Jobs& jobs_;
  bool looking_ = false;     // for jobs, or at work on those that were found
  std::size_t running_ = 0;  // jobs
  bool unwritten_ = false;   // that one ended could not be written: look later
  bool again_ = false;
  std::map<std::uint64_t, bool> settling_;  // jobs: whether they may go through their channels once more
  bool stopped_ = false;
  std::shared_ptr<bool> alive_;
};

}  // namespace parley
