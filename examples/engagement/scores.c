/* SPDX-License-Identifier: MIT */
/*
 * scores.c - `engagement scores`: say, stay, spend of every customer, and RFM.
 *
 * The three scores are those of these names in one model, the published one unless
 * another is asked for; scores of other names follow them. Quintiles are taken over all
 * customers of the inputs, as of the moment asked about. Forecasts come from a fit
 * (ahead.c).
 */
#include <stdlib.h>
#include <string.h>

#include <engagement/money.h>

#include "ahead.h"
#include "command.h"
#include "message.h"
#include "models.h"
#include "output.h"
#include "session.h"
#include "text.h"

enum {
  FEW = 50,
  PIECE = 1 << 14,
  NAMED = 3,
  MODEL_SCORES = 16, /* what the language allows */
  SHOWN = NAMED + MODEL_SCORES,
  OTHERS = 13 /* columns that are no scores */
};

static const char *const named[NAMED] = {"say", "stay", "spend"};

/* What is said of the customers, in the order of their ids. */
struct sheet {
  const struct session *session;
  const uint64_t *order;
  uint64_t count;
  eng_rfm *rfms;
  eng_rfm_cuts cuts;
  int shown;              /* scores that have a column: the three, then the others */
  int32_t index[SHOWN];   /* of each in the model; -1: it has none */
  int32_t *values[SHOWN]; /* of each, NULL where there is none */
  uint64_t left_out;      /* amounts that are in no sum */
  struct ahead ahead;
  uint64_t buyers; /* customers with a purchase */
};

/* ---- measuring ---- */

/* Which of the three a name is; -1: none of them. */
static int named_score(const char *name)
{
  for (int i = 0; i < NAMED; i++)
    if (strcmp(name, named[i]) == 0) return i;
  return -1;
}

/* Which scores the model has. */
static int find_scores(struct sheet *sheet)
{
  const eng_model *model = sheet->session->models[0];
  int32_t count = eng_model_score_count(model);

  sheet->shown = NAMED;
  for (int i = 0; i < NAMED; i++) sheet->index[i] = -1;
  for (int32_t i = 0; i < count; i++) {
    int which = named_score(eng_model_score_name(model, i));

    if (which >= 0)
      sheet->index[which] = i;
    else if (sheet->shown < SHOWN)
      sheet->index[sheet->shown++] = i;
  }
  if (count > 0) return ANSWER_DONE;
  complain(
      "the model %s has no scores; say_stay_spend has, and a model of your own may",
      eng_model_name(model));
  return ANSWER_USAGE;
}

static const char *score_name(const struct sheet *sheet, int s)
{
  return s < NAMED ? named[s]
                   : eng_model_score_name(sheet->session->models[0], sheet->index[s]);
}

static eng_status measure_scores(struct sheet *sheet)
{
  const struct session *session = sheet->session;
  size_t scores = (size_t)eng_model_score_count(session->models[0]);
  int32_t *piece = memory_resize(NULL, scores * PIECE, sizeof *piece);
  eng_status status = ENG_OK;

  for (uint64_t done = 0; done < sheet->count && status == ENG_OK;) {
    uint64_t n = sheet->count - done < PIECE ? sheet->count - done : PIECE;

    status = eng_book_scores(session->book, session->assessor, 0, session->as_of,
                             sheet->order + done, n, piece, NULL, NULL);
    for (int s = 0; s < sheet->shown && status == ENG_OK; s++) {
      if (sheet->index[s] < 0) continue;
      memcpy(sheet->values[s] + done, piece + (uint64_t)sheet->index[s] * n,
             (size_t)n * sizeof *piece);
    }
    done += n;
    progress("scores", done, sheet->count);
  }
  progress_end();
  free(piece);
  return status;
}

static eng_status measure(struct sheet *sheet)
{
  const struct session *session = sheet->session;
  eng_status status;

  sheet->rfms = memory_resize(NULL, (size_t)sheet->count, sizeof *sheet->rfms);
  for (int s = 0; s < sheet->shown; s++)
    if (sheet->index[s] >= 0)
      sheet->values[s] =
          memory_resize(NULL, (size_t)sheet->count, sizeof *sheet->values[s]);
  status = measure_scores(sheet);
  if (status == ENG_OK)
    status = eng_book_rfm(session->book, session->as_of, sheet->order, sheet->count,
                          sheet->rfms, NULL, NULL);
  if (status == ENG_OK)
    status =
        eng_rfm_quintiles(session->context, sheet->rfms, sheet->count, &sheet->cuts);
  for (uint64_t i = 0; i < sheet->count && status == ENG_OK; i++) {
    sheet->left_out += (uint64_t)sheet->rfms[i].left_out;
    sheet->buyers += sheet->rfms[i].frequency > 0;
  }
  return status;
}

/* ---- rows ---- */

/* An amount in major units; nothing where there is no currency to say it in. */
static void put_money(struct rows *rows, const struct sheet *sheet, const eng_rfm *rfm)
{
  int32_t currency = eng_context_currency(sheet->session->context);
  char money[ENG_MONEY_TEXT];

  if (currency != 0 && rfm->has_monetary &&
      eng_money_format(rfm->monetary, currency, money) == ENG_OK)
    rows_words(rows, money);
  else
    rows_words(rows, NULL);
}

static void put_row(struct rows *rows, const struct sheet *sheet, uint64_t i)
{
  const eng_rfm *rfm = &sheet->rfms[i];
  int32_t currency = eng_context_currency(sheet->session->context);
  int32_t digits = 0;
  size_t length;
  const char *id = eng_book_customer_id(sheet->session->book, sheet->order[i], &length);

  rows_text(rows, id, length);
  for (int s = 0; s < sheet->shown; s++) {
    if (sheet->values[s] != NULL)
      rows_number(rows, sheet->values[s][i]);
    else
      rows_words(rows, NULL);
  }
  if (rfm->frequency > 0)
    rows_number(rows, rfm->recency_days);
  else
    rows_words(rows, NULL);
  rows_number(rows, rfm->frequency);
  put_money(rows, sheet, rfm);
  if (eng_rfm_digits(rfm, &sheet->cuts, &digits) == ENG_OK && digits > 0)
    rows_number(rows, digits);
  else
    rows_words(rows, NULL);
  ahead_put(&sheet->ahead, rows, i);
  rows_words(rows, currency != 0 ? eng_currency_code(currency) : NULL);
}

/* The names of the columns: of a score that is called like another of them with the
 * model before it, in `own`. */
static int name_columns(const struct sheet *sheet, const char **columns,
                        struct text *own)
{
  static const char *const others[OTHERS] = {"customer",
                                             "recency_days",
                                             "frequency",
                                             "monetary",
                                             "rfm",
                                             "p_alive",
                                             "p_purchase",
                                             "expected_purchases",
                                             "expected_spend",
                                             "expected_tells",
                                             "referred_worth",
                                             "referred_worth_rewarded",
                                             "currency"};
  int count = 0;

  columns[count++] = others[0];
  for (int s = 0; s < sheet->shown; s++) {
    const char *name = score_name(sheet, s);
    int taken = 0;

    for (int i = 0; i < OTHERS; i++) taken = taken || strcmp(name, others[i]) == 0;
    if (taken) {
      text_print(&own[s], "%s.%s", eng_model_name(sheet->session->models[0]), name);
      name = own[s].bytes;
    }
    columns[count++] = name;
  }
  for (int i = 1; i < OTHERS; i++) columns[count++] = others[i];
  return count;
}

static int write_rows(const struct sheet *sheet)
{
  const char *columns[SHOWN + OTHERS];
  struct text own[SHOWN] = {{0}};
  struct rows rows;
  int count = name_columns(sheet, columns, own), answer;

  rows_begin(&rows, sheet->session->options->format, columns, count);
  for (uint64_t i = 0; i < sheet->count; i++) {
    put_row(&rows, sheet, i);
    if (i % 1024 == 0 && output_failed()) break;
  }
  answer = rows_end(&rows);
  for (int s = 0; s < SHOWN; s++) text_free(&own[s]);
  return answer;
}

/* ---- the summary ---- */

static int by_number(const void *a, const void *b)
{
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

  return (x > y) - (x < y);
}

/* Half of the customers have the median or less. */
static void put_spread(struct text *out, const struct sheet *sheet, int s)
{
  const eng_model *model = sheet->session->models[0];
  int32_t *sorted;
  size_t n = (size_t)sheet->count;

  int width = 6;

  if (sheet->values[s] == NULL || n == 0) return;
  for (int i = 0; i < sheet->shown; i++) {
    int length = (int)strlen(score_name(sheet, i));

    if (length > width) width = length;
  }
  sorted = memory_resize(NULL, n, sizeof *sorted);
  memcpy(sorted, sheet->values[s], n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, by_number);
  text_print(out, "  %-*s lowest %4d, median %4d, best tenth from %4d, highest %4d   ",
             width, score_name(sheet, s), (int)sorted[0], (int)sorted[(n - 1) / 2],
             (int)sorted[n - 1 - (n - 1) / 10], (int)sorted[n - 1]);
  text_add_shown(out, eng_model_score_title(model, sheet->index[s]),
                 strlen(eng_model_score_title(model, sheet->index[s])), 0);
  text_put(out, "\n");
  free(sorted);
}

/* "1 up to 15.36, 2 up to 31.35" and so on; a digit that nobody can have is left out.
 */
static void put_list(struct text *out, const int64_t *cuts, int first, int step,
                     int32_t currency)
{
  for (int i = 0; i < 4; i++) {
    char money[ENG_MONEY_TEXT];

    if (i > 0 && cuts[i] == cuts[i - 1]) continue;
    text_print(out, "%s%d up to ", i > 0 ? ", " : "", first + i * step);
    if (currency == 0)
      text_print(out, "%lld", (long long)cuts[i]);
    else if (eng_money_format(cuts[i], currency, money) == ENG_OK)
      text_put(out, money);
  }
}

static void put_cuts(struct text *out, const struct sheet *sheet)
{
  int32_t currency = eng_context_currency(sheet->session->context);

  text_put(out, "\n  Digits of rfm, by quintiles of those who bought\n    recency    ");
  put_list(out, sheet->cuts.recency_days, 5, -1, 0);
  text_put(out, " days, else 1\n    frequency  ");
  put_list(out, sheet->cuts.frequency, 1, 1, 0);
  text_put(out, " purchases, else 5\n");
  if (currency == 0) return;
  text_put(out, "    monetary   ");
  put_list(out, sheet->cuts.monetary, 1, 1, currency);
  text_print(out, " %s, else 5\n", eng_currency_code(currency));
}

static void write_summary(const struct sheet *sheet)
{
  const struct session *session = sheet->session;
  const eng_model *model = session->models[0];
  struct text out = {0};
  struct text head = {0};

  text_add_shown(&head, models_title(model), strlen(models_title(model)), 0);
  text_paint(&out, PAINT_BOLD, head.bytes != NULL ? head.bytes : "");
  text_print(&out, "  (%s", eng_model_name(model));
  if (eng_model_revision(model) > 0)
    text_print(&out, ", revision %d", (int)eng_model_revision(model));
  text_put(&out, ")\n");
  text_add_number(&out, sheet->count);
  text_put(&out, sheet->count == 1 ? " customer as of " : " customers as of ");
  text_add_as_of(&out, session);
  text_put(&out, "\n\n");
  for (int s = 0; s < sheet->shown; s++) put_spread(&out, sheet, s);
  if (sheet->buyers > 0) put_cuts(&out, sheet);
  text_put(&out, "\n");
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&head);
  text_free(&out);
}

/* ---- the command ---- */

static void note_left_out(const struct sheet *sheet)
{
  int32_t currency = eng_context_currency(sheet->session->context);

  if (sheet->left_out == 0) return;
  if (currency == 0)
    note("amounts count in one currency: without --currency, spend and monetary see "
         "none");
  else
    note("amounts in other currencies than %s are in no sum: %llu",
         eng_currency_code(currency), (unsigned long long)sheet->left_out);
}

static int write_sheet(struct sheet *sheet)
{
  const struct options *options = sheet->session->options;
  eng_status status = measure(sheet);
  int answer;

  if (status != ENG_OK) return complain_status("scores", status);
  note_left_out(sheet);
  answer = ahead_open(&sheet->ahead, sheet->session, sheet->order, sheet->count);
  if (answer != ANSWER_DONE) return answer;
  if (options->format != FORMAT_TABLE) return write_rows(sheet);
  write_summary(sheet);
  if (options->rows || (sheet->count > 0 && sheet->count <= FEW))
    return write_rows(sheet);
  answer = output_end();
  if (sheet->count > FEW)
    note("customer by customer: --rows, or --format csv or json for programs");
  return answer;
}

static int write_scores(const struct session *session)
{
  struct sheet sheet = {.session = session};
  uint64_t *order;
  eng_status status;
  int answer;

  sheet.count = eng_book_customer_count(session->book);
  if (sheet.count > SIZE_MAX / sizeof *order)
    return complain_status("scores", ENG_E_NOMEM);
  order = memory_resize(NULL, (size_t)sheet.count, sizeof *order);
  sheet.order = order;
  answer = find_scores(&sheet);
  if (answer == ANSWER_DONE) {
    status = eng_book_order(session->book, order, sheet.count);
    answer = status == ENG_OK ? write_sheet(&sheet) : complain_status("scores", status);
  }
  for (int s = 0; s < SHOWN; s++) free(sheet.values[s]);
  ahead_close(&sheet.ahead);
  free(sheet.rfms);
  free(order);
  return answer;
}

int scores_run(const struct options *options)
{
  const char *published = "say_stay_spend";
  struct options own = *options;
  struct session session;
  int answer;

  if (options->models.count > 1) {
    complain("scores takes one --model");
    return ANSWER_USAGE;
  }
  if (options->models.count == 0) {
    own.models.items = &published;
    own.models.count = 1;
  }
  answer = session_open(&session, &own);
  if (answer == ANSWER_DONE) answer = write_scores(&session);
  session_close(&session);
  return answer;
}
