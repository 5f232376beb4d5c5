/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "base/valija-future.h"
#include "engine/valija-engine.h"

G_BEGIN_DECLS

#define VALIJA_TYPE_APPLICATION (valija_application_get_type ())
G_DECLARE_FINAL_TYPE (ValijaApplication, valija_application, VALIJA, APPLICATION, AdwApplication)

/* There is one, which get_default() answers everywhere, (transfer none); engine and directory are its own. */
ValijaApplication *valija_application_new               (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaApplication *valija_application_get_default       (void);
ValijaEngine      *valija_application_get_engine        (ValijaApplication *self);
const char        *valija_application_get_cache_dir     (ValijaApplication *self);

/* Whether nothing is to be fetched that the user did not ask for. */
gboolean           valija_application_get_offline       (ValijaApplication *self);

/* A directory of this session, readable by nobody else, removed at its end: for attachments that
 * are opened. (transfer full) */
GFile             *valija_application_dup_scratch_dir   (ValijaApplication *self, GError **error);

/* ---- Writing (valija-application-compose.c); @account is nullable: the first that can send
 * ---- */
/* The first account that can send, or NULL and why none can, with the way out (transfer full).
 * @reason is nullable. */
/* (transfer none) (nullable) */
ValijaAccount     *valija_application_find_sender       (ValijaApplication *self, char **reason);
void               valija_application_compose           (ValijaApplication *self,
                                                         ValijaAccount     *account,
                                                         ValijaComposition *composition,
                                                         gint64             draft);
void               valija_application_answer            (ValijaApplication *self,
                                                         ValijaAccount     *account,
                                                         ValijaComposition *composition,
                                                         ValijaMessage     *original,
                                                         ValijaFlags        flag);
void               valija_application_compose_mailto    (ValijaApplication *self, const char *uri);
void               valija_application_edit_draft        (ValijaApplication *self, ValijaMessage *message);
void               valija_application_edit_outbox_item  (ValijaApplication *self, ValijaOutboxItem *item);
/* A toast with @text that stands for @seconds and takes the outbox item @item back, into a composer; @original
 * (nullable) then loses the mark @flag that it got when it was queued. */
void               valija_application_offer_undo_send   (ValijaApplication *self,
                                                         gint64             item,
                                                         const char        *text,
                                                         guint              seconds,
                                                         ValijaMessage     *original,
                                                         ValijaFlags        flag);

/* ---- Notices, in the main window; lost where there is none ---- */
void               valija_application_notify            (ValijaApplication *self, const char *text);
void               valija_application_show_error        (ValijaApplication *self, const GError *error);
/* (transfer full); FALSE: no window */
gboolean           valija_application_add_toast         (ValijaApplication *self, AdwToast *toast);
gboolean           valija_application_offer_undo        (ValijaApplication *self, AdwToast *toast);

/* Like valija_future_then(), and the application does not end before @future (transfer full) has
 * settled. @owner and @callback are nullable. */
void               valija_application_hold_for          (ValijaApplication   *self,
                                                         DexFuture           *future,
                                                         gpointer             owner,
                                                         ValijaFutureCallback callback);

G_END_DECLS
