// SPDX-License-Identifier: Apache-2.0
#include "web/static_files.h"

// By the assembler: no generated source, no copy. The paths are those of the build, which runs in the top directory.
asm(R"(
	.pushsection .rodata
tmpfstrace_style_css:
	.incbin "userspace/web/static/style.css"
tmpfstrace_style_css_end:
tmpfstrace_live_js:
	.incbin "userspace/web/static/live.js"
tmpfstrace_live_js_end:
	.byte 0
	.popsection
)");

extern "C" {
extern const char tmpfstrace_style_css[];
extern const char tmpfstrace_style_css_end[];
extern const char tmpfstrace_live_js[];
extern const char tmpfstrace_live_js_end[];
}

namespace tmpfstrace {

std::string_view style_css() { return {tmpfstrace_style_css, tmpfstrace_style_css_end}; }
std::string_view live_js() { return {tmpfstrace_live_js, tmpfstrace_live_js_end}; }

}  // namespace tmpfstrace
