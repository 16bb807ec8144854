/* SPDX-License-Identifier: MIT */
/*
 * waits.c - how long each message waited for its answer, and waits in short.
 *
 * Unanswered messages are censored: they have waited until the end at least. So shares
 * leave out only what is still open, and quantiles are Kaplan and Meier's.
 */
#include <string.h>

#include "core/checked.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/sort.h"
#include "metrics/openings.h"
#include "metrics/response.h"

void eng_wait_options_init(eng_wait_options *options, uint32_t size)
{
  eng_wait_options fresh = {0};

  fresh.until = ENG_TIME_MAX;
  eng__options_init(options, size, &fresh, sizeof fresh);
}

/* ---- every message ---- */

struct queue {
  const eng_context *context;
  const eng_allocator *memory;
  const eng_wait_options *asked;
  struct eng__openings openings;
  struct eng__messages messages;
  uint64_t row, room, count;
  eng_wait *out;
};

static eng_status see_message(struct queue *q, const struct eng__seen *seen)
{
  const struct eng__event *event = &seen->event;
  struct eng__message message = {event->occurred_at, 0, event->channel,
                                 seen->kind == ENG_EVENT_MESSAGE_OUT, false};

  if (event->occurred_at < q->asked->from) return ENG_OK;
  message.names = message.out && (event->has & ENG__HAS_REFERS_TO);
  message.id =
      message.out ? event->refers_to : eng__event_effective_id(q->context, event);
  return eng__messages_add(&q->messages, q->memory, &message);
}

static eng_status add_wait(void *user, const struct eng__message *message,
                           int64_t answered_at)
{
  struct queue *q = user;
  int64_t end = answered_at == ENG_TIME_NONE ? q->asked->until : answered_at;

  if (q->count < q->room) {
    q->out[q->count] =
        (eng_wait){.row = q->row,
                   .time = message->time,
                   .answered_at = answered_at,
                   .waited = eng__openings_at(&q->openings, end) -
                             eng__openings_at(&q->openings, message->time),
                   .channel = message->channel};
  }
  q->count++;
  return ENG_OK;
}

static int by_time(const void *a, const void *b)
{
  const eng_wait *x = a, *y = b;

  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  if (x->channel != y->channel) return x->channel < y->channel ? -1 : 1;
  return (x->waited > y->waited) - (x->waited < y->waited);
}

static eng_status end_customer(struct queue *q)
{
  uint64_t before = q->count, after;
  eng_status status;

  if (q->messages.count == 0) return ENG_OK;
  status = eng__messages_answered(&q->messages, add_wait, q);
  after = q->count < q->room ? q->count : q->room;
  if (status == ENG_OK && after > before) {
    eng__sort(q->out + before, (size_t)(after - before), sizeof *q->out, by_time);
  }
  return status;
}

static eng_status visit_all(struct queue *q, const eng_book *book,
                            eng_progress_fn progress, void *user)
{
  static const uint8_t list[] = {ENG_EVENT_MESSAGE_IN};
  struct eng__kinds asking;
  struct eng__visit visit;
  struct eng__deed deed;
  eng_status status = eng__kinds_set(q->context, list, 1, &asking), ended;

  if (status != ENG_OK) return status;
  eng__visit_begin(&visit, book, q->asked->until, &asking, progress, user);
  while (status == ENG_OK && eng__visit_next(&visit)) {
    q->row = visit.row;
    q->messages.count = 0;
    while (status == ENG_OK && eng__visit_deed(&visit, &deed)) {
      if (deed.kind == ENG_EVENT_MESSAGE_IN || deed.kind == ENG_EVENT_MESSAGE_OUT) {
        status = see_message(q, eng__visit_fields(&visit));
      }
    }
    if (status == ENG_OK) status = end_customer(q);
  }
  ended = eng__visit_end(&visit);
  return status != ENG_OK ? status : ended;
}

eng_status eng_book_waits(const eng_book *book, const eng_wait_options *options,
                          eng_wait *out, uint64_t room, uint64_t *count,
                          eng_progress_fn progress, void *user)
{
  eng_wait_options asked;
  struct queue q;
  eng_status status;

  if (count == NULL) return ENG_E_INVALID;
  *count = 0;
  if (book == NULL || (out == NULL && room > 0)) return ENG_E_INVALID;
  eng_wait_options_init(&asked, sizeof asked);
  status = options == NULL ? ENG_OK : eng__options_take(options, &asked, sizeof asked);
  if (status != ENG_OK) return status;
  if (asked.reserved != 0) return ENG_E_RANGE;
  memset(&q, 0, sizeof q);
  q.asked = &asked;
  if (q.asked->from < 0 || q.asked->until < q.asked->from ||
      q.asked->until > ENG_TIME_MAX) {
    return ENG_E_TIME;
  }
  q.context = book->home.pen.context;
  q.memory = eng__memory(q.context);
  q.out = out;
  q.room = room;
  status = eng__openings_make(q.context, q.asked->openings, q.asked->opening_count,
                              q.asked->from, q.asked->until, &q.openings);
  if (status == ENG_OK) status = visit_all(&q, book, progress, user);
  eng__openings_release(&q.openings);
  eng__free(q.memory, q.messages.list, q.messages.room * sizeof *q.messages.list);
  if (status != ENG_OK) return status;
  *count = q.count;
  return room > 0 && q.count > room ? ENG_E_BUFFER : ENG_OK;
}

/* ---- in short ---- */

static bool is_answered(const eng_wait *wait)
{
  return wait->answered_at != ENG_TIME_NONE;
}

static int by_length(const void *a, const void *b)
{
  const eng_wait *x = a, *y = b;

  if (x->waited != y->waited) return x->waited < y->waited ? -1 : 1;
  if (is_answered(x) != is_answered(y)) return is_answered(x) ? -1 : 1;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  return by_time(a, b);
}

static void count_into(eng_ratio *ratio, bool among, bool counts)
{
  ratio->denominator += among;
  ratio->numerator += among && counts;
}

eng_status eng_waits_sum(eng_wait *waits, uint64_t count, int64_t in_time,
                         eng_response *out)
{
  eng_response sum;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  memset(out, 0, sizeof *out);
  if (waits == NULL && count > 0) return ENG_E_INVALID;
  if (in_time < 0) return ENG_E_RANGE;
  memset(&sum, 0, sizeof sum);
  if (count > 0) eng__sort(waits, (size_t)count, sizeof *waits, by_length);
  for (uint64_t i = 0; i < count; i++) {
    bool answered = is_answered(&waits[i]), late = waits[i].waited > in_time;

    count_into(&sum.answered, true, answered);
    count_into(&sum.in_time, answered || late, !late);
    if (!answered) continue;
    sum.mean.denominator++;
    if (!eng__add_i64(sum.mean.numerator, waits[i].waited, &sum.mean.numerator)) {
      return ENG_E_OVERFLOW;
    }
  }
  status = eng_waits_quantile(waits, count, 1, 2, &sum.median);
  if (status == ENG_OK) status = eng_waits_quantile(waits, count, 9, 10, &sum.ninety);
  if (status == ENG_OK) *out = sum;
  return status;
}

/* ---- quantiles ---- */

/* The share that still waits: `before` times left / begun. As long as nobody is
 * censored the factors cancel each other out, so that this is one quotient of whole
 * numbers. */
struct share {
  double before;
  uint64_t begun, left;
};

/* Whether it is at most 1 - q. The quotients have a few roundings, far less than this.
 */
static bool is_down(const struct share *share, int32_t rest, int32_t whole)
{
  double still = share->before * (double)share->left / (double)share->begun;

  return still * whole <= rest * (1 + 1e-9);
}

static void leave(struct share *share, bool answered)
{
  if (answered) {
    share->left--;
    return;
  }
  share->before *= (double)share->left / (double)share->begun;
  share->begun = --share->left;
}

eng_status eng_waits_quantile(const eng_wait *waits, uint64_t count, int32_t numerator,
                              int32_t denominator, int64_t *out)
{
  struct share share = {1, count, count};

  if (out == NULL) return ENG_E_INVALID;
  *out = ENG_TIME_NONE;
  if (waits == NULL && count > 0) return ENG_E_INVALID;
  if (denominator < 1 || denominator > 1000000 || numerator < 0 ||
      numerator > denominator) {
    return ENG_E_RANGE;
  }
  for (uint64_t i = 1; i < count; i++) {
    if (by_length(&waits[i - 1], &waits[i]) > 0) return ENG_E_ORDER;
  }
  for (uint64_t i = 0; i < count; i++) {
    leave(&share, is_answered(&waits[i]));
    if (!is_answered(&waits[i]) ||
        !is_down(&share, denominator - numerator, denominator)) {
      continue;
    }
    *out = waits[i].waited;
    break;
  }
  return ENG_OK;
}
