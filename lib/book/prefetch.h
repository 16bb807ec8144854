/* SPDX-License-Identifier: MIT */
/*
 * prefetch.h - asking for memory before it is needed; nothing where it is unknown.
 */
#ifndef ENG_BOOK_PREFETCH_H
#define ENG_BOOK_PREFETCH_H

#if defined(__GNUC__)
#define ENG__PREFETCH(address) __builtin_prefetch(address)
#else
#define ENG__PREFETCH(address) ((void)(address))
#endif

#endif
