/* SPDX-License-Identifier: MIT */
/*
 * value.c - `engagement value`: customer engagement value in its four parts, and what
 * each stage of a model brings over the mean of all.
 *
 * Who was brought by somebody has an own value too, so the parts are never added over
 * customers without saying what is counted twice.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>
#include <engagement/worth.h>

#include "ahead.h"
#include "assess.h"
#include "command.h"
#include "message.h"
#include "output.h"
#include "text.h"

enum { WINDOW_DAYS = 365 };

struct value {
  struct session session;
  int64_t from;
  uint64_t count;
  uint64_t *order; /* rows, by the customers' ids */
  struct ahead ahead;
  int has_own;       /* 1 where spend is forecast */
  eng_worth *worths; /* of each row */
  int64_t *revenues; /* of each row, in the window */
  uint8_t *stages;   /* of each row, its rank at as-of */
  uint8_t *members;  /* of each row, whether it is in the stage that is told */
};

/* ---- settling ---- */

static int read_amount(const struct session *session, const char *option,
                       const char *words, double *out)
{
  int32_t currency = eng_context_currency(session->context);
  int64_t minor;

  *out = 0;
  if (words == NULL) return ANSWER_DONE;
  if (currency == 0) {
    complain("--%s needs --currency", option);
    return ANSWER_USAGE;
  }
  if (eng_money_parse(words, strlen(words), currency, &minor) != ENG_OK || minor < 0) {
    complain("--%s is an amount of %s such as 12.50, not \"%s\"", option,
             eng_currency_code(currency), words);
    return ANSWER_USAGE;
  }
  *out = (double)minor;
  for (int32_t i = 0; i < eng_currency_decimals(currency); i++) *out /= 10;
  return ANSWER_DONE;
}

/* A year up to as-of, unless --from says otherwise. */
static int settle_window(struct value *v)
{
  const struct session *session = &v->session;
  const char *begin = session->options->begin;
  int64_t today = eng_business_day(session->context, session->as_of);

  v->from = eng_business_day_start(session->context, today - (WINDOW_DAYS - 1));
  if (v->from < 0) v->from = 0;
  if (begin == NULL) return ANSWER_DONE;
  if (eng_time_parse(session->context, begin, strlen(begin), ENG_TIME_AUTO,
                     ENG_DATE_FIRST, &v->from) == ENG_OK &&
      v->from <= session->as_of)
    return ANSWER_DONE;
  complain("--from is a time up to as-of such as 2026-11-22, not \"%s\"", begin);
  return ANSWER_USAGE;
}

/* ---- the four parts ---- */

static int measure_worth(struct value *v, eng_worth_options *asked)
{
  double *own = memory_resize(NULL, (size_t)v->count + 1, sizeof *own);
  eng_status status;
  int answer = ahead_open(&v->ahead, &v->session, v->order, v->count);

  v->has_own = answer == ANSWER_DONE && v->ahead.referrals != NULL;
  for (uint64_t i = 0; i < v->count; i++)
    own[v->order[i]] = v->has_own ? v->ahead.forecasts[i].expected_spend : 0;
  if (answer == ANSWER_DONE) {
    v->worths = memory_resize(NULL, (size_t)v->count + 1, sizeof *v->worths);
    status =
        eng_book_worth(v->session.book, asked, own, v->worths, v->count, NULL, NULL);
    if (status != ENG_OK) answer = complain_status("value", status);
  }
  free(own);
  return answer;
}

static int find_worth(struct value *v)
{
  const struct options *options = v->session.options;
  eng_worth_options asked;
  int answer;

  eng_worth_options_init(&asked, sizeof asked);
  asked.from = v->from;
  asked.until = v->session.as_of;
  asked.came_anyway = options->came_anyway;
  answer = read_amount(&v->session, "acquisition-cost", options->acquisition_cost,
                       &asked.acquisition_cost);
  if (answer == ANSWER_DONE)
    answer =
        read_amount(&v->session, "idea-price", options->idea_price, &asked.idea_price);
  return answer == ANSWER_DONE ? measure_worth(v, &asked) : answer;
}

static void put_if(struct rows *rows, int there, double amount)
{
  if (there)
    rows_real(rows, amount, 2);
  else
    rows_words(rows, NULL);
}

static int write_worth(const struct value *v)
{
  static const char *const columns[] = {
      "customer", "own",        "referral", "influence",      "knowledge",
      "referred", "influenced", "ideas",    "ideas_accepted", "currency"};
  int32_t currency = eng_context_currency(v->session.context);
  struct rows rows;

  rows_begin(&rows, v->session.options->format, columns, 10);
  for (uint64_t i = 0; i < v->count; i++) {
    const eng_worth *one = &v->worths[v->order[i]];
    size_t length;
    const char *id = eng_book_customer_id(v->session.book, v->order[i], &length);

    rows_text(&rows, id, length);
    put_if(&rows, v->has_own, one->own);
    put_if(&rows, v->has_own, one->referral);
    put_if(&rows, v->has_own, one->influence);
    put_if(&rows, v->session.options->idea_price != NULL, one->knowledge);
    rows_number(&rows, (int64_t)one->referred);
    rows_number(&rows, (int64_t)one->influenced);
    rows_number(&rows, (int64_t)one->ideas);
    rows_number(&rows, (int64_t)one->ideas_accepted);
    rows_words(&rows, currency != 0 ? eng_currency_code(currency) : NULL);
    if (i % 1024 == 0 && output_failed()) break;
  }
  return rows_end(&rows);
}

static void put_part(struct text *out, const char *name, int there, double sum,
                     const char *means)
{
  if (there)
    text_print(out, "  %-10s %14.2f  %s\n", name, sum, means);
  else
    text_print(out, "  %-10s %14s  %s\n", name, "undefined", means);
}

static void write_totals(const struct value *v, struct text *out)
{
  int32_t currency = eng_context_currency(v->session.context);
  eng_worth sum = {0};

  for (uint64_t i = 0; i < v->count; i++) {
    sum.own += v->worths[i].own;
    sum.referral += v->worths[i].referral;
    sum.influence += v->worths[i].influence;
    sum.knowledge += v->worths[i].knowledge;
  }
  text_print(out, "Customer engagement value%s%s of all; a customer's parts: --rows\n",
             currency != 0 ? " in " : "",
             currency != 0 ? eng_currency_code(currency) : "");
  put_part(out, "own", v->has_own, sum.own, "expected spend (CLV)");
  put_part(out, "referral", v->has_own, sum.referral,
           "of those brought by a reward (CRV): in own already");
  put_part(out, "influence", v->has_own, sum.influence,
           "of those brought without (CIV): in own already");
  put_part(out, "knowledge", v->session.options->idea_price != NULL, sum.knowledge,
           "accepted ideas at --idea-price (CKV): on top");
}

/* ---- the premium ---- */

static int measure_premium(struct value *v)
{
  size_t n = (size_t)v->count;
  const eng_model *model = v->session.models[0];
  int32_t side = eng_model_stage_count(model) + 1;
  uint64_t *cells = memory_resize(NULL, (size_t)side * (size_t)side, sizeof *cells);
  eng_relation *relations = memory_resize(NULL, n + 1, sizeof *relations);
  eng_status status;

  v->revenues = memory_resize(NULL, n + 1, sizeof *v->revenues);
  v->stages = memory_resize(NULL, n + 1, 1);
  v->members = memory_resize(NULL, n + 1, 1);
  status = eng_book_flow(v->session.book, v->session.assessor, 0, v->session.as_of,
                         v->session.as_of, cells, side, v->stages, NULL, v->count, NULL,
                         NULL);
  if (status == ENG_OK)
    status = eng_book_relations(v->session.book, v->from, v->session.as_of, relations,
                                v->count, NULL, NULL);
  for (size_t i = 0; i < n && status == ENG_OK; i++)
    v->revenues[i] = relations[i].revenue;
  free(relations);
  free(cells);
  return status == ENG_OK ? ANSWER_DONE : complain_status("value", status);
}

static eng_status premium_of(struct value *v, int32_t rank, eng_premium *out)
{
  for (uint64_t i = 0; i < v->count; i++) v->members[i] = v->stages[i] == rank;
  return eng_premium_of(v->revenues, v->members, v->count, out);
}

/* An amount as people write it; without a currency, in minor units. */
static void put_revenue(struct rows *rows, const struct value *v, int64_t revenue)
{
  int32_t currency = eng_context_currency(v->session.context);
  char money[ENG_MONEY_TEXT];

  if (currency == 0 || eng_money_format(revenue, currency, money) != ENG_OK)
    rows_number(rows, revenue);
  else
    rows_words(rows, money);
}

static void put_share(struct rows *rows, double share)
{
  if (isnan(share))
    rows_words(rows, NULL);
  else
    rows_real(rows, share, 6);
}

static int write_premium(struct value *v)
{
  static const char *const columns[] = {"stage",         "customers",  "revenue",
                                        "premium",       "low",        "high",
                                        "all_customers", "all_revenue"};
  const eng_model *model = v->session.models[0];
  struct rows rows;

  rows_begin(&rows, v->session.options->format, columns, 8);
  for (int32_t rank = 1; rank <= eng_model_stage_count(model); rank++) {
    eng_premium found;
    eng_status status = premium_of(v, rank, &found);

    if (status != ENG_OK) return complain_status("value", status);
    rows_words(&rows, eng_model_stage_name(model, rank));
    rows_number(&rows, (int64_t)found.members);
    put_revenue(&rows, v, found.member_revenue);
    put_share(&rows, found.premium);
    put_share(&rows, found.low);
    put_share(&rows, found.high);
    rows_number(&rows, (int64_t)found.customers);
    put_revenue(&rows, v, found.revenue);
  }
  return rows_end(&rows);
}

static void put_percent(struct text *out, double share)
{
  if (isnan(share))
    text_print(out, " %9s", "undefined");
  else
    text_print(out, " %+7.0f %%", 100 * share);
}

static int draw_premium(struct value *v, struct text *out)
{
  const eng_model *model = v->session.models[0];

  text_print(out, "\nRevenue per customer over the mean of all, by stage of %s, from ",
             eng_model_name(model));
  text_add_time(out, &v->session, v->from);
  text_print(out, "\n  %-20s %10s %9s %9s %9s\n", "stage", "customers", "premium",
             "low", "high");
  for (int32_t rank = 1; rank <= eng_model_stage_count(model); rank++) {
    eng_premium found;
    eng_status status = premium_of(v, rank, &found);

    if (status != ENG_OK) return complain_status("value", status);
    text_print(out, "  %-20s %10llu", eng_model_stage_name(model, rank),
               (unsigned long long)found.members);
    put_percent(out, found.premium);
    put_percent(out, found.low);
    put_percent(out, found.high);
    text_put(out, "\n");
  }
  text_put(out, "low and high hold the true value in 95 of 100 cases\n");
  return ANSWER_DONE;
}

/* ---- the command ---- */

static int draw(struct value *v)
{
  const struct options *options = v->session.options;
  struct text out = {0};
  int answer = ANSWER_DONE;

  text_add_number(&out, v->count);
  text_put(&out, v->count == 1 ? " customer as of " : " customers as of ");
  text_add_as_of(&out, &v->session);
  text_put(&out, "\n");
  if (!options->premium) {
    text_put(&out, "\n");
    write_totals(v, &out);
  }
  answer = draw_premium(v, &out);
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  if (answer != ANSWER_DONE) return answer;
  if (!options->premium && options->rows) {
    fputs("\n", stdout);
    return write_worth(v);
  }
  return output_end();
}

static int tell(struct value *v)
{
  const struct options *options = v->session.options;
  int wants_table = options->format == FORMAT_TABLE;
  int answer = assess_order(&v->session, "value", &v->order, &v->count);

  if (answer == ANSWER_DONE && (options->premium || wants_table))
    answer = measure_premium(v);
  if (answer == ANSWER_DONE && !options->premium) answer = find_worth(v);
  if (answer != ANSWER_DONE) return answer;
  if (wants_table) return draw(v);
  return options->premium ? write_premium(v) : write_worth(v);
}

int value_run(const struct options *options)
{
  const char *usual = "five_e";
  struct options own = *options;
  struct value v = {.order = NULL};
  int answer;

  if (options->models.count > 1) {
    complain("value takes one --model");
    return ANSWER_USAGE;
  }
  if (options->models.count == 0) {
    own.models.items = &usual;
    own.models.count = 1;
  }
  answer = session_open(&v.session, &own);
  if (answer == ANSWER_DONE) answer = settle_window(&v);
  if (answer == ANSWER_DONE) answer = tell(&v);
  ahead_close(&v.ahead);
  free(v.worths);
  free(v.revenues);
  free(v.stages);
  free(v.members);
  free(v.order);
  session_close(&v.session);
  return answer;
}
