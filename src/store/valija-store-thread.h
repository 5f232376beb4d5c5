/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-private.h"

G_BEGIN_DECLS

/* A thread that does one request after the other, in the order in which they were pushed, and
 * the way back to the main context, which both threads of a store share. */

typedef struct _ValijaStoreMailbag ValijaStoreMailbag;
typedef struct _ValijaStoreThread ValijaStoreThread;

/* Called on the main context after the futures of @news were settled. */
typedef void (*ValijaStoreTell) (GObject *owner, ValijaStoreNews *news);

/* Finished requests on their way back to @context. @owner is held weakly. */
ValijaStoreMailbag *valija_store_mailbag_new (GMainContext    *context,
                                              GObject         *owner,
                                              ValijaStoreTell  tell) G_GNUC_WARN_UNUSED_RESULT;
ValijaStoreMailbag *valija_store_mailbag_ref   (ValijaStoreMailbag *self);
void                valija_store_mailbag_unref (ValijaStoreMailbag *self);

typedef enum
{
  VALIJA_STORE_TRANSACTION, /* in one transaction over both databases */
  VALIJA_STORE_LOOK,        /* reads; left out when nobody waits for it any more */
  VALIJA_STORE_BARE,        /* sees to everything itself */
} ValijaStoreManner;

/* @context is borrowed and must outlive the thread. */
ValijaStoreThread *valija_store_thread_new (const char         *name,
                                            ValijaStoreContext *context,
                                            ValijaStoreMailbag *mailbag) G_GNUC_WARN_UNUSED_RESULT;
DexFuture          *valija_store_thread_push   (ValijaStoreThread *self,
                                                ValijaStoreManner  manner,
                                                ValijaStoreFunc    func,
                                                gpointer           args,
                                                GDestroyNotify     destroy) G_GNUC_WARN_UNUSED_RESULT;

/* Does what was pushed, and ends. Nothing may be pushed afterwards. */
void                valija_store_thread_end    (ValijaStoreThread *self);
/* Waits for the end and frees. */
void                valija_store_thread_join   (ValijaStoreThread *self);

G_END_DECLS
