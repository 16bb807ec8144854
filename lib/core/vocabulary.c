/* SPDX-License-Identifier: MIT */
/*
 * vocabulary.c - what kinds and channels are called, here and elsewhere.
 *
 * Names are compared by their letters and digits alone, in lower case, so that
 * "Order Completed", "order_completed" and "OrderCompleted" are one. Other systems'
 * names: Segment e-commerce v2 and B2B SaaS, GA4 recommended events, Apache Unomi,
 * Square Loyalty, schema.org actions.
 */
#include "core/vocabulary.h"

#include <string.h>

#include <engagement/event.h>

#include "core/context.h"

/* ---- built-in kinds: ORDER event kinds ---- */

enum { C = ENG_DIRECTION_CUSTOMER, F = ENG_DIRECTION_COMPANY };
enum { FIRM = ENG_MODE_COMPANY, TEXT = ENG_MODE_CONTENT, CROWD = ENG_MODE_COMMUNITY };

struct kind_row {
  const char *name; /* NULL: no such kind */
  uint8_t direction, mode, active;
};

/* Active: what customers do of their own will. What ends something (a refund, a
 * cancellation, leaving a list) and what the company does makes nobody active. */
static const struct kind_row kinds[ENG__OWN] = {
    [ENG_EVENT_IMPRESSION] = {"impression", F, TEXT, 0},
    [ENG_EVENT_VISIT] = {"visit", C, FIRM, 1},
    [ENG_EVENT_IDENTIFY] = {"identify", C, FIRM, 1},
    [ENG_EVENT_SIGN_UP] = {"sign_up", C, FIRM, 1},
    [ENG_EVENT_CONSENT] = {"consent", C, FIRM, 0},
    [ENG_EVENT_SUBSCRIBE] = {"subscribe", C, TEXT, 1},
    [ENG_EVENT_UNSUBSCRIBE] = {"unsubscribe", C, TEXT, 0},
    [ENG_EVENT_FOLLOW] = {"follow", C, TEXT, 1},
    [ENG_EVENT_MESSAGE_IN] = {"message_in", C, FIRM, 1},
    [ENG_EVENT_MESSAGE_OUT] = {"message_out", F, FIRM, 0},
    [ENG_EVENT_OPEN] = {"open", C, TEXT, 1},
    [ENG_EVENT_CLICK] = {"click", C, TEXT, 1},
    [ENG_EVENT_MEETING] = {"meeting", C, FIRM, 1},
    [ENG_EVENT_SEARCH] = {"search", C, TEXT, 1},
    [ENG_EVENT_VIEW_ITEM] = {"view_item", C, TEXT, 1},
    [ENG_EVENT_CONTENT_USE] = {"content_use", C, TEXT, 1},
    [ENG_EVENT_LEARN] = {"learn", C, TEXT, 1},
    [ENG_EVENT_ADD_TO_WISHLIST] = {"add_to_wishlist", C, TEXT, 1},
    [ENG_EVENT_ADD_TO_CART] = {"add_to_cart", C, FIRM, 1},
    [ENG_EVENT_REMOVE_FROM_CART] = {"remove_from_cart", C, FIRM, 1},
    [ENG_EVENT_BEGIN_CHECKOUT] = {"begin_checkout", C, FIRM, 1},
    [ENG_EVENT_QUOTE] = {"quote", C, FIRM, 1},
    [ENG_EVENT_PURCHASE] = {"purchase", C, FIRM, 1},
    [ENG_EVENT_REFUND] = {"refund", F, FIRM, 0},
    [ENG_EVENT_CANCEL] = {"cancel", C, FIRM, 0},
    [ENG_EVENT_FULFIL] = {"fulfil", F, FIRM, 0},
    [ENG_EVENT_USAGE] = {"usage", C, FIRM, 1},
    [ENG_EVENT_CONTRACT] = {"contract", C, FIRM, 1},
    [ENG_EVENT_CONTRACT_END] = {"contract_end", C, FIRM, 0},
    [ENG_EVENT_LOYALTY_JOIN] = {"loyalty_join", C, FIRM, 1},
    [ENG_EVENT_POINTS_EARN] = {"points_earn", F, FIRM, 0},
    [ENG_EVENT_POINTS_SPEND] = {"points_spend", C, FIRM, 1},
    [ENG_EVENT_POINTS_ADJUST] = {"points_adjust", F, FIRM, 0},
    [ENG_EVENT_RATING] = {"rating", C, FIRM, 1},
    [ENG_EVENT_REVIEW] = {"review", C, CROWD, 1},
    [ENG_EVENT_COMPLAINT] = {"complaint", C, FIRM, 1},
    [ENG_EVENT_RESOLUTION] = {"resolution", F, FIRM, 0},
    [ENG_EVENT_REACT] = {"react", C, TEXT, 1},
    [ENG_EVENT_SHARE] = {"share", C, TEXT, 1},
    [ENG_EVENT_REFER] = {"refer", C, CROWD, 1},
    [ENG_EVENT_REFER_WON] = {"refer_won", F, CROWD, 0},
    [ENG_EVENT_ENDORSE] = {"endorse", C, CROWD, 1},
    [ENG_EVENT_IDEA] = {"idea", C, CROWD, 1},
    [ENG_EVENT_COMMUNITY] = {"community", C, CROWD, 1},
    [ENG_EVENT_COCREATE] = {"cocreate", C, CROWD, 1},
    [ENG_EVENT_VOID] = {"void", F, FIRM, 0},
};

struct alias {
  uint8_t number;
  const char *name; /* letters and digits, lower case */
};

static const struct alias kind_aliases[] = {
    {ENG_EVENT_IMPRESSION, "adimpression"},
    {ENG_EVENT_IMPRESSION, "promotionviewed"},
    {ENG_EVENT_IMPRESSION, "viewpromotion"},
    {ENG_EVENT_VISIT, "page"},
    {ENG_EVENT_VISIT, "pageview"},
    {ENG_EVENT_VISIT, "screen"},
    {ENG_EVENT_VISIT, "screenview"},
    {ENG_EVENT_VISIT, "sessionstart"},
    {ENG_EVENT_VISIT, "sessioncreated"},
    {ENG_EVENT_VISIT, "checkinaction"},
    {ENG_EVENT_IDENTIFY, "login"},
    {ENG_EVENT_IDENTIFY, "signedin"},
    {ENG_EVENT_SIGN_UP, "signedup"},
    {ENG_EVENT_SIGN_UP, "accountcreated"},
    {ENG_EVENT_SIGN_UP, "registeraction"},
    {ENG_EVENT_CONSENT, "modifyconsent"},
    {ENG_EVENT_SUBSCRIBE, "subscribeaction"},
    {ENG_EVENT_SUBSCRIBE, "subscribed"},
    {ENG_EVENT_UNSUBSCRIBE, "unsubscribed"},
    {ENG_EVENT_UNSUBSCRIBE, "emailmarkedasspam"},
    {ENG_EVENT_FOLLOW, "followaction"},
    {ENG_EVENT_MESSAGE_IN, "form"},
    {ENG_EVENT_MESSAGE_IN, "formsubmit"},
    {ENG_EVENT_MESSAGE_IN, "generatelead"},
    {ENG_EVENT_MESSAGE_IN, "communicateaction"},
    {ENG_EVENT_MESSAGE_IN, "askaction"},
    {ENG_EVENT_MESSAGE_OUT, "emaildelivered"},
    {ENG_EVENT_OPEN, "emailopened"},
    {ENG_EVENT_CLICK, "emaillinkclicked"},
    {ENG_EVENT_CLICK, "promotionclicked"},
    {ENG_EVENT_CLICK, "selectpromotion"},
    {ENG_EVENT_MEETING, "rsvpaction"},
    {ENG_EVENT_SEARCH, "productssearched"},
    {ENG_EVENT_SEARCH, "searchaction"},
    {ENG_EVENT_SEARCH, "viewsearchresults"},
    {ENG_EVENT_SEARCH, "productlistfiltered"},
    {ENG_EVENT_VIEW_ITEM, "productviewed"},
    {ENG_EVENT_VIEW_ITEM, "productclicked"},
    {ENG_EVENT_VIEW_ITEM, "productlistviewed"},
    {ENG_EVENT_VIEW_ITEM, "viewitemlist"},
    {ENG_EVENT_VIEW_ITEM, "selectitem"},
    {ENG_EVENT_VIEW_ITEM, "viewaction"},
    {ENG_EVENT_CONTENT_USE, "selectcontent"},
    {ENG_EVENT_CONTENT_USE, "filedownload"},
    {ENG_EVENT_CONTENT_USE, "videostart"},
    {ENG_EVENT_CONTENT_USE, "videocomplete"},
    {ENG_EVENT_CONTENT_USE, "readaction"},
    {ENG_EVENT_CONTENT_USE, "watchaction"},
    {ENG_EVENT_CONTENT_USE, "listenaction"},
    {ENG_EVENT_LEARN, "tutorialbegin"},
    {ENG_EVENT_LEARN, "tutorialcomplete"},
    {ENG_EVENT_ADD_TO_WISHLIST, "productaddedtowishlist"},
    {ENG_EVENT_ADD_TO_CART, "productadded"},
    {ENG_EVENT_ADD_TO_CART, "wishlistproductaddedtocart"},
    {ENG_EVENT_REMOVE_FROM_CART, "productremoved"},
    {ENG_EVENT_BEGIN_CHECKOUT, "checkoutstarted"},
    {ENG_EVENT_BEGIN_CHECKOUT, "addpaymentinfo"},
    {ENG_EVENT_BEGIN_CHECKOUT, "addshippinginfo"},
    {ENG_EVENT_BEGIN_CHECKOUT, "paymentinfoentered"},
    {ENG_EVENT_BEGIN_CHECKOUT, "checkoutstepviewed"},
    {ENG_EVENT_BEGIN_CHECKOUT, "checkoutstepcompleted"},
    {ENG_EVENT_QUOTE, "quoteaction"},
    {ENG_EVENT_PURCHASE, "ordercompleted"},
    {ENG_EVENT_PURCHASE, "inapppurchase"},
    {ENG_EVENT_PURCHASE, "buyaction"},
    {ENG_EVENT_PURCHASE, "orderaction"},
    {ENG_EVENT_REFUND, "orderrefunded"},
    {ENG_EVENT_REFUND, "returnaction"},
    {ENG_EVENT_CANCEL, "ordercancelled"},
    {ENG_EVENT_CANCEL, "ordercanceled"},
    {ENG_EVENT_CANCEL, "cancelaction"},
    {ENG_EVENT_FULFIL, "receiveaction"},
    {ENG_EVENT_FULFIL, "orderfulfilled"},
    {ENG_EVENT_USAGE, "useaction"},
    {ENG_EVENT_USAGE, "featureused"},
    {ENG_EVENT_USAGE, "levelstart"},
    {ENG_EVENT_USAGE, "levelend"},
    {ENG_EVENT_USAGE, "levelup"},
    {ENG_EVENT_USAGE, "postscore"},
    {ENG_EVENT_USAGE, "unlockachievement"},
    {ENG_EVENT_CONTRACT, "trialstarted"},
    {ENG_EVENT_CONTRACT_END, "trialended"},
    {ENG_EVENT_LOYALTY_JOIN, "joinaction"},
    {ENG_EVENT_POINTS_EARN, "accumulatepoints"},
    {ENG_EVENT_POINTS_EARN, "accumulatepromotionpoints"},
    {ENG_EVENT_POINTS_EARN, "earnvirtualcurrency"},
    {ENG_EVENT_POINTS_SPEND, "redeemreward"},
    {ENG_EVENT_POINTS_SPEND, "spendvirtualcurrency"},
    {ENG_EVENT_POINTS_ADJUST, "adjustpoints"},
    {ENG_EVENT_POINTS_ADJUST, "expirepoints"},
    {ENG_EVENT_RATING, "assessaction"},
    {ENG_EVENT_REVIEW, "productreviewed"},
    {ENG_EVENT_REVIEW, "reviewaction"},
    {ENG_EVENT_REACT, "likeaction"},
    {ENG_EVENT_REACT, "commentaction"},
    {ENG_EVENT_SHARE, "productshared"},
    {ENG_EVENT_SHARE, "cartshared"},
    {ENG_EVENT_SHARE, "shareaction"},
    {ENG_EVENT_REFER, "invitesent"},
    {ENG_EVENT_REFER, "inviteaction"},
    {ENG_EVENT_ENDORSE, "endorseaction"},
    {ENG_EVENT_COMMUNITY, "joingroup"},
    {ENG_EVENT_COMMUNITY, "replyaction"},
};

static const char *const channels[] = {
    [ENG_CHANNEL_STORE] = "store",     [ENG_CHANNEL_WEB] = "web",
    [ENG_CHANNEL_APP] = "app",         [ENG_CHANNEL_PHONE] = "phone",
    [ENG_CHANNEL_EMAIL] = "email",     [ENG_CHANNEL_SMS] = "sms",
    [ENG_CHANNEL_CHAT] = "chat",       [ENG_CHANNEL_SOCIAL] = "social",
    [ENG_CHANNEL_POST] = "post",       [ENG_CHANNEL_EVENT] = "event",
    [ENG_CHANNEL_PARTNER] = "partner",
};

/* What a model calls more than one kind at once; ORDER groups of kinds. */
static const char *const groups[] = {"any",   "all",  "inbound", "outbound",
                                     "reach", "talk", "buy",     "bind",
                                     "judge", "tell", "make"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- comparing names ---- */

enum { PLAIN_MAX = 64 };

/* Letters and digits in lower case. Returns the length, 0 if nothing is left or it is
 * longer than any name. */
static size_t plain(const char *name, size_t length, char out[PLAIN_MAX])
{
  size_t n = 0;

  for (size_t i = 0; i < length; i++) {
    char c = name[i];

    if (c == ' ' || c == '-' || c == '_') continue;
    if (n == PLAIN_MAX) return 0;
    out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
  }
  return n;
}

/* Whether a name of ours, lower case with underscores, is that in plain letters. */
static bool is_plain(const char *name, const char *text, size_t length)
{
  size_t n = 0;

  for (; *name != '\0'; name++) {
    if (*name == '_') continue;
    if (n == length || text[n] != *name) return false;
    n++;
  }
  return n == length;
}

static size_t least_of(size_t a, size_t b) { return a < b ? a : b; }

/* Only cells at most `most` off the diagonal can be as near as that, so only those are
 * worked out; what lies beside them counts as too far. */
size_t eng__name_distance(const char *a, size_t a_length, const char *b,
                          size_t b_length, size_t most)
{
  size_t row[PLAIN_MAX + 1];
  size_t gap = a_length > b_length ? a_length - b_length : b_length - a_length;

  if (a_length > PLAIN_MAX || b_length > PLAIN_MAX || gap > most) return most + 1;
  for (size_t j = 0; j <= b_length; j++) row[j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    size_t from = i > most ? i - most : 1, to = least_of(i + most, b_length);
    size_t diagonal = row[from - 1], nearest;

    row[from - 1] = nearest = from == 1 ? i : most + 1;
    for (size_t j = from; j <= to; j++) {
      size_t least = diagonal + (a[i - 1] != b[j - 1]);

      diagonal = row[j];
      row[j] = least_of(least, least_of(row[j], row[j - 1]) + 1);
      nearest = least_of(nearest, row[j]);
    }
    if (nearest > most) return most + 1;
  }
  return least_of(row[b_length], most + 1);
}

/* ---- kinds ---- */

static const struct kind_row *kind_row(int32_t kind)
{
  if (kind < 1 || kind >= ENG__OWN) return NULL;
  return kinds[kind].name == NULL ? NULL : &kinds[kind];
}

static const struct eng__own *own_row(const struct eng__vocabulary *vocabulary,
                                      int32_t number)
{
  if (number < ENG__OWN || number > 255) return NULL;
  return vocabulary->own[number - ENG__OWN].key == 0
             ? NULL
             : &vocabulary->own[number - ENG__OWN];
}

bool eng__kind_is_known(const eng_context *context, int32_t kind)
{
  return kind_row(kind) != NULL || own_row(&context->settings.kinds, kind) != NULL;
}

static int32_t find_own(const struct eng__vocabulary *vocabulary, const char *text,
                        size_t length)
{
  for (int32_t i = ENG__OWN; i < 256; i++) {
    const struct eng__own *own = own_row(vocabulary, i);

    if (own != NULL && is_plain(own->name, text, length)) return i;
  }
  return 0;
}

static int32_t find_builtin(const char *text, size_t length)
{
  for (int32_t i = 1; i < ENG__OWN; i++) {
    if (kinds[i].name != NULL && is_plain(kinds[i].name, text, length)) return i;
  }
  return 0;
}

/* Own names and built-in ones are never alike: settings refuse that. Another system's
 * name comes last: a host that names its "page" means its own. */
static int32_t find_kind(const eng_context *context, const char *text, size_t length)
{
  int32_t kind = find_builtin(text, length);

  if (kind == 0) kind = find_own(&context->settings.kinds, text, length);
  for (size_t i = 0; kind == 0 && i < COUNT(kind_aliases); i++) {
    if (is_plain(kind_aliases[i].name, text, length)) kind = kind_aliases[i].number;
  }
  return kind;
}

bool eng__kind_is_taken(const struct eng__vocabulary *own, const char *name,
                        size_t length)
{
  char text[PLAIN_MAX];
  size_t n = plain(name, length, text);

  for (size_t i = 0; i < COUNT(groups); i++) {
    if (is_plain(groups[i], text, n)) return true;
  }
  return find_builtin(text, n) != 0 || find_own(own, text, n) != 0;
}

eng_status eng_kind_find(const eng_context *context, const char *name, size_t length,
                         int32_t *out)
{
  char text[PLAIN_MAX];
  size_t n;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  if (context == NULL || name == NULL) return ENG_E_INVALID;
  n = plain(name, length, text);
  if (n > 0) *out = find_kind(context, text, n);
  return *out == 0 ? ENG_E_KIND : ENG_OK;
}

/* Takes a nearer name in place of the nearest so far. */
static void nearer(const char *name, int32_t number, const char *text, size_t length,
                   size_t *reach, int32_t *nearest)
{
  char other[PLAIN_MAX];
  size_t n = plain(name, strlen(name), other);
  size_t d = eng__name_distance(text, length, other, n, *reach);

  if (d > *reach || (d == *reach && *nearest != 0)) return;
  *reach = d;
  *nearest = number;
}

int32_t eng_kind_nearest(const eng_context *context, const char *name, size_t length)
{
  char text[PLAIN_MAX];
  size_t n, reach;
  int32_t nearest = 0;

  if (context == NULL || name == NULL) return 0;
  n = plain(name, length, text);
  if (n == 0) return 0;
  reach = eng__name_reach(n);
  for (int32_t i = 1; i < ENG__OWN; i++) {
    if (kinds[i].name != NULL) nearer(kinds[i].name, i, text, n, &reach, &nearest);
  }
  for (int32_t i = ENG__OWN; i < 256; i++) {
    const struct eng__own *own = own_row(&context->settings.kinds, i);

    if (own != NULL) nearer(own->name, i, text, n, &reach, &nearest);
  }
  for (size_t i = 0; i < COUNT(kind_aliases); i++) {
    nearer(kind_aliases[i].name, kind_aliases[i].number, text, n, &reach, &nearest);
  }
  return nearest;
}

const char *eng_kind_name(const eng_context *context, int32_t kind)
{
  const struct kind_row *row = kind_row(kind);
  const struct eng__own *own = own_row(&context->settings.kinds, kind);

  return row != NULL ? row->name : own != NULL ? own->name : NULL;
}

int32_t eng_kind_direction(const eng_context *context, int32_t kind)
{
  const struct kind_row *row = kind_row(kind);
  const struct eng__own *own = own_row(&context->settings.kinds, kind);

  return row != NULL ? row->direction : own != NULL ? own->direction : 0;
}

int32_t eng_kind_mode(const eng_context *context, int32_t kind)
{
  const struct kind_row *row = kind_row(kind);
  const struct eng__own *own = own_row(&context->settings.kinds, kind);

  return row != NULL ? row->mode : own != NULL ? own->mode : 0;
}

int32_t eng_kind_is_active(const eng_context *context, int32_t kind)
{
  const struct kind_row *row = kind_row(kind);
  const struct eng__own *own = own_row(&context->settings.kinds, kind);

  return row != NULL ? row->active : own != NULL ? own->active : 0;
}

/* ---- channels ---- */

static int32_t find_builtin_channel(const char *text, size_t length)
{
  for (int32_t i = ENG_CHANNEL_STORE; i <= ENG_CHANNEL_PARTNER; i++) {
    if (is_plain(channels[i], text, length)) return i;
  }
  return 0;
}

bool eng__channel_is_taken(const struct eng__vocabulary *own, const char *name,
                           size_t length)
{
  char text[PLAIN_MAX];
  size_t n = plain(name, length, text);

  return find_builtin_channel(text, n) != 0 || find_own(own, text, n) != 0;
}

bool eng__channel_is_known(const eng_context *context, int32_t channel)
{
  if (channel >= ENG_CHANNEL_STORE && channel <= ENG_CHANNEL_PARTNER) return true;
  return own_row(&context->settings.channels, channel) != NULL;
}

eng_status eng_channel_find(const eng_context *context, const char *name, size_t length,
                            int32_t *out)
{
  char text[PLAIN_MAX];
  size_t n;

  if (out == NULL) return ENG_E_INVALID;
  *out = 0;
  if (context == NULL || name == NULL) return ENG_E_INVALID;
  n = plain(name, length, text);
  if (n == 0) return ENG_E_CHANNEL;
  *out = find_builtin_channel(text, n);
  if (*out == 0) *out = find_own(&context->settings.channels, text, n);
  return *out == 0 ? ENG_E_CHANNEL : ENG_OK;
}

const char *eng_channel_name(const eng_context *context, int32_t channel)
{
  const struct eng__own *own = own_row(&context->settings.channels, channel);

  if (channel >= ENG_CHANNEL_STORE && channel <= ENG_CHANNEL_PARTNER) {
    return channels[channel];
  }
  return own == NULL ? NULL : own->name;
}
