/* SPDX-License-Identifier: MIT */
/*
 * fields.h - which field a column's name stands for.
 */
#ifndef ENG_IO_FIELDS_H
#define ENG_IO_FIELDS_H

#include <stddef.h>
#include <stdint.h>

/* How sure a name is; the least wins its field. Names in common use follow, each with
 * a number of its own. */
enum { ENG__FIELD_MAPPED, ENG__FIELD_EXACT, ENG__FIELD_CANONICAL, ENG__FIELD_COMMON };

/* The field that a column's name is taken for, 0 if for none, and how sure that is. */
int32_t eng__field_recognise(const char *name, size_t length, int32_t *sureness);

#endif
