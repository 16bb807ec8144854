/* SPDX-License-Identifier: MIT
 *
 * selftest.c - the public interface, tested with nothing but a C compiler.
 *
 * Check is not there on Windows, musl or WebAssembly; this one program runs on
 * all of them, against the shared library where there is one, and as the host
 * program of the install test. It includes <engagement.h> and nothing of lib/.
 */
#include <engagement.h>

#include <stdio.h>
#include <string.h>

static int passed, failed;

static void expect(int holds, const char *what)
{
  if (holds) {
    passed++;
  } else {
    failed++;
    printf("FAILED: %s\n", what);
  }
}

int main(void)
{
  char text[64];
  int32_t v = eng_version();

  snprintf(text, sizeof text, "%d.%d.%d", (int)(v / 1000000), (int)(v / 1000 % 1000),
           (int)(v % 1000));
  expect(strcmp(text, eng_version_text()) == 0, "version number and text agree");
  expect(eng_abi_version() == 0, "the ABI number is that of the SONAME");

  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
