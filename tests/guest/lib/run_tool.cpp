// SPDX-License-Identifier: Apache-2.0
#include "run_tool.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "mount.h"

namespace guest {

Output run_tool(const std::string& path, const std::vector<std::string>& args) {
  const std::string base = fresh_directory();
  Child child(nullptr, "run-tool", [&] {
    const Fd out = open_file(base + "/out", O_WRONLY | O_CREAT | O_TRUNC);
    const Fd error = open_file(base + "/error", O_WRONLY | O_CREAT | O_TRUNC);
    ::dup2(out.get(), 1);
    ::dup2(error.get(), 2);
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    return 127;
  });
  const auto status = child.wait(std::chrono::seconds(400));
  Output output;
  if (status && WIFEXITED(*status)) output.code = WEXITSTATUS(*status);
  output.out = read_text(base + "/out");
  output.error = read_text(base + "/error");
  remove_tree(base);
  ::rmdir(base.c_str());
  return output;
}

}  // namespace guest
