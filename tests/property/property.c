/* SPDX-License-Identifier: MIT
 *
 * property.c - seeds and draws for the property tests. The generator is
 * SplitMix64 (Steele, Lea & Flood 2014): one word of state, any seed is good.
 */
#include "property.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t prop_seed(void)
{
  static uint64_t seed;
  static int known;

  if (!known) {
    const char *text = getenv("SEED");
    if (text == NULL || *text == '\0')
      seed = 1;
    else if (strcmp(text, "random") == 0)
      seed = (uint64_t)time(NULL);
    else
      seed = strtoull(text, NULL, 0);
    known = 1;
  }
  return seed;
}

int prop_cases(int at_100)
{
  const char *text = getenv("CASES");
  long percent = text != NULL && *text != '\0' ? strtol(text, NULL, 10) : 100;
  long long cases = (long long)at_100 * percent / 100;

  return cases < 1 ? 1 : cases > 1000000000 ? 1000000000 : (int)cases;
}

prop_draw prop_case(int case_number)
{
  prop_draw mix = {prop_seed() ^
                   ((uint64_t)case_number * UINT64_C(0xD1342543DE82EF95))};

  return (prop_draw){prop_next(&mix)};
}

uint64_t prop_next(prop_draw *draw)
{
  uint64_t z = draw->state += UINT64_C(0x9E3779B97F4A7C15);

  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

int64_t prop_between(prop_draw *draw, int64_t low, int64_t high)
{
  uint64_t span = (uint64_t)high - (uint64_t)low + 1; /* 0: all 64 bits */
  uint64_t drawn = prop_next(draw);

  return (int64_t)((uint64_t)low + (span == 0 ? drawn : drawn % span));
}

double prop_unit(prop_draw *draw) { return (double)(prop_next(draw) >> 11) * 0x1p-53; }
