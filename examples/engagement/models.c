/* SPDX-License-Identifier: MIT */
/*
 * models.c - the models that are asked for, and the command that shows them.
 *
 * A word with a slash or a dot is a file. Any other is a built-in model if there is one
 * of that name, so that what a script means does not depend on the folder it runs in;
 * else a file.
 */
#include "models.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <engagement/authoring.h>

#include "authoring.h"
#include "command.h"
#include "message.h"
#include "output.h"
#include "params.h"
#include "text.h"

/* No model text may be longer, see ENG_LIMIT_MODEL. */
enum { LONGEST_MODEL = 1 << 20 };

const char *models_title(const eng_model *model)
{
  const char *title = eng_model_title(model);

  return title != NULL && title[0] != '\0' ? title : eng_model_name(model);
}

int32_t models_builtin_index(const char *name)
{
  for (int32_t i = 0; i < eng_builtin_count(); i++)
    if (strcmp(eng_builtin_name(i), name) == 0) return i;
  return -1;
}

static void unknown_model(const char *name)
{
  int32_t count = eng_builtin_count();
  const char **names = memory_resize(NULL, (size_t)count, sizeof *names);
  const char *near;

  for (int32_t i = 0; i < count; i++) names[i] = eng_builtin_name(i);
  near = text_nearest(name, names, (size_t)count);
  free(names);
  if (near != NULL)
    complain("there is no model and no file \"%s\"; did you mean %s?", name, near);
  else
    complain(
        "there is no model and no file \"%s\"; engagement models lists what is built "
        "in",
        name);
}

/* ---- loading ---- */

/* What is wrong with a text; and, where that will mend it, the option that does. */
void models_complain(const eng_context *context, const char *name, eng_status status,
                     const eng_error *error)
{
  complain_at(name, error->line, error->column, "%s",
              error->text[0] != '\0' ? error->text : eng_status_text(status));
  if (eng_context_currency(context) == 0 &&
      strstr(error->text, "base currency") != NULL)
    complain("the base currency is what --currency says: --currency USD");
}

static int parse_file(const eng_context *context, const char *path, FILE *file,
                      eng_model **out)
{
  char *bytes = memory_resize(NULL, (size_t)LONGEST_MODEL + 1, 1);
  size_t length = fread(bytes, 1, (size_t)LONGEST_MODEL + 1, file);
  int answer = ANSWER_USAGE;
  eng_status status;
  eng_error error;

  if (ferror(file)) {
    complain("%s cannot be read: %s", path, strerror(errno));
  } else {
    eng_error_init(&error, sizeof error);
    status = eng_model_parse(context, bytes, length, out, &error);
    if (status == ENG_OK)
      answer = ANSWER_DONE;
    else if (status == ENG_E_NOMEM)
      answer = complain_status(path, status);
    else
      models_complain(context, path, status, &error);
  }
  free(bytes);
  return answer;
}

int models_open_one(const eng_context *context, const char *name, eng_model **out)
{
  int is_path = strpbrk(name, "/\\.") != NULL;
  eng_status status;
  FILE *file;
  int answer;

  if (!is_path && models_builtin_index(name) >= 0) {
    status = eng_model_builtin(context, name, strlen(name), out);
    return status == ENG_OK ? ANSWER_DONE : complain_status(name, status);
  }
  file = fopen(name, "rb");
  if (file == NULL) {
    if (is_path)
      complain("%s cannot be read: %s", name, strerror(errno));
    else
      unknown_model(name);
    return ANSWER_USAGE;
  }
  answer = parse_file(context, name, file, out);
  fclose(file);
  return answer;
}

/* Rows are told apart by the model's name, so there may be one of a name only. */
static int is_new(const struct session *session, const eng_model *model)
{
  for (int32_t i = 0; i < session->model_count; i++) {
    if (strcmp(eng_model_name(session->models[i]), eng_model_name(model)) != 0)
      continue;
    complain("the model %s is asked for twice; give one of them another name",
             eng_model_name(model));
    return 0;
  }
  return 1;
}

int models_open_condition(const struct session *session, const char *name,
                          const char *of, const char *text, size_t length,
                          eng_model **out)
{
  const eng_context *context = session->context;
  eng_model *model = NULL;
  eng_error error;
  eng_status status;
  int answer = of == NULL ? ANSWER_DONE : models_open_one(context, of, &model);

  if (answer == ANSWER_DONE && model != NULL)
    answer = params_set(&session->options->params, &model);
  if (answer != ANSWER_DONE) {
    eng_model_free(model);
    return answer;
  }
  eng_error_init(&error, sizeof error);
  status = of == NULL ? eng_model_condition(context, text, length, out, &error)
                      : eng_model_question(model, text, length, out, &error);
  eng_model_free(model);
  if (status == ENG_OK) return ANSWER_DONE;
  if (status == ENG_E_NOMEM) return complain_status(name, status);
  models_complain(context, name, status, &error);
  return ANSWER_USAGE;
}

/* The condition of --where, in the place of models. */
static int open_condition(struct session *session)
{
  const struct words *asked = &session->options->models;
  const char *where = session->options->where;
  int answer;

  if (asked->count > 1) {
    complain("--where uses the names of one --model; --segments FILE can use several");
    return ANSWER_USAGE;
  }
  answer = models_open_condition(session, "--where",
                                 asked->count > 0 ? asked->items[0] : NULL, where,
                                 strlen(where), &session->models[0]);
  if (answer != ANSWER_DONE) return answer;
  session->model_count = 1;
  return params_check(session);
}

int models_open(struct session *session)
{
  const struct words *asked = &session->options->models;
  int32_t built_in = eng_builtin_count();
  size_t count = asked->count > 0 ? asked->count : (size_t)built_in;

  if (session->options->where != NULL) return open_condition(session);
  if (count > SESSION_MODELS) {
    complain("up to %d models can be asked for together", SESSION_MODELS);
    return ANSWER_USAGE;
  }
  for (size_t i = 0; i < count; i++) {
    const char *name =
        asked->count > 0 ? asked->items[i] : eng_builtin_name((int32_t)i);
    eng_model *model = NULL;
    int answer = models_open_one(session->context, name, &model);

    if (answer != ANSWER_DONE) return answer;
    if (!is_new(session, model)) answer = ANSWER_USAGE;
    if (answer == ANSWER_DONE) answer = params_set(&session->options->params, &model);
    if (answer != ANSWER_DONE) {
      eng_model_free(model);
      return answer;
    }
    session->models[session->model_count++] = model;
  }
  return params_check(session);
}

/* ---- the command ---- */

static const char *shape_name(int32_t shape)
{
  switch (shape) {
  case ENG_SHAPE_LADDER: return "ladder";
  case ENG_SHAPE_PYRAMID: return "pyramid";
  case ENG_SHAPE_CYCLE: return "cycle";
  case ENG_SHAPE_MIX: return "mix";
  case ENG_SHAPE_CLASSES: return "classes";
  default: return "other";
  }
}

/* For people, a few lines a model: a table of all this fits no screen. */
static int tell(const struct session *session)
{
  struct text out = {0};

  for (int32_t i = 0; i < session->model_count; i++) {
    const eng_model *model = session->models[i];
    struct text words = {0};

    if (i > 0) text_put(&out, "\n");
    text_paint(&out, PAINT_BOLD, eng_model_name(model));
    text_print(&out, ", %s, revision %d\n", shape_name(eng_model_shape(model)),
               (int)eng_model_revision(model));
    text_add_wrapped(&out, 2, 2, eng_model_title(model));
    for (int32_t rank = 1; rank <= eng_model_stage_count(model); rank++)
      text_print(&words, "%s%s",
                 rank > 1 ? ", " : "Stages: ", eng_model_stage_name(model, rank));
    text_add_wrapped(&out, 2, 4, words.bytes);
    text_clear(&words);
    text_print(&words, "Source: %s", eng_model_source(model));
    text_add_wrapped(&out, 2, 4, words.bytes);
    text_free(&words);
  }
  fwrite(out.bytes, 1, out.length, stdout);
  text_free(&out);
  return output_end();
}

static int list(struct session *session)
{
  static const char *const columns[] = {"name",     "title",  "shape",
                                        "revision", "stages", "source"};
  struct rows rows;
  int answer = models_open(session);

  if (answer != ANSWER_DONE) return answer;
  if (session->options->format == FORMAT_TABLE) return tell(session);
  rows_begin(&rows, session->options->format, columns, 6);
  for (int32_t i = 0; i < session->model_count; i++) {
    const eng_model *model = session->models[i];
    struct text stages = {0};

    for (int32_t rank = 1; rank <= eng_model_stage_count(model); rank++)
      text_print(&stages, "%s%s", rank > 1 ? " " : "",
                 eng_model_stage_name(model, rank));
    rows_words(&rows, eng_model_name(model));
    rows_words(&rows, eng_model_title(model));
    rows_words(&rows, shape_name(eng_model_shape(model)));
    rows_number(&rows, eng_model_revision(model));
    rows_words(&rows, stages.bytes);
    rows_words(&rows, eng_model_source(model));
    text_free(&stages);
  }
  return rows_end(&rows);
}

/* A built-in model as it is written: a page of text to read, copy and change. */
static int show(const char *name)
{
  int32_t index = models_builtin_index(name);
  const char *bytes;
  size_t length;

  if (index < 0) {
    if (strpbrk(name, "/\\.") != NULL)
      complain("models show is for built-in models; of a file: engagement models print "
               "%s",
               name);
    else
      unknown_model(name);
    return ANSWER_USAGE;
  }
  bytes = eng_builtin_text(index, &length);
  fwrite(bytes, 1, length, stdout);
  if (length > 0 && bytes[length - 1] != '\n') putchar('\n');
  return output_end();
}

static int show_words(const struct options *options)
{
  if (options->words.count != 1) {
    complain("say which one: engagement models show NAME");
    return ANSWER_USAGE;
  }
  if (options->format == FORMAT_TABLE) return show(options->words.items[0]);
  complain("models show prints the text as it is written; --format is for the list");
  return ANSWER_USAGE;
}

/* What can be done with models, by the first word. */
static const struct {
  const char *name;
  int (*run)(const struct options *options);
} deeds[] = {{"show", show_words},
             {"check", models_check},
             {"diff", models_diff},
             {"print", models_print}};

enum { DEEDS = sizeof deeds / sizeof deeds[0] };

int models_run(const struct options *options)
{
  struct options own = *options;
  struct session session;
  int answer;

  for (int i = 0; i < DEEDS && options->words.count > 0; i++) {
    if (strcmp(options->words.items[0], deeds[i].name) != 0) continue;
    own.words.items++;
    own.words.count--;
    return deeds[i].run(&own);
  }
  if (options->words.count > 0) {
    complain("models takes nothing, or: show NAME, check FILE..., diff OLD NEW "
             "[INPUT...], print FILE");
    return ANSWER_USAGE;
  }
  answer = session_context(&session, options);
  if (answer == ANSWER_DONE) answer = list(&session);
  session_close(&session);
  return answer;
}
