// A number of bytes as people read it.
#pragma once

#include <cstdint>
#include <string>

namespace parley {

/// "512 B", "12.3 MiB".
std::string bytes_text(std::uint64_t bytes);

}  // namespace parley
