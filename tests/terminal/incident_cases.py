# SPDX-License-Identifier: Apache-2.0
"""The incident on the screen: what a person who was called looks for, and the views one opens then."""
import json
import os
import re
import tempfile

from harness import equal
from recording import INCIDENT, OWNER, ROOT, WRITER, at_the_end, refusals, samples, shm_of
from tmux import Terminal, row_of, rows_of, selected_of, top


def verdict_of(lines):
    """The sentence under "!!", in one line again."""
    first = next(i for i, line in enumerate(lines) if line.startswith("!! "))
    sentence = [lines[first][3:].strip()]
    for line in lines[first + 1:]:
        if not line.startswith("   ") or line.lstrip().startswith("MOUNT"):
            break
        sentence.append(line.strip())
    return " ".join(sentence)


def case_first_screen_tells_of_the_incident():
    last = samples()[-1]
    refused = shm_of(last)["counters"]["refused"]
    with at_the_end() as terminal:
        lines = terminal.lines()
        # Where this is from, how it is known, and what is not seen.
        assert lines[0].startswith("tmpfstrace  REPLAY END  exact/fentry"), lines[0]
        assert re.match(r"(\d+ )?not seen", lines[1]), lines[1]
        equal("things not seen", re.match(r"(\d+) not seen", lines[1]).group(1), str(len(last["mode"]["blind"])))
        assert f"refused " in lines[2] and f" {refused} since the start" in lines[2], lines[2]
        sentence = verdict_of(lines)
        for part in (WRITER, "is full (64 MiB, blocks)", f"{refused:,} operations refused since", "session_*",
                     "by incident-load", "have them removed or written to disk"):
            assert part in sentence, f"no {part!r} in {sentence!r}"
        row = rows_of(lines)[0]
        for part in ("100%", "64 MiB", "crit", "blocks", "now", str(refused)):
            assert part in row, f"no {part!r} in {row!r}"
        assert row.startswith(">!") or row.startswith("> "), row


def case_cgroups_are_a_tree_that_folds():
    with at_the_end(columns=200) as terminal:
        lines = terminal.press("2", "CGROUP")
        whole = rows_of(lines)
        depth = {line: len(re.match(r"[> !+x]*", line).group()) for line in whole}
        pod, container = row_of(lines, "pod auth"), row_of(lines, "proxy")
        assert whole.index(container) == whole.index(pod) + 1 and depth[container] > depth[pod], lines
        # All folded: the root alone, and what lies nowhere. The refusals in it are still told.
        terminal.keys("*")
        terminal.wait("all folded", lambda now: len(rows_of(now)) == 2)
        folded = rows_of(terminal.settle())
        assert "▸ /" in folded[0] and str(shm_of(samples()[-1])["counters"]["refused"]) in folded[0], folded
        terminal.keys("+")
        terminal.wait("one unfolded", lambda now: len(folded) < len(rows_of(now)) < len(whole))
        terminal.keys("-")
        terminal.wait("folded again", lambda now: rows_of(now) == folded)
        terminal.keys("*")
        terminal.wait("all unfolded", lambda now: [r[2:] for r in rows_of(now)] == [r[2:] for r in whole])
        # - on a leaf folds what it lies in, and selects that.
        terminal.keys("Down", "Down", "Down", "Down", "-")
        terminal.wait("the pod folded", lambda now: "▸ pod auth" in selected_of(now))
        # As a list there is nothing to fold.
        terminal.press("F5", "▾", gone=True)
        terminal.press("F5", "▾")


def case_events_show_who_was_refused():
    newest = refusals()[-1]
    with at_the_end() as terminal:
        lines = terminal.press("3", "COMM/PID")
        for part in ("ENOSPC", "write", "blocks", newest["time"][11:19], "proxy"):
            assert part in rows_of(lines)[0], f"no {part!r} in {rows_of(lines)[0]!r}"
        equal("events", terminal.lines()[-1].split("/")[-1].split()[0], str(len(refusals())))
        details = "\n".join(terminal.press("Enter", newest["file"]))
        for part in (WRITER, "incident-load", newest["stack"][0].split("+")[0]):
            assert part in details, f"no {part!r} in\n{details}"
        terminal.press("Escape", "COMM/PID")


def case_files_and_processes_name_the_maker():
    with at_the_end() as terminal:
        row = row_of(terminal.press("4", "FILES LIKE"), "session_*")
        assert OWNER in row and "incident" in row, row
        row = row_of(terminal.press("5", "MOSTLY"), "incident-load")
        for part in ("session_*", "blocks", "runs"):
            assert part in row, row
        details = "\n".join(terminal.press("Enter", "Files that it makes"))
        assert "session_*" in details and WRITER in details, details


def case_log_has_the_story_in_order():
    with at_the_end() as terminal:
        lines_of_all = terminal.press("6", "SEVERITY")
        lines = rows_of(lines_of_all)
        kinds = [line[12:20].strip() for line in lines]
        assert "mode" in kinds and "limit" in kinds and kinds.count("found") >= 2, lines
        # The newest is first: the mode, a changed limit, nearly full, full.
        words = ("found   critical", "found   warning", "limit   info", "mode    info")
        order = [lines.index(row_of(lines_of_all, word)) for word in words]
        equal("order of what was found", order, sorted(order))
        assert "is full" in lines[order[0]] and "% full" in lines[order[1]], lines


def case_details_have_graphs_with_their_limit():
    with at_the_end() as terminal:
        lines = terminal.press("Enter", ("bytes in use  limit 64 MiB", "5 min ago"))
        text = "\n".join(lines)
        assert "blocks         [####################] 100%" in text, text
        graph = lines[next(i for i, line in enumerate(lines) if line.startswith("bytes in use")) + 1]
        assert "64 MiB" in graph and "─" in graph and "█" in graph, graph
        # 40 seconds of the last five minutes, at their end: the host had booted not a minute ago.
        bottom = lines[next(i for i, line in enumerate(lines) if "5 min ago" in line) - 1]
        begun = min(bottom.index(block) for block in "▁▂▃▄▅▆▇█" if block in bottom)
        assert begun > len(bottom) * 0.75, bottom
        terminal.press("[", "1 min ago")
        terminal.press("]", "5 min ago")
        terminal.press("]", "30 min ago")
        terminal.press("[", "5 min ago")
        # The rest of the page: graphs, mounts, cgroups, files, events.
        seen = text
        for _ in range(12):
            terminal.keys("PageDown")
            seen += "\n" + "\n".join(terminal.settle())
            if "refused a second" in seen and "Cgroups that use it" in seen and "ENOSPC" in seen:
                break
        for part in ("inodes in use", "allocated a second", "freed a second", "refused a second",
                     "Cgroups that use it", WRITER, "session_*"):
            assert part in seen, f"no {part!r} in\n{seen}"
        assert "write" in seen and "blocks" in seen, seen
        terminal.press("Escape", "MOUNT")


def case_filter_while_it_is_typed():
    with at_the_end() as terminal:
        count = len(rows_of(terminal.lines()))
        terminal.press("/", "show rows with: _")
        terminal.type("auth")
        lines = terminal.wait("one row", lambda now: len(rows_of(now)) == 1 and now)
        assert "show rows with: auth_" in lines[-1], lines[-1]
        terminal.type("|shop/")
        terminal.wait("more rows", lambda now: len(rows_of(now)) > 1)
        terminal.keys("C-u")
        terminal.type("auth")
        terminal.keys("Enter")
        terminal.wait_for(f"1-1/1 of {count}")
        terminal.press("Escape", f"1-{count}/{count}")
        terminal.press("\\", "show rows without: _")
        terminal.type("auth")
        terminal.keys("Enter")
        lines = terminal.wait("all but one", lambda now: len(rows_of(now)) == count - 1 and now)
        assert not [line for line in rows_of(lines) if "auth" in line], lines
        terminal.press("Escape", f"1-{count}/{count}")


def case_search_goes_round():
    with at_the_end() as terminal:
        terminal.press("F3", "find: _")
        terminal.type("empty-dir|cache")
        terminal.keys("C-u")
        terminal.type("pod ")
        terminal.keys("Enter")
        terminal.wait("a row with it", lambda now: "pod" in selected_of(now) and "find:" not in now[-1])
        first = selected_of(terminal.lines())
        terminal.keys("n")
        second = terminal.wait("the next", lambda now: selected_of(now) != first and selected_of(now))
        terminal.keys("N")
        terminal.wait("the one before", lambda now: selected_of(now) == first)
        assert "pod" in second, second


def case_a_hidden_column_stays_hidden():
    with tempfile.TemporaryDirectory() as directory:
        layout = directory + "/new/top.json"
        with at_the_end(layout=layout) as terminal:
            lines = terminal.press("c", "[x] MOUNT")
            steps = next(i for i, line in enumerate(l for l in lines if "[x]" in l or "[ ]" in l) if "IUSE" in line)
            terminal.keys(*["Down"] * steps, "Space")
            terminal.wait_for("[ ] IUSE")
            terminal.keys("Escape")
            terminal.wait("the column is gone", lambda now: rows_of(now) and "IUSE" not in "\n".join(now))
            terminal.keys("q")
            terminal.wait("the end", lambda _: terminal.about("pane_dead") == "1")
        with open(layout, encoding="utf-8") as file:
            assert json.load(file)["tables"]["superblocks"]["columns"] == {"inode_fill": False}
        with at_the_end(layout=layout) as terminal:
            assert "IUSE" not in terminal.text(), terminal.text()
        os.unlink(layout)
        with at_the_end(layout=layout) as terminal:
            assert "IUSE" in terminal.text(), terminal.text()


def json_of(terminal, key_before=None):
    """What y shows: from its first brace to its last, over as many pages as it takes."""
    if key_before is not None:
        terminal.keys(key_before)
        terminal.settle()
    terminal.keys("y")
    terminal.wait("JSON", lambda now: "{" in now)
    lines = terminal.settle()
    begin = lines.index("{")
    text = []
    while True:
        position = re.search(r"(\d+)-(\d+)/(\d+)", lines[-1])
        first, last, count = map(int, position.groups())
        del text[first - 1:]
        text += lines[begin:begin + last - first + 1]
        if last == count:
            return "\n".join(text)
        terminal.keys("PageDown")
        terminal.wait("the next page", lambda now: now[-1] != lines[-1])
        lines = terminal.settle()


def case_y_shows_a_row_as_json():
    # Wide enough for the longest path: what is cut is no JSON.
    with at_the_end(columns=500, rows=100) as terminal:
        text = json_of(terminal)
        superblock = json.loads(text)
        # The terminal has been given the same: OSC 52.
        equal("clipboard", terminal.clipboard().strip(), text.strip())
        wanted = shm_of(samples()[-1])
        for name in ("dev", "size_bytes", "used_bytes", "inodes_used", "counters"):
            equal(name, superblock[name], wanted[name])
        terminal.press("Escape", "MOUNT")
        event = json.loads(json_of(terminal, "3"))
        equal("file of the event", event["file"], refusals()[-1]["file"])
        for key in ("2", "4", "5", "6"):
            terminal.keys("Escape")
            terminal.settle()
            assert isinstance(json.loads(json_of(terminal, key)), dict), f"view {key}"


def bindings():
    """(shown, meaning, when) of each entry of tui/key_table.h."""
    with open(ROOT + "/tui/key_table.h", encoding="utf-8") as file:
        table = file.read().split("key_bindings = {", 1)[1].split("\n};", 1)[0]
    keys = r"\{(?:'\\?.'|[^}'])*\}"
    string = r'"((?:[^"\\]|\\.)*)"'
    found = re.findall(rf"KeyBinding\{{Command::\w+,\s*{keys},\s*{string},\s*{string}(?:,\s*When::(\w+))?", table)
    equal("entries of the table", len(found), table.count("KeyBinding{"))
    return [(shown.replace("\\\\", "\\"), meaning, when or "Always") for shown, meaning, when in found]


def case_help_lists_every_key():
    with at_the_end(rows=100) as terminal:
        lines = terminal.press("?", "Keys, while a recording is played")
        for shown, meaning, when in bindings():
            found = [line for line in lines if re.match(rf"  {re.escape(shown)} +{re.escape(meaning)}", line)]
            equal(f"lines for {shown!r}", len(found), 0 if when == "Live" else 1)
        terminal.press("?", "MOUNT")


def case_every_view_at_every_size():
    """A screen is never without its titles and its foot, whatever its size."""
    with Terminal(top("--replay", INCIDENT, "--speed", "1000"), 60, 15) as terminal:
        terminal.wait_for("REPLAY END")
        for columns, rows in ((60, 15), (400, 120), (118, 32)):
            terminal.resize(columns, rows)
            for key, title in zip("123456", ("MOUNT", "CGROUP", "TIME", "WHOSE", "COMM", "TIME")):
                terminal.keys(key)
                lines = terminal.wait(f"view {key} at {columns}x{rows}",
                                      lambda now: f"[{key}" in now[-1] and any(title in line for line in now) and now)
                assert len(lines) == rows and max(map(len, lines)) <= columns, (columns, rows, len(lines))


CASES = [value for name, value in list(globals().items()) if name.startswith("case_")]
