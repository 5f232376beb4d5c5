/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/exchange/valija-exchange-watch.h"
#include "wire/ews/valija-ews-node.h"

G_BEGIN_DECLS

/* How long a server remembers a subscription for which nobody asks. */
#define VALIJA_EXCHANGE_PULL_MINUTES 30

typedef enum
{
  MODE_STREAM,
  MODE_PULL,
  MODE_NONE,
} Mode;

/* Shared by valija-exchange-watch.c and -watch-shared.c. */
struct _ValijaExchangeWatch
{
  grefcount ref_count;
  ValijaExchangeClient *client;
  guint silence;            /* seconds */
  guint interval;           /* seconds */
  Mode mode;
  gboolean stopped;
  gboolean is_streaming;
  gboolean is_alive;        /* the answer under way has brought something */
  gboolean is_stale;        /* it is about a subscription that is no more */
  gboolean is_excused;      /* it is ended without being broken */
  gboolean is_given_up;     /* it is ended here, whatever is still to come of it */
  guint n_broken;           /* answers in turn that did not hold */
  char *subscription;       /* nullable */
  char *watermark;          /* nullable: of a pull subscription */
  DexPromise *news;         /* nullable: somebody waits */
  GError *failure;          /* nullable: why the stream ended */
  GPtrArray *places;        /* of ValijaExchangePlace */

  GHashTable *changed;      /* folder ids */
  gboolean has_folders;
  gboolean is_in_doubt;
  gboolean is_lost;
};

/* One shared mailbox. */
typedef struct
{
  grefcount ref_count;
  char *mailbox;
  char **folders;           /* in order */
  char *subscription;       /* nullable */
  char *watermark;          /* nullable: of a pull subscription */
  gint64 again_at;          /* monotonic, in microseconds: for the answer that stays open it is not tried before */
  guint n_failed;           /* attempts in turn */
  guint n_broken;           /* how often in turn the server knew of no subscription */
  gboolean is_pulled;       /* the answer that stays open cannot tell of it */
  gboolean stopped;
  DexPromise *pause;        /* nullable: it is waiting to ask again */
} ValijaExchangePlace;

/* The last reference frees it; the other ends what asks for it, for good. */
void     valija_exchange_place_unref (ValijaExchangePlace *place);
void     valija_exchange_place_stop  (ValijaExchangePlace *place);

/* In valija-exchange-watch.c. What one subscription told; *@watermark: where it goes on. */
void     valija_exchange_watch_note       (ValijaExchangeWatch  *self,
                                           const ValijaEwsNode  *notification,
                                           char                **watermark);
/* Whether it is the server that will not have it so, and not the way there. */
gboolean valija_exchange_watch_is_refusal (const GError         *error);

/* In -watch-shared.c. Subscribes to those that the answer can tell of. */
void     valija_exchange_watch_subscribe_shared_fiber (ValijaExchangeWatch *self);
/* Whether another answer than the one under way would tell of others. */
gboolean valija_exchange_watch_is_stale   (ValijaExchangeWatch *self);
/* Of the mailbox and those beside it. (transfer full) */
char   **valija_exchange_watch_dup_subscriptions (ValijaExchangeWatch *self);
/* The server knows no more of subscriptions that @message names. FALSE where that of the mailbox itself may be
 * one. */
gboolean valija_exchange_watch_lose       (ValijaExchangeWatch *self,
                                           const ValijaEwsNode *message);
/* Has those asked for by themselves of which the answer tells. Whether there are any: it may be for them that the
 * server does not give it. */
gboolean valija_exchange_watch_drop_shared (ValijaExchangeWatch *self);
/* An answer has held for a while. */
void     valija_exchange_watch_held       (ValijaExchangeWatch *self);

G_END_DECLS
