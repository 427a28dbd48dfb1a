#include "gateway/outbox.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace parley {
namespace {
constexpr std::size_t kMaxSpare = 64;
constexpr std::size_t kMaxSpareBytes = 65536;
}  // namespace

void Outbox::append(std::string_view bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  if (chunks_.empty() || chunks_.back().shared || chunks_.back().own.size() + bytes.size() > kChunk) {
    chunks_.emplace_back();
  }
  chunks_.back().own.append(bytes);
}

void Outbox::append_owned(std::string bytes) {
  if (bytes.size() < kShareFrom) return append(bytes);
  size_ += bytes.size();
  chunks_.push_back({std::move(bytes), nullptr});
}

void Outbox::append_shared(std::shared_ptr<const std::string> payload) {
  if (payload->size() < kShareFrom) return append(*payload);
  size_ += payload->size();
  chunks_.push_back({{}, std::move(payload)});
}

std::size_t Outbox::gather(std::span<iovec> out) const {
  std::size_t used = 0;
  std::size_t skip = written_;
  for (std::size_t i = first_; i < chunks_.size() && used < out.size(); ++i) {
    const std::string_view bytes = chunks_[i].view().substr(skip);
    skip = 0;
    out[used++] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  return used;
}

void Outbox::consume(std::size_t bytes) {
  PARLEY_ASSERT(bytes <= size_);
  size_ -= bytes;
  while (bytes > 0) {
    const std::size_t left = chunks_[first_].view().size() - written_;
    if (bytes < left) {
      written_ += bytes;
      break;
    }
    bytes -= left;
    written_ = 0;
    // The last chunk keeps its memory for what comes next.
    if (first_ + 1 < chunks_.size()) chunks_[first_] = Chunk();
    ++first_;
  }
  if (size_ == 0) {
    const bool keep = !chunks_.empty() && !chunks_.back().shared && chunks_.back().own.capacity() <= kMaxSpareBytes;
    Chunk last = keep ? std::move(chunks_.back()) : Chunk();
    last.own.clear();
    chunks_.clear();
    if (keep) chunks_.push_back(std::move(last));
    first_ = 0;
    written_ = 0;
  } else if (first_ > 64 && first_ * 2 > chunks_.size()) {
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

std::size_t Outbox::capacity() const {
  std::size_t bytes = chunks_.capacity() * sizeof(Chunk);
  for (const Chunk& chunk : chunks_) bytes += chunk.own.capacity();
  return bytes;
}

std::unique_ptr<Outbox> OutboxPool::take() {
  if (spare_.empty()) return std::make_unique<Outbox>();
  auto outbox = std::move(spare_.back());
  spare_.pop_back();
  return outbox;
}

void OutboxPool::give_back(std::unique_ptr<Outbox> outbox) {
  if (spare_.size() < kMaxSpare && outbox->capacity() <= kMaxSpareBytes) spare_.push_back(std::move(outbox));
}

}  // namespace parley
