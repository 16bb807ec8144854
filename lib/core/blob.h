/* SPDX-License-Identifier: MIT */
/*
 * blob.h - the canonical bytes of a timeline, and reading those of strangers.
 *
 * One (floor, set) has one encoding and every accepted encoding is that of its set:
 * encoding what was decoded gives the same bytes. docs/format.md describes them.
 */
#ifndef ENG_CORE_BLOB_H
#define ENG_CORE_BLOB_H

#include "core/codebook.h"
#include "core/timeline.h"

enum {
  ENG__FORMAT = 1, /* of timelines and books, for ever; see docs/format.md */
  ENG__FORMAT_OF_OTHERS = 0, /* may change */
  ENG__CHECKSUM_SIZE = 4
};

/* ---- whole blobs ---- */

/* Puts the encoding of a timeline into an empty sink; where the sink is too small,
 * only its size. */
eng_status eng__blob_write(const struct eng__timeline *timeline,
                           const struct eng__pen *pen, struct eng__sink *sink);

/* The same of a timeline that holds one event and has no floor: quick, without memory. */
enum { ENG__BLOB_ONE_MAX = ENG__EVENT_MAX + 96 };
size_t eng__blob_write_one(const eng_context *context, const struct eng__event *event,
                           uint8_t out[ENG__BLOB_ONE_MAX]);

/* Reads an encoding into an initialised timeline without events. */
eng_status eng__blob_read(struct eng__timeline *timeline, struct eng__home *home,
                          const uint8_t *bytes, size_t size, eng_error *error);

/* ---- their parts, which encoded books use too ---- */

/* Notes the shapes of a timeline as they will be encoded, and the bytes of its events. */
eng_status eng__blob_collect(struct eng__codebook *book,
                             const struct eng__timeline *timeline,
                             const struct eng__shapes *shapes);

/* The day of the first event, and the events. */
void eng__blob_write_events(struct eng__codebook *book,
                          const struct eng__timeline *timeline,
                          const struct eng__shapes *shapes, struct eng__sink *sink);

/* Count and floor. */
struct eng__announced {
  uint64_t count;
  int64_t floor;
};
void eng__blob_write_count(const struct eng__timeline *timeline, struct eng__sink *sink);
void eng__blob_read_count(struct eng__reader *reader, struct eng__announced *out);

/* Reads the events that were announced; used[i] is set for each shape i that occurs.
 * `ids` is scratch memory for ids, grown as needed. */
struct eng__ids {
  uint64_t *ids;
  size_t room, count;
};
void eng__blob_read_events(struct eng__reader *reader, const struct eng__codebook *book,
                           const struct eng__announced *announced,
                           struct eng__builder *builder, struct eng__ids *ids,
                           bool *used);

/* Takes magic and format, and the checksum off the end, and checks them. */
void eng__blob_open(struct eng__reader *reader, char magic);
/* Puts magic and format. */
void eng__blob_start(struct eng__sink *sink, char magic);
/* Puts the checksum of what the sink holds, where it holds all of it. */
void eng__blob_seal(struct eng__sink *sink);

#endif
