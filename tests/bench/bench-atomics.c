// SPDX-License-Identifier: Apache-2.0
//
// bench-atomics LABEL: what the places of counted_atomics.h have counted, one line for each that was passed:
//   ATOMIC <label> <times passed> <file>:<line> <what>
// Exit 1 when no object that is loaded counts them.
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counted_place.h"

static int print_places(const char* label, int map, const struct bpf_map_info* info) {
  const unsigned zero = 0;
  struct counted_place* places = malloc(info->value_size);
  if (places == NULL || bpf_map_lookup_elem(map, &zero, places) != 0) {
    free(places);
    return -1;
  }
  for (unsigned i = 0; i < info->value_size / sizeof *places; i++)
    if (places[i].passed > 0)
      printf("ATOMIC %s %llu %s:%u %s\n", label, places[i].passed, places[i].file, places[i].line, places[i].what);
  free(places);
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fputs("usage: bench-atomics LABEL\n", stderr);
    return 2;
  }
  unsigned id = 0;
  int found = 0;
  while (bpf_map_get_next_id(id, &id) == 0) {
    const int map = bpf_map_get_fd_by_id(id);
    if (map < 0 && errno == ENOENT) continue;  // gone meanwhile
    struct bpf_map_info info = {0};
    __u32 length = sizeof info;
    int failed = map < 0 || bpf_obj_get_info_by_fd(map, &info, &length) != 0;
    if (!failed && strcmp(info.name, PLACES_MAP) == 0) {
      found++;
      failed = print_places(argv[1], map, &info) != 0;
    }
    if (map >= 0) close(map);
    if (failed) {
      fprintf(stderr, "bench-atomics: map %u: %s\n", id, strerror(errno));
      return 1;
    }
  }
  if (found == 0) fputs("bench-atomics: no object with counted atomics is loaded\n", stderr);
  return found > 0 ? 0 : 1;
}
