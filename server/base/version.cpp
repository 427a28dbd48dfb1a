#include "base/version.hpp"

#include "parley/version_text.hpp"  // generated

namespace parley {

std::string_view version() {
  return PARLEY_VERSION_TEXT;
}

}  // namespace parley
