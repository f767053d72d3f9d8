// SPDX-License-Identifier: Apache-2.0
// Alone in its file: compiling Catch's main takes longer than any test.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
