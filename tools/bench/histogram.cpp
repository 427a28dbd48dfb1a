#include "bench/histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace parley::bench {

std::size_t Histogram::bucket_of(std::uint64_t ns) {
  constexpr std::uint64_t kMax = (std::uint64_t{1} << (kTopBit + 1)) - 1;
  ns = std::min(ns, kMax);
  const auto width = static_cast<unsigned>(std::bit_width(ns));
  if (width <= kSubBits) return ns;
  const unsigned shift = width - 1 - kSubBits;
  return (static_cast<std::size_t>(shift + 1) << kSubBits) + ((ns >> shift) - (std::uint64_t{1} << kSubBits));
}

std::uint64_t Histogram::upper_end(std::size_t bucket) {
  const std::size_t octave = bucket >> kSubBits;
  if (octave == 0) return bucket;
  const std::uint64_t step = bucket & ((1U << kSubBits) - 1);
  return (((std::uint64_t{1} << kSubBits) + step + 1) << (octave - 1)) - 1;
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
}

std::uint64_t Histogram::percentile(double share) const {
  if (total_ == 0) return 0;
  const auto rank =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= rank) return upper_end(i);
  }
  return upper_end(kBuckets - 1);
}

std::string Histogram::text() const {
  std::string out;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (counts_[i] > 0) out += fmt::format("{}{}:{}", out.empty() ? "" : " ", i, counts_[i]);
  }
  return out;
}

bool Histogram::merge_text(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  while (at != end) {
    std::size_t bucket = 0;
    std::uint64_t count = 0;
    const auto first = std::from_chars(at, end, bucket);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':' || bucket >= kBuckets) return false;
    const auto second = std::from_chars(first.ptr + 1, end, count);
    if (second.ec != std::errc{}) return false;
    counts_[bucket] += count;
    total_ += count;
    at = second.ptr;
    if (at == end) break;
    if (*at++ != ' ') return false;
  }
  return true;
}

}  // namespace parley::bench
