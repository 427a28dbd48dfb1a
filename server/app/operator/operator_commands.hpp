// What an operator does with a store besides serving it: `parleyd verify`, `repair`, `stats`, `backup`, `restore`,
// `export` and `import`. `parley` hands its commands of the same names to this program.
#pragma once

#include <optional>

namespace parley {

/// The exit code, if the first argument names one of the commands; else nothing was done. Blocks until it is done.
std::optional<int> operator_command(int argc, char** argv);

}  // namespace parley
