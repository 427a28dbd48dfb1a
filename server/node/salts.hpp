// Salts for content hashes, drawn from the Random port in blocks: one call for many events.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "ports/executor.hpp"
#include "wire/records.hpp"

namespace parley {

class Salts {
 public:
  explicit Salts(Random& random) : random_(random) {}

  wire::Salt next() {
    if (at_ == block_.size()) {
      random_.fill(block_);
      at_ = 0;
    }
    wire::Salt salt;
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(at_), salt.size(), salt.begin());
    at_ += salt.size();
    return salt;
  }

 private:
  Random& random_;
  std::array<std::uint8_t, 4096> block_{};
  std::size_t at_ = 4096;
};

}  // namespace parley
