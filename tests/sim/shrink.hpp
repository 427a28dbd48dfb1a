// Delta debugging: from the steps of a run that fails to few of them that still do.
#pragma once

#include <functional>

#include "sim/steps.hpp"

namespace parley::sim {

/// `fails`: whether a run of these steps alone fails; it does for `steps`. Tries until no single step can be left out,
/// or until `enough` says so, which is asked before every try.
Steps shrink(Steps steps, const std::function<bool(const Steps&)>& fails, const std::function<bool()>& enough);

}  // namespace parley::sim
