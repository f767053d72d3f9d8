// SPDX-License-Identifier: Apache-2.0
// A list that its copies share: what a host with thousands of objects says of each is copied from sample to snapshot
// and kept for the next one, and seldom changes. Who changes one has it for himself first. Not for two threads.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace tmpfstrace {

template <typename Value>
class SharedList {
 public:
  SharedList() = default;
  SharedList(std::initializer_list<Value> values) : SharedList(std::vector<Value>(values)) {}
  SharedList(std::vector<Value> values) : values_(std::make_shared<std::vector<Value>>(std::move(values))) {}

  const std::vector<Value>& values() const {
    static const std::vector<Value> none;
    return values_ == nullptr ? none : *values_;
  }
  auto begin() const { return values().begin(); }
  auto end() const { return values().end(); }
  std::size_t size() const { return values().size(); }
  bool empty() const { return values().empty(); }
  const Value& operator[](std::size_t i) const { return values()[i]; }

  // To be changed; valid until this list is copied.
  std::vector<Value>& own() {
    if (values_ == nullptr || values_.use_count() > 1) values_ = std::make_shared<std::vector<Value>>(values());
    return *values_;
  }

  bool operator==(const SharedList& other) const { return values_ == other.values_ || values() == other.values(); }

 private:
  std::shared_ptr<std::vector<Value>> values_;
};

}  // namespace tmpfstrace
