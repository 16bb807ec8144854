/* SPDX-License-Identifier: MIT */
/**
 * @file
 * @brief Everything stable in libengagement, in one include.
 *
 * Hosts that want less include the single headers; nothing here is more than
 * the sum of them.
 */
#ifndef ENGAGEMENT_H
#define ENGAGEMENT_H

#include <engagement/api.h>
#include <engagement/version.h>

#endif
