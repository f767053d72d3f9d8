// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "model/json_writer.h"
#include "model/names.h"
#include "sources/recording_fields.h"

namespace tmpfstrace {
namespace {

// Writes one object; every value of an enum is a word, every array lists only what is not 0, with null for a kind that
// is not known.
class Encoder {
 public:
  explicit Encoder(JsonWriter& json) : json_(json) {}

  template <typename Value>
  void operator()(const char* name, const Value& value) {
    json_.key(name);
    put(value);
  }

  template <typename Value>
  void operator()(const char* name, const std::optional<Value>& value) {
    if (value) (*this)(name, *value);
  }

  void operator()(const char* name, const OwnerRef& owner) {
    if (owner == nullptr) return;
    json_.key(name);
    json_.begin_object();
    for (const auto& [field, member] : owner_fields) {
      if (!((*owner).*member).empty()) (*this)(field, (*owner).*member);
    }
    json_.end_object();
  }

  void operator()(const char* name, const SurveyRef& survey) {
    if (survey != nullptr) (*this)(name, *survey);
  }

  void operator()(const char* name, const ActivityRef& activity) {
    if (activity != nullptr) (*this)(name, *activity);
  }

  template <typename Object>
  requires std::is_class_v<Object>
  void put(const Object& object) {
    json_.begin_object();
    visit_fields(*this, object);
    json_.end_object();
  }

  template <std::integral Number>
  void put(Number number) {
    json_.value(number);
  }

  // File names, paths and comm are bytes: what is not UTF-8 cannot be a JSON string and is written as its digits.
  void put(const std::string& string) {
    if (json_.value_if_utf8(string)) return;
    json_.begin_object();
    json_.field("hex", hex_of(string));
    json_.end_object();
  }

  void put(tmpfs_op operation) { json_.value(operation_name(operation)); }
  void put(tmpfs_cause cause) { json_.value(cause_name(cause)); }

  template <typename Value>
  void put(const SharedList<Value>& list) {
    put(list.values());
  }

  template <typename Value>
  void put(const std::vector<Value>& list) {
    json_.begin_array();
    for (const Value& value : list) put(value);
    json_.end_array();
  }

  void put(const std::map<std::string, std::uint64_t>& counts) {
    json_.begin_object();
    for (const auto& [name, count] : counts) json_.field(name, count);
    json_.end_object();
  }

  void put(const KindCounts& counts) {
    json_.begin_object();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] != 0U) json_.field(kind_name(static_cast<tmpfs_kind>(i)), counts[i]);
    }
    json_.end_object();
  }

  void put(const CauseCounts& counts) {
    json_.begin_object();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] != 0) json_.field(cause_name(static_cast<tmpfs_cause>(i)), counts[i]);
    }
    json_.end_object();
  }

  void put(const RefusalCounts& counts) {
    json_.begin_object();
    const auto& list = counts.list();
    for (auto at = list.begin(); at != list.end();) {
      const tmpfs_op operation = at->operation;
      json_.key(operation_name(operation));
      json_.begin_object();
      for (; at != list.end() && at->operation == operation; ++at) json_.field(cause_name(at->cause), at->count);
      json_.end_object();
    }
    json_.end_object();
  }

 private:
  static std::string hex_of(const std::string& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      hex += digits[byte >> 4];
      hex += digits[byte & 15];
    }
    return hex;
  }

  JsonWriter& json_;
};

template <typename Object>
std::string encode_line(const char* type, const Object& object) {
  JsonWriter json;
  json.begin_object();
  Encoder encoder(json);
  encoder(type, object);
  json.end_object();
  return json.take();
}

}  // namespace

std::string encode_sample(const Sample& sample) { return encode_line("sample", sample); }
std::string encode_event(const RefusalEvent& event) { return encode_line("event", event); }

std::string encode_header(const RecordingHeader& header) {
  JsonWriter json;
  json.begin_object();
  json.field("schema", recording_schema);
  Encoder encoder(json);
  visit_fields(encoder, header);
  json.end_object();
  return json.take();
}

}  // namespace tmpfstrace
