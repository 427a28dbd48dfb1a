#pragma once

#include <string_view>

namespace parley {

/// Such as "0.1.0+57b5148c0d31"; the part after '+' is the commit, where one was known to the build.
std::string_view version();

}  // namespace parley
