/* SPDX-License-Identifier: MIT */
/*
 * outline.h - what a model is made of: its statements and the clauses of its stages,
 * each with its name, its words and its place, in the order of the text.
 */
#ifndef ENG_MODEL_OUTLINE_H
#define ENG_MODEL_OUTLINE_H

#include <engagement/authoring.h>

#include "model/model.h"

struct eng__element {
  size_t name, text; /* offsets into the texts, closed by NUL */
  uint32_t at;       /* where it begins in the model's text */
  uint32_t line;
  uint32_t from, to; /* its expression; 0, 0: it has none */
  int32_t what;      /* ENG_ELEMENT_ */
  int32_t node;      /* of a condition, or -1 */
  int32_t rank;      /* of a stage or class, or 0 */
  int32_t parent;    /* the element that it is a part of, or -1 */
};

struct eng__outline {
  const eng_model *model;
  struct eng__element *elements;
  size_t count, room;
  char *texts;
  size_t texts_size, texts_room;
};

/* Fills an outline; what was got is released with eng__outline_free, also after a
 * failure. */
eng_status eng__outline_fill(struct eng__outline *outline, const eng_model *model);
void eng__outline_free(struct eng__outline *outline);

static inline const char *eng__outline_name(const struct eng__outline *outline,
                                            size_t index)
{
  return outline->texts + outline->elements[index].name;
}

static inline const char *eng__outline_text(const struct eng__outline *outline,
                                            size_t index)
{
  return outline->texts + outline->elements[index].text;
}

#endif
