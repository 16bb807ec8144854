/* SPDX-License-Identifier: MIT */
/*
 * check.h - findings as tests see them: with the terms that they are about.
 */
#ifndef ENG_MODEL_CHECK_H
#define ENG_MODEL_CHECK_H

#include <engagement/authoring.h>

#include "model/model.h"

struct eng__finding {
  int32_t kind, severity;
  int32_t node;  /* the condition, or -1 */
  int32_t chain; /* the `and`s or `or`s that it is a part of, or -1 */
  int32_t stage; /* rank of a stage that nobody can be in, or 0 */
  uint32_t from; /* byte of the text */
  uint32_t line, column;
  size_t text; /* offset into the texts */
};

/* A finding with its terms. */
const struct eng__finding *eng__findings_at(const eng_findings *findings,
                                            int32_t index);

#endif
