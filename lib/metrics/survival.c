/* SPDX-License-Identifier: MIT */
/*
 * survival.c - by days since the first time: who came back, and who is censored.
 */
#include <string.h>

#include "core/calendar.h"
#include "metrics/visit.h"

/* When a customer came first, and came back; ENG_TIME_NONE: never. */
static int64_t follow(struct eng__visit *visit, const struct eng__kinds *base,
                      const struct eng__kinds *back, int64_t *again)
{
  int64_t first = ENG_TIME_NONE;
  struct eng__deed deed;

  *again = ENG_TIME_NONE;
  while (eng__visit_deed(visit, &deed)) {
    if (first == ENG_TIME_NONE) {
      if (base->has[deed.kind]) first = deed.time;
    } else if (back->has[deed.kind]) {
      *again = deed.time;
      break;
    }
  }
  return first;
}

static void count_customer(eng_survival *out, uint64_t count, int64_t first,
                           int64_t again, int64_t until)
{
  bool came = again != ENG_TIME_NONE;
  uint64_t day = (uint64_t)(((came ? again : until) - first) / ENG__DAY);

  if (day >= count) day = count - 1;
  out[day].came += came;
  out[day].censored += !came;
}

eng_status eng_book_survival(const eng_book *book, int64_t until, const uint8_t *base,
                             uint64_t base_count, const uint8_t *back,
                             uint64_t back_count, eng_survival *out, uint64_t count,
                             eng_progress_fn progress, void *user)
{
  struct eng__kinds first_kinds, back_kinds;
  struct eng__visit visit;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  if (count < 2) return ENG_E_BUFFER;
  memset(out, 0, (size_t)count * sizeof *out);
  if (book == NULL) return ENG_E_INVALID;
  if (until < 0 || until > ENG_TIME_MAX) return ENG_E_TIME;
  status = eng__kinds_set(book->home.pen.context, base, base_count, &first_kinds);
  if (status != ENG_OK) return status;
  status = eng__kinds_set(book->home.pen.context, back, back_count, &back_kinds);
  if (status != ENG_OK) return status;
  eng__visit_begin(&visit, book, until, &first_kinds, progress, user);
  while (eng__visit_next(&visit)) {
    int64_t again, first = follow(&visit, &first_kinds, &back_kinds, &again);

    if (first != ENG_TIME_NONE) count_customer(out, count, first, again, until);
  }
  status = eng__visit_end(&visit);
  if (status != ENG_OK) memset(out, 0, (size_t)count * sizeof *out);
  return status;
}
