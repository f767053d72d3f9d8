// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <set>

#include "../support/sample_builder.h"
#include "export/document_filter.h"
#include "export/field_path.h"
#include "export/field_selection.h"
#include "export/field_table.h"
#include "export/json.h"
#include "model/derive.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;
using Json = nlohmann::json;
using Catch::Contains;

namespace {

std::string reduced(const std::string& document, const std::vector<std::string>& paths) {
  const Result<FieldSelection> selection = FieldSelection::of(paths);
  INFO((selection ? "" : selection.error().message));
  REQUIRE(selection);
  return selection->reduce(document);
}

void known_paths(std::span<const FieldName> fields, const std::string& prefix, std::set<std::string>& paths) {
  for (const FieldName& field : fields) {
    const std::string path = prefix + std::string(field.name);
    CHECK(paths.insert(path + (field.any_member ? ".*" : "")).second);
    known_paths(field.members, path + ".", paths);
  }
}

void schema_paths(const Json& schema, const Json& part, const std::string& prefix, std::set<std::string>& paths) {
  if (part.contains("$ref")) {
    const std::string name = part.at("$ref");
    return schema_paths(schema, schema.at(Json::json_pointer(name.substr(1))), prefix, paths);
  }
  for (const Json& choice : part.value("oneOf", Json::array())) schema_paths(schema, choice, prefix, paths);
  if (part.contains("items")) schema_paths(schema, part.at("items"), prefix, paths);
  if (part.contains("additionalProperties") && part.at("additionalProperties").is_object()) {
    paths.erase(prefix.substr(0, prefix.size() - 1));
    paths.insert(prefix + "*");
  }
  const Json properties = part.value("properties", Json::object());
  for (const auto& [name, field] : properties.items()) {
    paths.insert(prefix + name);
    schema_paths(schema, field, prefix + name + ".", paths);
  }
}

}  // namespace

TEST_CASE("the fields that can be selected are those of the schema") {
  std::set<std::string> known;
  known_paths(document_fields(), "", known);
  const Json schema = Json::parse(std::ifstream("docs/schema/tmpfstrace-1.schema.json"));
  std::set<std::string> of_schema;
  for (const std::string_view type : document_types)
    schema_paths(schema, schema.at("$defs").at(std::string(type)), "", of_schema);
  CHECK(known == of_schema);
}

TEST_CASE("a selection keeps what was asked for and what tells documents apart") {
  const std::string document =
      R"({"schema":"s","type":"sample","sequence":3,"time":"t","time_ns":1,"mode":{"name":"exact","hooks":null},)"
      R"("totals":{"size_bytes":18446744073709551615,"drift_bytes":-1},"node_memory":null,"cgroups":[],)"
      R"("superblocks":[{"dev":"0:1","mounts":[{"pid":1,"mount_point":"/a,]}\"\\"},{"pid":null,"mount_point":"/b"}]},)"
      R"({"dev":"0:2","mounts":[]}]})";
  const auto [paths, wanted] = GENERATE(table<std::vector<std::string>, std::string>({
      {{"totals"}, R"("totals":{"size_bytes":18446744073709551615,"drift_bytes":-1})"},
      {{"totals.drift_bytes"}, R"("totals":{"drift_bytes":-1})"},
      {{"totals.drift_bytes", "mode.name"}, R"("mode":{"name":"exact"},"totals":{"drift_bytes":-1})"},
      {{"mode.hooks", "mode"}, R"("mode":{"name":"exact","hooks":null})"},
      {{"superblocks.dev"}, R"("superblocks":[{"dev":"0:1"},{"dev":"0:2"}])"},
      {{"superblocks.mounts.mount_point"},
       R"("superblocks":[{"mounts":[{"mount_point":"/a,]}\"\\"},{"mount_point":"/b"}]},{"mounts":[]}])"},
      {{"node_memory.total_bytes", "cgroups.path"}, R"("node_memory":null,"cgroups":[])"},
      {{"superblocks.survey.files"}, R"("superblocks":[{},{}])"},
  }));
  const std::string fields = Json(paths).dump();
  CHECK(reduced(document, paths) ==
        R"({"schema":"s","type":"sample","sequence":3,"time":"t",)" + wanted + ",\"fields\":" + fields + "}");
}

TEST_CASE("a field that is not in a document is absent, what identifies it is not") {
  CHECK(reduced(R"({"schema":"s","type":"alert","time":"t","state":"firing","fingerprint":"f","rule":"r"})",
                {"kernel"}) ==
        R"({"schema":"s","type":"alert","time":"t","state":"firing","fingerprint":"f","fields":["kernel"]})");
  CHECK(reduced(R"({"type":"event","event":"refusal","stack":["a","b"],"comm":"x"})", {"stack"}) ==
        R"({"type":"event","event":"refusal","stack":["a","b"],"fields":["stack"]})");
}

TEST_CASE("names with dots, and names that are data") {
  CHECK(resolve_field("cgroups.owner.k8s.pod.name") ==
        std::vector<std::string_view>{"cgroups", "owner", "k8s.pod.name"});
  CHECK(resolve_field("losses.ring_full"));
  CHECK(reduced(R"({"losses":{"ring_full":1,"slots_full":2}})", {"losses.slots_full"}) ==
        R"({"losses":{"slots_full":2},"fields":["losses.slots_full"]})");
  for (const char* path : {"", ".", "totals.", ".totals", "losses.", "totals.nothing", "mode.name.x", "total", "a,b"})
    CHECK_FALSE(resolve_field(path));
}

TEST_CASE("a mistaken name is told with those that are like it") {
  CHECK(fields_like("superblock.dev").front() == "superblocks.dev");
  CHECK(fields_like("superblocks.mount_points").front() == "superblocks.mounts.mount_point");
  CHECK(fields_like("verdicts.sentence").size() == 3);
  // What ends in it comes first.
  const std::vector<std::string> like = fields_like("used_bytes");
  CHECK(std::set(like.begin(), like.begin() + 2) ==
        std::set<std::string>{"totals.used_bytes", "superblocks.used_bytes"});
  CHECK_THAT(FieldSelection::of({"totals", "verdict"}).error().message,
             Contains("no document has 'verdict'") && Contains("verdicts"));
}

TEST_CASE("every field selected by its path gives the document again") {
  const std::string line = sample_to_json(derive_snapshot(full_sample(), nullptr));
  std::vector<std::string> paths;
  const Json whole = Json::parse(line);
  for (const auto& [name, value] : whole.items()) paths.push_back(name);
  Json json = Json::parse(reduced(line, paths));
  json.erase("fields");
  CHECK(json == whole);
}

TEST_CASE("a filter of types") {
  CHECK(DocumentFilter().wants("event"));
  CHECK(DocumentFilter().reduce("{}") == "{}");
  const DocumentFilter filter = *DocumentFilter::of({"sample", "alert"}, {});
  CHECK(filter.wants("sample"));
  CHECK_FALSE(filter.wants("event"));
}
