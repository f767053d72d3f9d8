// SPDX-License-Identifier: Apache-2.0
#include "host/json_strings.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace tmpfstrace {
namespace {

using Json = nlohmann::json;

// The parser keeps no stack of its own that depth could exhaust, and stops when one of these returns false.
class Strings : public nlohmann::json_sax<Json> {
 public:
  explicit Strings(const std::function<void(const JsonPath&, const std::string&)>& on_string) : on_string_(on_string) {}

  const std::string& problem() const { return problem_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool string(std::string& value) override {
    on_string_(path_, value);
    return true;
  }
  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool key(std::string& name) override {
    path_.back() = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    problem_ = "broken JSON at byte " + std::to_string(position);
    return false;
  }

 private:
  bool enter() {
    if (path_.size() == kMostJsonDepth) problem_ = "nested too deeply";
    path_.emplace_back();
    return problem_.empty();
  }
  bool leave() {
    path_.pop_back();
    return true;
  }

  const std::function<void(const JsonPath&, const std::string&)>& on_string_;
  JsonPath path_;
  std::string problem_;
};

}  // namespace

Result<void> each_json_string(std::string_view text,
                              const std::function<void(const JsonPath&, const std::string&)>& on_string) {
  Strings strings(on_string);
  if (!Json::sax_parse(text, &strings)) return fail(strings.problem());
  return {};
}

}  // namespace tmpfstrace
