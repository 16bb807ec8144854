/* SPDX-License-Identifier: MIT */
/*
 * family.c - the list of families, in the order of ENG_FAMILY_*.
 */
#include "forecast/family.h"

#include <engagement/forecast.h>

const struct eng__family *eng__family_of(int32_t number)
{
  switch (number) {
  case ENG_FAMILY_BGNBD: return &eng__bgnbd;
  case ENG_FAMILY_MBGNBD: return &eng__mbgnbd;
  case ENG_FAMILY_PARETONBD: return &eng__paretonbd;
  case ENG_FAMILY_BGBB: return &eng__bgbb;
  case ENG_FAMILY_NBD: return &eng__nbd;
  default: return NULL;
  }
}
