/* SPDX-License-Identifier: MIT */
/*
 * stages.c - how many are in which stage at each of many moments.
 *
 * What is counted are changes: one less in the old stage and one more in the new one
 * from the first moment on that is not before the change. Summed up at the end they are
 * the counts, so that a customer costs what their history does, however many moments
 * are asked about. Counts below 0 on the way wrap around and come back.
 */
#include <string.h>

#include "core/memory.h"
#include "metrics/course.h"

enum { PROGRESS = 4096 };

eng_status eng__course_all(const eng_book *book, eng_assessor *assessor, int32_t model,
                           int64_t until, eng__change_fn tell,
                           void (*close)(void *user), void *user,
                           eng_progress_fn progress, void *progress_user)
{
  uint64_t count = book->rows;

  for (uint64_t row = 0; row < count; row++) {
    struct eng__timeline timeline;
    eng_status status;

    if (row % PROGRESS == 0 && progress != NULL &&
        progress(progress_user, row, count) != 0) {
      return ENG_E_CANCELLED;
    }
    eng__book_view(book, (uint32_t)row, &timeline);
    status = eng__assess_changes(assessor, model, &timeline, &book->shapes, until, tell,
                                 user);
    if (status != ENG_OK) return status;
    if (close != NULL) close(user);
  }
  if (progress != NULL && progress(progress_user, count, count) != 0) {
    return ENG_E_CANCELLED;
  }
  return ENG_OK;
}

struct series {
  const int64_t *times;
  uint64_t count;
  uint64_t *cells;
  size_t side;
};

/* The first moment that is not before a time; count: all are. */
static uint64_t first_from(const struct series *s, int64_t time)
{
  uint64_t low = 0, high = s->count;

  while (low < high) {
    uint64_t mid = low + (high - low) / 2;

    if (s->times[mid] < time) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

static void note_change(void *user, int64_t time, int32_t from, int32_t to)
{
  const struct series *s = user;
  uint64_t at = from < 0 ? 0 : first_from(s, time);

  if (at == s->count) return;
  if (from >= 0) s->cells[at * s->side + (size_t)from]--;
  s->cells[at * s->side + (size_t)to]++;
}

static void sum_up(const struct series *s)
{
  for (uint64_t i = s->side; i < s->count * s->side; i++) {
    s->cells[i] += s->cells[i - s->side];
  }
}

/* A callback model keeps no history. */
static eng_status ask_each(const struct series *s, const eng_book *book,
                           eng_assessor *assessor, int32_t model,
                           eng_progress_fn progress, void *user)
{
  const eng_allocator *memory = eng__memory(book->home.pen.context);
  size_t room = s->side * s->side * sizeof(uint64_t);
  uint64_t *flow = eng__new(memory, room);
  eng_status status = flow == NULL ? ENG_E_NOMEM : ENG_OK;

  for (uint64_t i = 0; status == ENG_OK && i < s->count; i++) {
    status = eng_book_flow(book, assessor, model, s->times[i], s->times[i], flow,
                           (int32_t)s->side, NULL, NULL, 0, progress, user);
    for (size_t r = 0; status == ENG_OK && r < s->side; r++) {
      s->cells[i * s->side + r] = flow[r * s->side + r];
    }
  }
  eng__free(memory, flow, room);
  return status;
}

static eng_status check_times(const int64_t *times, uint64_t count)
{
  for (uint64_t i = 0; i < count; i++) {
    if (times[i] < 0 || times[i] > ENG_TIME_MAX) return ENG_E_TIME;
    if (i > 0 && times[i] < times[i - 1]) return ENG_E_TIME;
  }
  return ENG_OK;
}

eng_status eng_book_stages_at(const eng_book *book, eng_assessor *assessor,
                              int32_t model, const int64_t *times, uint64_t count,
                              uint64_t *cells, int32_t side, eng_progress_fn progress,
                              void *user)
{
  struct series s = {times, count, cells, (size_t)side};
  eng_status status;

  if (book == NULL || assessor == NULL || times == NULL || cells == NULL) {
    return ENG_E_INVALID;
  }
  status = eng__course_check(book, assessor, model, side);
  if (status == ENG_OK && count == 0) status = ENG_E_BUFFER;
  if (status == ENG_OK) status = check_times(times, count);
  if (status != ENG_OK) return status;
  memset(cells, 0, (size_t)count * s.side * sizeof *cells);
  status = eng__course_all(book, assessor, model, times[count - 1], note_change, NULL,
                           &s, progress, user);
  if (status == ENG_OK) {
    sum_up(&s);
  } else if (status == ENG_E_UNSUPPORTED) {
    status = ask_each(&s, book, assessor, model, progress, user);
  }
  if (status != ENG_OK) memset(cells, 0, (size_t)count * s.side * sizeof *cells);
  return status;
}
