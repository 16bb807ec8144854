/* SPDX-License-Identifier: MIT */
/*
 * review.c - `engagement review`: the five questions that a manager should ask, as
 * numbers over a window, each with the customers behind it.
 *
 * The questions are those of the article on the five E's; docs/metrics.md says how each
 * became a number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/metrics.h>

#include "assess.h"
#include "command.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "text.h"

enum { RANKS = 256, FIVE_E = 0, SASHI = 1 };

static const int64_t day = 86400000;
enum { WINDOW_DAYS = 90, UNTOUCHED_DAYS = 90, YOUNG_DAYS = 90, OLD_DAYS = 365 };

struct review {
  struct session session;
  int64_t from, until;
  uint64_t customers;
  eng_relation *relations;
  uint8_t *before, *after, *sashi; /* ranks */
  uint8_t *valued;                 /* 1: among the top fifth by revenue */
  uint8_t *behind;                 /* of the question that is being answered */
  int64_t usual_gap;               /* ENG_TIME_NONE: nobody bought twice */
  int32_t empowerment, enlistment, advocacy;
  struct rows *rows; /* NULL: for people, into `out` */
  struct text *out;
};

/* ---- gathering ---- */

static int32_t rank_of(const eng_model *model, const char *stage)
{
  for (int32_t rank = 1; rank <= eng_model_stage_count(model); rank++)
    if (strcmp(eng_model_stage_name(model, rank), stage) == 0) return rank;
  return RANKS;
}

static int assess(struct review *r, int32_t model, int64_t from, uint8_t *before,
                  uint8_t *after)
{
  int32_t side = eng_model_stage_count(r->session.models[model]) + 1;
  uint64_t *cells = memory_resize(NULL, (size_t)side * (size_t)side, sizeof *cells);
  eng_status status =
      eng_book_flow(r->session.book, r->session.assessor, model, from, r->until, cells,
                    side, before, after, r->customers, progress_of, "review");

  free(cells);
  return status == ENG_OK ? ANSWER_DONE : complain_status("review", status);
}

struct spender {
  int64_t revenue;
  uint64_t row;
};

static int by_revenue(const void *a, const void *b)
{
  const struct spender *x = a, *y = b;

  if (x->revenue != y->revenue) return x->revenue > y->revenue ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

/* The top fifth of those who spent anything, rounded up; who spent as much as its last
 * belongs to it too. */
static void mark_valued(struct review *r)
{
  struct spender *list = memory_resize(NULL, (size_t)r->customers, sizeof *list);
  size_t n = 0, top;

  for (uint64_t i = 0; i < r->customers; i++)
    if (r->relations[i].revenue > 0)
      list[n++] = (struct spender){r->relations[i].revenue, i};
  qsort(list, n, sizeof *list, by_revenue);
  top = (n + 4) / 5;
  for (size_t i = 0; i < n && (i < top || list[i].revenue == list[top - 1].revenue);
       i++)
    r->valued[list[i].row] = 1;
  free(list);
}

static int by_size(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

/* The median time to the second purchase, of those who made one. */
static void find_usual_gap(struct review *r)
{
  int64_t *gaps = memory_resize(NULL, (size_t)r->customers, sizeof *gaps);
  size_t n = 0;

  for (uint64_t i = 0; i < r->customers; i++)
    if (r->relations[i].second_order_at != ENG_TIME_NONE)
      gaps[n++] = r->relations[i].second_order_at - r->relations[i].first_order_at;
  qsort(gaps, n, sizeof *gaps, by_size);
  r->usual_gap = n > 0 ? gaps[(n - 1) / 2] : ENG_TIME_NONE;
  free(gaps);
}

static int gather(struct review *r)
{
  size_t n = (size_t)eng_book_customer_count(r->session.book);
  eng_status status;
  int answer;

  r->customers = n;
  r->relations = memory_resize(NULL, n, sizeof *r->relations);
  r->before = memory_resize(NULL, n, 1);
  r->after = memory_resize(NULL, n, 1);
  r->sashi = memory_resize(NULL, n, 1);
  r->valued = memory_resize(NULL, n, 1);
  r->behind = memory_resize(NULL, n, 1);
  for (size_t i = 0; i < n; i++) r->valued[i] = r->behind[i] = 0;
  status = eng_book_relations(r->session.book, r->from, r->until, r->relations, n,
                              progress_of, "review");
  if (status != ENG_OK) return complain_status("review", status);
  answer = assess(r, FIVE_E, r->from > 0 ? r->from - 1 : 0, r->before, r->after);
  if (answer == ANSWER_DONE) answer = assess(r, SASHI, r->until, r->sashi, NULL);
  mark_valued(r);
  find_usual_gap(r);
  r->empowerment = rank_of(r->session.models[FIVE_E], "empowerment");
  r->enlistment = rank_of(r->session.models[FIVE_E], "enlistment");
  r->advocacy = rank_of(r->session.models[SASHI], "advocacy");
  return answer;
}

/* ---- telling ---- */

static void ask(const struct review *r, int number, const char *question)
{
  if (r->rows == NULL) text_print(r->out, "\n%d. %s\n", number, question);
}

/* A number, which may be undefined. */
static void tell_value(const struct review *r, int number, const char *measure,
                       int is_there, double value)
{
  if (r->rows != NULL) {
    rows_number(r->rows, number);
    rows_words(r->rows, measure);
    if (is_there)
      rows_real(r->rows, value, 6);
    else
      rows_words(r->rows, NULL);
  } else if (is_there) {
    text_print(r->out, "   %-52s %10.3f\n", measure, value);
  } else {
    text_print(r->out, "   %-52s %10s\n", measure, "undefined");
  }
}

/* A quotient of counts, times a factor that stays out of them; undefined where there is
 * nothing to divide by, or less than nothing. */
static void tell_times(const struct review *r, int number, const char *measure,
                       int64_t numerator, int64_t denominator, double factor)
{
  tell_value(r, number, measure, denominator > 0,
             denominator > 0 ? factor * (double)numerator / (double)denominator : 0);
  if (r->rows == NULL) return;
  rows_number(r->rows, numerator);
  rows_number(r->rows, denominator);
}

static void tell(const struct review *r, int number, const char *measure,
                 int64_t numerator, int64_t denominator)
{
  tell_times(r, number, measure, numerator, denominator, 1);
}

/* A sum that ends where numbers do. */
static void add(int64_t *sum, int64_t n)
{
  if (n > 0 && *sum > INT64_MAX - n)
    *sum = INT64_MAX;
  else if (n < 0 && *sum < INT64_MIN - n)
    *sum = INT64_MIN;
  else
    *sum += n;
}

/* Time since something, which may never have been. */
static int is_long_ago(const struct review *r, int64_t time, int64_t days)
{
  return time == ENG_TIME_NONE || r->until - time > days * day;
}

/* ---- the questions ---- */

static void ask_attention(struct review *r)
{
  int64_t seconds = 0, revenue = 0, valued_seconds = 0, valued_revenue = 0;
  int is_there;

  for (uint64_t i = 0; i < r->customers; i++) {
    const eng_relation *one = &r->relations[i];

    add(&seconds, one->contact_seconds);
    add(&revenue, one->revenue);
    add(&valued_seconds, r->valued[i] ? one->contact_seconds : 0);
    add(&valued_revenue, r->valued[i] ? one->revenue : 0);
    r->behind[i] = r->valued[i] && is_long_ago(r, one->last_contact_at, UNTOUCHED_DAYS);
  }
  ask(r, 1, "Do the most valuable customers get enough time?");
  tell(r, 1, "share of contact time given to the top fifth", valued_seconds, seconds);
  tell(r, 1, "share of revenue from the top fifth", valued_revenue, revenue);
  /* A quotient of the two above, which has no counts of its own. */
  is_there = seconds > 0 && revenue > 0 && valued_revenue > 0;
  tell_value(r, 1, "attention index; below 1 is too little", is_there,
             is_there ? (double)valued_seconds / (double)seconds /
                            ((double)valued_revenue / (double)revenue)
                      : 0);
  if (r->rows == NULL) return;
  rows_words(r->rows, NULL);
  rows_words(r->rows, NULL);
}

static void ask_ideas(struct review *r)
{
  int64_t enthusiasts = 0, ideas = 0, answered = 0, accepted = 0;

  for (uint64_t i = 0; i < r->customers; i++) {
    const eng_relation *one = &r->relations[i];

    r->behind[i] = 0;
    if (r->after[i] < r->empowerment && r->sashi[i] < r->advocacy) continue;
    enthusiasts++;
    ideas += one->ideas;
    answered += one->ideas_answered;
    accepted += one->ideas_accepted;
    r->behind[i] = one->ideas_answered < one->ideas;
  }
  ask(r, 2, "Are the ideas of enthusiasts heard?");
  tell_times(r, 2, "ideas per 100 enthusiasts", ideas, enthusiasts, 100);
  tell(r, 2, "share of ideas answered", answered, ideas);
  tell(r, 2, "share of ideas accepted", accepted, ideas);
}

static void ask_enlistees(struct review *r)
{
  int64_t enlistees = 0, contacts = 0, covered = 0;
  double quarters = (double)(r->until - r->from + 1) / (91.3125 * (double)day);

  for (uint64_t i = 0; i < r->customers; i++) {
    const eng_relation *one = &r->relations[i];

    r->behind[i] = r->after[i] >= r->enlistment && one->two_way == 0;
    if (r->after[i] < r->enlistment) continue;
    enlistees++;
    contacts += one->two_way;
    covered += one->two_way > 0;
  }
  ask(r, 3, "Do those who work for you unpaid get more than mail?");
  tell_times(r, 3, "two-way contacts per enlistee and quarter", contacts, enlistees,
             1 / quarters);
  tell(r, 3, "share of enlistees with at least one", covered, enlistees);
}

static void ask_second_purchase(struct review *r)
{
  int64_t buyers = 0, once = 0, due = 0, came = 0, risen = 0, standing = 0;
  int64_t contacts = 0;

  for (uint64_t i = 0; i < r->customers; i++) {
    const eng_relation *one = &r->relations[i];
    int bought = one->first_order_at != ENG_TIME_NONE;
    int again = one->second_order_at != ENG_TIME_NONE;
    int is_due = bought && r->usual_gap != ENG_TIME_NONE &&
                 r->until - one->first_order_at >= r->usual_gap;

    buyers += bought;
    once += bought && !again;
    due += is_due;
    came +=
        is_due && again && one->second_order_at - one->first_order_at <= r->usual_gap;
    r->behind[i] = is_due && !again;
    standing += r->before[i] > 0 && r->before[i] < r->enlistment;
    risen += r->before[i] > 0 && r->after[i] > r->before[i];
    contacts += one->contacts;
  }
  ask(r, 4, "Do customers get beyond the first time?");
  tell(r, 4, "share of buyers who bought once", once, buyers);
  tell(r, 4, "second purchase within the usual gap", came, due);
  tell(r, 4, "share who rose a stage of five_e", risen, standing);
  tell(r, 4, "contacts per customer who rose", contacts, risen);
}

static void ask_chase(struct review *r)
{
  int64_t contacts = 0, chasing = 0, revenue = 0, loyal = 0;

  for (uint64_t i = 0; i < r->customers; i++) {
    const eng_relation *one = &r->relations[i];
    int is_old =
        one->first_at != ENG_TIME_NONE && is_long_ago(r, one->first_at, OLD_DAYS);
    int is_new = one->first_order_at == ENG_TIME_NONE ||
                 !is_long_ago(r, one->first_at, YOUNG_DAYS);

    contacts += one->contacts;
    chasing += is_new ? one->contacts : 0;
    add(&revenue, one->revenue);
    add(&loyal, is_old ? one->revenue : 0);
    r->behind[i] = is_old && !is_long_ago(r, one->last_at, OLD_DAYS / 2) &&
                   is_long_ago(r, one->last_contact_at, UNTOUCHED_DAYS);
  }
  ask(r, 5, "Is it only the new that are chased?");
  tell(r, 5, "share of contacts with the new and those who never bought", chasing,
       contacts);
  tell(r, 5, "share of revenue from customers of more than a year", loyal, revenue);
}

static void (*const questions[])(struct review *) = {
    ask_attention, ask_ideas, ask_enlistees, ask_second_purchase, ask_chase};

enum { QUESTIONS = sizeof questions / sizeof *questions };

/* ---- answers ---- */

static int write_rows(struct review *r)
{
  static const char *const columns[] = {"question", "measure", "value", "numerator",
                                        "denominator"};
  struct rows rows;

  rows_begin(&rows, r->session.options->format, columns, 5);
  r->rows = &rows;
  for (int q = 0; q < QUESTIONS; q++) questions[q](r);
  return rows_end(&rows);
}

static int draw(struct review *r)
{
  struct text out = {0};

  r->out = &out;
  text_put(&out, "Five questions, from ");
  text_add_time(&out, &r->session, r->from);
  text_put(&out, " to ");
  text_add_as_of(&out, &r->session);
  text_put(&out, "\n");
  for (int q = 0; q < QUESTIONS; q++) {
    struct text number = {0};
    uint64_t behind = 0;

    questions[q](r);
    for (uint64_t i = 0; i < r->customers; i++) behind += r->behind[i];
    text_add_number(&number, behind);
    text_print(&out, "   --behind %d lists %s customer%s\n", q + 1, number.bytes,
               behind == 1 ? "" : "s");
    text_free(&number);
  }
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

static int list_behind(struct review *r)
{
  static const char *const columns[] = {"customer"};
  struct text unsaid = {0};
  struct rows rows;
  uint64_t *order, n;
  int answer = assess_order(&r->session, "review", &order, &n);

  if (answer != ANSWER_DONE) return answer;
  r->out = &unsaid;
  questions[r->session.options->behind - 1](r);
  text_free(&unsaid);
  rows_begin(&rows, r->session.options->format, columns, 1);
  for (uint64_t i = 0; i < n; i++) {
    size_t length;
    const char *id = eng_book_customer_id(r->session.book, order[i], &length);

    if (r->behind[order[i]]) rows_text(&rows, id, length);
  }
  free(order);
  return rows_end(&rows);
}

/* ---- the command ---- */

static int open_models(struct session *session)
{
  static const char *const names[] = {"five_e", "sashi"};

  for (int32_t i = 0; i < 2; i++) {
    int answer = models_open_one(session->context, names[i],
                                 &session->models[session->model_count]);

    if (answer != ANSWER_DONE) return answer;
    session->model_count++;
  }
  return ANSWER_DONE;
}

/* 90 business days up to as-of, unless --from says otherwise. */
static int settle_window(struct review *r)
{
  const struct session *session = &r->session;
  const char *begin = session->options->begin;
  int64_t today = eng_business_day(session->context, session->as_of);

  r->until = session->as_of;
  r->from = eng_business_day_start(session->context, today - (WINDOW_DAYS - 1));
  if (r->from < 0) r->from = 0;
  if (begin == NULL) return ANSWER_DONE;
  if (eng_time_parse(session->context, begin, strlen(begin), ENG_TIME_AUTO,
                     ENG_DATE_FIRST, &r->from) == ENG_OK &&
      r->from <= r->until)
    return ANSWER_DONE;
  complain("--from is a time up to as-of such as 2026-11-22, not \"%s\"", begin);
  return ANSWER_USAGE;
}

int review_run(const struct options *options)
{
  struct review r = {.usual_gap = ENG_TIME_NONE};
  int answer = session_begin(&r.session, options);

  if (answer == ANSWER_DONE) answer = open_models(&r.session);
  if (answer == ANSWER_DONE) answer = session_load(&r.session);
  if (answer == ANSWER_DONE) answer = settle_window(&r);
  if (answer == ANSWER_DONE) answer = gather(&r);
  if (answer == ANSWER_DONE)
    answer = options->behind > 0               ? list_behind(&r)
             : options->format == FORMAT_TABLE ? draw(&r)
                                               : write_rows(&r);
  free(r.relations);
  free(r.before);
  free(r.after);
  free(r.sashi);
  free(r.valued);
  free(r.behind);
  session_close(&r.session);
  return answer;
}
