/* SPDX-License-Identifier: MIT
 *
 * main.c - the program `engagement`, on public headers only.
 */
#include <stdio.h>

#include <engagement.h>

int main(void) {
  printf("engagement %s\n", eng_version_text());
  return 0;
}
