// Precompiled for tests.
#pragma once

#include <gtest/gtest.h>

#include "light.hpp"
