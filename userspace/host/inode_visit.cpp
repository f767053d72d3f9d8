// SPDX-License-Identifier: Apache-2.0
#include "host/inode_visit.h"

#include <cerrno>

namespace tmpfstrace {

int InodeVisit::restat() const {
  InodeFacts again;
  if (const int error = read_inode_facts(fd_, name_, flags_, again); error != 0) return error;
  return again.is_same_inode(facts_) ? 0 : ESTALE;
}

}  // namespace tmpfstrace
