/* SPDX-License-Identifier: MIT */
/*
 * print.h - parts of a model's text as they are written when it is printed back.
 */
#ifndef ENG_MODEL_PRINT_H
#define ENG_MODEL_PRINT_H

#include "model/model.h"

/* Takes the next bytes of what is printed. */
typedef void (*eng__write_fn)(void *user, const char *text, size_t size);

/* Prints the expression, or what a term of a score says, that stands in [from, to) of
 * the text on one line. */
void eng__print_expression(const eng_model *model, uint32_t from, uint32_t to,
                           eng__write_fn write, void *user);

/* The word for a shape of ENG_SHAPE_. */
const char *eng__shape_name(int32_t shape);

/* Calls `name` for each name in the expression [from, to) that may be a definition or
 * a stage, with its bytes of the text. */
void eng__each_name(const eng_model *model, uint32_t from, uint32_t to,
                    void (*name)(void *user, uint32_t from, uint32_t to), void *user);

#endif
