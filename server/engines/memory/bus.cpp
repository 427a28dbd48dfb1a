#include "engines/memory/bus.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "base/assert.hpp"

namespace parley {
namespace {

struct Frame {
  NodeId from;
  std::string bytes;
};

struct Listener {
  Executor* executor = nullptr;
  std::function<void(NodeId, std::string)> received;
  bool listening = true;
  bool woken = false;  // a hand-out is posted and has not begun
  std::size_t inbox_bytes = 0;
  std::deque<Frame> inbox;
};

}  // namespace

struct MemoryBus::State : std::enable_shared_from_this<State> {
  explicit State(std::size_t limit) : inbox_limit(limit) {}

  void send(NodeId from, NodeId to, std::string bytes) {
    const std::lock_guard lock(mutex);
    const auto found = listeners.find(to);
    if (found == listeners.end() || (loses && loses(from, to, bytes))) return;
    Listener& listener = *found->second;
    if (listener.inbox_bytes + bytes.size() > inbox_limit) return;
    listener.inbox_bytes += bytes.size();
    listener.inbox.push_back({from, std::move(bytes)});
    if (listener.woken) return;
    listener.woken = true;
    listener.executor->post([weak = weak_from_this(), to_wake = found->second] {
      if (const auto self = weak.lock()) self->hand_out(*to_wake);
    });
  }

  void hand_out(Listener& listener) {
    std::deque<Frame> frames;
    {
      const std::lock_guard lock(mutex);
      listener.woken = false;
      listener.inbox_bytes = 0;
      frames.swap(listener.inbox);
    }
    for (Frame& frame : frames) {
      {
        const std::lock_guard lock(mutex);
        if (!listener.listening) return;
      }
      listener.received(frame.from, std::move(frame.bytes));
    }
  }

  mutable std::mutex mutex;
  const std::size_t inbox_limit;
  Loses loses;
  std::map<NodeId, std::shared_ptr<Listener>> listeners;
};

MemoryBus::MemoryBus(std::size_t inbox_bytes) : state_(std::make_shared<State>(inbox_bytes)) {}
MemoryBus::~MemoryBus() = default;

void MemoryBus::send(NodeId from, NodeId to, std::string frame) {
  state_->send(from, to, std::move(frame));
}

void MemoryBus::listen(NodeId node, Executor& executor, std::function<void(NodeId, std::string)> received) {
  auto listener = std::make_shared<Listener>();
  listener->executor = &executor;
  listener->received = std::move(received);
  const std::lock_guard lock(state_->mutex);
  const bool fresh = state_->listeners.emplace(node, std::move(listener)).second;
  PARLEY_ASSERT(fresh);
}

void MemoryBus::leave(NodeId node) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->listeners.find(node);
  if (found == state_->listeners.end()) return;
  found->second->listening = false;
  found->second->inbox.clear();
  state_->listeners.erase(found);
}

std::vector<NodeId> MemoryBus::nodes() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<NodeId> nodes;
  for (const auto& entry : state_->listeners) nodes.push_back(entry.first);
  return nodes;
}

void MemoryBus::lose(Loses loses) {
  const std::lock_guard lock(state_->mutex);
  state_->loses = std::move(loses);
}

}  // namespace parley
