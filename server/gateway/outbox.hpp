// What waits to be written to one connection: many frames, one gathered write.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

/// First in, first out. Small pieces are copied together; a large shared payload is referred to.
class Outbox {
 public:
  /// From this size on a shared payload is referred to instead of copied: below, one memcpy is cheaper than one more
  /// element of the gathered write and one more reference to count.
  static constexpr std::size_t kShareFrom = 1024;

  void append(std::string_view bytes);
  void append_shared(std::shared_ptr<const std::string> payload);
  /// Takes over `bytes` without a copy where that pays.
  void append_owned(std::string bytes);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// Describes the front of what waits in at most out.size() elements; returns how many.
  std::size_t gather(std::span<iovec> out) const;
  /// Removes `bytes` (at most size()) from the front.
  void consume(std::size_t bytes);
  /// Heap memory kept when empty.
  [[nodiscard]] std::size_t capacity() const;

 private:
  struct Chunk {
    std::string own;
    std::shared_ptr<const std::string> shared;  // where set, `own` is empty
    [[nodiscard]] std::string_view view() const { return shared ? std::string_view(*shared) : std::string_view(own); }
  };
  static constexpr std::size_t kChunk = 32768;

  std::vector<Chunk> chunks_;
  std::size_t first_ = 0;    // chunks before it are written
  std::size_t written_ = 0;  // bytes of chunks_[first_] that are written
  std::size_t size_ = 0;
};

/// Empty outboxes for reuse within one thread, so that a busy connection does not allocate and an idle one keeps
/// nothing.
class OutboxPool {
 public:
  std::unique_ptr<Outbox> take();
  void give_back(std::unique_ptr<Outbox> outbox);

 private:
  std::vector<std::unique_ptr<Outbox>> spare_;
};

}  // namespace parley
