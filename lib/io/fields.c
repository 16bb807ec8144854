/* SPDX-License-Identifier: MIT */
/*
 * fields.c - the names that columns have, ours and those in common use.
 *
 * A name in common use is taken only where it hardly means anything else: an e-mail
 * address is not assumed to name a customer, nor an invoice (which has many lines) an
 * event. Among several columns for one field the name that comes first here wins.
 */
#include "io/fields.h"

#include <stdbool.h>
#include <string.h>

#include <engagement/csv.h>

/* ---- our own ---- */

static const char *const names[ENG_FIELD_COUNT] = {
    [ENG_FIELD_CUSTOMER] = "customer",
    [ENG_FIELD_TIME] = "time",
    [ENG_FIELD_KIND] = "kind",
    [ENG_FIELD_ID] = "id",
    [ENG_FIELD_SOURCE] = "source",
    [ENG_FIELD_CHANNEL] = "channel",
    [ENG_FIELD_AMOUNT] = "amount",
    [ENG_FIELD_CURRENCY] = "currency",
    [ENG_FIELD_VALUE] = "value",
    [ENG_FIELD_SCALE] = "scale",
    [ENG_FIELD_VALENCE] = "valence",
    [ENG_FIELD_INCENTIVISED] = "incentivised",
    [ENG_FIELD_PUBLIC] = "public",
    [ENG_FIELD_REFERS_TO] = "refers_to",
    [ENG_FIELD_ACTOR] = "actor",
    [ENG_FIELD_TOPIC] = "topic",
    [ENG_FIELD_REVISION] = "revision",
    [ENG_FIELD_OCCURRENCE] = "occurrence",
    [ENG_FIELD_RECORDED_AT] = "recorded_at",
    /* Longer than they need be: shops have floors, and telephones extensions. */
    [ENG_FIELD_FLOOR] = "timeline_floor",
    [ENG_FIELD_EXTENSION] = "event_extension",
    [ENG_FIELD_CUSTOMER_HEX] = "customer_hex",
    [ENG_FIELD_LINK] = "customer_link", /* catalogues have links, too */
    [ENG_FIELD_LINKED] = "linked_customer",
    [ENG_FIELD_LINKED_HEX] = "linked_customer_hex",
};

const char *eng_field_name(int32_t field)
{
  return field > 0 && field < ENG_FIELD_COUNT ? names[field] : NULL;
}

int32_t eng_field_find(const char *name, size_t length)
{
  if (name == NULL) return 0;
  for (int32_t i = 1; i < ENG_FIELD_COUNT; i++) {
    if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) return i;
  }
  return 0;
}

/* ---- in common use ---- */

struct common {
  int32_t field;
  const char *name; /* as plain() makes it */
};

/* clang-format off: in the order of their claim to each field */
static const struct common commons[] = {
    {ENG_FIELD_CUSTOMER, "customerid"},
    {ENG_FIELD_CUSTOMER, "userid"},
    {ENG_FIELD_CUSTOMER, "clientid"},
    {ENG_FIELD_CUSTOMER, "contactid"},
    {ENG_FIELD_CUSTOMER, "memberid"},
    {ENG_FIELD_CUSTOMER, "accountid"},
    {ENG_FIELD_CUSTOMER, "subscriberid"},
    {ENG_FIELD_CUSTOMER, "playerid"},
    {ENG_FIELD_CUSTOMER, "customernumber"},
    {ENG_FIELD_CUSTOMER, "customerno"},
    {ENG_FIELD_CUSTOMER, "custid"},
    {ENG_FIELD_CUSTOMER, "user"},
    {ENG_FIELD_CUSTOMER, "client"},
    {ENG_FIELD_CUSTOMER, "member"},
    {ENG_FIELD_CUSTOMER, "distinctid"},
    {ENG_FIELD_CUSTOMER, "visitorid"},
    {ENG_FIELD_CUSTOMER, "anonymousid"},

    {ENG_FIELD_TIME, "occurredat"},
    {ENG_FIELD_TIME, "timestamp"},
    {ENG_FIELD_TIME, "ts"},
    {ENG_FIELD_TIME, "datetime"},
    {ENG_FIELD_TIME, "eventtime"},
    {ENG_FIELD_TIME, "eventtimestamp"},
    {ENG_FIELD_TIME, "eventdate"},
    {ENG_FIELD_TIME, "orderedat"},
    {ENG_FIELD_TIME, "purchasedat"},
    {ENG_FIELD_TIME, "orderdate"},
    {ENG_FIELD_TIME, "purchasedate"},
    {ENG_FIELD_TIME, "transactiondate"},
    {ENG_FIELD_TIME, "invoicedate"},
    {ENG_FIELD_TIME, "date"},
    {ENG_FIELD_TIME, "createdat"},
    {ENG_FIELD_TIME, "created"},

    {ENG_FIELD_KIND, "event"},
    {ENG_FIELD_KIND, "eventname"},
    {ENG_FIELD_KIND, "eventtype"},
    {ENG_FIELD_KIND, "eventkind"},
    {ENG_FIELD_KIND, "action"},
    {ENG_FIELD_KIND, "activity"},
    {ENG_FIELD_KIND, "type"},

    /* Not order_id or transaction_id: the lines of an order and its refund share them,
     * and rows of one id are versions of one event. Who means that maps it. */
    {ENG_FIELD_ID, "eventid"},
    {ENG_FIELD_ID, "messageid"},

    {ENG_FIELD_SOURCE, "sourcesystem"},
    {ENG_FIELD_CHANNEL, "channelname"},

    {ENG_FIELD_AMOUNT, "totalamount"},
    {ENG_FIELD_AMOUNT, "total"},
    {ENG_FIELD_AMOUNT, "ordertotal"},
    {ENG_FIELD_AMOUNT, "grandtotal"},
    {ENG_FIELD_AMOUNT, "revenue"},
    {ENG_FIELD_AMOUNT, "price"},
    {ENG_FIELD_AMOUNT, "sales"},
    {ENG_FIELD_AMOUNT, "spend"},

    {ENG_FIELD_CURRENCY, "currencycode"},
    {ENG_FIELD_VALUE, "points"},
    {ENG_FIELD_VALUE, "rating"},
    {ENG_FIELD_SCALE, "ratingscale"},
    {ENG_FIELD_INCENTIVISED, "incentivized"},
    {ENG_FIELD_INCENTIVISED, "isincentivised"},
    {ENG_FIELD_INCENTIVISED, "isincentivized"},
    {ENG_FIELD_PUBLIC, "ispublic"},
    {ENG_FIELD_REFERS_TO, "inreplyto"},
    {ENG_FIELD_ACTOR, "actorid"},
    {ENG_FIELD_ACTOR, "agentid"},
    {ENG_FIELD_ACTOR, "staffid"},
    {ENG_FIELD_ACTOR, "employeeid"},
    {ENG_FIELD_TOPIC, "category"},
    {ENG_FIELD_TOPIC, "productcategory"},
    {ENG_FIELD_TOPIC, "purpose"},
    {ENG_FIELD_RECORDED_AT, "receivedat"},
};
/* clang-format on */

enum { PLAIN_MAX = 32 };

/* Lower case without separators; 0 if that is empty or longer than any name. */
static size_t plain(const char *name, size_t length, char out[PLAIN_MAX])
{
  size_t n = 0;

  for (size_t i = 0; i < length; i++) {
    char c = name[i];

    if (c == ' ' || c == '-' || c == '_' || c == '.') continue;
    if (n == PLAIN_MAX) return 0;
    out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  return n;
}

static bool is_plain(const char *name, const char *text, size_t length)
{
  char other[PLAIN_MAX];

  return name[0] == text[0] && plain(name, strlen(name), other) == length &&
         memcmp(other, text, length) == 0;
}

int32_t eng__field_recognise(const char *name, size_t length, int32_t *sureness)
{
  char text[PLAIN_MAX];
  size_t n = plain(name, length, text);
  int32_t exact = eng_field_find(name, length);

  *sureness = ENG__FIELD_EXACT;
  if (exact != 0) return exact;
  if (n == 0) return 0;
  *sureness = ENG__FIELD_CANONICAL;
  for (int32_t i = 1; i < ENG_FIELD_COUNT; i++) {
    if (is_plain(names[i], text, n)) return i;
  }
  for (size_t i = 0; i < sizeof commons / sizeof commons[0]; i++) {
    *sureness = ENG__FIELD_COMMON + (int32_t)i;
    if (strlen(commons[i].name) == n && memcmp(commons[i].name, text, n) == 0) {
      return commons[i].field;
    }
  }
  return 0;
}
