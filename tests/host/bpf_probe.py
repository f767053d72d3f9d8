# SPDX-License-Identifier: Apache-2.0
"""Asks the kernel itself, by bpf(2), whether the "syscall" mode can run here: what the tool says of it is under test."""
import ctypes
import os

SYS_BPF = 321  # x86-64
BPF_PROG_LOAD = 5
BPF_PROG_TYPE_RAW_TRACEPOINT = 17
RETURN_0 = bytes([0xB7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0])  # r0 = 0; exit


class LoadAttributes(ctypes.Structure):
    """The head of union bpf_attr for BPF_PROG_LOAD; the kernel takes what is missing for 0."""
    _fields_ = [("prog_type", ctypes.c_uint32), ("insn_cnt", ctypes.c_uint32), ("insns", ctypes.c_uint64),
                ("license", ctypes.c_uint64), ("log_level", ctypes.c_uint32), ("log_size", ctypes.c_uint32),
                ("log_buf", ctypes.c_uint64), ("kern_version", ctypes.c_uint32), ("prog_flags", ctypes.c_uint32)]


def why_no_tracepoints():
    """None when the mode must work."""
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        return "the kernel does not carry its type information"
    instructions = ctypes.create_string_buffer(RETURN_0, len(RETURN_0))
    licence = ctypes.create_string_buffer(b"GPL")
    attributes = LoadAttributes(prog_type=BPF_PROG_TYPE_RAW_TRACEPOINT, insn_cnt=len(RETURN_0) // 8,
                                insns=ctypes.addressof(instructions), license=ctypes.addressof(licence))
    libc = ctypes.CDLL(None, use_errno=True)
    program = libc.syscall(SYS_BPF, BPF_PROG_LOAD, ctypes.byref(attributes), ctypes.sizeof(attributes))
    if program < 0:
        return f"the kernel loads no raw tracepoint program: {os.strerror(ctypes.get_errno())}"
    os.close(program)
    return None
