// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/names.h"
#include "sources/recording_fields.h"

namespace tmpfstrace {
namespace {

using Json = nlohmann::json;

template <typename Type>
constexpr bool is_optional = false;
template <typename Type>
constexpr bool is_optional<std::optional<Type>> = true;
template <>
constexpr bool is_optional<OwnerRef> = true;
template <>
constexpr bool is_optional<SurveyRef> = true;
template <>
constexpr bool is_optional<ActivityRef> = true;

std::optional<std::string> bytes_of_hex(const std::string& hex) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

// Reads one value of each type. get() is false when the JSON does not hold that type; then problem() says where and
// why.
class Decoder {
 public:
  bool get(const Json& json, bool& flag) {
    if (!json.is_boolean()) return reject("expected true or false");
    flag = json.get<bool>();
    return true;
  }

  template <std::integral Number>
  bool get(const Json& json, Number& number) {
    // The parser keeps a number too large for 64 bits as a floating one: it is rejected, not rounded.
    if (json.is_number_unsigned()) return narrow(json.get<std::uint64_t>(), number);
    if (json.is_number_integer()) return narrow(json.get<std::int64_t>(), number);
    return reject(json.is_number() ? "out of range or not a whole number" : "expected a number");
  }

  bool get(const Json& json, std::string& string) {
    if (json.is_string()) {
      string = json.get_ref<const std::string&>();
      return true;
    }
    const auto hex = json.is_object() ? json.find("hex") : json.end();
    if (!json.is_object() || hex == json.end() || !hex->is_string()) return reject("expected a string");
    std::optional<std::string> bytes = bytes_of_hex(hex->get_ref<const std::string&>());
    if (!bytes) return reject("expected hexadecimal digits");
    string = std::move(*bytes);
    return true;
  }

  bool get(const Json& json, tmpfs_op& operation) { return get_word(json, operation, parse_operation, "operation"); }
  bool get(const Json& json, tmpfs_cause& cause) { return get_word(json, cause, parse_cause, "cause"); }

  template <typename Value>
  bool get(const Json& json, std::optional<Value>& value) {
    return get(json, value.emplace());
  }

  // A field that is not known is not there; one of a later version is passed over.
  bool get(const Json& json, OwnerRef& ref) {
    Owner owner;
    const auto get_member = [&](const std::string& name, const Json& value) {
      for (const auto& [field, member] : owner_fields)
        if (name == field) return get(value, owner.*member);
      return true;
    };
    if (!get_members(json, get_member)) return false;
    ref = std::make_shared<const Owner>(std::move(owner));
    return true;
  }

  bool get(const Json& json, SurveyRef& ref) { return get_shared<FileSurvey>(json, ref); }
  bool get(const Json& json, ActivityRef& ref) { return get_shared<FileActivity>(json, ref); }

  template <typename Value>
  bool get(const Json& json, std::vector<Value>& list) {
    if (!json.is_array()) return reject("expected an array");
    list.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
      if (!get(json[i], list.emplace_back())) return within(fmt::format("[{}]", i));
    }
    return true;
  }

  template <typename Value>
  bool get(const Json& json, SharedList<Value>& list) {
    return get(json, list.own());
  }

  bool get(const Json& json, std::map<std::string, std::uint64_t>& counts) {
    return get_members(json, [&](const std::string& name, const Json& count) { return get(count, counts[name]); });
  }

  // A kind that is not named is 0, one that is null is not known: recordings from before null existed read as they did.
  bool get(const Json& json, KindCounts& counts) {
    counts.fill(0);
    return get_members(json, [&](const std::string& name, const Json& value) {
      const auto kind = parse_kind(name);
      if (!kind) return reject("unknown kind");
      if (!value.is_null()) return get(value, counts[*kind]);
      counts[*kind].reset();
      return true;
    });
  }
  bool get(const Json& json, CauseCounts& counts) {
    counts = {};
    return get_members(json, [&](const std::string& name, const Json& value) {
      const auto cause = parse_cause(name);
      return cause ? get(value, counts[*cause]) : reject("unknown cause");
    });
  }

  bool get(const Json& json, RefusalCounts& counts) {
    return get_members(json, [&](const std::string& name, const Json& causes) {
      const auto operation = parse_operation(name);
      CauseCounts row{};
      if (!operation) return reject("unknown operation");
      if (!get(causes, row)) return false;
      for (int cause = 0; cause < TMPFS_CAUSE_MAX; ++cause)
        counts.add(*operation, static_cast<tmpfs_cause>(cause), row[static_cast<std::size_t>(cause)]);
      return true;
    });
  }

  template <typename Object>
  bool get(const Json& json, Object& object) {
    if (!json.is_object()) return reject("expected an object");
    bool sound = true;
    const auto visit = [&](const char* name, auto& field) {
      if (sound) sound = get_field(json, name, field);
    };
    visit_fields(visit, object);
    return sound;
  }

  std::string problem() const { return (path_.empty() ? "" : path_ + ": ") + reason_; }

 private:
  template <typename Object>
  bool get_shared(const Json& json, std::shared_ptr<const Object>& ref) {
    Object object;
    if (!get(json, object)) return false;
    ref = std::make_shared<const Object>(std::move(object));
    return true;
  }

  template <typename Field>
  bool get_field(const Json& json, const char* name, Field& field) {
    const auto found = json.find(name);
    if (found != json.end()) return get(*found, field) || within(name);
    if constexpr (is_optional<Field>) {
      field.reset();
      return true;
    } else {
      reject("missing");
      return within(name);
    }
  }

  template <typename Wide, typename Number>
  bool narrow(Wide wide, Number& number) {
    if (!std::in_range<Number>(wide)) return reject("out of range");
    number = static_cast<Number>(wide);
    return true;
  }

  template <typename Enum, typename Parse>
  bool get_word(const Json& json, Enum& value, Parse parse, const char* what) {
    if (!json.is_string()) return reject("expected a string");
    const std::optional<Enum> known = parse(json.get_ref<const std::string&>());
    if (!known) return reject(fmt::format("unknown {}", what));
    value = *known;
    return true;
  }

  template <typename Member>
  bool get_members(const Json& json, Member member) {
    if (!json.is_object()) return reject("expected an object");
    for (const auto& [name, value] : json.items()) {
      if (!member(name, value)) return within(name);
    }
    return true;
  }

  bool reject(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }

  // Called on the way out of a failed value, innermost first.
  bool within(const std::string& step) {
    const bool joined = path_.empty() || path_.front() == '[';
    path_ = joined ? step + path_ : step + "." + path_;
    return false;
  }

  std::string path_;
  std::string reason_;
};

template <typename Object>
Result<RecordedLine> decode_object(const Json& json, const char* name) {
  Decoder decoder;
  Result<RecordedLine> line(tl::in_place, std::in_place_type<Object>);
  if (!decoder.get(json, std::get<Object>(*line))) return fail(fmt::format("{}: {}", name, decoder.problem()));
  return line;
}

Result<Json> parse_json(std::string_view line) {
  try {
    return Json::parse(line);
  } catch (const Json::parse_error& error) {
    return fail(fmt::format("broken JSON at byte {} of the line", error.byte));
  } catch (const Json::out_of_range&) {
    return fail("a number is out of range");  // 1e999
  }
}

}  // namespace

Result<RecordedLine> decode_line(std::string_view line) {
  const Result<Json> json = parse_json(line);
  if (!json) return tl::unexpected(json.error());
  if (!json->is_object()) return fail("expected an object");
  if (const auto sample = json->find("sample"); sample != json->end()) return decode_object<Sample>(*sample, "sample");
  if (const auto event = json->find("event"); event != json->end()) {
    return decode_object<RefusalEvent>(*event, "event");
  }
  const auto schema = json->find("schema");
  if (schema == json->end()) return fail("neither a header nor a sample nor an event");
  if (*schema != recording_schema) {
    return fail("the schema is " + schema->dump(-1, ' ', false, Json::error_handler_t::replace) + ", not \"" +
                recording_schema + "\"");
  }
  return decode_object<RecordingHeader>(*json, "header");
}

}  // namespace tmpfstrace
