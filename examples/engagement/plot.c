/* SPDX-License-Identifier: MIT */
/*
 * plot.c - two drawings in one SVG: mean purchases held out by purchases before, and
 * all purchases over time (Fader, Hardie & Lee 2005, figures 4 and 2).
 */
#include "plot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "message.h"

enum { WIDTH = 460, HEIGHT = 300, LEFT = 62, TOP = 66, GAP = 96, TICKS = 5 };

#define INK "#1d2733"
#define QUIET "#6b7785"
#define GRID "#e3e7ec"
#define ACTUAL "#1d2733"
#define FORECAST "#d1495b"

/* One of the two drawings. */
struct frame {
  FILE *out;
  double x, y; /* its upper left corner */
  double most; /* at the top; a round number */
};

/* The next number of the form 1, 2, 2.5 or 5 times a power of ten, times TICKS. */
static double round_up(double v)
{
  static const double forms[] = {1, 2, 2.5, 5, 10};
  double power;

  if (!(v > 0)) return 1;
  power = pow(10, floor(log10(v / TICKS)));
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
    if (forms[i] * power * TICKS >= v) return forms[i] * power * TICKS;
  return 10 * power * TICKS;
}

static double height_of(const struct frame *f, double v)
{
  return f->y + HEIGHT - v / f->most * HEIGHT;
}

static void put_text(FILE *out, double x, double y, const char *anchor, int size,
                     const char *colour, const char *words)
{
  fprintf(out,
          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" "
          "fill=\"%s\">%s</text>\n",
          x, y, anchor, size, colour, words);
}

static void put_line(FILE *out, double x1, double y1, double x2, double y2,
                     const char *style)
{
  fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1,
          x2, y2, style);
}

static void put_frame(const struct frame *f, const char *title, const char *below)
{
  for (int i = 0; i <= TICKS; i++) {
    double v = f->most * i / TICKS, y = height_of(f, v);
    char number[32];

    put_line(f->out, f->x, y, f->x + WIDTH, y, "stroke=\"" GRID "\"");
    snprintf(number, sizeof number, "%g", v);
    put_text(f->out, f->x - 8, y + 4, "end", 12, QUIET, number);
  }
  put_text(f->out, f->x, f->y - 16, "start", 15, INK, title);
  put_text(f->out, f->x + WIDTH / 2.0, f->y + HEIGHT + 42, "middle", 13, QUIET, below);
}

static void put_key(const struct frame *f, const char *family)
{
  double x = f->x + 12, y = f->y + 14;

  put_line(f->out, x, y, x + 22, y, "stroke=\"" ACTUAL "\" stroke-width=\"2\"");
  put_text(f->out, x + 28, y + 4, "start", 12, INK, "what came");
  put_line(f->out, x, y + 18, x + 22, y + 18,
           "stroke=\"" FORECAST "\" stroke-width=\"2\" stroke-dasharray=\"5 3\"");
  put_text(f->out, x + 28, y + 22, "start", 12, INK, family);
}

/* ---- by purchases before ---- */

static double group_x(const struct frame *f, int i)
{
  return f->x + WIDTH * (i + 0.5) / PLOT_GROUPS;
}

static void put_groups(const struct plot *plot, const struct frame *f)
{
  for (int pass = 0; pass < 2; pass++) {
    const char *style = pass == 0 ? "stroke=\"" ACTUAL "\""
                                  : "stroke=\"" FORECAST "\" stroke-dasharray=\"5 3\"";

    fprintf(f->out, "<polyline fill=\"none\" stroke-width=\"2\" %s points=\"", style);
    for (int i = 0; i < PLOT_GROUPS; i++) {
      double n = plot->groups[i].customers;
      double v = pass == 0 ? plot->groups[i].actual : plot->groups[i].expected;

      if (n > 0) fprintf(f->out, "%.1f,%.1f ", group_x(f, i), height_of(f, v / n));
    }
    fputs("\"/>\n", f->out);
  }
  for (int i = 0; i < PLOT_GROUPS; i++) {
    char name[32];

    snprintf(name, sizeof name, i + 1 < PLOT_GROUPS ? "%d" : "%d+", i);
    put_text(f->out, group_x(f, i), f->y + HEIGHT + 16, "middle", 12, INK, name);
    snprintf(name, sizeof name, "%.0f", plot->groups[i].customers);
    put_text(f->out, group_x(f, i), f->y + HEIGHT + 29, "middle", 10, QUIET, name);
  }
}

static void draw_groups(const struct plot *plot, FILE *out)
{
  struct frame f = {out, LEFT, TOP, 0};
  char below[80];

  for (int i = 0; i < PLOT_GROUPS; i++) {
    double n = plot->groups[i].customers;

    if (n > 0) f.most = fmax(f.most, plot->groups[i].actual / n);
    if (n > 0) f.most = fmax(f.most, plot->groups[i].expected / n);
  }
  f.most = round_up(f.most);
  snprintf(below, sizeof below, "repeat purchases before the split (below: customers)");
  put_frame(&f, "Mean purchases after the split", below);
  put_groups(plot, &f);
  put_key(&f, plot->family);
}

/* ---- over time ---- */

static void put_curve(const struct frame *f, const double *v, size_t steps,
                      const char *style)
{
  fprintf(f->out, "<polyline fill=\"none\" stroke-width=\"2\" %s points=\"", style);
  for (size_t i = 0; i < steps; i++)
    fprintf(f->out, "%.1f,%.1f ", f->x + WIDTH * (double)(i + 1) / (double)steps,
            height_of(f, v[i]));
  fputs("\"/>\n", f->out);
}

/* Whole steps between two numbers on the line of time. */
static size_t step_between(size_t steps)
{
  size_t each = (size_t)(round_up((double)steps) / TICKS);

  return each > 0 ? each : 1;
}

static void draw_time(const struct plot *plot, FILE *out)
{
  struct frame f = {out, LEFT + WIDTH + GAP, TOP, 0};
  double at = f.x + WIDTH * (double)plot->split / (double)plot->steps;
  size_t each = step_between(plot->steps);
  char below[80];

  for (size_t i = 0; i < plot->steps; i++) {
    f.most = fmax(f.most, fmax(plot->expected[i], plot->actual[i]));
  }
  f.most = round_up(f.most);
  snprintf(below, sizeof below, "%ss since the first purchase of all", plot->unit);
  put_frame(&f, "All repeat purchases so far", below);
  put_line(out, at, f.y, at, f.y + HEIGHT,
           "stroke=\"" QUIET "\" stroke-dasharray=\"2 3\"");
  put_text(out, at + 5, f.y + HEIGHT - 8, "start", 12, QUIET, "split");
  put_curve(&f, plot->actual, plot->steps, "stroke=\"" ACTUAL "\"");
  put_curve(&f, plot->expected, plot->steps,
            "stroke=\"" FORECAST "\" stroke-dasharray=\"5 3\"");
  for (size_t i = 0; i <= plot->steps; i += each) {
    char number[32];

    snprintf(number, sizeof number, "%zu", i);
    put_text(out, f.x + WIDTH * (double)i / (double)plot->steps, f.y + HEIGHT + 16,
             "middle", 12, INK, number);
  }
  put_key(&f, plot->family);
}

int plot_write(const struct plot *plot, const char *path)
{
  int width = 2 * (LEFT + WIDTH) + GAP - 30, height = TOP + HEIGHT + 62, failed;
  FILE *out = fopen(path, "w");

  if (out == NULL) {
    complain("%s cannot be written: %s", path, strerror(errno));
    return ANSWER_FAILED;
  }
  fprintf(out,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
          "viewBox=\"0 0 %d %d\" font-family=\"sans-serif\">\n"
          "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
          width, height, width, height, width, height);
  draw_groups(plot, out);
  if (plot->steps > 0) draw_time(plot, out);
  fputs("</svg>\n", out);
  failed = ferror(out);
  failed |= fclose(out) != 0;
  if (!failed) return ANSWER_DONE;
  complain("%s cannot be written in full", path);
  return ANSWER_FAILED;
}
