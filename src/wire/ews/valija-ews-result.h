/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/ews/valija-ews-node.h"

G_BEGIN_DECLS

/* What a response code asks of whoever made the request. */
typedef enum
{
  VALIJA_EWS_FINE,
  VALIJA_EWS_NONE_FOUND,        /* an empty list, told as an error */
  VALIJA_EWS_NOT_TRIED,         /* the batch was given up before it came to this one */
  VALIJA_EWS_BACK_OFF,          /* the whole account must wait */
  VALIJA_EWS_RETRY,             /* may go well the next time */
  VALIJA_EWS_CONFLICT,          /* somebody else was faster */
  VALIJA_EWS_GONE,              /* the item or folder is not there (any more) */
  VALIJA_EWS_BAD_ITEM,          /* only this item cannot be had in this way */
  VALIJA_EWS_SYNC_ANEW,         /* the sync state is of no use */
  VALIJA_EWS_SUBSCRIBE_ANEW,    /* the subscription is of no use */
  VALIJA_EWS_OTHER_SCHEMA,      /* the server does not know what was asked */
  VALIJA_EWS_REFUSED,           /* and would be the next time */
} ValijaEwsReaction;

/* What became of one entry of a request. The strings are of the node it was read from. */
typedef struct
{
  ValijaEwsReaction reaction;
  const char *code;         /* "NoError", "ErrorItemNotFound"; "" where the answer has none */
  const char *text;         /* (nullable) the server's own words, in its language */
  guint back_off;           /* milliseconds; 0 where it did not say */
  gboolean is_fault;        /* of the whole request */
} ValijaEwsResult;

/* @message: as a reader tells it: a response message, a fault, or a body without either */
void valija_ews_result_read      (const ValijaEwsNode   *message,
                                  ValijaEwsResult       *result);

/* Whether the server broke off where it may have done what was asked. */
gboolean valija_ews_result_leaves_doubt (const ValijaEwsResult *result);

/* Whether the same request, which is @repeatable or not, is to be made again later: a busy server did not even begin,
 * and what may go wrong half way is done again only where that does no harm. */
gboolean valija_ews_result_is_for_later (const ValijaEwsResult *result,
                                         gboolean               repeatable);

/* Sets a sentence for a person, with the server's words; @result must not be FINE. */
void valija_ews_result_set_error (const ValijaEwsResult *result,
                                  GError               **error);

/* Whether the code that @error was set by says that there is no such mailbox, or none for this user. */
gboolean valija_ews_result_denies_mailbox (const GError *error);

G_END_DECLS
