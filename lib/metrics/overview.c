/* SPDX-License-Identifier: MIT */
/*
 * overview.c - the metrics of a window, in one pass.
 *
 * Each customer's events go by in order and fill a `life`; at the end of the customer
 * it is added to the sums. Only ratings, messages, purchases and referrals are decoded.
 */
#include <string.h>

#include "core/calendar.h"
#include "core/checked.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/sort.h"
#include "metrics/response.h"
#include "metrics/visit.h"

enum { MINUTE = 60000 };

static const uint8_t visits[] = {ENG_EVENT_VISIT};
static const uint8_t purchases[] = {ENG_EVENT_PURCHASE};

void eng_overview_options_init(eng_overview_options *options, uint32_t size)
{
  eng_overview_options fresh = {0};

  fresh.churn_gaps = 3;
  fresh.until = ENG_TIME_MAX;
  fresh.session_pause = 30 * MINUTE;
  fresh.in_time = 5 * MINUTE;
  fresh.base = visits;
  fresh.goal = purchases;
  fresh.base_count = fresh.goal_count = 1;
  fresh.convert_within = 7 * ENG__DAY;
  eng__options_init(options, size, &fresh, sizeof fresh);
}

/* ---- one customer ---- */

struct session {
  int64_t start, end; /* ENG_TIME_NONE: there is none */
};

struct life {
  bool active, active_before;
  int64_t day; /* the business day of the last active event in the window */
  struct session session;
  uint64_t sessions;
  bool saw, clicked;
  int64_t based_at; /* first base event in the window, or ENG_TIME_NONE */
  bool converted;
  bool follows, reached;
  int64_t answers[3]; /* latest in the window, in thousandths; INT64_MIN: none */
  bool referred, referred_unpaid;
  bool contract_before, contract_now;
  bool contract_earlier;     /* one ran already when the last one began */
  int64_t contract_began_at; /* ENG_TIME_NONE: none ever did */
  uint64_t orders;           /* kept, ever */
  int64_t last_order_day, last_order_at;
};

struct count {
  const eng_overview_options *asked;
  const eng_context *context;
  const eng_allocator *memory;
  struct eng__kinds active, base, goal;
  uint8_t site[256]; /* 1: belongs to sessions; 2: and its value is seconds */
  int64_t before;    /* first millisecond of the window before */
  struct eng__messages messages;
  int64_t *gaps;
  size_t gap_count, gap_room;
  struct life life;
  eng_overview *out;
  eng_status status;
};

static void add(struct count *c, int64_t *sum, int64_t n)
{
  if (!eng__add_i64(*sum, n, sum)) c->status = ENG_E_OVERFLOW;
}

static bool in_window(const struct count *c, int64_t time)
{
  return time >= c->asked->from;
}

/* ---- sessions ---- */

static void close_session(struct count *c)
{
  struct session *s = &c->life.session;

  if (s->start != ENG_TIME_NONE && in_window(c, s->start)) {
    c->life.sessions++;
    c->out->time_on_site.denominator++;
    add(c, &c->out->time_on_site.numerator, s->end - s->start);
  }
  s->start = ENG_TIME_NONE;
}

static int64_t duration_of(const struct count *c, struct eng__visit *visit,
                           uint8_t kind)
{
  const struct eng__seen *seen;
  int64_t ms;

  if (c->site[kind] != 2) return 0;
  seen = eng__visit_fields(visit);
  if (!(seen->event.has & ENG__HAS_VALUE) || seen->event.value <= 0 ||
      !eng__mul_i64(seen->event.value, 1000, &ms)) {
    return 0;
  }
  return ms < ENG__DAY ? ms : ENG__DAY;
}

static void see_session(struct count *c, struct eng__visit *visit,
                        const struct eng__deed *deed)
{
  struct session *s = &c->life.session;
  int64_t end;

  if (c->site[deed->kind] == 0) return;
  if (deed->channel != 0 && deed->channel != ENG_CHANNEL_WEB &&
      deed->channel != ENG_CHANNEL_APP) {
    return;
  }
  if (s->start != ENG_TIME_NONE && deed->time - s->end > c->asked->session_pause) {
    close_session(c);
  }
  if (s->start == ENG_TIME_NONE) s->start = s->end = deed->time;
  end = deed->time + duration_of(c, visit, deed->kind);
  if (end > s->end) s->end = end;
}

/* ---- what an event is ---- */

static void see_activity(struct count *c, const struct eng__deed *deed)
{
  struct life *life = &c->life;
  int64_t day;

  if (!c->active.has[deed->kind]) return;
  if (!in_window(c, deed->time)) {
    life->active_before = life->active_before || deed->time >= c->before;
    return;
  }
  day = eng__business_day(c->context, deed->time);
  if (!life->active || day != life->day) c->out->active_days.numerator++;
  life->active = true;
  life->day = day;
  c->out->frequency.numerator++;
}

static void see_conversion(struct count *c, const struct eng__deed *deed)
{
  struct life *life = &c->life;

  if (!in_window(c, deed->time)) return;
  if (life->based_at != ENG_TIME_NONE && c->goal.has[deed->kind] &&
      deed->time - life->based_at <= c->asked->convert_within) {
    life->converted = true;
  }
  if (life->based_at == ENG_TIME_NONE && c->base.has[deed->kind]) {
    life->based_at = deed->time;
  }
}

static void see_reach(struct count *c, const struct eng__deed *deed)
{
  bool social = deed->channel == ENG_CHANNEL_SOCIAL, act = false;

  switch (deed->kind) {
  case ENG_EVENT_FOLLOW: c->life.follows = true; return;
  case ENG_EVENT_UNSUBSCRIBE:
    if (social) c->life.follows = false;
    return;
  default: break;
  }
  if (!in_window(c, deed->time)) return;
  switch (deed->kind) {
  case ENG_EVENT_IMPRESSION:
    c->life.saw = true;
    c->life.reached = c->life.reached || social;
    c->out->click_through.denominator++;
    return;
  case ENG_EVENT_CLICK:
    c->life.clicked = true;
    c->out->click_through.numerator++;
    return;
  case ENG_EVENT_REACT:
  case ENG_EVENT_SHARE: act = social || deed->channel == 0; break;
  case ENG_EVENT_MESSAGE_IN:
  case ENG_EVENT_REVIEW:
  case ENG_EVENT_COMMUNITY: act = social; break;
  default: break;
  }
  if (!act) return;
  c->out->social_followers.numerator++;
  c->out->social_reach.numerator++;
}

static void see_rating(struct count *c, const struct eng__seen *seen)
{
  int scale = seen->event.scale;

  if (scale < ENG_SCALE_NPS || scale > ENG_SCALE_CES) return;
  if (!(seen->event.has & ENG__HAS_VALUE) || !in_window(c, seen->event.occurred_at)) {
    return;
  }
  c->life.answers[scale - ENG_SCALE_NPS] = seen->event.value;
}

static void see_message(struct count *c, const struct eng__seen *seen)
{
  const struct eng__event *event = &seen->event;
  struct eng__message message = {event->occurred_at, 0, event->channel,
                                 seen->kind == ENG_EVENT_MESSAGE_OUT, false};

  if (!in_window(c, event->occurred_at)) return;
  message.names = message.out && (event->has & ENG__HAS_REFERS_TO);
  message.id =
      message.out ? event->refers_to : eng__event_effective_id(c->context, event);
  c->status = eng__messages_add(&c->messages, c->memory, &message);
}

static void add_gap(struct count *c, int64_t gap)
{
  void *block = c->gaps;

  c->status =
      eng__grow(c->memory, &block, &c->gap_room, c->gap_count + 1, sizeof *c->gaps);
  c->gaps = block;
  if (c->status == ENG_OK) c->gaps[c->gap_count++] = gap;
}

/* Purchases of one business day are one, for the gaps. */
static void see_purchase(struct count *c, const struct eng__seen *seen)
{
  int64_t time = seen->event.occurred_at, day = eng__business_day(c->context, time);
  struct life *life = &c->life;

  if (life->orders > 0 && day != life->last_order_day) {
    add_gap(c, time - life->last_order_at);
  }
  if (life->orders == 0 || day != life->last_order_day) life->last_order_at = time;
  life->last_order_day = day;
  life->orders++;
  if (!in_window(c, time) || !seen->has_amount) return;
  c->out->order_value.denominator++;
  add(c, &c->out->order_value.numerator, seen->amount);
}

/* Of one instant a contract stands before the end of one: where another one ran, that
 * is what ends, and the new one goes on. */
static void see_contract(struct count *c, const struct eng__deed *deed)
{
  struct life *life = &c->life;

  if (deed->kind == ENG_EVENT_CONTRACT) {
    if (life->contract_began_at != deed->time) {
      life->contract_earlier = life->contract_now;
    }
    life->contract_began_at = deed->time;
    life->contract_now = true;
  } else if (life->contract_earlier && life->contract_began_at == deed->time) {
    life->contract_earlier = false;
  } else {
    life->contract_now = false;
  }
  if (!in_window(c, deed->time)) life->contract_before = life->contract_now;
}

static void see_referral(struct count *c, const struct eng__seen *seen)
{
  if (!in_window(c, seen->event.occurred_at)) return;
  c->life.referred = true;
  if (!(seen->event.has & ENG__IS_INCENTIVISED)) c->life.referred_unpaid = true;
}

static void see(struct count *c, struct eng__visit *visit, const struct eng__deed *deed)
{
  see_activity(c, deed);
  see_session(c, visit, deed);
  see_conversion(c, deed);
  see_reach(c, deed);
  switch (deed->kind) {
  case ENG_EVENT_RATING: see_rating(c, eng__visit_fields(visit)); break;
  case ENG_EVENT_MESSAGE_IN:
  case ENG_EVENT_MESSAGE_OUT: see_message(c, eng__visit_fields(visit)); break;
  case ENG_EVENT_PURCHASE: see_purchase(c, eng__visit_fields(visit)); break;
  case ENG_EVENT_REFER: see_referral(c, eng__visit_fields(visit)); break;
  case ENG_EVENT_CONTRACT:
  case ENG_EVENT_CONTRACT_END: see_contract(c, deed); break;
  default: break;
  }
}

/* ---- the end of a customer ---- */

static void count_into(eng_ratio *ratio, bool among, bool counts)
{
  ratio->denominator += among;
  ratio->numerator += among && counts;
}

static void count_answers(struct count *c)
{
  const int64_t *answers = c->life.answers;
  eng_overview *out = c->out;

  if (answers[0] != INT64_MIN) {
    out->nps.denominator++;
    out->nps.numerator += (answers[0] >= 9000) - (answers[0] < 7000);
  }
  count_into(&out->csat, answers[1] != INT64_MIN, answers[1] >= 4000);
  count_into(&out->ces_easy, answers[2] != INT64_MIN, answers[2] >= 5000);
  if (answers[2] == INT64_MIN) return;
  out->ces.denominator++;
  add(c, &out->ces.numerator, answers[2]);
}

static eng_status count_message(void *user, const struct eng__message *message,
                                int64_t answered_at)
{
  struct count *c = user;
  eng_overview *out = c->out;
  bool answered = answered_at != ENG_TIME_NONE;
  int64_t waited = (answered ? answered_at : c->asked->until) - message->time;
  bool in_time = answered && waited <= c->asked->in_time;

  count_into(&out->answered, true, answered);
  /* Who has not waited long enough may still be answered in time. */
  count_into(&out->answered_in_time, answered || waited > c->asked->in_time, in_time);
  if (answered) {
    out->response_time.denominator++;
    add(c, &out->response_time.numerator, waited);
  }
  return c->status;
}

static int by_size(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

static void count_silence(struct count *c)
{
  int64_t limit, silent = c->asked->until - c->life.last_order_at;

  if (c->gap_count < 2) return;
  eng__sort(c->gaps, c->gap_count, sizeof *c->gaps, by_size);
  if (!eng__mul_i64(c->gaps[(c->gap_count - 1) / 2], c->asked->churn_gaps, &limit)) {
    limit = INT64_MAX;
  }
  count_into(&c->out->churn_silent, true, silent > limit);
}

static void count_life(struct count *c)
{
  const struct life *life = &c->life;
  eng_overview *out = c->out;

  count_into(&out->retention, life->active_before, life->active);
  out->frequency.denominator += life->active;
  out->active_days.denominator += life->active;
  out->sessions.numerator += (int64_t)life->sessions;
  out->sessions.denominator += life->sessions > 0;
  count_into(&out->click_through_unique, life->saw, life->clicked);
  if (life->based_at != ENG_TIME_NONE) {
    bool over = c->asked->until - life->based_at >= c->asked->convert_within;

    count_into(&out->conversion, life->converted || over, life->converted);
  }
  out->social_followers.denominator += life->follows;
  out->social_reach.denominator += life->reached;
  count_into(&out->repeat_purchase, life->orders > 0, life->orders > 1);
  out->referral.denominator += life->active;
  out->referral.numerator += life->referred;
  out->referral_unpaid.denominator += life->active;
  out->referral_unpaid.numerator += life->referred_unpaid;
  count_into(&out->churn_contract, life->contract_before, !life->contract_now);
  count_answers(c);
  count_silence(c);
  if (c->status == ENG_OK && c->messages.count > 0) {
    c->status = eng__messages_answered(&c->messages, count_message, c);
  }
}

static void begin_life(struct count *c)
{
  memset(&c->life, 0, sizeof c->life);
  c->life.session.start = c->life.based_at = ENG_TIME_NONE;
  c->life.contract_began_at = ENG_TIME_NONE;
  for (int i = 0; i < 3; i++) c->life.answers[i] = INT64_MIN;
  c->messages.count = 0;
  c->gap_count = 0;
}

/* ---- all ---- */

static void list_site(uint8_t site[256])
{
  static const uint8_t kinds[] = {ENG_EVENT_SEARCH,           ENG_EVENT_VIEW_ITEM,
                                  ENG_EVENT_ADD_TO_WISHLIST,  ENG_EVENT_ADD_TO_CART,
                                  ENG_EVENT_REMOVE_FROM_CART, ENG_EVENT_BEGIN_CHECKOUT,
                                  ENG_EVENT_PURCHASE};

  for (size_t i = 0; i < sizeof kinds; i++) site[kinds[i]] = 1;
  site[ENG_EVENT_VISIT] = site[ENG_EVENT_CONTENT_USE] = site[ENG_EVENT_LEARN] = 2;
}

static bool is_span(int64_t duration)
{
  return duration >= 0 && duration <= ENG_TIME_MAX;
}

static eng_status prepare(struct count *c)
{
  const eng_overview_options *asked = c->asked;
  eng_status status;

  if (asked->churn_gaps < 1 || asked->churn_gaps > 1000 ||
      !is_span(asked->session_pause) || !is_span(asked->in_time) ||
      !is_span(asked->convert_within)) {
    return ENG_E_RANGE;
  }
  if (asked->from < 0 || asked->until < asked->from || asked->until > ENG_TIME_MAX) {
    return ENG_E_TIME;
  }
  c->before = asked->from - (asked->until - asked->from + 1);
  list_site(c->site);
  status = eng__kinds_set(c->context, NULL, 0, &c->active);
  if (status != ENG_OK) return status;
  status = eng__kinds_set(c->context, asked->base, asked->base_count, &c->base);
  if (status != ENG_OK) return status;
  return eng__kinds_set(c->context, asked->goal, asked->goal_count, &c->goal);
}

static eng_status visit_all(struct count *c, const eng_book *book,
                            eng_progress_fn progress, void *user)
{
  struct eng__visit visit;
  struct eng__deed deed;
  eng_status status;

  eng__visit_begin(&visit, book, c->asked->until, NULL, progress, user);
  while (c->status == ENG_OK && eng__visit_next(&visit)) {
    begin_life(c);
    while (c->status == ENG_OK && eng__visit_deed(&visit, &deed)) see(c, &visit, &deed);
    close_session(c);
    if (c->status == ENG_OK) count_life(c);
  }
  status = eng__visit_end(&visit);
  return c->status != ENG_OK ? c->status : status;
}

eng_status eng_book_overview(const eng_book *book, const eng_overview_options *options,
                             eng_overview *out, uint32_t size, eng_progress_fn progress,
                             void *user)
{
  eng_overview_options asked;
  eng_overview sums;
  struct count c;
  eng_status status;

  if (out == NULL || !eng__result_fits(size)) return ENG_E_INVALID;
  memset(out, 0, size);
  if (book == NULL) return ENG_E_INVALID;
  memset(&sums, 0, sizeof sums);
  eng_overview_options_init(&asked, sizeof asked);
  if (options != NULL) {
    status = eng__options_take(options, &asked, sizeof asked);
    if (status != ENG_OK) return status;
  }
  memset(&c, 0, sizeof c);
  c.asked = &asked;
  c.context = book->home.pen.context;
  c.memory = eng__memory(c.context);
  c.out = &sums;
  status = prepare(&c);
  if (status == ENG_OK) status = visit_all(&c, book, progress, user);
  eng__free(c.memory, c.messages.list, c.messages.room * sizeof *c.messages.list);
  eng__free(c.memory, c.gaps, c.gap_room * sizeof *c.gaps);
  if (status == ENG_OK) eng__result_give(out, size, &sums, sizeof sums);
  return status;
}
