#pragma once
#include <string>
#include "model/snapshot.h"
namespace tmpfstrace { inline std::string page_of(const Snapshot&) { return {}; } }
