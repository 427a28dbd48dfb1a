// Of which lines of sends an owner has let something in since it has their partition.
#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include "base/id.hpp"

namespace parley {

/// `Line`: within what there is an order. Forgets those of which nothing came for longest, where there are too many:
/// what is on its way to them is refused once more than needed, and no order is lost.
template <class Line>
class HeardLines {
 public:
  /// Between `most` and twice as many are remembered.
  explicit HeardLines(std::size_t most) : most_(most) {}

  void hear(const Line& line, Epoch epoch) {
    young_[line] = epoch;
    if (young_.size() < most_) return;
    old_ = std::exchange(young_, {});
  }

  /// Whether something of `line` was let in under `epoch`.
  [[nodiscard]] bool heard(const Line& line, Epoch epoch) const {
    const auto young = young_.find(line);
    if (young != young_.end()) return young->second == epoch;
    const auto old = old_.find(line);
    return old != old_.end() && old->second == epoch;
  }

 private:
  const std::size_t most_;
  std::map<Line, Epoch> young_, old_;
};

}  // namespace parley
