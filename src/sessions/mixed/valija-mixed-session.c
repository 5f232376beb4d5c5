/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/mixed/valija-mixed-session.h"

#include "base/valija-future.h"
#include "sessions/pop3/valija-pop3-session.h"
#include "sessions/smtp/valija-smtp-session.h"

#include <glib/gi18n-lib.h>

struct _ValijaMixedSession
{
  GObject parent_instance;

  ValijaSession *incoming;
  ValijaSession *outgoing;
};

static void valija_mixed_session_session_iface_init (ValijaSessionInterface *iface);
static void valija_mixed_session_mail_reader_iface_init (ValijaMailReaderInterface *iface);
static void valija_mixed_session_mail_drop_iface_init (ValijaMailDropInterface *iface);
static void valija_mixed_session_mail_sender_iface_init (ValijaMailSenderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ValijaMixedSession, valija_mixed_session, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_SESSION, valija_mixed_session_session_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER,
                                                      valija_mixed_session_mail_reader_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_DROP, valija_mixed_session_mail_drop_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_SENDER,
                                                      valija_mixed_session_mail_sender_iface_init))

/* Both to their ends; when both fail it is the incoming one that a person misses. */
static DexFuture *
open_fiber (gpointer data)
{
  ValijaMixedSession *self = data;
  g_autoptr(DexFuture) outgoing = valija_session_open (self->outgoing);
  g_autoptr(GError) incoming_error = NULL;
  g_autoptr(GError) outgoing_error = NULL;

  dex_await (valija_session_open (self->incoming), &incoming_error);
  dex_await (g_steal_pointer (&outgoing), &outgoing_error);

  if (incoming_error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&incoming_error));

  if (outgoing_error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&outgoing_error));

  return dex_future_new_true ();
}

static DexFuture *
valija_mixed_session_open (ValijaSession *session)
{
  return valija_fiber_spawn (open_fiber, g_object_ref (session), g_object_unref);
}

static DexFuture *
valija_mixed_session_close (ValijaSession *session)
{
  ValijaMixedSession *self = VALIJA_MIXED_SESSION (session);

  return dex_future_all (valija_session_close (self->incoming), valija_session_close (self->outgoing), NULL);
}

static ValijaSessionState
valija_mixed_session_get_state (ValijaSession *session)
{
  return valija_session_get_state (VALIJA_MIXED_SESSION (session)->incoming);
}

static ValijaCapabilities
valija_mixed_session_get_capabilities (ValijaSession *session)
{
  ValijaMixedSession *self = VALIJA_MIXED_SESSION (session);
  ValijaCapabilities incoming = valija_session_get_capabilities (self->incoming);
  ValijaCapabilities outgoing = valija_session_get_capabilities (self->outgoing);

  /* What both halves must be able to do is not there when one of them cannot */
  return ((incoming | outgoing) & ~VALIJA_CAPABILITY_INTERNATIONAL) |
         (incoming & outgoing & VALIJA_CAPABILITY_INTERNATIONAL);
}

static char **
valija_mixed_session_dup_facts (ValijaSession *session)
{
  ValijaMixedSession *self = VALIJA_MIXED_SESSION (session);
  g_autoptr(GStrvBuilder) facts = g_strv_builder_new ();
  g_auto(GStrv) incoming = valija_session_dup_facts (self->incoming);
  g_auto(GStrv) outgoing = valija_session_dup_facts (self->outgoing);

  for (gsize i = 0; incoming[i] != NULL; i++)
    /* Translators: what a server said of itself, such as "Incoming server, Encryption: TLS 1.3" */
    g_strv_builder_take (facts, g_strdup_printf (_("Incoming server, %s"), incoming[i]));
  for (gsize i = 0; outgoing[i] != NULL; i++)
    /* Translators: what a server said of itself, such as "Outgoing server, Encryption: TLS 1.3" */
    g_strv_builder_take (facts, g_strdup_printf (_("Outgoing server, %s"), outgoing[i]));

  return g_strv_builder_end (facts);
}

static void
valija_mixed_session_session_iface_init (ValijaSessionInterface *iface)
{
  iface->open = valija_mixed_session_open;
  iface->close = valija_mixed_session_close;
  iface->get_state = valija_mixed_session_get_state;
  iface->get_capabilities = valija_mixed_session_get_capabilities;
  iface->dup_facts = valija_mixed_session_dup_facts;
}

/* ---- What the halves do ---- */

static ValijaMailReader *
get_reader (gpointer self)
{
  return VALIJA_MAIL_READER (VALIJA_MIXED_SESSION (self)->incoming);
}

static DexFuture *
valija_mixed_session_list_folders (ValijaMailReader *reader)
{
  return valija_mail_reader_list_folders (get_reader (reader));
}

static DexChannel *
valija_mixed_session_sync_folder (ValijaMailReader *reader,
                                  const char       *folder,
                                  GBytes           *cursor)
{
  return valija_mail_reader_sync_folder (get_reader (reader), folder, cursor);
}

static DexChannel *
valija_mixed_session_fetch_messages (ValijaMailReader   *reader,
                                     const char         *folder,
                                     const char * const *remote_ids,
                                     ValijaProgress     *progress)
{
  return valija_mail_reader_fetch_messages (get_reader (reader), folder, remote_ids, progress);
}

static DexFuture *
valija_mixed_session_fetch_outline (ValijaMailReader *reader,
                                    const char       *folder,
                                    const char       *remote_id)
{
  return valija_mail_reader_fetch_outline (get_reader (reader), folder, remote_id);
}

static DexFuture *
valija_mixed_session_search (ValijaMailReader *reader,
                             const char       *folder,
                             const char       *text,
                             guint             limit)
{
  return valija_mail_reader_search (get_reader (reader), folder, text, limit);
}

static DexFuture *
valija_mixed_session_watch (ValijaMailReader *reader,
                            const char       *folder)
{
  return valija_mail_reader_watch (get_reader (reader), folder);
}

static void
valija_mixed_session_mail_reader_iface_init (ValijaMailReaderInterface *iface)
{
  iface->list_folders = valija_mixed_session_list_folders;
  iface->sync_folder = valija_mixed_session_sync_folder;
  iface->fetch_messages = valija_mixed_session_fetch_messages;
  iface->fetch_outline = valija_mixed_session_fetch_outline;
  iface->search = valija_mixed_session_search;
  iface->watch = valija_mixed_session_watch;
}

static GBytes *
valija_mixed_session_doubt (ValijaMailDrop     *drop,
                            GBytes             *cursor,
                            const char * const *remote_ids)
{
  return valija_mail_drop_doubt (VALIJA_MAIL_DROP (VALIJA_MIXED_SESSION (drop)->incoming), cursor, remote_ids);
}

static DexFuture *
valija_mixed_session_clear (ValijaMailDrop     *drop,
                            GBytes             *cursor,
                            const char * const *remote_ids)
{
  return valija_mail_drop_clear (VALIJA_MAIL_DROP (VALIJA_MIXED_SESSION (drop)->incoming), cursor, remote_ids);
}

static void
valija_mixed_session_mail_drop_iface_init (ValijaMailDropInterface *iface)
{
  iface->doubt = valija_mixed_session_doubt;
  iface->clear = valija_mixed_session_clear;
}

static DexFuture *
valija_mixed_session_send (ValijaMailSender *sender,
                           ValijaEnvelope   *envelope,
                           GBytes           *source,
                           ValijaProgress   *progress)
{
  return valija_mail_sender_send (VALIJA_MAIL_SENDER (VALIJA_MIXED_SESSION (sender)->outgoing), envelope, source,
                                  progress);
}

static DexFuture *
valija_mixed_session_check_address (ValijaMailSender *sender,
                                    const char       *from,
                                    const char       *address)
{
  return valija_mail_sender_check_address (VALIJA_MAIL_SENDER (VALIJA_MIXED_SESSION (sender)->outgoing), from, address);
}

static gboolean
valija_mixed_session_overlaps (ValijaMailSender *sender)
{
  return valija_mail_sender_overlaps (VALIJA_MAIL_SENDER (VALIJA_MIXED_SESSION (sender)->outgoing));
}

static void
valija_mixed_session_mail_sender_iface_init (ValijaMailSenderInterface *iface)
{
  iface->overlaps = valija_mixed_session_overlaps;
  iface->send = valija_mixed_session_send;
  iface->check_address = valija_mixed_session_check_address;
}

/* ---- Object ---- */

static void
valija_mixed_session_dispose (GObject *object)
{
  ValijaMixedSession *self = VALIJA_MIXED_SESSION (object);

  g_clear_object (&self->incoming);
  g_clear_object (&self->outgoing);

  G_OBJECT_CLASS (valija_mixed_session_parent_class)->dispose (object);
}

static void
valija_mixed_session_class_init (ValijaMixedSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_mixed_session_dispose;
}

static void
valija_mixed_session_init (ValijaMixedSession *self)
{
}

/**
 * valija_mixed_session_new:
 * @context: what the session gets from outside; both halves share it
 *
 * Returns: (transfer full): a closed session that reads the account's incoming server and sends through its outgoing
 * one
 */
ValijaSession *
valija_mixed_session_new (ValijaSessionContext *context)
{
  ValijaMixedSession *self;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (context), NULL);

  self = g_object_new (VALIJA_TYPE_MIXED_SESSION, NULL);
  self->incoming = valija_pop3_session_new (context);
  self->outgoing = valija_smtp_session_new (context);

  g_signal_connect_object (self->incoming, "state-changed", G_CALLBACK (valija_session_notify_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->incoming, "alert", G_CALLBACK (valija_session_alert), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->outgoing, "alert", G_CALLBACK (valija_session_alert), self, G_CONNECT_SWAPPED);

  return VALIJA_SESSION (self);
}
