/* SPDX-License-Identifier: MIT
 *
 * test_links.c - customers who are one person, in a book: what stands, under which
 * name, that unmerging gives back the bytes, that no order matters, that answers are
 * those of one customer with all the events, and every allocation failing once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book/links.h"
#include "core/context.h"
#include "core/hash.h"
#include "unit/support.h"

Suite *links_suite(void);

#define NOON (INT64_C(1767225600000) + DAY / 2) /* 2026-01-01T12:00:00Z */

static eng_context *context;

static void set_up(void) { context = euro_context(NULL); }
static void tear_down(void) { eng_context_free(context); }

/* ---- short ways ---- */

static eng_book *book_in(const eng_allocator *memory)
{
  eng_book *book;

  ck_ok(eng_book_new(context, memory, &book));
  return book;
}

static eng_event *sale(int64_t at, int64_t amount)
{
  eng_event *event = event_of(context, ENG_EVENT_PURCHASE, at);

  ck_ok(eng_event_set_amount(event, amount, 978));
  return event;
}

static int32_t put(eng_book *book, const char *id, eng_event *event)
{
  int32_t outcome;

  ck_ok(eng_book_record(book, id, strlen(id), event, &outcome));
  eng_event_free(event);
  return outcome;
}

static void merge(eng_book *book, const char *a, const char *b, int64_t at)
{
  ck_ok(eng_book_link(book, a, strlen(a), b, strlen(b), at));
}

static void unmerge(eng_book *book, const char *a, const char *b, int64_t at)
{
  ck_ok(eng_book_unlink(book, a, strlen(a), b, strlen(b), at));
}

static uint64_t row_of(const eng_book *book, const char *id)
{
  uint64_t row;

  ck_ok(eng_book_find(book, id, strlen(id), &row));
  return row;
}

static bool is_named(const eng_book *book, const char *id, const char *name)
{
  size_t length;
  const char *held = eng_book_customer_id(book, row_of(book, id), &length);

  return length == strlen(name) && memcmp(held, name, length) == 0;
}

static struct bytes bytes_of(const eng_book *book)
{
  struct bytes bytes = {NULL, 0};

  ck_assert_int_eq(eng_book_encode(book, NULL, 0, &bytes.size), ENG_E_BUFFER);
  bytes.at = malloc(bytes.size);
  ck_ok(eng_book_encode(book, bytes.at, bytes.size, &bytes.size));
  return bytes;
}

/* Whether a book has these bytes, which are freed. */
static bool has_bytes(const eng_book *book, struct bytes expected)
{
  struct bytes held = bytes_of(book);
  bool same = same_bytes(held, expected);

  free(held.at);
  free(expected.at);
  return same;
}

static int64_t spent(const eng_book *book, const char *id)
{
  uint64_t row = row_of(book, id);
  eng_rfm rfm;

  ck_ok(eng_book_rfm(book, NOON + 100 * DAY, &row, 1, &rfm, NULL, NULL));
  return rfm.monetary;
}

static uint64_t events_of(const eng_book *book, const char *id)
{
  eng_customer *customer;
  uint64_t count;

  ck_ok(eng_book_customer(book, row_of(book, id), &customer));
  count = eng_customer_event_count(customer);
  eng_customer_free(customer);
  return count;
}

/* ---- what holds ---- */

START_TEST(a_group_is_one_customer_under_its_smallest_id)
{
  eng_book *book = book_in(NULL);
  uint64_t order[2];
  size_t length;

  put(book, "customer-2", sale(NOON, 100));
  put(book, "customer-9", sale(NOON + DAY, 10));
  put(book, "customer-5", sale(NOON + DAY, 1));
  merge(book, "customer-9", "customer-2", NOON);
  ck_assert_uint_eq(eng_book_customer_count(book), 2);
  ck_assert_uint_eq(eng_book_event_count(book), 3);
  ck_assert_uint_eq(eng_book_member_count(book), 3);
  ck_assert(is_named(book, "customer-9", "customer-2"));
  ck_assert_uint_eq(row_of(book, "customer-9"), row_of(book, "customer-2"));
  ck_assert_int_eq(spent(book, "customer-9"), 110);
  ck_assert_uint_eq(eng_book_group_size(book, row_of(book, "customer-9")), 2);
  ck_assert_uint_eq(eng_book_group_size(book, row_of(book, "customer-5")), 1);
  ck_assert(memcmp("customer-9",
                   eng_book_group_id(book, row_of(book, "customer-2"), 1, &length),
                   10) == 0);
  ck_assert_uint_eq(length, 10);
  ck_ok(eng_book_order(book, order, 2));
  ck_assert_uint_eq(order[0], row_of(book, "customer-2"));
  put(book, "customer-9", sale(NOON + 2 * DAY, 1000));
  ck_assert_int_eq(spent(book, "customer-2"), 1110);
  ck_assert_uint_eq(eng_book_event_count(book), 4);
  ck_assert_int_eq(eng_book_last_event_at(book), NOON + 2 * DAY);
  eng_book_free(book);
}
END_TEST

START_TEST(an_id_without_events_links_and_names)
{
  eng_book *book = book_in(NULL);
  uint64_t row;

  merge(book, "b", "a", 1);
  merge(book, "b", "c", 1);
  ck_assert_uint_eq(eng_book_customer_count(book), 0);
  ck_assert_int_eq(eng_book_find(book, "a", 1, &row), ENG_E_NOTFOUND);
  put(book, "c", sale(NOON, 5));
  ck_assert(is_named(book, "c", "a"));
  ck_assert_uint_eq(row_of(book, "a"), row_of(book, "b"));
  ck_assert_uint_eq(eng_book_customer_count(book), 1);
  unmerge(book, "b", "a", 2);
  ck_assert(is_named(book, "c", "b"));
  ck_assert_int_eq(eng_book_find(book, "a", 1, &row), ENG_E_NOTFOUND);
  put(book, "a", sale(NOON, 5));
  ck_assert_uint_eq(eng_book_customer_count(book), 2);
  eng_book_free(book);
}
END_TEST

START_TEST(unmerging_gives_back_the_bytes)
{
  eng_book *book = book_in(NULL);
  struct bytes before, merged;

  put(book, "a", sale(NOON, 100));
  put(book, "b", sale(NOON, 100));
  merge(book, "a", "b", 5);
  unmerge(book, "a", "b", 6);
  before = bytes_of(book);
  merge(book, "a", "b", 7);
  merged = bytes_of(book);
  ck_assert(!same_bytes(before, merged));
  ck_assert_int_eq(spent(book, "a"), 200);
  unmerge(book, "b", "a", 6); /* older: nothing */
  ck_assert(has_bytes(book, merged));
  ck_assert_int_eq(spent(book, "a"), 200);
  unmerge(book, "a", "b", 7); /* of one time unmerging stands */
  merge(book, "a", "b", 7);
  ck_assert_uint_eq(eng_book_customer_count(book), 2);
  ck_assert_int_eq(spent(book, "a"), 100);
  ck_assert_int_eq(spent(book, "b"), 100);
  free(before.at);
  eng_book_free(book);
}
END_TEST

START_TEST(two_members_who_bought_the_same_made_two_purchases)
{
  eng_book *book = book_in(NULL);
  eng_event *event = sale(NOON, 100);
  uint64_t bought = eng_event_effective_id(event);

  eng_event_free(event);
  put(book, "a", sale(NOON, 100));
  put(book, "b", sale(NOON, 100));
  put(book, "c", sale(NOON, 7));
  merge(book, "a", "b", 1);
  merge(book, "b", "c", 1);
  ck_assert_uint_eq(events_of(book, "a"), 3);
  ck_assert_int_eq(spent(book, "c"), 207);
  /* b takes its own back; then c, who has none, takes back the one that kept its id. */
  event = event_of(context, ENG_EVENT_REFUND, NOON + DAY);
  ck_ok(eng_event_set_refers_to(event, 1, bought));
  put(book, "b", event);
  ck_assert_int_eq(spent(book, "a"), 107);
  event = event_of(context, ENG_EVENT_REFUND, NOON + 2 * DAY);
  ck_ok(eng_event_set_refers_to(event, 1, bought));
  put(book, "c", event);
  ck_assert_int_eq(spent(book, "a"), 7);
  /* b voids its refund, though that refers to what is called otherwise in the group. */
  event = event_of(context, ENG_EVENT_REFUND, NOON + DAY);
  ck_ok(eng_event_set_refers_to(event, 1, bought));
  bought = eng_event_effective_id(event);
  eng_event_free(event);
  event = event_of(context, ENG_EVENT_VOID, NOON + 3 * DAY);
  ck_ok(eng_event_set_refers_to(event, 1, bought));
  put(book, "b", event);
  ck_assert_int_eq(spent(book, "a"), 107);
  eng_book_free(book);
}
END_TEST

START_TEST(an_event_with_an_id_is_one_whoever_holds_it)
{
  eng_book *book = book_in(NULL);

  for (const char *who = "ab"; *who != 0; who++) {
    eng_event *event = sale(NOON, 100);
    char id[2] = {*who, 0};

    ck_ok(eng_event_set_id(event, 17));
    put(book, id, event);
  }
  merge(book, "a", "b", 1);
  ck_assert_uint_eq(events_of(book, "a"), 1);
  ck_assert_uint_eq(eng_book_event_count(book), 2);
  ck_assert_int_eq(spent(book, "b"), 100);
  eng_book_free(book);
}
END_TEST

START_TEST(floors_stay_each_members_own)
{
  eng_book *book = book_in(NULL);
  eng_customer *customer;

  put(book, "b", sale(NOON, 100));
  put(book, "a", sale(NOON, 10));
  merge(book, "a", "b", 1);
  ck_ok(eng_customer_new(context, "b", 1, &customer));
  ck_ok(eng_customer_expire(customer, NOON + DAY));
  ck_ok(eng_book_merge_customer(book, customer));
  eng_customer_free(customer);
  ck_assert_int_eq(spent(book, "a"), 10);
  ck_assert_int_eq(put(book, "b", sale(NOON, 100)), ENG_RECORD_IGNORED);
  ck_assert_int_eq(put(book, "a", sale(NOON + DAY, 1)), ENG_RECORD_ADDED);
  ck_assert_int_eq(spent(book, "b"), 11);
  unmerge(book, "a", "b", 2);
  ck_assert_int_eq(put(book, "b", sale(NOON, 100)), ENG_RECORD_IGNORED);
  eng_book_free(book);
}
END_TEST

START_TEST(a_referral_of_a_member_counts_for_the_group)
{
  eng_book *book = book_in(NULL);
  eng_event *event = event_of(context, ENG_EVENT_REFER, NOON);
  eng_referral out[2];

  ck_ok(eng_event_set_refers_to(event, 1, eng_hash("z", 1)));
  put(book, "r", event);
  put(book, "b", sale(NOON + DAY, 10));
  put(book, "z", sale(NOON + 2 * DAY, 10));
  merge(book, "b", "z", 1);
  ck_assert_uint_eq(eng_book_customer_count(book), 2);
  ck_ok(eng_book_referrals(book, NOON + 9 * DAY, NULL, out, NULL, NULL));
  ck_assert_uint_eq(out[row_of(book, "r")].customers, 1);
  ck_assert_uint_eq(out[row_of(book, "z")].customers, 0);
  /* Whoever invites oneself invites nobody. */
  merge(book, "r", "z", 2);
  ck_ok(eng_book_referrals(book, NOON + 9 * DAY, NULL, out, NULL, NULL));
  ck_assert_uint_eq(out[0].customers, 0);
  eng_book_free(book);
}
END_TEST

START_TEST(arguments_are_checked)
{
  eng_book *book = book_in(NULL);
  eng_link link;

  ck_assert_int_eq(eng_book_link(NULL, "a", 1, "b", 1, 0), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_link(book, NULL, 1, "b", 1, 0), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_link(book, "a", 1, "a", 1, 0), ENG_E_INVALID);
  ck_assert_int_eq(eng_book_link(book, "a", 0, "b", 1, 0), ENG_E_CUSTOMER);
  ck_assert_int_eq(eng_book_unlink(book, "a", 1, "b", 1, -1), ENG_E_TIME);
  eng_link_init(&link, sizeof link);
  link.a = "a";
  link.b = "b";
  link.a_length = link.b_length = 1;
  link.state = 2;
  ck_assert_int_eq(eng_book_link_many(book, &link, 1), ENG_E_RANGE);
  ck_assert_uint_eq(eng_book_link_count(book), 0);
  ck_ok(eng_book_link_many(book, NULL, 0));
  merge(book, "b", "a", 3);
  ck_assert_int_eq(eng_book_links(book, &link, 0), ENG_E_BUFFER);
  ck_ok(eng_book_links(book, &link, 1));
  ck_assert(link.a[0] == 'a' && link.b[0] == 'b' && link.changed_at == 3);
  ck_assert_int_eq(link.state, ENG_LINK_MERGED);
  ck_assert_ptr_null(eng_book_group_id(book, 0, 0, NULL));
  ck_assert_uint_eq(eng_book_group_size(book, 0), 0);
  eng_book_free(book);
}
END_TEST

/* ---- histories of anybody ---- */

enum { PEOPLE = 24, EVENTS = 160, LINKS = 20, BOOKS = 3 };

/* An event as it was told: who, and what it refers to among those before it. */
struct told {
  int who, refers; /* -1: to nothing */
  int64_t at, amount;
  uint64_t id; /* 0: none */
  uint16_t occurrence;
};

struct said {
  int a, b;
  int64_t at;
  bool merged;
};

struct history {
  struct told events[EVENTS];
  struct said links[LINKS];
  int group[PEOPLE]; /* the smallest of its members */
};

static uint64_t dice;

static unsigned roll(unsigned sides)
{
  dice ^= dice << 13;
  dice ^= dice >> 7;
  dice ^= dice << 17;
  return (unsigned)((dice >> 20) % sides);
}

/* Ids ascend with their numbers; some are long. */
static const char *name_of(int who)
{
  static char names[PEOPLE][40];

  sprintf(names[who], "customer-%02d%s", who,
          who % 3 == 0 ? "-who-has-a-long-name" : "");
  return names[who];
}

/* Whether two refer to one event, which may have been told twice under its id. */
static bool refer_alike(const struct history *h, int a, int b)
{
  if (a == b || a < 0 || b < 0) return a == b;
  return h->events[a].id != 0 && h->events[a].id == h->events[b].id;
}

static bool alike(const struct history *h, const struct told *a, const struct told *b)
{
  return a->at == b->at && a->amount == b->amount && a->id == 0 && b->id == 0 &&
         refer_alike(h, a->refers, b->refers);
}

/* Moments and amounts are few, so that many are equal; those of ids follow from them.
 */
static void invent(struct history *h, uint64_t seed)
{
  dice = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  for (int i = 0; i < EVENTS; i++) {
    struct told *told = &h->events[i];

    *told =
        (struct told){(int)roll(PEOPLE), -1, NOON + roll(4) * DAY, 100 + roll(2), 0, 0};
    if (roll(4) == 0) {
      told->id = 1 + roll(20);
      told->at = NOON + (int64_t)(told->id % 5) * DAY;
      told->amount = (int64_t)told->id * 3;
    }
    for (int k = 0; k < i && roll(3) == 0 && told->id == 0; k++) {
      int which = (int)roll((unsigned)i);

      /* Its own, or what is meant whoever asks. */
      if (h->events[which].refers >= 0) continue;
      if (h->events[which].who != told->who && h->events[which].id == 0) continue;
      told->refers = which;
      told->at = NOON + (5 + roll(2)) * DAY;
      told->amount = 10;
      break;
    }
    for (int k = 0; k < i; k++) {
      told->occurrence +=
          h->events[k].who == told->who && alike(h, &h->events[k], told);
    }
  }
  for (int i = 0; i < LINKS; i++) {
    struct said *said = &h->links[i];

    said->a = (int)roll(PEOPLE);
    said->b = (said->a + 1 + (int)roll(PEOPLE - 1)) % PEOPLE;
    said->at = roll(6);
    said->merged = roll(3) != 0;
  }
}

/* Who is one with whom, by going through all links again and again. */
static void find_groups(struct history *h)
{
  for (int i = 0; i < PEOPLE; i++) h->group[i] = i;
  for (int round = 0; round < PEOPLE; round++) {
    for (int i = 0; i < LINKS; i++) {
      const struct said *said = &h->links[i];
      bool stands = said->merged;
      int low;

      for (int k = 0; k < LINKS; k++) {
        const struct said *other = &h->links[k];
        bool same = (other->a == said->a && other->b == said->b) ||
                    (other->a == said->b && other->b == said->a);

        if (same &&
            (other->at > said->at || (other->at == said->at && !other->merged))) {
          stands = false;
        }
      }
      if (!stands) continue;
      low =
          h->group[said->a] < h->group[said->b] ? h->group[said->a] : h->group[said->b];
      h->group[said->a] = h->group[said->b] = low;
    }
  }
}

static eng_event *event_for(const struct told *told, uint16_t occurrence,
                            uint64_t refers_to)
{
  eng_event *event = event_of(
      context, told->refers < 0 ? ENG_EVENT_PURCHASE : ENG_EVENT_REFUND, told->at);

  ck_ok(eng_event_set_amount(event, told->amount, 978));
  if (told->id != 0) {
    ck_ok(eng_event_set_id(event, told->id));
  } else {
    ck_ok(eng_event_set_occurrence(event, occurrence));
  }
  if (told->refers >= 0) ck_ok(eng_event_set_refers_to(event, 1, refers_to));
  return event;
}

/* As its member tells it. */
static eng_event *own_event(const struct history *h, int i)
{
  const struct told *told = &h->events[i];
  uint64_t refers_to = 0;

  if (told->refers >= 0) {
    eng_event *target = own_event(h, told->refers);

    refers_to = eng_event_effective_id(target);
    eng_event_free(target);
  }
  return event_for(told, told->occurrence, refers_to);
}

/* One of a group's events, where it is the so-manieth of those that are alike. */
static eng_event *group_event(const struct history *h, int i)
{
  const struct told *told = &h->events[i];
  uint64_t refers_to = 0;
  uint16_t occurrence = 0;

  if (told->refers >= 0) {
    eng_event *target = group_event(h, told->refers);

    refers_to = eng_event_effective_id(target);
    eng_event_free(target);
  }
  for (int k = 0; k < i; k++) {
    occurrence += h->group[h->events[k].who] == h->group[told->who] &&
                  alike(h, &h->events[k], told);
  }
  return event_for(told, occurrence, refers_to);
}

static void tell(eng_book *book, const struct history *h, int i)
{
  if (i < EVENTS) {
    put(book, name_of(h->events[i].who), own_event(h, i));
  } else {
    const struct said *said = &h->links[i - EVENTS];

    if (said->merged) {
      merge(book, name_of(said->a), name_of(said->b), said->at);
    } else {
      unmerge(book, name_of(said->a), name_of(said->b), said->at);
    }
  }
}

/* What each till heard, in an order of its own; one of them in whole books. */
static eng_book *till(const struct history *h, int which)
{
  eng_book *book = book_in(NULL), *part = book_in(NULL);
  int order[EVENTS + LINKS];

  for (int i = 0; i < EVENTS + LINKS; i++) {
    int at = (int)roll((unsigned)i + 1);

    order[i] = order[at];
    order[at] = i;
  }
  for (int i = 0; i < EVENTS + LINKS; i++) {
    if (order[i] % BOOKS != which && roll(3) != 0) continue;
    tell(roll(2) == 0 ? book : part, h, order[i]);
    if (roll(60) == 0) ck_ok(eng_book_compact(book));
  }
  ck_ok(eng_book_merge(book, part));
  eng_book_free(part);
  return book;
}

static eng_book *copied(const eng_book *book)
{
  struct bytes bytes = bytes_of(book);
  eng_book *copy;

  ck_ok(eng_book_decode(context, NULL, bytes.at, bytes.size, &copy, NULL));
  free(bytes.at);
  return copy;
}

/* The answers of a book, customer by customer, against those of one whose customers
 * have the events of their groups as their own. */
static void check_answers(const struct history *h, const eng_book *book)
{
  eng_book *reference = book_in(NULL);
  eng_model *models[3];
  eng_assessor *assessor;
  uint64_t people;

  for (int i = 0; i < EVENTS; i++) {
    put(reference, name_of(h->group[h->events[i].who]), group_event(h, i));
  }
  ck_ok(eng_model_builtin(context, "sashi", 5, &models[0]));
  ck_ok(eng_model_builtin(context, "five_levels", 11, &models[1]));
  models[2] =
      model_of(context, "language 1\nmodel spent \"Spent\"\n"
                        "stage some \"Some\" when sum(purchase) >= 3 EUR\n"
                        "stage more \"More\" when sum(purchase, refund) >= 8 EUR\n"
                        "stage often \"Often\" when count(purchase) >= 9\n");
  ck_ok(eng_assessor_new(context, (const eng_model *const *)models, 3, &assessor));
  people = eng_book_customer_count(reference);
  ck_assert_uint_eq(eng_book_customer_count(book), people);
  for (uint64_t row = 0; row < people; row++) {
    size_t length;
    const char *id = eng_book_customer_id(reference, row, &length);
    int32_t expected[3], found[3];
    eng_rfm a, b;
    uint64_t at;

    ck_ok(eng_book_find(book, id, length, &at));
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    ck_ok(eng_book_rfm(reference, NOON + 9 * DAY, &row, 1, &a, NULL, NULL));
    ck_ok(eng_book_rfm(book, NOON + 9 * DAY, &at, 1, &b, NULL, NULL));
    ck_assert(memcmp(&a, &b, sizeof a) == 0);
    ck_ok(eng_book_assess_one(reference, row, assessor, NOON + 9 * DAY, expected));
    ck_ok(eng_book_assess_one(book, at, assessor, NOON + 9 * DAY, found));
    ck_assert(memcmp(expected, found, sizeof found) == 0);
  }
  eng_assessor_free(assessor);
  for (int i = 0; i < 3; i++) eng_model_free(models[i]);
  eng_book_free(reference);
}

static void check_rows(const struct history *h, const eng_book *book)
{
  bool known[PEOPLE] = {false};

  for (int i = 0; i < EVENTS; i++) known[h->events[i].who] = true;
  for (int i = 0; i < PEOPLE; i++) {
    bool any = false;
    uint64_t row;

    for (int k = 0; k < PEOPLE; k++) {
      any = any || (known[k] && h->group[k] == h->group[i]);
    }
    ck_assert_int_eq(eng_book_find(book, name_of(i), strlen(name_of(i)), &row),
                     any ? ENG_OK : ENG_E_NOTFOUND);
    if (any) ck_assert(is_named(book, name_of(i), name_of(h->group[i])));
  }
}

START_TEST(no_order_matters_and_answers_are_those_of_one_customer)
{
  struct history h;
  eng_book *books[BOOKS], *copy;

  invent(&h, (uint64_t)_i);
  find_groups(&h);
  for (int i = 0; i < BOOKS; i++) books[i] = till(&h, i);
  for (int i = 0; i < BOOKS; i++)
    ck_ok(eng_book_merge(books[i], books[(i + 1) % BOOKS]));
  for (int i = 0; i < BOOKS; i++)
    ck_ok(eng_book_merge(books[i], books[(i + 2) % BOOKS]));
  for (int i = 0; i < BOOKS; i++) {
    check_answers(&h, books[i]);
    check_rows(&h, books[i]);
    ck_assert(has_bytes(books[i], bytes_of(books[0])));
  }
  copy = copied(books[0]);
  ck_assert(has_bytes(copy, bytes_of(books[0])));
  check_answers(&h, copy);
  check_rows(&h, copy);
  ck_ok(eng_book_compact(copy));
  check_answers(&h, copy);
  ck_assert(has_bytes(copy, bytes_of(books[0])));
  eng_book_free(copy);
  for (int i = 0; i < BOOKS; i++) eng_book_free(books[i]);
}
END_TEST

/* Members raw: as if nobody had ever been linked. */
START_TEST(members_are_what_they_are_without_links)
{
  struct history h;
  eng_book *linked = book_in(NULL), *plain = book_in(NULL), *again = book_in(NULL);
  uint64_t *members, count;

  invent(&h, (uint64_t)_i + 1000);
  for (int i = 0; i < EVENTS + LINKS; i++) tell(linked, &h, i);
  for (int i = 0; i < EVENTS; i++) tell(plain, &h, i);
  count = eng_book_member_count(linked);
  members = malloc((size_t)count * sizeof *members);
  ck_assert_int_eq(eng_book_members(linked, members, count - 1), ENG_E_BUFFER);
  ck_ok(eng_book_members(linked, members, count));
  for (uint64_t i = 0; i < count; i++) {
    eng_customer *member;

    ck_ok(eng_book_member(linked, members[i], &member));
    ck_ok(eng_book_merge_customer(again, member));
    eng_customer_free(member);
  }
  ck_assert_uint_eq(eng_book_event_count(linked), eng_book_event_count(plain));
  ck_assert(has_bytes(again, bytes_of(plain)));
  /* Taking everybody apart gives the rows back too. */
  for (int a = 0; a < PEOPLE; a++) {
    for (int b = a + 1; b < PEOPLE; b++) unmerge(linked, name_of(a), name_of(b), 99);
  }
  ck_assert_uint_eq(eng_book_customer_count(linked), eng_book_customer_count(plain));
  for (int i = 0; i < PEOPLE; i++) h.group[i] = i;
  check_answers(&h, linked);
  free(members);
  eng_book_free(linked);
  eng_book_free(plain);
  eng_book_free(again);
}
END_TEST

/* ---- beside a census ---- */

/* A census that is moved on sees what one that is taken anew sees, whatever was linked
 * between. */
START_TEST(a_census_follows_links)
{
  struct history h;
  eng_book *book = book_in(NULL);
  eng_model *model;
  eng_assessor *assessor, *other;
  eng_census *census, *anew;

  invent(&h, (uint64_t)_i + 2000);
  ck_ok(eng_model_builtin(context, "five_levels", 11, &model));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &assessor));
  ck_ok(eng_assessor_new(context, (const eng_model *const *)&model, 1, &other));
  ck_ok(eng_census_new(book, assessor, NOON, NULL, NULL, &census));
  for (int n = 0; n < 300; n++) {
    int64_t now = NOON + n * DAY / 10;

    tell(book, &h, (int)roll(EVENTS + LINKS));
    if (roll(8) != 0) continue;
    ck_ok(eng_census_advance(census, now, NULL, NULL, NULL));
    ck_ok(eng_census_new(book, other, now, NULL, NULL, &anew));
    for (int32_t stage = 0; stage <= eng_model_stage_count(model); stage++) {
      ck_assert_uint_eq(eng_census_count(census, 0, stage),
                        eng_census_count(anew, 0, stage));
    }
    for (uint64_t row = 0; row < eng_book_customer_count(book); row++) {
      ck_assert_int_eq(eng_census_stage(census, row, 0),
                       eng_census_stage(anew, row, 0));
      ck_assert_int_eq(eng_census_due(census, row), eng_census_due(anew, row));
    }
    eng_census_free(anew);
  }
  eng_census_free(census);
  eng_assessor_free(assessor);
  eng_assessor_free(other);
  eng_model_free(model);
  eng_book_free(book);
}
END_TEST

/* What was known at a moment are the events and the links that were told by then. */
START_TEST(what_was_known_knows_links)
{
  eng_book *book = book_in(NULL), *known;

  put(book, "a", sale(NOON, 100));
  put(book, "b", sale(NOON + DAY, 10));
  merge(book, "a", "b", NOON + 2 * DAY);
  ck_ok(eng_book_known_at(book, NOON + DAY, &known));
  ck_assert_uint_eq(eng_book_customer_count(known), 2);
  eng_book_free(known);
  ck_ok(eng_book_known_at(book, NOON + 2 * DAY, &known));
  ck_assert_uint_eq(eng_book_customer_count(known), 1);
  ck_assert_int_eq(spent(known, "b"), 110);
  eng_book_free(known);
  ck_ok(eng_book_known_at(book, NOON, &known));
  ck_assert_uint_eq(eng_book_customer_count(known), 1);
  eng_book_free(known);
  eng_book_free(book);
}
END_TEST

/* ---- bulk, and heavy customers ---- */

enum { MANY = 3000 };

static void record_columns(eng_book *book, bool later)
{
  static char ids[2 * MANY];
  static uint64_t ends[MANY];
  static uint8_t kinds[MANY];
  static int64_t times[MANY], amounts[MANY];
  eng_columns columns;

  for (int i = 0; i < MANY; i++) {
    ids[2 * i] = 'c';
    ids[2 * i + 1] = (char)('a' + i % 5);
    ends[i] = 2 * (uint64_t)i + 2;
    kinds[i] = ENG_EVENT_PURCHASE;
    times[i] = NOON + (later ? MANY : 0) + i / 7;
    amounts[i] = 100 + i % 11;
  }
  eng_columns_init(&columns, sizeof columns);
  columns.count = MANY;
  columns.customers = ids;
  columns.customer_ends = ends;
  columns.kind = kinds;
  columns.occurred_at = times;
  columns.amount = amounts;
  ck_ok(eng_book_record_many(book, &columns, NULL, NULL));
}

START_TEST(many_events_of_members_come_in_by_all_ways)
{
  eng_book *first = book_in(NULL), *last = book_in(NULL);

  merge(first, "ca", "cb", 1);
  merge(first, "cb", "cc", 1);
  record_columns(first, false);
  put(first, "ca", sale(NOON + DAY, 5));
  record_columns(first, true);
  record_columns(last, true);
  put(last, "ca", sale(NOON + DAY, 5));
  record_columns(last, false);
  merge(last, "cc", "cb", 1);
  merge(last, "cb", "ca", 1);
  ck_assert(has_bytes(first, bytes_of(last)));
  ck_assert_uint_eq(eng_book_customer_count(first), 3);
  ck_assert_int_eq(spent(first, "ca"), spent(last, "cc"));
  ck_assert_uint_eq(events_of(first, "cb"), events_of(last, "ca"));
  ck_assert_uint_eq(events_of(first, "cb"), 2 * MANY / 5 * 3 + 1);
  unmerge(first, "ca", "cb", 2);
  unmerge(last, "ca", "cb", 2);
  ck_assert(has_bytes(first, bytes_of(last)));
  ck_assert_int_eq(spent(first, "ca"), spent(last, "ca"));
  eng_book_free(first);
  eng_book_free(last);
}
END_TEST

/* One by one into a group that is large: what follows for the group is one event more
 * each time, or is worked out anew. */
START_TEST(single_events_of_members_come_to_the_same)
{
  eng_book *first = book_in(NULL), *last = book_in(NULL);

  merge(first, "a", "b", 1);
  for (int i = 0; i < MANY; i++) {
    put(first, i % 2 == 0 ? "a" : "b", sale(NOON + (i * 7 % MANY) / 3 * 1000, i % 5));
    put(last, i % 2 == 0 ? "a" : "b", sale(NOON + (i * 7 % MANY) / 3 * 1000, i % 5));
  }
  merge(last, "a", "b", 1);
  ck_assert(has_bytes(first, bytes_of(last)));
  ck_assert_int_eq(spent(first, "a"), spent(last, "a"));
  ck_assert_uint_eq(events_of(first, "a"), events_of(last, "a"));
  ck_assert_uint_eq(eng_book_event_count(first), MANY);
  eng_book_free(first);
  eng_book_free(last);
}
END_TEST

/* ---- every allocation fails once ---- */

/* The steps of a story about four people; each can be done again after it failed. */
static eng_status step(eng_book *book, int which, const eng_book *other,
                       eng_event *event)
{
  char id[2] = {(char)('a' + which % 4), 0};

  switch (which) {
  case 4: return eng_book_link(book, "a", 1, "b", 1, 1);
  case 5: return eng_book_record(book, "a", 1, event, NULL);
  case 6: return eng_book_link(book, "c", 1, "d", 1, 1);
  case 7: return eng_book_link(book, "d", 1, "customer-with-a-long-name", 25, 1);
  case 8: return eng_book_record(book, "customer-with-a-long-name", 25, event, NULL);
  case 9: return eng_book_link(book, "b", 1, "c", 1, 1);
  case 10: return eng_book_unlink(book, "a", 1, "b", 1, 2);
  case 11: return eng_book_merge(book, other);
  case 12: return eng_book_unlink(book, "d", 1, "c", 1, 3);
  case 13: return eng_book_compact(book);
  default: return eng_book_record(book, id, 1, event, NULL);
  }
}

enum { STEPS = 14 };

START_TEST(whatever_allocation_fails_nothing_changes)
{
  bool for_ever = _i == 1, failed = true;
  struct host host;
  eng_allocator memory;
  eng_book *other = book_in(NULL);

  put(other, "b", sale(NOON + 5, 1));
  merge(other, "b", "e", 4);
  for (uint64_t n = 1; failed; n++) {
    eng_book *book;

    failed = false;
    memset(&host, 0, sizeof host);
    memory = host_allocator(&host);
    book = book_in(&memory);
    for (int i = 0; i < STEPS; i++) {
      eng_event *event = sale(NOON + i / 5, 100);
      struct bytes before = bytes_of(book);
      uint64_t rows = eng_book_customer_count(book);
      eng_status status;

      host_reset(&host);
      host.fail_at = n;
      host.for_ever = for_ever;
      status = step(book, i, other, event);
      host.fail_at = 0;
      if (status != ENG_OK) {
        ck_assert_int_eq(status, ENG_E_NOMEM);
        failed = true;
        /* A merge of books keeps those customers that are through. */
        if (i != 11) {
          ck_assert_uint_eq(eng_book_customer_count(book), rows);
          ck_assert(has_bytes(book, before));
          before.at = NULL;
        }
        ck_ok(step(book, i, other, event));
      }
      free(before.at);
      eng_event_free(event);
    }
    ck_assert_uint_eq(eng_book_customer_count(book), 3);
    ck_assert(is_named(book, "e", "b"));
    eng_book_free(book);
    ck_assert_uint_eq(host.live, 0);
    ck_assert_uint_eq(host.wrong, 0);
  }
  eng_book_free(other);
}
END_TEST

/* ---- encoded links of anybody ---- */

START_TEST(defects_of_encoded_links_are_found)
{
  eng_book *book = book_in(NULL), *copy;
  struct bytes bytes;

  put(book, "a", sale(NOON, 100));
  merge(book, "a", "b", 5);
  merge(book, "b", "c", 5);
  bytes = bytes_of(book);
  for (size_t i = 0; i < bytes.size; i++) {
    for (int bit = 0; bit < 8; bit++) {
      bytes.at[i] ^= (uint8_t)(1 << bit);
      ck_assert_int_ne(
          eng_book_decode(context, NULL, bytes.at, bytes.size, &copy, NULL), ENG_OK);
      bytes.at[i] ^= (uint8_t)(1 << bit);
    }
    ck_assert_int_ne(eng_book_decode(context, NULL, bytes.at, i, &copy, NULL), ENG_OK);
  }
  free(bytes.at);
  eng_book_free(book);
}
END_TEST

/* ---- limits ---- */

static eng_status try_sale(eng_book *book, const char *id)
{
  eng_event *event = sale(NOON, 100);
  eng_status status = eng_book_record(book, id, strlen(id), event, NULL);

  eng_event_free(event);
  return status;
}

/* What may be in a book can be written, read again, and parted: the limit is one on
 * members. */
START_TEST(the_limit_on_customers_counts_members)
{
  eng_settings *settings = euro_settings(NULL);
  eng_book *book, *again;
  struct bytes bytes;

  tear_down();
  ck_ok(eng_settings_set_limit(settings, ENG_LIMIT_CUSTOMERS, 3));
  ck_ok(eng_context_new(settings, &context));
  eng_settings_free(settings);
  book = book_in(NULL);
  merge(book, "b", "d", NOON);
  for (const char *id = "abc"; *id != '\0'; id++) {
    char one[2] = {*id, '\0'};

    ck_ok(try_sale(book, one));
    if (*id == 'b') merge(book, "a", "b", NOON);
  }
  ck_assert_int_eq(try_sale(book, "d"), ENG_E_LIMIT);
  ck_assert_int_eq(try_sale(book, "e"), ENG_E_LIMIT);
  ck_ok(try_sale(book, "b"));
  bytes = bytes_of(book);
  ck_ok(eng_book_decode(context, NULL, bytes.at, bytes.size, &again, NULL));
  ck_assert(has_bytes(again, bytes));
  merge(again, "a", "c", NOON);
  ck_assert_int_eq(try_sale(again, "d"), ENG_E_LIMIT);
  unmerge(again, "a", "c", NOON + 1);
  unmerge(again, "a", "b", NOON + 1);
  ck_assert(eng_book_customer_count(again) == 3);
  eng_book_free(again);
  eng_book_free(book);
}
END_TEST

/* ---- tables ---- */

enum { CROWD = 1000, CROWD_PAIRS = 8000 };

/* Pairs as somebody picks them who knows how nodes are numbered: without a key all of
 * them would be looked for in a few places. */
static void add_crowd(struct eng__links *links, const eng_allocator *memory)
{
  uint32_t nodes[CROWD];

  ck_ok(eng__links_reserve(links, memory, CROWD_PAIRS));
  for (uint32_t i = 0; i < CROWD; i++) {
    char id[8];

    snprintf(id, sizeof id, "%04u", (unsigned)i);
    ck_ok(eng__links_node(
        links, memory,
        (uint32_t)(eng__table_hash(context->settings.hash_key, id, 4) >> 32), id, 4,
        &nodes[i]));
  }
  for (uint32_t a = 0; a < CROWD; a++) {
    for (uint32_t b = a + 1; b < CROWD && links->pair_count < CROWD_PAIRS; b++) {
      uint64_t place = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);

      if ((place >> 32 & 1023) < 8) (void)eng__links_pair(links, nodes[a], nodes[b]);
    }
  }
}

START_TEST(picked_pairs_do_not_crowd_the_table)
{
  struct eng__links links;
  const eng_allocator *memory = eng__memory(context);
  size_t run = 0, longest = 0;

  memset(&links, 0, sizeof links);
  add_crowd(&links, memory);
  ck_assert(links.pair_count > CROWD_PAIRS / 3);
  for (size_t i = 0; i < links.table_room; i++) {
    run = links.pair_table[i] == 0 ? 0 : run + 1;
    if (run > longest) longest = run;
  }
  ck_assert_msg(longest < 100, "%zu in a row", longest);
  eng__links_release(&links, memory);
}
END_TEST

Suite *links_suite(void)
{
  Suite *suite = suite_create("links");
  TCase *one = tcase_create("what holds"), *many = tcase_create("histories");
  TCase *memory = tcase_create("memory");

  tcase_add_checked_fixture(one, set_up, tear_down);
  tcase_add_test(one, a_group_is_one_customer_under_its_smallest_id);
  tcase_add_test(one, an_id_without_events_links_and_names);
  tcase_add_test(one, unmerging_gives_back_the_bytes);
  tcase_add_test(one, two_members_who_bought_the_same_made_two_purchases);
  tcase_add_test(one, an_event_with_an_id_is_one_whoever_holds_it);
  tcase_add_test(one, floors_stay_each_members_own);
  tcase_add_test(one, a_referral_of_a_member_counts_for_the_group);
  tcase_add_test(one, arguments_are_checked);
  tcase_add_test(one, what_was_known_knows_links);
  tcase_add_test(one, many_events_of_members_come_in_by_all_ways);
  tcase_add_test(one, single_events_of_members_come_to_the_same);
  tcase_add_test(one, defects_of_encoded_links_are_found);
  tcase_add_test(one, the_limit_on_customers_counts_members);
  tcase_add_test(one, picked_pairs_do_not_crowd_the_table);
  tcase_add_checked_fixture(many, set_up, tear_down);
  tcase_add_loop_test(many, no_order_matters_and_answers_are_those_of_one_customer, 0,
                      (int)(120 / stride()) + 1);
  tcase_add_loop_test(many, members_are_what_they_are_without_links, 0,
                      (int)(20 / stride()) + 1);
  tcase_add_loop_test(many, a_census_follows_links, 0, (int)(20 / stride()) + 1);
  tcase_add_checked_fixture(memory, set_up, tear_down);
  tcase_add_loop_test(memory, whatever_allocation_fails_nothing_changes, 0, 2);
  tcase_set_timeout(memory, 60);
  tcase_set_timeout(many, 60);
  suite_add_tcase(suite, one);
  suite_add_tcase(suite, many);
  suite_add_tcase(suite, memory);
  return suite;
}
