#include "sim/shrink.hpp"

#include <algorithm>
#include <cstddef>

namespace parley::sim {

Steps shrink(Steps steps, const std::function<bool(const Steps&)>& fails, const std::function<bool()>& enough) {
  // What comes last is the likeliest not to matter: the failure was there before.
  for (std::size_t drop = steps.size() / 2; drop > 0 && !enough();) {
    Steps fewer(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(std::min(drop, steps.size())));
    if (fails(fewer)) {
      steps = std::move(fewer);
    } else {
      drop /= 2;
    }
  }
  std::size_t size = std::max<std::size_t>(steps.size() / 2, 1);
  while (!steps.empty()) {
    bool any = false;
    for (std::size_t at = 0; at < steps.size();) {
      if (enough()) return steps;
      Steps fewer(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(at));
      const std::size_t rest = std::min(at + size, steps.size());
      fewer.insert(fewer.end(), steps.begin() + static_cast<std::ptrdiff_t>(rest), steps.end());
      if (fails(fewer)) {
        steps = std::move(fewer);
        any = true;
      } else {
        at += size;
      }
    }
    if (size == 1 && !any) break;
    if (size > 1) size /= 2;
  }
  return steps;
}

}  // namespace parley::sim
