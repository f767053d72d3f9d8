// SPDX-License-Identifier: Apache-2.0
#include "tool.h"

#include <signal.h>
#include <sys/wait.h>

#include "util.h"

namespace containers {

using Json = nlohmann::json;

Tool::Tool(const std::string& config) {
  pid_ = spawn({"tmpfstrace", "json", "--config", config}, output_.write_end());
  output_.close_write_end();
}

Tool::~Tool() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

bool Tool::wait_for_samples(int number, std::chrono::seconds patience) {
  const auto sample = [&](const Json& document) { return document["type"] == "sample" && --number <= 0; };
  return output_.wait_for(sample, patience, lines()).has_value();
}

std::optional<Said> Tool::wait_for_verdict(const std::string& device, std::size_t from, std::chrono::seconds patience,
                                           const std::function<bool(const Json&)>& accept) {
  Said said;
  const auto found = output_.wait_for(
      [&](const Json& document) {
        if (document["type"] != "sample") return false;
        for (const Json& verdict : document["verdicts"]) {
          if (verdict["dev"] != device || !accept(verdict)) continue;
          said.verdict = verdict;
          return true;
        }
        return false;
      },
      patience, from);
  if (!found) return std::nullopt;
  said.arrived_ns = found->arrived_ns;
  said.text = said.verdict["text"];
  return said;
}

std::optional<Document> Tool::wait_for(std::size_t from, std::chrono::seconds patience,
                                       const std::function<bool(const Json&)>& accept) {
  return output_.wait_for(accept, patience, from);
}

std::vector<Document> Tool::samples_from(std::size_t from) {
  std::vector<Document> samples;
  for (const std::size_t end = lines(); from < end; ++from) {
    Document document = output_.at(from);
    if (document.value["type"] == "sample") samples.push_back(std::move(document));
  }
  return samples;
}

Json superblock_of(const Json& sample, const std::string& device) {
  for (const Json& superblock : sample["superblocks"])
    if (superblock["dev"] == device) return superblock;
  return nullptr;
}

}  // namespace containers
