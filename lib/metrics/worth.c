/* SPDX-License-Identifier: MIT */
/*
 * worth.c - customer engagement value: four parts, never one sum.
 *
 * Nobody is brought by two, so referral and influence share out each customer's own
 * value among those who brought them at most once; but it is their own value too.
 */
#include <math.h>
#include <string.h>

#include <engagement/worth.h>

#include "book/book.h"
#include "core/checked.h"
#include "core/memory.h"
#include "core/options.h"

void eng_worth_options_init(eng_worth_options *options, uint32_t size)
{
  eng_worth_options fresh = {0};

  fresh.until = ENG_TIME_MAX;
  eng__options_init(options, size, &fresh, sizeof fresh);
}

static bool is_price(double price) { return isfinite(price) && price >= 0; }

static eng_status check(const eng_worth_options *asked, const double *own,
                        uint64_t rows)
{
  if (asked->from < 0 || asked->until < asked->from || asked->until > ENG_TIME_MAX) {
    return ENG_E_TIME;
  }
  if (asked->reserved != 0 || !(asked->came_anyway >= 0 && asked->came_anyway <= 1) ||
      !is_price(asked->acquisition_cost) || !is_price(asked->idea_price)) {
    return ENG_E_RANGE;
  }
  for (uint64_t i = 0; i < rows; i++) {
    if (!isfinite(own[i])) return ENG_E_RANGE;
  }
  return ENG_OK;
}

static void fill(const eng_worth_options *asked, const double *own,
                 const eng_referral *referral, const eng_relation *relation,
                 eng_worth *out)
{
  out->own = *own;
  out->referred = referral->incentivised;
  out->influenced = referral->customers;
  out->referral = (1 - asked->came_anyway) * referral->incentivised_worth +
                  asked->acquisition_cost * (double)referral->incentivised;
  out->influence = referral->worth;
  out->ideas = relation->ideas;
  out->ideas_accepted = relation->ideas_accepted;
  out->knowledge = asked->idea_price * relation->ideas_accepted;
}

eng_status eng_book_worth(const eng_book *book, const eng_worth_options *options,
                          const double *own, eng_worth *out, uint64_t rows,
                          eng_progress_fn progress, void *user)
{
  const eng_allocator *memory;
  eng_worth_options asked;
  eng_referral *referrals;
  eng_relation *relations;
  eng_status status;
  size_t n;

  if (book == NULL || (rows > 0 && (own == NULL || out == NULL))) return ENG_E_INVALID;
  eng_worth_options_init(&asked, sizeof asked);
  status = options == NULL ? ENG_OK : eng__options_take(options, &asked, sizeof asked);
  if (status != ENG_OK) return status;
  if (rows != book->rows) return ENG_E_BUFFER;
  status = check(&asked, own, rows);
  if (status != ENG_OK) return status;
  if (rows > 0) memset(out, 0, (size_t)rows * sizeof *out);
  if (!eng__mul_size((size_t)rows + 1, sizeof *relations, &n)) return ENG_E_NOMEM;
  n = (size_t)rows + 1;
  memory = eng__memory(book->home.pen.context);
  referrals = eng__new(memory, n * sizeof *referrals);
  relations = eng__new(memory, n * sizeof *relations);
  status = referrals != NULL && relations != NULL ? ENG_OK : ENG_E_NOMEM;
  if (status == ENG_OK) {
    status = eng_book_referrals(book, asked.until, own, referrals, progress, user);
  }
  if (status == ENG_OK) {
    status = eng_book_relations(book, asked.from, asked.until, relations, rows,
                                progress, user);
  }
  for (uint64_t i = 0; i < rows && status == ENG_OK; i++) {
    fill(&asked, &own[i], &referrals[i], &relations[i], &out[i]);
  }
  eng__free(memory, referrals, n * sizeof *referrals);
  eng__free(memory, relations, n * sizeof *relations);
  return status;
}
