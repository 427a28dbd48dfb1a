#include "bench/scenarios.hpp"

namespace parley::bench {

std::uint32_t unit_of(const Options& options) {
  switch (options.scenario) {
    case Scenario::direct:
      return 2;
    case Scenario::group:
      return options.members;
    case Scenario::publish:
    case Scenario::mixed:
      return options.members;
    case Scenario::storm:
    case Scenario::sync:
      return options.channels > 0 ? options.members : 1;
    case Scenario::history:
      return 2;
    case Scenario::idle:
      return 1;
  }
  return 1;
}

}  // namespace parley::bench
