# SPDX-License-Identifier: Apache-2.0
"""budget.py check|write BUDGET MEASURED…: compares what run.sh measured with the budget, or makes a new one.

A row is an object, a program and four numbers: its own bytes and atomic instructions in the object, translated bytes,
verifier instructions. "-": the guest's kernel does not load this program. The row "all" has the bytes and the atomic
instructions of every function of an object, those that programs share included.
"""
import sys

COLUMNS = ("own bytes", "atomic instructions", "translated bytes", "verifier instructions")
OF_THE_OBJECT = 2  # so many columns need no guest
ATOMICS = 1  # no slack in this one: each is a line of memory that CPUs may have to pass around
KERNEL_NAME = 15  # the kernel cuts a program's name here


def measured(paths):
    """(object, program) -> [own, atomics, translated, verifier], None where not known; and whether a guest has run."""
    rows, guest = {}, False
    lines = [line.split() for path in paths for line in open(path, encoding="utf-8")]
    for line in lines:
        if line[:1] != ["FUNCTION"]:
            continue
        _, owner, name, size, kind, atomics = line
        own = [int(size, 16), int(atomics)]
        total = rows.setdefault((owner, "all"), [0, 0, None, None])
        total[:OF_THE_OBJECT] = [sum(pair) for pair in zip(total, own)]
        if kind == "T":
            rows[owner, name] = own + [None, None]
    for line in lines:
        if line[:1] != ["PROGRAM"]:
            continue
        guest = True
        _, state, name, _, _, verifier, translated, _, _ = line
        owner = "syscall" if state == "syscall" else "tmpfs"
        for key, row in rows.items():
            if key[0] == owner and key[1][:KERNEL_NAME] == name:
                row[OF_THE_OBJECT:] = [int(translated), int(verifier)]
    return rows, guest


def budget(path):
    rows = {}
    for line in open(path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            owner, name, *numbers = line.split()
            rows[owner, name] = [None if number == "-" else int(number) for number in numbers]
    return rows


def write(path, rows):
    def number(column, value):
        if value is None:
            return "-"
        return str(value if column == ATOMICS else -(-value * 11 // 10))

    with open(path, "w", encoding="utf-8") as out:
        out.write("# Most that a BPF program may be; made by `make budget`, held by `make test-budget`.\n")
        out.write("# object program | in the object: own bytes | atomic instructions | on kernel 6.12: translated bytes | verifier instructions\n")
        for (owner, name), values in sorted(rows.items()):
            numbers = "".join(f"{number(column, value):>8}" for column, value in enumerate(values))
            out.write(f"{owner:<8}{name:<22}{numbers}\n")


def check(limits, rows, guest):
    problems = [f"{owner} {name}: has no budget" for owner, name in sorted(rows.keys() - limits.keys())]
    problems += [f"{owner} {name}: has a budget and does not exist" for owner, name in sorted(limits.keys() - rows.keys())]
    for key in sorted(rows.keys() & limits.keys()):
        for place, (column, value, limit) in enumerate(zip(COLUMNS, rows[key], limits[key], strict=True)):
            if place >= OF_THE_OBJECT and not guest:
                continue
            if (value is None) != (limit is None):
                problems.append(f"{' '.join(key)}: {column}: measured {value}, budget {limit}")
            elif value is not None and value > limit:
                problems.append(f"{' '.join(key)}: {value} {column}, budget {limit}")
    return problems


def main():
    command, path, *inputs = sys.argv[1:]
    rows, guest = measured(inputs)
    if not rows:
        sys.exit("budget: nothing was measured")
    if command == "write":
        write(path, rows)
        print(f"budget: {len(rows)} rows written to {path}")
        return
    problems = check(budget(path), rows, guest)
    for problem in problems:
        print("FAIL", problem)
    if problems:
        sys.exit("budget: if that is meant, `make budget` makes the new one")
    print(f"budget: {len(rows)} rows kept" + ("" if guest else ", in the objects only"))


main()
