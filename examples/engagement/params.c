/* SPDX-License-Identifier: MIT */
/*
 * params.c - other values for the params of models.
 *
 * MODEL.NAME=VALUE is for one model, NAME=VALUE for every model that has a param of
 * that name. What a value may be is the language's to say: the words are handed to the
 * library as they are.
 */
#include "params.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "text.h"

/* The parts of a --param; model is empty where it is for all. */
struct asked {
  const char *model, *name, *value;
  size_t model_length, name_length;
};

static int split(const char *words, struct asked *out)
{
  const char *equals = strchr(words, '=');
  const char *dot = memchr(words, '.', equals != NULL ? (size_t)(equals - words) : 0);

  if (equals == NULL || equals == words || equals[1] == '\0') {
    complain("--param is written as NAME=VALUE or MODEL.NAME=VALUE, such as "
             "--param 'fresh=120 days'");
    return 0;
  }
  out->model = words;
  out->model_length = dot != NULL ? (size_t)(dot - words) : 0;
  out->name = dot != NULL ? dot + 1 : words;
  out->name_length = (size_t)(equals - out->name);
  while (out->name_length > 0 && out->name[out->name_length - 1] == ' ')
    out->name_length--;
  out->value = equals + 1;
  return 1;
}

static int is_words(const char *bytes, size_t length, const char *words)
{
  return words != NULL && strlen(words) == length && memcmp(bytes, words, length) == 0;
}

static int has_param(const eng_model *model, const struct asked *asked)
{
  for (int32_t i = 0; i < eng_model_param_count(model); i++)
    if (is_words(asked->name, asked->name_length, eng_model_param_name(model, i)))
      return 1;
  return 0;
}

/* A name that the model lacks is for the library to refuse if it is for this model
 * alone, which says what was meant. */
static int is_for(const eng_model *model, const struct asked *asked)
{
  if (asked->model_length == 0) return has_param(model, asked);
  return is_words(asked->model, asked->model_length, eng_model_name(model));
}

static int complain_values(const eng_model *model, const struct text *values,
                           eng_status status, const eng_error *error)
{
  const char *line = values->bytes;
  const char *why = error->text[0] != '\0' ? error->text : eng_status_text(status);
  struct text shown = {0};

  if (status == ENG_E_NOMEM) return complain_status("--param", status);
  for (uint32_t i = 1; i < error->line && strchr(line, '\n') != NULL; i++)
    line = strchr(line, '\n') + 1;
  if (error->line > 0) text_add_shown(&shown, line, strcspn(line, "\n"), 0);
  if (error->line > 0)
    complain("--param %s, model %s: %s", shown.bytes, eng_model_name(model), why);
  else
    complain("--param: with these values the model %s is none: %s",
             eng_model_name(model), why);
  text_free(&shown);
  return ANSWER_USAGE;
}

int params_set(const struct words *asked, eng_model **model)
{
  struct text values = {0};
  eng_model *changed = NULL;
  int answer = ANSWER_DONE;
  eng_status status;
  eng_error error;

  for (size_t i = 0; i < asked->count && answer == ANSWER_DONE; i++) {
    struct asked one;

    if (!split(asked->items[i], &one))
      answer = ANSWER_USAGE;
    else if (is_for(*model, &one))
      text_print(&values, "%.*s=%s\n", (int)one.name_length, one.name, one.value);
  }
  if (answer == ANSWER_DONE && values.length > 0) {
    eng_error_init(&error, sizeof error);
    status =
        eng_model_with_params(*model, values.bytes, values.length, &changed, &error);
    if (status != ENG_OK) {
      answer = complain_values(*model, &values, status, &error);
    } else {
      eng_model_free(*model);
      *model = changed;
    }
  }
  text_free(&values);
  return answer;
}

/* ---- what was meant where no model has it ---- */

static void unknown_param(const struct session *session, const struct asked *asked)
{
  struct text word = {0};
  const char **names = NULL, *near;
  size_t count = 0;

  for (int32_t m = 0; m < session->model_count; m++) {
    const eng_model *model = session->models[m];

    for (int32_t i = 0; i < eng_model_param_count(model); i++) {
      names = memory_resize(names, count + 1, sizeof *names);
      names[count++] = eng_model_param_name(model, i);
    }
  }
  text_add_shown(&word, asked->name, asked->name_length, 0);
  near = count > 0 ? text_nearest(word.bytes, names, count) : NULL;
  if (near != NULL)
    complain("--param: no model asked for has a param %s; did you mean %s?", word.bytes,
             near);
  else
    complain("--param: no model asked for has a param %s", word.bytes);
  text_free(&word);
  free(names);
}

static void unknown_model(const struct asked *asked)
{
  struct text word = {0};

  text_add_shown(&word, asked->model, asked->model_length, 0);
  complain("--param: the model %s is not asked for", word.bytes);
  text_free(&word);
}

int params_check(const struct session *session)
{
  const struct words *params = &session->options->params;

  for (size_t i = 0; i < params->count; i++) {
    struct asked one;
    int found = 0;

    if (!split(params->items[i], &one)) return ANSWER_USAGE;
    for (int32_t m = 0; m < session->model_count && !found; m++)
      found = is_for(session->models[m], &one);
    if (found) continue;
    if (one.model_length > 0)
      unknown_model(&one);
    else
      unknown_param(session, &one);
    return ANSWER_USAGE;
  }
  return ANSWER_DONE;
}
