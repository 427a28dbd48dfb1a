// Numbers of the steps of a run, as people write them: "0-7,12".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::sim {

/// Ascending, each once.
using Steps = std::vector<std::size_t>;

std::string to_text(const Steps& steps);
/// nullopt: not written like that.
std::optional<Steps> parse_steps(std::string_view text);
/// 0 … count-1.
Steps first_steps(std::size_t count);

}  // namespace parley::sim
