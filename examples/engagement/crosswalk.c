/* SPDX-License-Identifier: MIT */
/*
 * crosswalk.c - `engagement crosswalk`: how the stages of two models go together,
 * counted from what customers did.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/metrics.h>

#include "assess.h"
#include "bars.h"
#include "command.h"
#include "crosswalk.h"
#include "message.h"
#include "output.h"
#include "session.h"
#include "text.h"

enum { RANKS = 256 };

struct crosswalk {
  const struct session *session;
  const eng_model *a, *b;
  uint64_t *cells; /* [rank of a * RANKS + rank of b] */
  uint64_t count;
};

static void count_piece(void *user, const uint64_t *rows, uint64_t n,
                        const int32_t *stages)
{
  const struct crosswalk *x = user;

  (void)rows;
  for (uint64_t i = 0; i < n; i++)
    x->cells[(size_t)stages[i] * RANKS + (size_t)stages[n + i]]++;
}

static uint64_t cell(const struct crosswalk *x, int32_t a, int32_t b)
{
  return x->cells[(size_t)a * RANKS + (size_t)b];
}

static uint64_t sum_of(const struct crosswalk *x, int32_t a)
{
  uint64_t sum = 0;

  for (int32_t b = 0; b < RANKS; b++) sum += cell(x, a, b);
  return sum;
}

/* Ranks in the order in which they are told: none comes last. */
static int32_t nth_rank(const eng_model *model, int32_t n)
{
  return n < eng_model_stage_count(model) ? n + 1 : 0;
}

/* ---- for programs ---- */

/* A share as 0.1234, rounded half up; of nothing there is none. */
static void write_share(struct rows *rows, uint64_t part, uint64_t whole)
{
  uint64_t parts = whole == 0 ? 0 : (part * 20000 + whole) / (2 * whole);
  char share[32];

  snprintf(share, sizeof share, "%llu.%04llu", (unsigned long long)(parts / 10000),
           (unsigned long long)(parts % 10000));
  rows_words(rows, whole == 0 ? NULL : share);
}

static int write_rows(const struct crosswalk *x)
{
  static const char *const columns[] = {"model_a", "stage_a", "rank_a",    "model_b",
                                        "stage_b", "rank_b",  "customers", "share"};
  struct rows rows;

  rows_begin(&rows, x->session->options->format, columns, 8);
  for (int32_t i = 0; i <= eng_model_stage_count(x->a); i++) {
    int32_t a = nth_rank(x->a, i);
    uint64_t sum = sum_of(x, a);

    for (int32_t k = 0; k <= eng_model_stage_count(x->b); k++) {
      int32_t b = nth_rank(x->b, k);

      rows_words(&rows, eng_model_name(x->a));
      rows_words(&rows, eng_model_stage_name(x->a, a));
      rows_number(&rows, a);
      rows_words(&rows, eng_model_name(x->b));
      rows_words(&rows, eng_model_stage_name(x->b, b));
      rows_number(&rows, b);
      rows_number(&rows, (int64_t)cell(x, a, b));
      write_share(&rows, cell(x, a, b), sum);
    }
  }
  return rows_end(&rows);
}

/* ---- agreement ---- */

/* Cohen's kappa needs the same classes on both sides: ranks, where there are as many.
 */
static int has_agreement(const struct crosswalk *x)
{
  return eng_model_stage_count(x->a) == eng_model_stage_count(x->b);
}

static eng_status find_agreement(const struct crosswalk *x, eng_agreement *out)
{
  int32_t side = eng_model_stage_count(x->a) + 1;
  uint64_t *cells = memory_resize(NULL, (size_t)side * (size_t)side, sizeof *cells);
  eng_status status;

  for (int32_t a = 0; a < side; a++)
    for (int32_t b = 0; b < side; b++) cells[a * side + b] = cell(x, a, b);
  status = eng_agreement_of(cells, side, out);
  free(cells);
  return status;
}

static void put_kappa(struct rows *rows, double kappa)
{
  if (isnan(kappa))
    rows_words(rows, NULL);
  else
    rows_real(rows, kappa, 6);
}

static int write_agreement(const struct crosswalk *x)
{
  static const char *const columns[] = {"model_a", "model_b", "customers",
                                        "agree",   "kappa",   "weighted_kappa"};
  eng_agreement agreement;
  eng_status status = find_agreement(x, &agreement);
  struct rows rows;

  if (status != ENG_OK) return complain_status("crosswalk", status);
  rows_begin(&rows, x->session->options->format, columns, 6);
  rows_words(&rows, eng_model_name(x->a));
  rows_words(&rows, eng_model_name(x->b));
  rows_number(&rows, (int64_t)agreement.customers);
  rows_number(&rows, (int64_t)agreement.agree);
  put_kappa(&rows, agreement.kappa);
  put_kappa(&rows, agreement.weighted);
  return rows_end(&rows);
}

static void add_kappa(struct text *out, double kappa)
{
  if (isnan(kappa))
    text_put(out, "undefined");
  else
    text_print(out, "%.4f", kappa);
}

static void add_agreement(struct text *out, const struct crosswalk *x)
{
  eng_agreement agreement;

  if (!has_agreement(x) || find_agreement(x, &agreement) != ENG_OK) return;
  text_put(out, "\nthe same rank: ");
  text_add_number(out, agreement.agree);
  text_put(out, " of ");
  text_add_number(out, agreement.customers);
  text_put(out, "; Cohen's kappa ");
  add_kappa(out, agreement.kappa);
  text_put(out, ", weighted by squared distance ");
  add_kappa(out, agreement.weighted);
  text_put(out, "\n");
}

/* ---- for people ---- */

static size_t widest(const eng_model *model, size_t least)
{
  for (int32_t rank = 0; rank <= eng_model_stage_count(model); rank++) {
    size_t length = strlen(eng_model_stage_name(model, rank));

    if (length > least) least = length;
  }
  return least;
}

static void add_count(struct text *out, uint64_t count)
{
  struct text number = {0};

  text_add_number(&number, count);
  text_print(out, "  %12s ", number.bytes);
  text_free(&number);
}

static void add_row(struct text *out, const struct crosswalk *x, int32_t a,
                    size_t width)
{
  uint64_t sum = sum_of(x, a);

  if (sum == 0) return;
  text_put(out, "  ");
  text_add_padded(out, eng_model_stage_name(x->a, a), width + 2);
  add_count(out, sum);
  text_add_share(out, sum, x->count);
  text_put(out, "\n");
  for (int32_t k = 0; k <= eng_model_stage_count(x->b); k++) {
    int32_t b = nth_rank(x->b, k);

    if (cell(x, a, b) == 0) continue;
    text_put(out, "    ");
    text_add_padded(out, eng_model_stage_name(x->b, b), width);
    add_count(out, cell(x, a, b));
    text_add_share(out, cell(x, a, b), sum);
    text_add_bar(out, cell(x, a, b), sum);
    text_put(out, "\n");
  }
}

static int write_table(const struct crosswalk *x)
{
  size_t width = widest(x->b, widest(x->a, 8));
  struct text out = {0};

  text_print(&out, "%s, and within each stage %s\n", eng_model_name(x->a),
             eng_model_name(x->b));
  text_add_number(&out, x->count);
  text_put(&out, x->count == 1 ? " customer as of " : " customers as of ");
  text_add_as_of(&out, x->session);
  text_put(&out, "\n\n");
  for (int32_t i = 0; i <= eng_model_stage_count(x->a); i++)
    add_row(&out, x, nth_rank(x->a, i), width);
  add_agreement(&out, x);
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

/* ---- the command ---- */

static int write_crosswalk(const struct session *session)
{
  struct crosswalk x = {session, session->models[0], session->models[1], NULL, 0};
  uint64_t *order;
  int answer = assess_order(session, "crosswalk", &order, &x.count);

  if (answer != ANSWER_DONE) return answer;
  x.cells = memory_resize(NULL, RANKS * RANKS, sizeof *x.cells);
  memset(x.cells, 0, RANKS * RANKS * sizeof *x.cells);
  answer = assess_all(session, "crosswalk", order, x.count, count_piece, &x);
  if (answer == ANSWER_DONE)
    answer = session->options->agreement                ? write_agreement(&x)
             : session->options->format == FORMAT_TABLE ? write_table(&x)
                                                        : write_rows(&x);
  free(x.cells);
  free(order);
  return answer;
}

int crosswalk_run(const struct options *options)
{
  struct session session;
  int answer;

  if (options->models.count != 2) {
    complain("say which two models: --model A --model B");
    return ANSWER_USAGE;
  }
  if (options->agreement && options->customer != NULL) {
    complain("--agreement is of all customers; it goes without --customer");
    return ANSWER_USAGE;
  }
  answer = session_open(&session, options);
  if (answer == ANSWER_DONE && options->agreement &&
      eng_model_stage_count(session.models[0]) !=
          eng_model_stage_count(session.models[1])) {
    complain("--agreement compares ranks; these models have %d and %d stages",
             (int)eng_model_stage_count(session.models[0]),
             (int)eng_model_stage_count(session.models[1]));
    answer = ANSWER_USAGE;
  }
  if (answer == ANSWER_DONE)
    answer = options->customer != NULL ? crosswalk_customer(&session)
                                       : write_crosswalk(&session);
  session_close(&session);
  return answer;
}
