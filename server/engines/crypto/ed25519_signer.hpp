// Signer with OpenSSL's Ed25519.
#pragma once

#include <memory>

#include "ports/signer.hpp"

namespace parley {

std::unique_ptr<Signer> make_ed25519_signer();

}  // namespace parley
