/* SPDX-License-Identifier: MIT
 *
 * test_language.c - the guide of the model language is its own test. A block of
 * docs/language.md that is marked `model` is accepted, and printed back the same; one
 * that is marked `model-error` is refused with the line, column and text of its `#
 * error:` comment. A block that does not begin with `language` gets a head, and a stage
 * if it has none. And its table of kinds has every kind.
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement.h>

Suite *language_suite(void);

enum { BLOCK = 8192 };

static const char head[] = "language 1\nmodel example\n";
static const char tail[] = "stage example when count(visit) >= 1\n";

/* A fenced block as it stands in the guide. */
struct block {
  char text[BLOCK];
  size_t size;
  int line; /* of its fence */
  bool wrong;
};

static FILE *open_guide(void)
{
  const char *folder = getenv("SRCDIR");
  char path[4096];
  FILE *guide;

  snprintf(path, sizeof path, "%s/docs/language.md", folder != NULL ? folder : ".");
  guide = fopen(path, "rb");
  ck_assert_msg(guide != NULL, "%s: cannot be opened; is SRCDIR set?", path);
  return guide;
}

/* The next marked block; false at the end of the guide. */
static bool next_block(FILE *guide, int *line, struct block *block)
{
  char row[1024];
  bool inside = false;

  block->size = 0;
  while (fgets(row, sizeof row, guide) != NULL) {
    size_t size = strlen(row);

    ++*line;
    if (inside && strcmp(row, "```\n") == 0) return true;
    if (inside) {
      ck_assert_uint_lt(block->size + size, BLOCK);
      memcpy(block->text + block->size, row, size + 1);
      block->size += size;
    } else if (strcmp(row, "```model\n") == 0 || strcmp(row, "```model-error\n") == 0) {
      inside = true;
      block->wrong = row[8] == '-';
      block->line = *line;
    }
  }
  ck_assert_msg(!inside, "the block of line %d is not closed", block->line);
  return false;
}

static bool begins_with(const char *text, const char *with)
{
  return strncmp(text, with, strlen(with)) == 0;
}

static bool has_line(const char *text, const char *with)
{
  for (; text != NULL; text = strchr(text, '\n')) {
    if (*text == '\n') text++;
    if (begins_with(text, with)) return true;
  }
  return false;
}

static bool has_stage(const char *text)
{
  return has_line(text, "stage ") || has_line(text, "classes ");
}

static eng_context *euro_context(void)
{
  eng_settings *settings;
  eng_context *context;

  ck_assert_int_eq(eng_settings_new(NULL, &settings), ENG_OK);
  ck_assert_int_eq(eng_settings_set_currency(settings, 978), ENG_OK);
  ck_assert_int_eq(eng_context_new(settings, &context), ENG_OK);
  eng_settings_free(settings);
  return context;
}

/* What is printed of a model parses, prints the same and does not differ. */
static void prints_back(const eng_context *context, const eng_model *model, int line)
{
  static char once[2 * BLOCK], twice[2 * BLOCK];
  eng_model *again;
  eng_diff *diff;
  size_t size, same;

  ck_assert_int_eq(eng_model_print(model, once, sizeof once, &size), ENG_OK);
  ck_assert_int_eq(eng_model_parse(context, once, size, &again, NULL), ENG_OK);
  ck_assert_int_eq(eng_model_print(again, twice, sizeof twice, &same), ENG_OK);
  ck_assert_msg(size == same && memcmp(once, twice, size) == 0,
                "docs/language.md:%d: printed twice, it differs", line);
  ck_assert_int_eq(eng_model_diff(model, again, &diff), ENG_OK);
  ck_assert_int_eq(eng_diff_count(diff), 0);
  eng_diff_free(diff);
  eng_model_free(again);
}

/* Parses a block; lines of the error count from the block's first. */
static eng_status parse(const struct block *block, eng_error *error)
{
  char text[BLOCK + sizeof head + sizeof tail];
  bool whole = begins_with(block->text, "language ");
  eng_context *context = euro_context();
  eng_model *model;
  eng_status status;

  snprintf(text, sizeof text, "%s%s%s", whole ? "" : head, block->text,
           whole || block->wrong || has_stage(block->text) ? "" : tail);
  eng_error_init(error, sizeof *error);
  status = eng_model_parse(context, text, strlen(text), &model, error);
  if (status == ENG_OK) prints_back(context, model, block->line);
  if (!whole && error->line > 2) error->line -= 2;
  eng_model_free(model);
  eng_context_free(context);
  return status;
}

START_TEST(every_model_of_the_guide_is_accepted)
{
  FILE *guide = open_guide();
  struct block block;
  int line = 0, seen = 0;

  while (next_block(guide, &line, &block)) {
    eng_error error;

    if (block.wrong) continue;
    seen++;
    ck_assert_msg(parse(&block, &error) == ENG_OK, "docs/language.md:%d: %u:%u: %s",
                  block.line, error.line, error.column, error.text);
  }
  ck_assert_int_ge(seen, 8);
  fclose(guide);
}
END_TEST

START_TEST(every_mistake_of_the_guide_is_named_as_it_says)
{
  FILE *guide = open_guide();
  struct block block;
  int line = 0, seen = 0, other = 0;

  while (next_block(guide, &line, &block)) {
    eng_error error;
    char said[256];
    const char *wanted;

    if (!block.wrong) continue;
    seen++;
    wanted = strstr(block.text, "# error: ");
    ck_assert_msg(wanted != NULL, "docs/language.md:%d: no `# error:`", block.line);
    ck_assert_msg(parse(&block, &error) != ENG_OK, "docs/language.md:%d: is accepted",
                  block.line);
    snprintf(said, sizeof said, "# error: %u:%u: %s\n", error.line, error.column,
             error.text);
    if (strcmp(said, wanted) != 0) {
      fprintf(stderr, "docs/language.md:%d: %s", block.line, said);
      other++;
    }
  }
  ck_assert_int_ge(seen, 20);
  ck_assert_msg(other == 0, "%d mistakes are named in other words", other);
  fclose(guide);
}
END_TEST

/* Whether a line of a table begins with a cell that has a name in it. */
static bool explains(FILE *guide, const char *name)
{
  char row[1024], quoted[80];

  snprintf(quoted, sizeof quoted, "`%s`", name);
  rewind(guide);
  while (fgets(row, sizeof row, guide) != NULL) {
    const char *found = row[0] == '|' ? strstr(row, quoted) : NULL;

    if (found != NULL && found < strchr(row + 1, '|')) return true;
  }
  return false;
}

START_TEST(every_kind_is_explained)
{
  eng_context *context = euro_context();
  FILE *guide = open_guide();

  for (int32_t kind = 1; kind < ENG_EVENT_VOID; kind++) {
    const char *name = eng_kind_name(context, kind);

    if (name == NULL) continue;
    ck_assert_msg(explains(guide, name), "docs/language.md: no table has %s", name);
  }
  fclose(guide);
  eng_context_free(context);
}
END_TEST

Suite *language_suite(void)
{
  Suite *suite = suite_create("language");
  TCase *guide = tcase_create("guide");

  tcase_add_test(guide, every_model_of_the_guide_is_accepted);
  tcase_add_test(guide, every_mistake_of_the_guide_is_named_as_it_says);
  tcase_add_test(guide, every_kind_is_explained);
  suite_add_tcase(suite, guide);
  return suite;
}
