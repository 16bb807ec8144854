/* SPDX-License-Identifier: MIT */
/*
 * diff.c - how two models differ, and which differences move a customer.
 *
 * Elements are matched by what they are, their names and, for clauses and advices of
 * which a stage has several, their words; what is left over of those in one stage is
 * paired in order. Why a customer moves is found by going from the clauses that do not
 * hold to the definitions they name, latest first, until something differs: a
 * definition names only earlier ones, so one pass does.
 */
#include <string.h>

#include "core/customer.h"
#include "core/memory.h"
#include "core/sort.h"
#include "model/assessor.h"
#include "model/outline.h"
#include "model/print.h"

enum { BEFORE, AFTER, SIDES };

struct difference {
  int32_t change;
  int32_t elements[SIDES]; /* or -1 */
  uint32_t place;          /* that they are sorted by */
};

/* A name that expressions may say, of an element. */
struct naming {
  const char *name;
  size_t size;
  int32_t element;
};

struct side {
  struct eng__outline outline;
  int32_t *pairs;         /* of each element: that of the other side, or -1 */
  int32_t *entries;       /* of each element: its difference, or -1 */
  struct naming *namings; /* by name */
  size_t naming_count;
};

struct eng_diff {
  const eng_allocator *memory;
  struct side sides[SIDES];
  struct difference *differences;
  size_t count, room;
};

static const struct eng__element *element_at(const struct side *side, int32_t index)
{
  return &side->outline.elements[index];
}

/* ---- matching ---- */

/* What elements are matched by. */
struct key {
  const char *name, *text; /* text: where there may be several of a name */
  int32_t what, index;
};

static bool has_several(int32_t what)
{
  return what == ENG_ELEMENT_CLAUSE || what == ENG_ELEMENT_ADVICE;
}

static int compare_keys(const struct key *x, const struct key *y)
{
  int order = (x->what > y->what) - (x->what < y->what);

  if (order == 0) order = strcmp(x->name, y->name);
  if (order == 0) order = strcmp(x->text, y->text);
  return order;
}

static int by_key(const void *a, const void *b)
{
  const struct key *x = a, *y = b;
  int order = compare_keys(x, y);

  return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static struct key *new_keys(const eng_diff *diff, const struct side *side)
{
  size_t count = side->outline.count;
  struct key *keys = eng__new(diff->memory, (count + 1) * sizeof *keys);

  for (size_t i = 0; keys != NULL && i < count; i++) {
    keys[i].what = side->outline.elements[i].what;
    keys[i].name = eng__outline_name(&side->outline, i);
    keys[i].text =
        has_several(keys[i].what) ? eng__outline_text(&side->outline, i) : "";
    keys[i].index = (int32_t)i;
  }
  if (keys != NULL) eng__sort(keys, count, sizeof *keys, by_key);
  return keys;
}

static void pair(eng_diff *diff, int32_t before, int32_t after)
{
  diff->sides[BEFORE].pairs[before] = after;
  diff->sides[AFTER].pairs[after] = before;
}

static eng_status match(eng_diff *diff)
{
  size_t counts[SIDES] = {diff->sides[BEFORE].outline.count,
                          diff->sides[AFTER].outline.count};
  struct key *a = new_keys(diff, &diff->sides[BEFORE]);
  struct key *b = new_keys(diff, &diff->sides[AFTER]);
  bool whole = a != NULL && b != NULL;

  for (size_t i = 0, k = 0; whole && i < counts[BEFORE] && k < counts[AFTER];) {
    int order = compare_keys(&a[i], &b[k]);

    if (order == 0) pair(diff, a[i++].index, b[k++].index);
    if (order < 0) i++;
    if (order > 0) k++;
  }
  eng__free(diff->memory, a, (counts[BEFORE] + 1) * sizeof *a);
  eng__free(diff->memory, b, (counts[AFTER] + 1) * sizeof *b);
  return whole ? ENG_OK : ENG_E_NOMEM;
}

/* The next part of some kind that has no pair, of the statement at `whole`; -1: none.
 */
static int32_t next_left(const struct side *side, int32_t whole, int32_t what,
                         int32_t after)
{
  for (int32_t i = after + 1; (size_t)i < side->outline.count; i++) {
    const struct eng__element *element = element_at(side, i);

    if (element->parent != whole) return -1;
    if (element->what == what && side->pairs[i] < 0) return i;
  }
  return -1;
}

/* Clauses and advices that are left over on both sides of a stage are the same one,
 * changed, as far as they go. */
static void pair_left(eng_diff *diff, int32_t before, int32_t after, int32_t what)
{
  int32_t a = next_left(&diff->sides[BEFORE], before, what, before);
  int32_t b = next_left(&diff->sides[AFTER], after, what, after);

  while (a >= 0 && b >= 0) {
    pair(diff, a, b);
    a = next_left(&diff->sides[BEFORE], before, what, a);
    b = next_left(&diff->sides[AFTER], after, what, b);
  }
}

static void pair_parts(eng_diff *diff)
{
  const struct side *old = &diff->sides[BEFORE];

  for (size_t i = 0; i < old->outline.count; i++) {
    if (old->outline.elements[i].rank == 0 || old->pairs[i] < 0) continue;
    pair_left(diff, (int32_t)i, old->pairs[i], ENG_ELEMENT_CLAUSE);
    pair_left(diff, (int32_t)i, old->pairs[i], ENG_ELEMENT_ADVICE);
  }
}

/* ---- differences ---- */

static eng_status add(eng_diff *diff, int32_t change, int32_t before, int32_t after)
{
  const struct side *sides = diff->sides;
  void *differences = diff->differences;
  struct difference *difference;
  eng_status status = eng__grow(diff->memory, &differences, &diff->room,
                                diff->count + 1, sizeof *difference);

  diff->differences = differences;
  if (status != ENG_OK) return status;
  difference = &diff->differences[diff->count++];
  difference->change = change;
  difference->elements[BEFORE] = before;
  difference->elements[AFTER] = after;
  difference->place = after >= 0 ? element_at(&sides[AFTER], after)->line
                                 : element_at(&sides[BEFORE], before)->line;
  return ENG_OK;
}

/* Of a statement that only one model has, its parts are not told too. */
static bool is_told_with_whole(const struct side *side, int32_t index)
{
  int32_t parent = element_at(side, index)->parent;

  return parent >= 0 && side->pairs[parent] < 0;
}

static bool is_changed(const eng_diff *diff, int32_t before, int32_t after)
{
  const struct eng__outline *a = &diff->sides[BEFORE].outline;
  const struct eng__outline *b = &diff->sides[AFTER].outline;

  if (a->elements[before].what == ENG_ELEMENT_STAGE) return false; /* see its clauses */
  return strcmp(eng__outline_text(a, (size_t)before),
                eng__outline_text(b, (size_t)after)) != 0;
}

static eng_status add_differences(eng_diff *diff)
{
  const struct side *old = &diff->sides[BEFORE], *new = &diff->sides[AFTER];
  eng_status status = ENG_OK;

  for (int32_t i = 0; (size_t)i < old->outline.count && status == ENG_OK; i++) {
    if (old->pairs[i] >= 0 || is_told_with_whole(old, i)) continue;
    status = add(diff, ENG_CHANGE_REMOVED, i, -1);
  }
  for (int32_t i = 0; (size_t)i < new->outline.count &&status == ENG_OK; i++) {
    if (is_told_with_whole(new, i)) continue;
    if (new->pairs[i] < 0) {
      status = add(diff, ENG_CHANGE_ADDED, -1, i);
    } else if (is_changed(diff, new->pairs[i], i)) {
      status = add(diff, ENG_CHANGE_CHANGED, new->pairs[i], i);
    }
  }
  return status;
}

/* Stages that both models have and that do not stand in the longest row of those whose
 * order is the same. There are 255 at the most. */
static eng_status add_moves(eng_diff *diff)
{
  const struct side *old = &diff->sides[BEFORE], *new = &diff->sides[AFTER];
  int32_t stages[256], lengths[256], previous[256];
  int32_t count = 0, best = -1;
  eng_status status = ENG_OK;

  for (int32_t i = 0; (size_t)i < new->outline.count; i++) {
    if (element_at(new, i)->what != ENG_ELEMENT_STAGE || new->pairs[i] < 0) continue;
    if (count == 256) return ENG_OK;
    lengths[count] = 1;
    previous[count] = -1;
    for (int32_t k = 0; k < count; k++) {
      if (element_at(old, new->pairs[stages[k]])->rank <
              element_at(old, new->pairs[i])->rank &&
          lengths[k] + 1 > lengths[count]) {
        lengths[count] = lengths[k] + 1;
        previous[count] = k;
      }
    }
    stages[count] = i;
    if (best < 0 || lengths[count] > lengths[best]) best = count;
    count++;
  }
  for (int32_t k = count - 1; k >= 0 && status == ENG_OK; k--) {
    if (k == best) {
      best = previous[k];
    } else {
      status = add(diff, ENG_CHANGE_MOVED, new->pairs[stages[k]], stages[k]);
    }
  }
  return status;
}

static int by_line(const void *a, const void *b)
{
  const struct difference *x = a, *y = b;

  if (x->place != y->place) return x->place < y->place ? -1 : 1;
  if (x->elements[AFTER] != y->elements[AFTER]) {
    return x->elements[AFTER] < y->elements[AFTER] ? -1 : 1;
  }
  return (x->elements[BEFORE] > y->elements[BEFORE]) -
         (x->elements[BEFORE] < y->elements[BEFORE]);
}

static void number_differences(eng_diff *diff)
{
  eng__sort(diff->differences, diff->count, sizeof *diff->differences, by_line);
  for (size_t i = 0; i < diff->count; i++) {
    for (int s = 0; s < SIDES; s++) {
      int32_t element = diff->differences[i].elements[s];

      if (element >= 0) diff->sides[s].entries[element] = (int32_t)i;
    }
  }
}

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
  const struct naming *x = a, *y = b;

  return strcmp(x->name, y->name);
}

static bool is_named(int32_t what)
{
  return what == ENG_ELEMENT_PARAM || what == ENG_ELEMENT_LET ||
         what == ENG_ELEMENT_DIMENSION || what == ENG_ELEMENT_SCORE ||
         what == ENG_ELEMENT_STAGE || what == ENG_ELEMENT_ALIAS;
}

static void list_names(struct side *side)
{
  for (size_t i = 0; i < side->outline.count; i++) {
    const struct eng__element *element = &side->outline.elements[i];
    struct naming *naming = &side->namings[side->naming_count];
    bool alias = element->what == ENG_ELEMENT_ALIAS;

    if (!is_named(element->what)) continue;
    naming->name = alias ? eng__outline_text(&side->outline, i)
                         : eng__outline_name(&side->outline, i);
    naming->size = strlen(naming->name);
    naming->element = (int32_t)i;
    side->naming_count++;
  }
  eng__sort(side->namings, side->naming_count, sizeof *side->namings, by_name);
}

/* The element that a word of an expression names, or -1. */
static int32_t find_named(const struct side *side, const char *name, size_t size)
{
  size_t low = 0, high = side->naming_count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct naming *naming = &side->namings[middle];
    size_t shorter = naming->size < size ? naming->size : size;
    int order = memcmp(naming->name, name, shorter);

    if (order == 0) order = (naming->size > size) - (naming->size < size);
    if (order == 0) return naming->element;
    if (order < 0) low = middle + 1;
    if (order > 0) high = middle;
  }
  return -1;
}

/* ---- life ---- */

static eng_status fill_side(eng_diff *diff, struct side *side, const eng_model *model)
{
  eng_status status = eng__outline_fill(&side->outline, model);
  size_t count = side->outline.count;

  if (status != ENG_OK) return status;
  side->pairs = eng__new(diff->memory, (count + 1) * sizeof *side->pairs);
  side->entries = eng__new(diff->memory, (count + 1) * sizeof *side->entries);
  side->namings = eng__new(diff->memory, (count + 1) * sizeof *side->namings);
  if (side->pairs == NULL || side->entries == NULL || side->namings == NULL) {
    return ENG_E_NOMEM;
  }
  for (size_t i = 0; i < count; i++) side->pairs[i] = side->entries[i] = -1;
  list_names(side);
  return ENG_OK;
}

eng_status eng_model_diff(const eng_model *before, const eng_model *after,
                          eng_diff **out)
{
  eng_diff *diff;
  eng_status status;

  if (out == NULL) return ENG_E_INVALID;
  *out = NULL;
  if (before == NULL || after == NULL) return ENG_E_INVALID;
  if (before->context != after->context) return ENG_E_CONTEXT;
  if (before->host != NULL || after->host != NULL || before->question_to > 0 ||
      after->question_to > 0) {
    return ENG_E_UNSUPPORTED;
  }
  diff = eng__new_zeroed(eng__memory(before->context), sizeof *diff);
  if (diff == NULL) return ENG_E_NOMEM;
  diff->memory = eng__memory(before->context);
  status = fill_side(diff, &diff->sides[BEFORE], before);
  if (status == ENG_OK) status = fill_side(diff, &diff->sides[AFTER], after);
  if (status == ENG_OK) status = match(diff);
  if (status == ENG_OK) {
    pair_parts(diff);
    status = add_differences(diff);
  }
  if (status == ENG_OK) status = add_moves(diff);
  if (status != ENG_OK) {
    eng_diff_free(diff);
    return status;
  }
  number_differences(diff);
  *out = diff;
  return ENG_OK;
}

void eng_diff_free(eng_diff *diff)
{
  if (diff == NULL) return;
  for (int s = 0; s < SIDES; s++) {
    struct side *side = &diff->sides[s];
    size_t count = side->outline.count + 1;

    eng__free(diff->memory, side->pairs, count * sizeof *side->pairs);
    eng__free(diff->memory, side->entries, count * sizeof *side->entries);
    eng__free(diff->memory, side->namings, count * sizeof *side->namings);
    eng__outline_free(&side->outline);
  }
  eng__free(diff->memory, diff->differences, diff->room * sizeof *diff->differences);
  eng__free(diff->memory, diff, sizeof *diff);
}

/* ---- who moves ---- */

/* What is at hand while somebody's move is explained. */
struct search {
  const eng_diff *diff;
  eng_assessor *assessor;
  const struct eng__member *members[SIDES];
  bool *needed[SIDES]; /* elements whose meaning matters */
  bool *blamed;        /* differences */
};

static bool holds(const struct search *s, int side, int32_t node)
{
  struct eng__fraction value;

  return eng__evaluate(s->assessor, s->members[side], node, s->assessor->as_of,
                       &value) &&
         value.n == 1;
}

static bool blame(const struct search *s, int side, int32_t element)
{
  int32_t entry = s->diff->sides[side].entries[element];

  if (entry >= 0) s->blamed[entry] = true;
  return entry >= 0;
}

/* What an expression names is needed. */
struct naming_search {
  const struct search *search;
  int side;
};

static void need_name(void *user, uint32_t from, uint32_t to)
{
  const struct naming_search *n = user;
  const struct side *side = &n->search->diff->sides[n->side];
  int32_t element = find_named(side, side->outline.model->text + from, to - from);

  if (element >= 0) n->search->needed[n->side][element] = true;
}

static void need_names_of(const struct search *s, int side, int32_t element)
{
  const struct eng__element *at = element_at(&s->diff->sides[side], element);
  struct naming_search n = {s, side};

  if (at->from < at->to) {
    eng__each_name(s->diff->sides[side].outline.model, at->from, at->to, need_name, &n);
  }
}

/* Whether an element is a clause of a stage, or a term of a score. */
static bool is_meant(const struct side *side, int32_t index)
{
  int32_t what = element_at(side, index)->what;

  return what == ENG_ELEMENT_CLAUSE || what == ENG_ELEMENT_TERM;
}

/* The next part of a statement; -1: there is none. */
static int32_t next_part(const struct side *side, int32_t whole, int32_t index)
{
  index++;
  if ((size_t)index >= side->outline.count) return -1;
  return element_at(side, index)->parent == whole ? index : -1;
}

/* Each clause of a stage or term of a score, or those clauses that do not hold. */
static void blame_parts(const struct search *s, int side, int32_t whole, bool all)
{
  const struct side *at = &s->diff->sides[side];

  for (int32_t i = next_part(at, whole, whole); i >= 0; i = next_part(at, whole, i)) {
    if (!is_meant(at, i)) continue;
    if (!all && holds(s, side, element_at(at, i)->node)) continue;
    if (!blame(s, side, i)) need_names_of(s, side, i);
  }
}

/* A stage or score that is needed: each of its parts, and those that it has no more. */
static void blame_whole(const struct search *s, int side, int32_t whole)
{
  const struct side *other = &s->diff->sides[1 - side];
  int32_t pair = s->diff->sides[side].pairs[whole];

  if (pair < 0) {
    (void)blame(s, side, whole);
    return;
  }
  blame_parts(s, side, whole, true);
  for (int32_t i = next_part(other, pair, pair); i >= 0;
       i = next_part(other, pair, i)) {
    if (is_meant(other, i)) (void)blame(s, 1 - side, i);
  }
}

/* From the elements that are needed on a side down to what differs. */
static void blame_needed(const struct search *s, int side)
{
  const struct side *at = &s->diff->sides[side];

  for (int32_t i = (int32_t)at->outline.count - 1; i >= 0; i--) {
    if (!s->needed[side][i]) continue;
    switch (element_at(at, i)->what) {
    case ENG_ELEMENT_STAGE:
    case ENG_ELEMENT_SCORE: blame_whole(s, side, i); break;
    case ENG_ELEMENT_ALIAS:
      (void)blame(s, side, i);
      s->needed[side][element_at(at, i)->parent] = true; /* it stands before */
      break;
    default:
      if (!blame(s, side, i)) need_names_of(s, side, i);
      break;
    }
  }
}

static int32_t stage_element(const struct side *side, int32_t rank)
{
  for (size_t i = 0; rank > 0 && i < side->outline.count; i++) {
    if (side->outline.elements[i].rank == rank) return (int32_t)i;
  }
  return -1;
}

/* Why a stage is not true on one side although it is on the other: because it is not
 * there, or clauses do not hold. False: it is true. */
static bool blame_loss(const struct search *s, int side, int32_t other_element)
{
  int32_t element = s->diff->sides[1 - side].pairs[other_element];

  if (element < 0) {
    (void)blame(s, 1 - side, other_element);
    return true;
  }
  if (holds(s, side, element_at(&s->diff->sides[side], element)->node)) return false;
  blame_parts(s, side, element, false);
  return true;
}

/* Between two stages. The one that is reached now was not true, or the other one, which
 * came later, is true no more, or they have changed places. */
static void blame_stages(const struct search *s, int32_t from, int32_t to)
{
  int32_t still = from >= 0 ? s->diff->sides[BEFORE].pairs[from] : -1;
  bool overtaken = to >= 0 && still >= 0 && to > still;
  bool lost = false, gained = false;

  if (to >= 0) gained = blame_loss(s, BEFORE, to);
  if (from >= 0 && !(overtaken && gained)) lost = blame_loss(s, AFTER, from);
  if (gained || lost) return;
  if (from >= 0) (void)blame(s, BEFORE, from);
  if (to >= 0) (void)blame(s, AFTER, to);
}

/* Between two classes: the axes whose answers differ, or what answers they have. */
static void blame_classes(const struct search *s, int32_t from, int32_t to)
{
  const struct side *old = &s->diff->sides[BEFORE], *new = &s->diff->sides[AFTER];
  bool differ = false;

  for (size_t i = 0; i < old->outline.count; i++) {
    int32_t other = old->pairs[i], axis = (int32_t)i;
    bool before, after;

    if (old->outline.elements[i].what != ENG_ELEMENT_AXIS || other < 0) continue;
    before = holds(s, BEFORE, element_at(old, axis)->node);
    after = holds(s, AFTER, element_at(new, other)->node);
    if (before == after) continue;
    differ = true;
    if (blame(s, BEFORE, axis)) continue;
    need_names_of(s, BEFORE, axis);
    need_names_of(s, AFTER, other);
  }
  if (differ) return;
  (void)blame(s, BEFORE, from);
  (void)blame(s, AFTER, to);
  for (size_t i = 0; i < s->diff->count; i++) {
    const struct difference *at = &s->diff->differences[i];
    int side = at->elements[AFTER] >= 0 ? AFTER : BEFORE;

    if (element_at(&s->diff->sides[side], at->elements[side])->what ==
        ENG_ELEMENT_AXIS) {
      s->blamed[i] = true;
    }
  }
}

static void find_causes(const struct search *s, int32_t from, int32_t to)
{
  const struct side *old = &s->diff->sides[BEFORE], *new = &s->diff->sides[AFTER];
  int32_t source = stage_element(old, from), target = stage_element(new, to);
  bool classes = old->outline.model->axis_count > 0;

  if (classes != (new->outline.model->axis_count > 0)) {
    if (source >= 0) (void)blame(s, BEFORE, source);
    if (target >= 0) (void)blame(s, AFTER, target);
  } else if (classes) {
    blame_classes(s, source, target);
  } else {
    blame_stages(s, source, target);
  }
  blame_needed(s, BEFORE);
  blame_needed(s, AFTER);
}

static int32_t member_of(const eng_assessor *assessor, const eng_model *model)
{
  for (int32_t i = 0; i < assessor->count; i++) {
    if (assessor->members[i].model == model) return i;
  }
  return -1;
}

static bool same_stage(const eng_diff *diff, int32_t from, int32_t to)
{
  return strcmp(eng_model_stage_name(diff->sides[BEFORE].outline.model, from),
                eng_model_stage_name(diff->sides[AFTER].outline.model, to)) == 0;
}

/* Marks the differences that are to blame, in memory for marks of all kinds. */
static eng_status search(const eng_diff *diff, eng_assessor *assessor,
                         const int32_t members[SIDES], int32_t from, int32_t to,
                         int32_t *causes, int32_t capacity, int32_t *count)
{
  size_t elements[SIDES] = {diff->sides[BEFORE].outline.count,
                            diff->sides[AFTER].outline.count};
  size_t size = diff->count + elements[BEFORE] + elements[AFTER];
  bool *marks = eng__new_zeroed(diff->memory, size);
  struct search s;

  if (marks == NULL) return ENG_E_NOMEM;
  s.diff = diff;
  s.assessor = assessor;
  for (int i = 0; i < SIDES; i++) s.members[i] = &assessor->members[members[i]];
  s.blamed = marks;
  s.needed[BEFORE] = marks + diff->count;
  s.needed[AFTER] = s.needed[BEFORE] + elements[BEFORE];
  find_causes(&s, from, to);
  for (size_t i = 0; i < diff->count; i++) {
    if (!s.blamed[i]) continue;
    if (*count < capacity) causes[*count] = (int32_t)i;
    ++*count;
  }
  eng__free(diff->memory, marks, size);
  return ENG_OK;
}

eng_status eng_diff_move(const eng_diff *diff, eng_assessor *assessor,
                         const eng_customer *customer, int64_t as_of, int32_t *from,
                         int32_t *to, int32_t *causes, int32_t capacity, int32_t *count)
{
  int32_t stages[64], members[SIDES];
  eng_status status;

  if (from != NULL) *from = 0;
  if (to != NULL) *to = 0;
  if (count != NULL) *count = 0;
  if (diff == NULL || assessor == NULL || customer == NULL || from == NULL ||
      to == NULL || count == NULL || (causes == NULL && capacity > 0)) {
    return ENG_E_INVALID;
  }
  for (int s = 0; s < SIDES; s++) {
    members[s] = member_of(assessor, diff->sides[s].outline.model);
    if (members[s] < 0) return ENG_E_NOTFOUND;
  }
  status = eng_assessor_assess(assessor, customer, as_of, stages);
  if (status != ENG_OK) return status;
  *from = stages[members[BEFORE]];
  *to = stages[members[AFTER]];
  if (same_stage(diff, *from, *to)) return ENG_OK;
  status = search(diff, assessor, members, *from, *to, causes, capacity, count);
  if (status != ENG_OK) *from = *to = *count = 0;
  return status;
}

/* ---- reading ---- */

static const struct difference *difference_at(const eng_diff *diff, int32_t index)
{
  if (index < 0 || (size_t)index >= diff->count) return NULL;
  return &diff->differences[index];
}

static const struct eng__element *side_of(const eng_diff *diff, int32_t index, int side)
{
  const struct difference *at = difference_at(diff, index);

  if (at == NULL || at->elements[side] < 0) return NULL;
  return element_at(&diff->sides[side], at->elements[side]);
}

static const char *text_of(const eng_diff *diff, int32_t index, int side)
{
  const struct eng__element *element = side_of(diff, index, side);

  return element == NULL ? NULL : diff->sides[side].outline.texts + element->text;
}

int32_t eng_diff_count(const eng_diff *diff) { return (int32_t)diff->count; }

int32_t eng_diff_change(const eng_diff *diff, int32_t index)
{
  const struct difference *at = difference_at(diff, index);

  return at == NULL ? 0 : at->change;
}

int32_t eng_diff_element(const eng_diff *diff, int32_t index)
{
  const struct eng__element *old = side_of(diff, index, BEFORE),
                            *new = side_of(diff, index, AFTER);

  return new != NULL ? new->what : old != NULL ? old->what : 0;
}

const char *eng_diff_name(const eng_diff *diff, int32_t index)
{
  int side = side_of(diff, index, AFTER) != NULL ? AFTER : BEFORE;
  const struct eng__element *element = side_of(diff, index, side);

  return element == NULL ? NULL : diff->sides[side].outline.texts + element->name;
}

const char *eng_diff_old_text(const eng_diff *diff, int32_t index)
{
  return text_of(diff, index, BEFORE);
}

const char *eng_diff_new_text(const eng_diff *diff, int32_t index)
{
  return text_of(diff, index, AFTER);
}

uint32_t eng_diff_old_line(const eng_diff *diff, int32_t index)
{
  const struct eng__element *element = side_of(diff, index, BEFORE);

  return element == NULL ? 0 : element->line;
}

uint32_t eng_diff_new_line(const eng_diff *diff, int32_t index)
{
  const struct eng__element *element = side_of(diff, index, AFTER);

  return element == NULL ? 0 : element->line;
}
