# SPDX-License-Identifier: Apache-2.0
"""Programs that use a tmpfs as programs do, some of them until it is full, in accelerated form: a minute stands for
hours. Each runs in a process of its own on a mount of its own, makes real files, and knows nothing of the tool.

A workload is a generator over the directory of its mount: it yields the time, in seconds from its start, at which it
wants to go on. What it does then may raise OSError: that is its first refusal, and its end."""
import errno
import mmap
import os
import random

MIB = 1 << 20
SECONDS = 72  # of a workload that is never refused
SESSION = b"s" * 1500


def append(path, size):
    """Raises OSError(ENOSPC) when not all of it fits."""
    fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        while size > 0:
            done = os.write(fd, b"x" * min(size, 65536))
            if done == 0:
                raise OSError(errno.ENOSPC, "nothing written", path)
            size -= done
    finally:
        os.close(fd)


def steady_leak(root, _):
    """A log that nobody rotates."""
    for n in range(100_000):
        yield n * 0.01
        append(root + "/log", 8192)


def bursts(root, dice):
    """A log that is flushed in chunks of very different sizes, at very different times."""
    at = 0.0
    while True:
        at += dice.uniform(0.1, 0.4)
        yield at
        append(root + "/log", int(dice.uniform(64, 320) * 1024))


def sawtooth_leak(root, _):
    """A cache that is emptied again and again, beside a leak."""
    for n in range(100_000):
        yield n * 0.02
        append(root + "/cache", 64 * 1024)
        append(root + "/leak", 8 * 1024)
        if n % 110 == 109:
            os.unlink(root + "/cache")


def sparse_mmap(root, dice):
    """A sparse file three times as large as the mount, mapped, and touched all over. Its end is SIGBUS."""
    path = root + "/sparse"
    pages = 3 * 32 * MIB // 4096
    fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.ftruncate(fd, pages * 4096)
    memory = mmap.mmap(fd, pages * 4096)
    for n in range(1_000_000):
        yield n * 0.005
        memory[dice.randrange(pages) * 4096] = 1


def incident(root, dice):
    """A session file for each request, none ever removed; requests come when they come."""
    at = 0.0
    while True:
        at += dice.expovariate(95)
        yield at
        append(f"{root}/session_{dice.getrandbits(128):032x}", len(SESSION))


def inode_leak(root, dice):
    """Empty lock files: no block is taken, every one takes an inode."""
    at = 0.0
    while True:
        at += dice.expovariate(100)
        yield at
        os.close(os.open(f"{root}/lock_{dice.getrandbits(128):032x}", os.O_CREAT | os.O_EXCL, 0o600))


def leak_and_churn(root, dice):
    """Temporary files that live for some seconds, one in three of which is forgotten."""
    live = []
    at = 0.0
    while True:
        at += dice.expovariate(60)
        yield at
        path = f"{root}/tmp_{dice.getrandbits(64):016x}"
        append(path, dice.randrange(1, 8 * 4096))
        if dice.random() > 1 / 3:
            live.append((at + dice.uniform(2, 4), path))
        while live and live[0][0] <= at:
            os.unlink(live.pop(0)[1])


def rate_shift(root, _):
    """A leak that becomes three times as fast, at about a quarter of the way."""
    at = 0.0
    while True:
        at += 0.01
        yield at
        append(root + "/log", 4096 if at < 8 else 12288)


def log_rotation(root, _):
    """Three old logs are kept, and the one that is written."""
    for n in range(int(SECONDS / 0.02)):
        yield n * 0.02
        append(root + "/log", 12 * 1024)
        if os.path.getsize(root + "/log") >= 2 * MIB:
            for old in (2, 1):
                if os.path.exists(f"{root}/log.{old}"):
                    os.rename(f"{root}/log.{old}", f"{root}/log.{old + 1}")
            os.rename(root + "/log", root + "/log.1")


def expiry(root, dice, lifetime):
    live = []
    at = 0.0
    while at < SECONDS:
        at += dice.expovariate(120)
        yield at
        path = f"{root}/session_{dice.getrandbits(128):032x}"
        append(path, len(SESSION))
        live.append((at + lifetime(), path))
        live.sort()
        while live and live[0][0] <= at:
            os.unlink(live.pop(0)[1])


def session_expiry(root, dice):
    """Session files with a retention."""
    return expiry(root, dice, lambda: 20.0)


def session_logout(root, dice):
    """Session files that end when their users leave."""
    return expiry(root, dice, lambda: dice.expovariate(1 / 14))


def quiet(root, dice):
    """Some files, one of which is written anew now and then."""
    append(root + "/data", 5 * MIB)
    for n in range(SECONDS // 4):
        yield n * 4.0
        with open(root + "/state", "wb") as file:
            file.write(b"x" * dice.randrange(1, 16384))


def restarts(root, _):
    """A server that leaks and is restarted before it matters, which empties its directory."""
    for n in range(int(SECONDS / 0.02)):
        yield n * 0.02
        append(root + "/heap", 24 * 1024)
        if n % 900 == 899:
            os.unlink(root + "/heap")


# Name: (what it does, options of the mount).
WORKLOADS = {
    "steady-leak": (steady_leak, "size=32m"),
    "bursts": (bursts, "size=32m"),
    "sawtooth-leak": (sawtooth_leak, "size=32m"),
    "sparse-mmap": (sparse_mmap, "size=32m"),
    "incident": (incident, "size=16m"),
    "inode-leak": (inode_leak, "size=16m,nr_inodes=4096"),
    "leak-and-churn": (leak_and_churn, "size=24m"),
    "rate-shift": (rate_shift, "size=32m"),
    "log-rotation": (log_rotation, "size=12m"),
    "session-expiry": (session_expiry, "size=16m"),
    "session-logout": (session_logout, "size=16m"),
    "quiet": (quiet, "size=16m"),
    "restarts": (restarts, "size=32m"),
}


def dice_of(name, run):
    return random.Random(f"{name}.{run}")
