# SPDX-License-Identifier: Apache-2.0
#
# make                 build everything into $(O)
# make deps            install what building, running and testing needs (root, Debian)
# make run             live view on a terminal, JSON lines otherwise (root)
# make test            every test, cheapest first
# make V=1 …           show whole commands
# make CXX=clang++ O=build-clang …   another compiler, another output directory

O       ?= build
V       ?= 0
PREFIX  ?= /usr/local
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo 0.1.0)

ifeq ($(origin CXX),default)
CXX := g++
endif
CLANG   ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool /usr/local/sbin/bpftool) bpftool)

.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all

# $(call say,CC,file): the short progress line. $(Q) hides the command behind it.
ifeq ($(V),1)
say =
Q   =
else
say = @printf '  %-8s %s\n' '$(1)' '$(2)'
Q   = @
endif

# ---- flags ----------------------------------------------------------------------------------------

INCLUDES := -I. -Iuserspace -Ibpf
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual \
            -Wimplicit-fallthrough -Werror
# -g1: functions and lines for a backtrace or a profile; types and variables take a third of the time to compile.
CXXFLAGS ?= -O2 -g1
DEPENDENCIES := -MMD
ALL_CXXFLAGS = -std=c++20 $(CXXFLAGS) $(WARNINGS) $(INCLUDES) $(DEPENDENCIES) -MP
# The skeleton is generated: a system directory, so that our warnings do not judge it.
# LIBBPF_OPTS is a GNU statement expression.
BPF_SIDE_FLAGS = -isystem $(O)/gen -Wno-pedantic

# After the compiler's own directories: headers of the system for a target that has none.
BPF_SYSTEM := -idirafter /usr/include/$(shell uname -m)-linux-gnu -idirafter /usr/include
# libbpf's BPF_KPROBE and BPF_PROG hand every program a ctx that few of them use.
# cpu v3: kernel 5.10 loads it as long as no program uses an atomic that returns a value (the kprobe set does, 5.12).
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror \
              -D__TARGET_ARCH_x86 -Ibpf $(BPF_SYSTEM)

# Only libbcc_bpf, from the archive: its shared cousin libbcc would bring in all of LLVM.
# It uses libbpf itself, so libbpf stands behind it.
LIBS_HOST := -lfmt -lzstd -lyaml-cpp -lz
LIBS_BPF  := -l:libbcc_bpf.a -lbpf -lelf -lz
LIBS_TERM := -lncursesw -ltinfo
# libcurl is loaded when it is needed (userspace/notify/curl_library.h).
LIBS_NET  := -ldl
# The sandboxes of both processes, and what serves.
LIBS_WEB  := -lmicrohttpd -lgnutls -lcrypt -lseccomp -lcap

# ---- sources --------------------------------------------------------------------------------------

# The layers. A directory that may not use libbpf or ncurses is a library of its own; unit-tests
# links these and neither of the two, which is what enforces the layering.
PLAN_SOURCES := $(wildcard userspace/bpf/hook_plan.cpp userspace/bpf/mode_plan.cpp userspace/bpf/pin_note.cpp userspace/bpf/decode*.cpp)
LIVE_SOURCES := $(wildcard userspace/sources/live*.cpp)
# What of the web side is pure: it links without an HTTP library, TLS or a sandbox.
WEB_PARTS := $(patsubst %,userspace/web/%.cpp,accept auth_gate basic_auth event_backlog event_stream frames gzip_parts listen_address \
                 outbox settings web_config web_metrics yaml_map)

SRC_model   := $(wildcard userspace/model/*.cpp)
SRC_export  := $(wildcard userspace/export/*.cpp)
SRC_metrics := $(wildcard userspace/metrics/*.cpp)
SRC_notify  := $(wildcard userspace/notify/*.cpp)
SRC_host    := $(wildcard userspace/host/*.cpp)
SRC_sources := $(filter-out $(LIVE_SOURCES),$(wildcard userspace/sources/*.cpp))
SRC_plan    := $(PLAN_SOURCES)
SRC_webparts := $(WEB_PARTS)
SRC_web     := $(filter-out $(WEB_PARTS),$(wildcard userspace/web/*.cpp))
SRC_term    := $(wildcard tui/terminal.cpp tui/rescue.cpp)
SRC_tui     := $(filter-out $(SRC_term),$(wildcard tui/*.cpp))
SRC_bpfside := $(filter-out $(PLAN_SOURCES),$(wildcard userspace/bpf/*.cpp)) $(LIVE_SOURCES)
# Between a source and the screen: parts of the program that know no terminal and no BPF.
SRC_feeds   := userspace/player_feed.cpp userspace/sample_feed.cpp userspace/top_sink.cpp userspace/row_json.cpp
# The command line, which knows neither.
SRC_options := $(wildcard userspace/options*.cpp) userspace/version.cpp
SRC_main    := $(filter-out $(SRC_feeds) $(SRC_options),$(wildcard userspace/*.cpp userspace/agent/*.cpp))
SRC_unit    := $(wildcard tests/unit/*.cpp tests/support/*.cpp)
SRC_backtest := $(wildcard tests/backtest/*.cpp)
SRC_scale   := $(wildcard tests/scale/synthetic_*.cpp) tests/support/temp_tree.cpp
SCALE       := $(patsubst tests/scale/%.cpp,$(O)/%,$(filter-out $(wildcard tests/scale/synthetic_*.cpp),$(wildcard tests/scale/*.cpp)))

PURE_LIBS := feeds options export metrics sources tui plan webparts host model
ALL_LIBS  := bpfside term notify web $(PURE_LIBS)
SKELETONS := $(patsubst bpf/%.bpf.c,$(O)/gen/%.skel.h,$(wildcard bpf/*.bpf.c))

GUEST_CXX := $(patsubst tests/guest/%.cpp,$(O)/guest/%,$(wildcard tests/guest/*.cpp))
GUEST_C   := $(patsubst tests/guest/%.c,$(O)/guest/%,$(wildcard tests/guest/*.c))
# Those that hold BPF programs of their own or look at the kernel's; with the tool's libraries.
GUEST_BPF := $(patsubst tests/bench/%.c,$(O)/guest/%,$(addprefix tests/bench/,bench-atomics.c bench-floor.c bench-programs.c))
# Those that repeat operations.c.
GUEST_LOAD := $(O)/guest/bench-load
GUEST_LIBS := -lzstd
GUEST_LIB := $(patsubst %.cpp,$(O)/obj/%.o,$(wildcard tests/guest/lib/*.cpp))
# What drives containers in a guest, and what runs in one; no other guest needs them.
CONTAINERS := $(O)/containers/containers-test $(O)/containers/session-writer
CONTAINERS_LIB := $(patsubst %.cpp,$(O)/obj/%.o,$(wildcard tests/containers/lib/*.cpp))

# What kills and restarts the tool in a guest.
RESTART := $(O)/restart/restart-test
RESTART_LIB := $(patsubst %.cpp,$(O)/obj/%.o,$(wildcard tests/restart/*.cpp))

objects = $(patsubst %.cpp,$(O)/$(1)/%.o,$(2))
PURE_SOURCES = $(foreach l,$(PURE_LIBS),$(SRC_$(l)))

.PHONY: all deps run demo test test-unit test-week test-backtest test-alerts test-web test-agent test-frame bench-frame backtest-traces test-asan test-abi test-layering test-docs test-budget \
        test-deploy image deb docs test-host test-terminal test-containers test-prometheus test-restart previous test-guest budget bench bench-atomics bench-contention bench-scale bench-start fuzz fuzzers test-fuzz scale counted lint format \
        install clean guest

all: $(if $(SRC_main),$(O)/tmpfstrace)

# ---- BPF ------------------------------------------------------------------------------------------

$(O)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

$(O)/gen/%.skel.h: $(O)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen object $(O)/bpf/$*.linked.o $<
	$(Q)$(BPFTOOL) gen skeleton $(O)/bpf/$*.linked.o name $(subst -,_,$*)_bpf >$@

# ---- C++ ------------------------------------------------------------------------------------------

$(call objects,obj,$(SRC_bpfside)): ALL_CXXFLAGS += $(BPF_SIDE_FLAGS)
# They must be there; who includes one is told by -MD, which leaves out no system directory.
$(call objects,obj,$(SRC_bpfside)): DEPENDENCIES := -MD
$(call objects,obj,$(SRC_bpfside)): | $(SKELETONS)

# The version is in one object only, and that is rebuilt only when the version changes.
$(O)/version.txt: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
FORCE:
$(call objects,obj,userspace/version.cpp): ALL_CXXFLAGS += -DTMPFSTRACE_VERSION='"$(VERSION)"'
$(call objects,obj,userspace/version.cpp): $(O)/version.txt

$(O)/obj/%.o: %.cpp
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(ALL_CXXFLAGS) $(UNIT_FLAGS) -c $< -o $@

# Assertions run once: to optimize a unit test takes as long as to compile it.
$(call objects,obj,$(SRC_unit)): UNIT_FLAGS := -O0

# Compiled in by the assembler, of which the compiler's list of dependencies does not know.
$(O)/obj/userspace/web/static_files.o $(O)/fuzz/userspace/web/static_files.o: $(wildcard userspace/web/static/*)

# An archive is made anew: ar would keep the members of deleted sources.
define library
$(O)/lib$(1).a: $(call objects,obj,$(SRC_$(1)))
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^
endef
$(foreach l,$(ALL_LIBS),$(eval $(call library,$(l))))

# In a group the order of the archives does not matter; what may use what is checked by the include
# test and by what unit-tests links.
link = $(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@ $(1) -Wl,--start-group $(2) -Wl,--end-group $(3)

$(O)/tmpfstrace: $(call objects,obj,$(SRC_main)) $(ALL_LIBS:%=$(O)/lib%.a)
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST) $(LIBS_BPF) $(LIBS_TERM) $(LIBS_NET) $(LIBS_WEB))

# ---- tests ----------------------------------------------------------------------------------------

$(O)/unit-tests: $(call objects,obj,$(SRC_unit)) $(PURE_LIBS:%=$(O)/lib%.a)
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST))

# Under the sanitizers, and each parser of what others wrote under libFuzzer; clang's alone. -w: the plain build has judged the
# sources. Their reports need lines, and no variables.
FUZZ_CXX     ?= clang++
FUZZ_SECONDS ?= 600
FUZZERS      := $(patsubst tests/fuzz/%.cpp,%,$(wildcard tests/fuzz/fuzz_*.cpp))
FUZZ_FLAGS   := -std=c++20 -O1 -gline-tables-only -w -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

# The unit tests are those of the plain build: what they test is what the sanitizers watch. It stands in front of them, so that
# of inline functions that both have its own are linked.
$(O)/unit-tests-asan: $(call objects,fuzz,$(PURE_SOURCES)) $(call objects,obj,$(SRC_unit))
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CXX) $(FUZZ_FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS_HOST)

$(O)/fuzz/%.o: %.cpp
	$(call say,CXX-FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CXX) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link $(INCLUDES) -MMD -MP -c $< -o $@

# What the parsers need and no more: a fuzzer that reaches further does not link.
FUZZED := $(WEB_PARTS) userspace/metrics/exposition.cpp userspace/metrics/metric_table.cpp $(wildcard userspace/model/*.cpp userspace/export/json*.cpp userspace/export/html_text.cpp userspace/sources/config*.cpp userspace/sources/outline_*.cpp userspace/sources/recording_*.cpp) \
          $(patsubst %,userspace/host/%.cpp,memcg_files mount_reach mount_table node_memory process_life text_file text_parse)

$(O)/fuzz/libpure.a: $(call objects,fuzz,$(FUZZED))
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcs $@ $^

# The service behind the sockets, with the HTTP library as it is.
FUZZED_WEB := $(patsubst %,userspace/web/%.cpp,authenticator connections http_daemon password_checker responses static_files tls_client web_routes \
                  web_service)

$(O)/fuzz/fuzz_web_request: $(O)/fuzz/tests/fuzz/fuzz_web_request.o $(call objects,fuzz,$(FUZZED_WEB)) $(O)/fuzz/libpure.a
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CXX) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(O)/fuzz/libpure.a $(LIBS_HOST) $(LIBS_WEB)

$(O)/fuzz/fuzz_%: $(O)/fuzz/tests/fuzz/fuzz_%.o $(O)/fuzz/libpure.a
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CXX) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $< -Wl,--start-group $(O)/fuzz/libpure.a -Wl,--end-group $(LIBS_HOST)

fuzzers: $(FUZZERS:%=$(O)/fuzz/%)

# The whole live path but its BPF programs: these link what the tool links.
$(call objects,obj,$(wildcard tests/scale/*.cpp)): ALL_CXXFLAGS += $(BPF_SIDE_FLAGS)
$(SCALE): $(O)/%: $(O)/obj/tests/scale/%.o $(call objects,obj,$(SRC_scale) userspace/heap.cpp userspace/line_output.cpp userspace/signals.cpp) $(ALL_LIBS:%=$(O)/lib%.a)
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST) $(LIBS_BPF) $(LIBS_TERM) $(LIBS_NET) $(LIBS_WEB))

scale: $(SCALE)

# The live view on a real terminal, of a host that is none. All of the tool but its main.
$(O)/frame-bench: $(call objects,obj,$(wildcard tests/frame/*.cpp) $(filter-out userspace/main.cpp,$(SRC_main))) $(ALL_LIBS:%=$(O)/lib%.a)
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST) $(LIBS_BPF) $(LIBS_TERM) $(LIBS_NET) $(LIBS_WEB) -lutil -pthread)

# What a frame and a key cost with 5,000 superblocks and 10,000 cgroups (30 s).
test-frame bench-frame: $(O)/frame-bench
	$(Q)$(O)/frame-bench

$(O)/backtest: $(call objects,obj,$(SRC_backtest)) $(O)/libsources.a $(O)/libhost.a $(O)/libmodel.a
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST))

$(O)/alert-driver: $(O)/obj/tests/alerts/alert-driver.o $(O)/obj/userspace/alert_output.o $(O)/libnotify.a $(O)/libexport.a $(O)/libsources.a $(O)/libhost.a $(O)/libmodel.a
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST) $(LIBS_NET))

$(O)/metrics-reference: $(O)/obj/tests/docs/metrics-reference.o $(O)/libmetrics.a $(O)/libmodel.a
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST))

# What of the documentation is made from the code.
docs: $(O)/metrics-reference
	$(Q)$(O)/metrics-reference >docs/metrics.md

$(O)/sandbox-driver: $(O)/obj/tests/agent/sandbox-driver.o $(O)/obj/userspace/agent/sandbox.o $(O)/obj/userspace/agent/capabilities.o
	$(call say,LINK,$@)
	$(Q)$(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@ $^ -lcap -lseccomp

$(O)/web-driver: $(O)/obj/tests/web/web_driver.o $(O)/libweb.a $(O)/libwebparts.a $(O)/libmetrics.a $(O)/libexport.a $(O)/libhost.a $(O)/libmodel.a
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST) $(LIBS_WEB))

# Static: they run in an initramfs that has no libraries but the tool's.
$(GUEST_CXX): $(O)/guest/%: $(O)/obj/tests/guest/%.o $(GUEST_LIB)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) -static -pthread -o $@ $^ $(GUEST_LIBS)

$(O)/containers/containers-test: $(O)/obj/tests/containers/containers-test.o $(CONTAINERS_LIB)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) -pthread -o $@ $^ -lfmt

# Static: the root of a container holds nothing else.
$(O)/containers/session-writer: $(O)/obj/tests/containers/session-writer.o
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) -static -o $@ $^

$(call objects,obj,$(wildcard tests/restart/*.cpp)): ALL_CXXFLAGS += -Itests/guest
$(RESTART): $(RESTART_LIB) $(GUEST_LIB)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) -static -pthread -o $@ $^ $(GUEST_LIBS)

# The tool as another version would be: with other programs of the same layout, and of another layout.
$(O)/restart/bpf/tmpfs.bpf.o: bpf/tmpfs.bpf.c tests/restart/other_programs.h
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -include tests/restart/other_programs.h -MMD -MP -c $< -o $@

$(O)/restart/gen/tmpfs.skel.h: $(O)/restart/bpf/tmpfs.bpf.o
	$(call say,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen object $(O)/restart/bpf/tmpfs.linked.o $<
	$(Q)$(BPFTOOL) gen skeleton $(O)/restart/bpf/tmpfs.linked.o name tmpfs_bpf >$@

$(O)/restart/tracer.o: userspace/bpf/tracer.cpp $(O)/restart/gen/tmpfs.skel.h $(SKELETONS)
	$(call say,CXX,$@)
	$(Q)$(CXX) $(ALL_CXXFLAGS) -O0 -isystem $(O)/restart/gen $(BPF_SIDE_FLAGS) -c $< -o $@

$(O)/restart/live_pins.o: userspace/sources/live_pins.cpp $(SKELETONS)
	$(call say,CXX,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(ALL_CXXFLAGS) -O0 -DTMPFS_LAYOUT_VERSION=1000 $(BPF_SIDE_FLAGS) -c $< -o $@

UPGRADES := $(O)/restart/other-programs $(O)/restart/other-layout
$(O)/restart/other-programs: $(O)/restart/tracer.o
$(O)/restart/other-layout: $(O)/restart/live_pins.o
$(UPGRADES): $(call objects,obj,$(SRC_main)) $(ALL_LIBS:%=$(O)/lib%.a)
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST) $(LIBS_BPF) $(LIBS_TERM) $(LIBS_NET) $(LIBS_WEB))

$(GUEST_C): $(O)/guest/%: tests/guest/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror $(INCLUDES) -static -pthread -o $@ $<

$(O)/bpf/floor.bpf.o: tests/bench/floor.bpf.c
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(O)/gen/floor.skel.h: $(O)/bpf/floor.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name floor_bpf >$@

$(GUEST_BPF): $(O)/guest/%: tests/bench/%.c $(O)/gen/floor.skel.h
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -isystem $(O)/gen -o $@ $< -lbpf -lelf -lz

# The tool with every atomic operation of the exact mode counted, for scripts/bench/atomics.sh. In front of the archives, its
# tracer takes the place of theirs.
$(O)/counted/bpf/tmpfs.bpf.o: bpf/tmpfs.bpf.c tests/bench/counted_atomics.h tests/bench/counted_place.h
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -include tests/bench/counted_atomics.h -MMD -MP -c $< -o $@

$(O)/counted/gen/tmpfs.skel.h: $(O)/counted/bpf/tmpfs.bpf.o
	$(call say,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen object $(O)/counted/bpf/tmpfs.linked.o $<
	$(Q)$(BPFTOOL) gen skeleton $(O)/counted/bpf/tmpfs.linked.o name tmpfs_bpf >$@

$(O)/counted/tracer.o: userspace/bpf/tracer.cpp $(O)/counted/gen/tmpfs.skel.h $(SKELETONS)
	$(call say,CXX,$@)
	$(Q)$(CXX) $(ALL_CXXFLAGS) -isystem $(O)/counted/gen $(BPF_SIDE_FLAGS) -c $< -o $@

$(O)/counted/tmpfstrace: $(O)/counted/tracer.o $(call objects,obj,$(SRC_main)) $(ALL_LIBS:%=$(O)/lib%.a)
	$(call say,LINK,$@)
	$(Q)$(call link,$(filter %.o,$^),$(filter %.a,$^),$(LIBS_HOST) $(LIBS_BPF) $(LIBS_TERM) $(LIBS_NET) $(LIBS_WEB))

counted: $(O)/counted/tmpfstrace

# bench-floor with programs that all add to one line of memory, for scripts/bench/contention.sh.
$(O)/contended/bpf/floor.bpf.o: tests/bench/contended.bpf.c
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(O)/contended/gen/floor.skel.h: $(O)/contended/bpf/floor.bpf.o
	$(call say,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name floor_bpf >$@

$(O)/guest/bench-contended: tests/bench/bench-floor.c $(O)/contended/gen/floor.skel.h
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -isystem $(O)/contended/gen -o $@ $< -lbpf -lelf -lz

$(GUEST_LOAD): $(O)/guest/%: tests/bench/%.c tests/bench/operations.c tests/bench/operations.h
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -static -o $@ $(filter %.c,$^)

CONTENTION := bench-contention contention_worker operations program_runs
$(O)/guest/bench-contention: $(CONTENTION:%=tests/bench/%.c) $(wildcard tests/bench/*.h)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -o $@ $(filter %.c,$^) -lbpf -lelf -lz

guest: $(GUEST_CXX) $(GUEST_C) $(GUEST_BPF) $(GUEST_LOAD) $(O)/guest/bench-contention $(O)/guest/bench-contended

# $(call script,path,what it is): run a script another part of the tree provides.
script = @test -f $(1) || { echo "make: $(1) is missing: $(2)" >&2; exit 1; }; O='$(O)' VERSION='$(VERSION)' bash $(1)

# One after the other and cheapest first, also with -j: the output of a failure is the last on screen. Two that mostly wait for
# the clock of their guests run side by side. What each step needs is built on all processors, unless make was told how many to use.
test:
	$(Q)for steps in unit week backtest asan fuzz abi layering docs alerts deploy web agent frame budget host terminal 'containers prometheus' restart guest; do \
		targets=$$(printf 'test-%s ' $$steps); \
		echo "== $$targets"; \
		case $$steps in *' '*) sync=--output-sync=target ;; *) sync= ;; esac; \
		$(MAKE) --no-print-directory $$sync $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc)) $$targets || exit 1; \
	done

test-unit: $(O)/unit-tests
	$(Q)$(O)/unit-tests

# Alerts to an Alertmanager of its own, and to webhooks that fail (30 s).
test-alerts: all $(O)/alert-driver
	$(call script,tests/alerts/run.sh,sends alerts to a real Alertmanager)

# The agent on this machine: what it serves, gives up and costs (3 min, most of them asleep).
test-agent: all $(O)/sandbox-driver
	$(call script,tests/agent/run.sh,runs the agent on this machine) $(AGENT_CASES)

# The web side with its worker process, over loopback: routes, limits, TLS, passwords, streams, the sandbox, a browser (1 min).
# WEB_CASES="tls page": a part.
test-web: $(O)/web-driver
	$(call script,tests/web/run.sh,serves and attacks the web side) $(WEB_CASES)

# What deploys it: manifests, rules, dashboard, unit, package, image, the image and the unit each in a guest (3 min).
test-deploy: all
	$(call script,tests/deploy/run.sh,tries what deploys the tool)

# A week of samples in some seconds: does the process grow?
test-week: $(O)/week-test
	$(Q)$(O)/week-test

# The forecast on recorded traces, beside predict_linear.
test-backtest: $(O)/backtest
	$(call script,tests/backtest/run.sh,holds the forecast against real traces)

# The traces anew, by running their programs (root, 4 min).
backtest-traces: all $(O)/backtest
	$(call script,tests/backtest/record.sh,records the traces of the backtest)

test-asan: $(O)/unit-tests-asan
	$(Q)$(O)/unit-tests-asan

# A minute for all of them; `make fuzz` for longer, FUZZ_SECONDS each. What breaks one is kept in $(O)/fuzz.
test-fuzz: fuzzers
	$(Q)O='$(O)' bash tests/fuzz/run.sh 10 $(FUZZERS)

fuzz: fuzzers
	$(Q)O='$(O)' bash tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZERS)

test-abi: $(SKELETONS)
	$(call script,tests/abi/run.sh,compares the layout of the BPF side with the C++ side)

test-layering: all
	$(call script,tests/layering/run.sh,checks which directory includes what)

test-docs: all $(O)/metrics-reference
	$(call script,tests/docs/run.sh,runs the jq lines of the documentation)

test-budget: all guest
	$(call script,tests/budget/run.sh,holds the BPF programs against their budget)

# After a change that is worth its size: the new budget, a tenth above what is measured.
budget: all guest
	$(call script,tests/budget/run.sh,holds the BPF programs against their budget) --write

test-host: all guest
	$(call script,tests/host/run.sh,runs the tool on this machine)

# The live view on terminals of every kind, on this machine and in a guest (1 min). TERMINAL_CASES="mouse replay": a part.
test-terminal: all guest
	$(call script,tests/terminal/run.sh,drives the live view in terminals) $(TERMINAL_CASES)

# Real containers in a guest, from the first refused write to the Alertmanager (2 min of a processor).
test-containers: all $(CONTAINERS)
	$(call script,tests/containers/run.sh,runs the tool on a node with containers)

# The agent in a guest with a real Prometheus, its rules and an Alertmanager: from a healthy node to the end of the alert (3 min).
test-prometheus: all $(O)/containers/session-writer
	$(call script,tests/prometheus/run.sh,has a real Prometheus scrape the agent)

# Killed a hundred times and restarted with --pin, under load, in guests; and an upgrade. RESTART_CASES="previous": a part.
test-restart: all $(RESTART) $(UPGRADES)
	$(call script,tests/restart/run.sh,kills and restarts the tool in guests) $(RESTART_CASES)

# The tool of the commit before the last change, or of COMMIT, as $(O)/previous/tmpfstrace; test-restart upgrades from it.
previous: all
	$(call script,tests/restart/previous.sh,builds the tool of an earlier commit) $(COMMIT)

test-guest: all guest
	$(call script,scripts/guest/matrix.sh,runs the tool on stock kernels under emulation)

# ---- everything else ------------------------------------------------------------------------------

deps:
	$(Q)bash scripts/deps.sh

run: all
	$(Q)if [ -t 1 ]; then exec $(O)/tmpfstrace top; else exec $(O)/tmpfstrace json; fi

demo: all
	$(call script,scripts/demo.sh,shows the tool at work)

bench: all guest
	$(call script,scripts/bench.sh,measures what the tool costs)

# What of it is atomic or takes a lock, and who else writes there.
bench-atomics: counted guest
	$(call script,scripts/bench/atomics.sh,counts atomic operations)

# How long it takes to the first sample, with 500 mounts (root).
bench-start: all
	$(call script,scripts/bench/start.sh,measures the start)

# With two processors at work at once: does what one does slow the other?
bench-contention: all guest
	$(call script,scripts/bench/contention.sh,measures contention between processors)

# What a sample costs the tool's own process on large hosts (root).
bench-scale: $(O)/scale-bench
	$(Q)$(O)/scale-bench

lint: $(SKELETONS)
	$(call script,scripts/lint.sh,formatting and static checks)

format:
	$(Q)clang-format -i $$(git ls-files '*.cpp' '*.h' '*.c')

install: all
	install -D -m 755 $(O)/tmpfstrace $(DESTDIR)$(PREFIX)/bin/tmpfstrace
	install -D -m 644 docs/tmpfstrace.8 $(DESTDIR)$(PREFIX)/share/man/man8/tmpfstrace.8
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/tmpfstrace docs/agent.md docs/agent-web.md docs/alerts.md docs/json.md docs/metrics.md docs/tmpfstrace.toml

# An image of the built tool, without a registry; `podman load -i` reads it.
IMAGE ?= tmpfstrace:$(VERSION)
image: all
	$(Q)rm -rf $(O)/image && mkdir -p $(O)/image
	$(Q)deploy/image/rootfs.sh $(O)/tmpfstrace $(O)/image/rootfs
	$(Q)deploy/image/pack.py $(O)/image/rootfs $(IMAGE) $(O)/image/tmpfstrace.tar

# A Debian package of the built tool, in $(O)/deb.
deb: all
	$(call script,deploy/debian/package.sh,makes a Debian package)

# The downloaded kernels stay: `rm -r $(O)` removes them too.
clean:
	$(Q)rm -rf $(O)/bpf $(O)/contended $(O)/counted $(O)/gen $(O)/obj $(O)/fuzz $(O)/guest $(O)/guest-run $(O)/matrix $(O)/lint $(O)/bench \
		$(O)/budget $(O)/state $(O)/containers $(O)/previous $(O)/prometheus $(O)/restart $(O)/image $(O)/deb $(O)/deploy \
		$(O)/*.a $(O)/version.txt $(O)/tmpfstrace $(O)/unit-tests $(O)/unit-tests-asan $(O)/backtest $(O)/alert-driver $(O)/sandbox-driver $(O)/metrics-reference $(O)/web-driver

-include $(shell test -d $(O) && find $(O)/obj $(O)/fuzz $(O)/bpf $(O)/counted $(O)/restart -name '*.d' 2>/dev/null)
