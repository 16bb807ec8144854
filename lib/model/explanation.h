/* SPDX-License-Identifier: MIT */
/*
 * explanation.h - an explanation while it is written, and what writes it.
 *
 * explain.c takes conditions apart into lines; wording.c puts their texts into words;
 * witness.c finds the events that were read; evidence.c takes down what a host says of a
 * model of its own; explanation.c keeps the lines and hands them out. Texts are offsets
 * into one buffer until all of them are there; offset 0 is the empty text. After the
 * first failure `status` is set, and everything does nothing.
 */
#ifndef ENG_MODEL_EXPLANATION_H
#define ENG_MODEL_EXPLANATION_H

#include "core/customer.h"
#include "model/assessor.h"

enum { ENG__WITNESSES = 100, ENG__CLAUSES = 256, ENG__PARTS = 5 };

struct eng__line {
  size_t text, measured, threshold; /* offsets */
  int64_t distance;
  int32_t holds;
  eng_event *witnesses; /* newest first */
  int32_t witness_count;
  int64_t witness_total; /* those that were not kept too */
};

struct eng__part {
  struct eng__line *lines;
  size_t count, room;
};

struct eng_explanation {
  eng_allocator memory;
  int32_t stage, target, next_stage;
  int64_t next_time;
  struct eng__part parts[ENG__PARTS];
  char *texts;
  size_t texts_size, texts_room;
};

/* What is at hand while an explanation is written. */
struct eng__writer {
  eng_explanation *explanation;
  eng_assessor *assessor;
  const struct eng__member *member;
  const eng_model *model;
  const eng_customer *customer;
  int64_t hidden; /* clauses beyond ENG__CLAUSES of a part */
  eng_status status;
};

/* ---- lines ---- */

/* Begins an explanation that is empty and owned by the writer. */
eng_status eng__writer_open(struct eng__writer *w, eng_assessor *assessor, int32_t model,
                            const eng_customer *customer);
/* Hands the explanation over, or frees it where anything has failed. */
eng_status eng__writer_close(struct eng__writer *w, eng_explanation **out);
/* A new line at the end of a part; NULL after a failure. */
struct eng__line *eng__add_line(struct eng__writer *w, int part);
void eng__add_text_line(struct eng__writer *w, int part, const char *text);

/* ---- texts ---- */

/* Where the next text begins. */
size_t eng__text_begins(const struct eng__writer *w);
void eng__text_ends(struct eng__writer *w);
void eng__write(struct eng__writer *w, const char *text, size_t size);
void eng__write_text(struct eng__writer *w, const char *text);
void eng__write_number(struct eng__writer *w, int64_t n);
/* A value as people read it; a duration in its greatest units, at most `units`. */
void eng__write_value(struct eng__writer *w, int type, struct eng__fraction v, int units);
/* A condition as the model words it, on one line. */
void eng__write_wording(struct eng__writer *w, const struct eng__term *node);

/* ---- events ---- */

/* Walks the customer's events as of the assessor's instant. */
eng_status eng__look(struct eng__writer *w, eng__see_fn fn, void *user);
/* Makes a witness's extension its own, on which its effective id depends. */
void eng__keep_extension(struct eng__writer *w, eng_event *witness);
/* The newest events that a node's measures have read. */
void eng__add_witnesses(struct eng__writer *w, int32_t node, struct eng__line *line);

/* ---- models of the host's own ---- */

void eng__ask_host(struct eng__writer *w);

#endif
