/* SPDX-License-Identifier: MIT */
/*
 * parser.h - the state of one parse and what its parts share.
 *
 * After the first failure `status` is set, and everything does nothing and returns 0.
 */
#ifndef ENG_MODEL_PARSER_H
#define ENG_MODEL_PARSER_H

#include "model/lex.h"
#include "model/model.h"

struct eng__parser {
  eng_model *model;
  const eng_allocator *memory;
  struct eng__lexer lexer;
  struct eng__token token; /* the next word */
  uint32_t behind;         /* the end of the one before */
  eng_error *error;
  eng_status status; /* the first failure */
  uint64_t depth;
  bool in_where;
  bool has_classes; /* and so no stages of their own */
  bool in_question; /* behind the model's text: eng_model_question */
  bool in_setting;  /* at a value that the host handed in, not in the model's own text */
};

/* ---- errors ---- */

/* Builds the text of an error from pieces, cut where it is full. */
struct eng__phrase {
  char text[160];
  size_t size;
};

void eng__say(struct eng__phrase *phrase, const char *text, size_t size);
void eng__say_text(struct eng__phrase *phrase, const char *text);

void eng__fail_at(struct eng__parser *p, const struct eng__token *at, eng_status status,
                  const char *text);
void eng__fail(struct eng__parser *p, eng_status status);
/* "expected X, found Y", at the word that is next. */
void eng__expected(struct eng__parser *p, const char *what);

/* ---- words ---- */

void eng__next_word(struct eng__parser *p);
bool eng__token_is(const struct eng__parser *p, const struct eng__token *token,
                   const char *name);
bool eng__at_name(const struct eng__parser *p, const char *name);
bool eng__at_sign(const struct eng__parser *p, const char *sign);
bool eng__take_name(struct eng__parser *p, const char *name);
bool eng__take_sign(struct eng__parser *p, const char *sign);
void eng__need_sign(struct eng__parser *p, const char *sign);
/* Copies text into the model's names; its offset. */
uint32_t eng__keep(struct eng__parser *p, const char *text, size_t size);
/* A text in quotes. */
uint32_t eng__keep_text(struct eng__parser *p);
/* A name that is being declared. */
struct eng__token eng__declare(struct eng__parser *p, const char *what);

/* A list with room for one more item; as it was, and the parse failed, without memory.
 */
void *eng__make_room(struct eng__parser *p, void *list, size_t count, size_t *room,
                     size_t item);

/* ---- terms ---- */

int32_t eng__add_term(struct eng__parser *p, int op, int type, int32_t a, int32_t b,
                      uint32_t from, uint32_t to);
int32_t eng__add_constant(struct eng__parser *p, int type, int64_t n, int64_t d,
                          uint32_t from, uint32_t to);
struct eng__term *eng__term_at(const struct eng__parser *p, int32_t node);
/* What a term is behind the lets that name it. */
struct eng__term *eng__resolved_term(const struct eng__parser *p, int32_t node);
int eng__type_of(const struct eng__parser *p, int32_t node);
/* Such as "a duration". */
const char *eng__type_name(int type);
/* "cannot DOING A and B". */
void eng__mismatch(struct eng__parser *p, const struct eng__token *at, const char *doing,
                   int a, int b);
/* The same with what to do instead, or "". */
void eng__mismatch_but(struct eng__parser *p, const struct eng__token *at,
                       const char *doing, int a, int b, const char *advice);

/* ---- names ---- */

const struct eng__definition *eng__find_definition(const struct eng__parser *p,
                                                   const struct eng__token *token);
int32_t eng__find_stage(const struct eng__parser *p, const struct eng__token *token);

/* Which of several names may have been meant; keeps the nearest. */
struct eng__guess {
  const char *name;
  size_t size, distance;
};

struct eng__guess eng__new_guess(const struct eng__token *token);
void eng__consider(struct eng__guess *guess, const char *text, size_t size,
                   const char *name, size_t name_size);
void eng__consider_list(struct eng__guess *guess, const char *text, size_t size,
                        const char *const *names);
void eng__consider_fields(struct eng__guess *guess, const char *text, size_t size);
void eng__unknown_name(struct eng__parser *p, const struct eng__token *token,
                       const char *what, const struct eng__guess *guess);

void eng__read_kind(struct eng__parser *p, struct eng__kinds *kinds);
/* Whether a word is a kind of event or a group of them. */
bool eng__names_events(const struct eng__parser *p, const struct eng__token *token);
/* Whether `where` reads a word as a field or as one of the language's values, so that
 * it would hide a param or let of that name. */
bool eng__is_filter_word(const struct eng__parser *p, const struct eng__token *token);
/* A name inside `where`; -1 if it is not one of these. */
int32_t eng__read_field(struct eng__parser *p, const struct eng__token *token);
/* The field that `of` names, and its type. ORDER fields: the numbers come first. */
int eng__find_number_field(struct eng__parser *p, const struct eng__token *token,
                           int *type);

/* ---- declarations ---- */

/* Whether the next word begins a statement. */
bool eng__at_statement(const struct eng__parser *p);
/* Fails where a word comes next that only means something in another place. */
void eng__refuse_misplaced(struct eng__parser *p);
/* Whether a word belongs to the language. */
bool eng__is_reserved(const struct eng__parser *p, const struct eng__token *token);
void eng__fail_reserved(struct eng__parser *p, const struct eng__token *token);
/* A name is free if nothing of the language or of the model has it. */
void eng__check_free(struct eng__parser *p, const struct eng__token *token);
/* A name that stands for a term from here on; `what` is ENG__IS_. */
void eng__add_definition(struct eng__parser *p, const struct eng__token *name,
                         int32_t node, int what);

/* ---- scores ---- */

/* score NAME ["title"] term {term}, from behind the word. */
void eng__parse_score(struct eng__parser *p);
/* ---- questions ---- */

/* The condition behind the model's text, if there is one. */
void eng__parse_question(struct eng__parser *p);
/* OP STAGE, from behind the word `stage`. */
int32_t eng__parse_stage_asked(struct eng__parser *p, uint32_t from);

/* ---- params ---- */

/* Finds what the host handed in between two places of the text. With `base`, whose
 * params have to have the names; else what is set already is passed over. */
void eng__read_settings(struct eng__parser *p, uint32_t from, uint32_t to,
                        const eng_model *base);
/* A param whose own value is `node`: the node of the value in effect. `at` is where the
 * own one stands. */
int32_t eng__add_param(struct eng__parser *p, const struct eng__token *name,
                       const struct eng__token *at, int32_t node);

/* ---- measures ---- */

/* Which measure a word is the name of; -1 if none. */
int eng__find_measure(const struct eng__parser *p, const struct eng__token *token);
void eng__consider_measures(struct eng__guess *guess, const char *text, size_t size);
/* NAME ( kinds [of f] [where c] [within d] [before d] [last n] ), from behind NAME. */
int32_t eng__read_measure(struct eng__parser *p, int which, uint32_t from);
/* kinds [where c], and nothing behind that: the model's one measure. */
void eng__read_events(struct eng__parser *p);

/* ---- operands ---- */

int32_t eng__parse_name(struct eng__parser *p);
int32_t eng__parse_number(struct eng__parser *p);
int32_t eng__parse_text(struct eng__parser *p);

/* ---- expressions ---- */

/* What binds tighter than a comparison: a value without `else`. */
int32_t eng__parse_sum(struct eng__parser *p);
int32_t eng__parse_expression(struct eng__parser *p);
void eng__need_condition(struct eng__parser *p, const struct eng__token *at,
                         int32_t node);

#endif
