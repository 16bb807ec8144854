/* SPDX-License-Identifier: MIT */
/*
 * relations.c - what passed between the company and each customer.
 */
#include <string.h>

#include "core/checked.h"
#include "core/memory.h"
#include "metrics/response.h"

enum { REPLY_DAYS = 7, LONG_SECONDS = 600 };

struct tally {
  const eng_context *context;
  const eng_allocator *memory;
  struct eng__kinds active;
  int64_t from;
  eng_relation *out;          /* of the customer */
  struct eng__messages ideas; /* of the window, and what names something */
  int64_t *waiting;           /* their times, in order */
  size_t waiting_count, waiting_room, waiting_first;
  eng_status status;
};

static void add(struct tally *t, int64_t *sum, int64_t n)
{
  if (!eng__add_i64(*sum, n, sum)) t->status = ENG_E_OVERFLOW;
}

/* A message that a reply may still make two-way. */
static void wait_for_reply(struct tally *t, int64_t time)
{
  void *block = t->waiting;

  t->status = eng__grow(t->memory, &block, &t->waiting_room, t->waiting_count + 1,
                        sizeof *t->waiting);
  t->waiting = block;
  if (t->status == ENG_OK) t->waiting[t->waiting_count++] = time;
}

static void see_contact(struct tally *t, const struct eng__seen *seen)
{
  const struct eng__event *event = &seen->event;
  bool lasts = event->has & ENG__HAS_VALUE && event->value > 0;

  t->out->last_contact_at = event->occurred_at;
  if (event->occurred_at < t->from) return;
  t->out->contacts++;
  if (lasts) add(t, &t->out->contact_seconds, event->value);
  if (lasts && event->value >= LONG_SECONDS) {
    t->out->two_way++;
  } else if (seen->kind == ENG_EVENT_MESSAGE_OUT) {
    wait_for_reply(t, event->occurred_at);
  }
}

/* A reply serves every message of the days before it that has none. */
static void see_reply(struct tally *t, int64_t time)
{
  for (; t->waiting_first < t->waiting_count; t->waiting_first++) {
    t->out->two_way +=
        time - t->waiting[t->waiting_first] <= REPLY_DAYS * INT64_C(86400000);
  }
}

static void see_idea(struct tally *t, const struct eng__seen *seen)
{
  const struct eng__event *event = &seen->event;
  struct eng__message message = {event->occurred_at, 0, 0, false, false};

  if (event->occurred_at < t->from) return;
  t->out->ideas++;
  t->out->ideas_accepted += (event->has & ENG__HAS_VALENCE) && event->valence > 0;
  message.id = eng__event_effective_id(t->context, event);
  t->status = eng__messages_add(&t->ideas, t->memory, &message);
}

static void see_answer(struct tally *t, const struct eng__seen *seen)
{
  struct eng__message message = {seen->event.occurred_at, seen->event.refers_to, 0,
                                 true, true};

  if (t->ideas.count == 0 || !(seen->event.has & ENG__HAS_REFERS_TO)) return;
  t->status = eng__messages_add(&t->ideas, t->memory, &message);
}

static void see_order(struct tally *t, const struct eng__seen *seen)
{
  int64_t time = seen->event.occurred_at;

  if (t->out->first_order_at == ENG_TIME_NONE) {
    t->out->first_order_at = time;
  } else if (t->out->second_order_at == ENG_TIME_NONE) {
    t->out->second_order_at = time;
  }
}

static void see(struct tally *t, struct eng__visit *visit, const struct eng__deed *deed)
{
  const struct eng__seen *seen;

  if (t->active.has[deed->kind]) {
    if (t->out->first_at == ENG_TIME_NONE) t->out->first_at = deed->time;
    t->out->last_at = deed->time;
  }
  switch (deed->kind) {
  case ENG_EVENT_MESSAGE_IN: see_reply(t, deed->time); return;
  case ENG_EVENT_MESSAGE_OUT:
  case ENG_EVENT_MEETING:
  case ENG_EVENT_IDEA:
  case ENG_EVENT_RESOLUTION:
  case ENG_EVENT_PURCHASE:
  case ENG_EVENT_REFUND: break;
  default: return;
  }
  seen = eng__visit_fields(visit);
  switch (deed->kind) {
  case ENG_EVENT_MESSAGE_OUT:
    see_answer(t, seen);
    see_contact(t, seen);
    return;
  case ENG_EVENT_MEETING: see_contact(t, seen); return;
  case ENG_EVENT_IDEA: see_idea(t, seen); return;
  case ENG_EVENT_RESOLUTION: see_answer(t, seen); return;
  case ENG_EVENT_PURCHASE: see_order(t, seen); break;
  default: break;
  }
  if (deed->time >= t->from) add(t, &t->out->revenue, seen->amount);
}

static eng_status count_idea(void *user, const struct eng__message *idea,
                             int64_t answered_at)
{
  struct tally *t = user;

  (void)idea;
  t->out->ideas_answered += answered_at != ENG_TIME_NONE;
  return ENG_OK;
}

static void begin(struct tally *t, eng_relation *out)
{
  t->out = out;
  out->first_at = out->last_at = out->last_contact_at = ENG_TIME_NONE;
  out->first_order_at = out->second_order_at = ENG_TIME_NONE;
  t->ideas.count = 0;
  t->waiting_count = t->waiting_first = 0;
}

static eng_status visit_all(struct tally *t, const eng_book *book, int64_t until,
                            eng_relation *out, eng_progress_fn progress, void *user)
{
  struct eng__visit visit;
  struct eng__deed deed;
  eng_status status;

  eng__visit_begin(&visit, book, until, NULL, progress, user);
  while (t->status == ENG_OK && eng__visit_next(&visit)) {
    begin(t, &out[visit.row]);
    while (t->status == ENG_OK && eng__visit_deed(&visit, &deed)) see(t, &visit, &deed);
    if (t->status == ENG_OK && t->ideas.count > 0) {
      t->status = eng__messages_answered(&t->ideas, count_idea, t);
    }
  }
  status = eng__visit_end(&visit);
  return t->status != ENG_OK ? t->status : status;
}

eng_status eng_book_relations(const eng_book *book, int64_t from, int64_t until,
                              eng_relation *out, uint64_t rows,
                              eng_progress_fn progress, void *user)
{
  struct tally t;
  eng_status status;

  if (book == NULL || (out == NULL && rows > 0)) return ENG_E_INVALID;
  if (from < 0 || until < from || until > ENG_TIME_MAX) return ENG_E_TIME;
  if (rows != book->rows) return ENG_E_BUFFER;
  if (rows > 0) memset(out, 0, (size_t)rows * sizeof *out);
  memset(&t, 0, sizeof t);
  t.context = book->home.pen.context;
  t.memory = eng__memory(t.context);
  t.from = from;
  status = eng__kinds_set(t.context, NULL, 0, &t.active);
  if (status == ENG_OK) status = visit_all(&t, book, until, out, progress, user);
  eng__free(t.memory, t.ideas.list, t.ideas.room * sizeof *t.ideas.list);
  eng__free(t.memory, t.waiting, t.waiting_room * sizeof *t.waiting);
  if (status != ENG_OK && rows > 0) memset(out, 0, (size_t)rows * sizeof *out);
  return status;
}
