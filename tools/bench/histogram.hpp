// Latencies in buckets whose width grows with the value: any percentile within 1.6 %, in fixed memory, mergeable.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::bench {

class Histogram {
 public:
  Histogram() : counts_(kBuckets) {}

  /// Nanoseconds; what is longer than about 18 minutes counts as that.
  void add(std::uint64_t ns) {
    ++counts_[bucket_of(ns)];
    ++total_;
  }
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return total_; }
  /// The least value that at least `share` (0..1] of the values do not exceed, rounded up to its bucket's upper end; 0
  /// when empty.
  [[nodiscard]] std::uint64_t percentile(double share) const;

  /// "bucket:count bucket:count …", for another process.
  [[nodiscard]] std::string text() const;
  /// Adds what text() said; false when it cannot be read.
  bool merge_text(std::string_view text);

 private:
  static constexpr unsigned kSubBits = 6;  // 64 buckets per power of two
  static constexpr unsigned kTopBit = 40;
  static constexpr std::size_t kBuckets = (kTopBit - kSubBits + 2) << kSubBits;

  static std::size_t bucket_of(std::uint64_t ns);
  static std::uint64_t upper_end(std::size_t bucket);

  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

}  // namespace parley::bench
