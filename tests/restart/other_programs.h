/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Put in front of tmpfs.bpf.c: programs of another build, whose own globals lie elsewhere, with the layout of these. */
int other_programs = 1;
char other_room[100];
