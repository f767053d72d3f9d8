# SPDX-License-Identifier: Apache-2.0
"""A cgroup of the test's own, where memory is charged, and processes in it."""
import errno
import json
import os
import tempfile

from harness import Skip, start_child, wait_until

V1 = "/sys/fs/cgroup/memory"
V2 = "/sys/fs/cgroup"


def read_text(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def write_text(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


class Cgroup:
    def __init__(self):
        self.v2 = not os.path.exists(V1 + "/cgroup.procs")
        root = V2 if self.v2 else V1
        try:
            if self.v2:
                write_text(root + "/cgroup.subtree_control", "+memory")
            self.directory = tempfile.mkdtemp(prefix="tmpfstrace-test-", dir=root)
        except OSError as error:
            raise Skip(f"no cgroup with a memory controller can be made: {error}") from error
        self.id = os.stat(self.directory).st_ino
        self.path = self.directory.removeprefix(root)  # as the tool names it

    def __enter__(self):
        return self

    def __exit__(self, *_):
        wait_until(f"removal of {self.directory}", self._remove)

    def _remove(self):
        try:
            os.rmdir(self.directory)
        except OSError as error:
            if error.errno != errno.EBUSY:  # the kernel may still be taking leave of the last process
                raise
            return False
        return True

    def set_limit(self, size):
        write_text(self.directory + ("/memory.max" if self.v2 else "/memory.limit_in_bytes"), size)

    def usage(self):
        return int(read_text(self.directory + ("/memory.current" if self.v2 else "/memory.usage_in_bytes")))

    def shmem(self):
        values = dict(line.split() for line in read_text(self.directory + "/memory.stat").splitlines())
        return int(values["shmem" if self.v2 else "total_shmem"])

    def run(self, function, name="in-cgroup"):
        """function() in a process of this cgroup with that name: its process id and what it returned."""
        reader, writer = os.pipe()

        def work():
            write_text("/proc/self/comm", name)
            write_text(self.directory + "/cgroup.procs", "0")
            os.write(writer, json.dumps(function()).encode())

        child = start_child(work)
        os.close(writer)
        with open(reader, "rb") as pipe:
            result = pipe.read()
        status = os.waitpid(child, 0)[1]
        assert status == 0 and result, f"the process in the cgroup ended with status {status}"
        return child, json.loads(result)

    def of(self, sample):
        found = [cgroup for cgroup in sample["cgroups"] if cgroup["cgroup"] == self.id]
        assert len(found) == 1, f"{len(found)} cgroups {self.id} in the sample"
        return found[0]
