/* SPDX-License-Identifier: MIT
 *
 * replay.c - a plain main for the fuzzers: runs each file named on the command
 * line once, so that every input that ever mattered is tested by `make check`
 * with any compiler. It counts; a fault shows as a crash, as under the fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An exact-size copy, so that a read past the end is seen by sanitizers. */
static int replay(const char *path) {
  FILE *in = fopen(path, "rb");
  long size = -1;

  if (in != NULL && fseek(in, 0, SEEK_END) == 0)
    size = ftell(in);
  if (size < 0 || fseek(in, 0, SEEK_SET) != 0) {
    perror(path);
    if (in != NULL)
      fclose(in);
    return 1;
  }

  uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
  int bad = data == NULL || fread(data, 1, (size_t)size, in) != (size_t)size;
  fclose(in);
  if (bad)
    fprintf(stderr, "%s: cannot be read\n", path);
  else
    LLVMFuzzerTestOneInput(data, (size_t)size);
  free(data);
  return bad;
}

int main(int argc, char **argv) {
  int failed = 0;

  LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
  for (int i = 1; i < argc; i++)
    failed += replay(argv[i]);
  printf("%s: %d inputs replayed, %d failed\n", argv[0], argc - 1, failed);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
