/* SPDX-License-Identifier: MIT
 *
 * fuzz_version.c - the shape of a fuzzer, on the one thing there is to call.
 */
#include <engagement.h>

#include <stddef.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  (void)data;
  if (size > 0 && eng_version() <= 0) abort();
  return 0;
}
