/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-link-private.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "model/valija-changes.h"
#include "model/valija-labels.h"
#include "sessions/imap/valija-imap-error.h"
#include "sessions/imap/valija-imap-notify.h"
#include "wire/imap/valija-imap-flags.h"
#include "wire/imap/valija-imap-labels.h"
#include "wire/imap/valija-imap-mailbox.h"

/* How long a count is good for a guess */
#define COUNTS_LAST (30 * G_USEC_PER_SEC)
/* How long the list of folders that was asked for ahead stands for one of now: a folder is not looked at that it says
 * is as it was, so mail that came since would stay away */
#define LIST_LASTS (2 * G_USEC_PER_SEC)

G_DEFINE_FINAL_TYPE (ValijaImapLink, valija_imap_link, G_TYPE_OBJECT)

enum
{
  ALERT,
  CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* A SELECT that is under way. */
typedef struct
{
  ValijaImapLink *link;
  ValijaImapSelected *selected;
  ValijaImapResponseFunc respond;
  gpointer user_data;
  GDestroyNotify destroy;
} Selection;

ValijaImapSelected *
valija_imap_selected_ref (ValijaImapSelected *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_imap_selected_unref (ValijaImapSelected *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_free (self->folder);
  g_strfreev (self->keywords);
  g_free (self);
}

static void
update_mode (ValijaImapLink *self)
{
  ValijaImapMode mode = 0;

  if (valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_LITERAL_PLUS))
    mode |= VALIJA_IMAP_MODE_LITERAL_PLUS;
  if (valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_LITERAL_MINUS))
    mode |= VALIJA_IMAP_MODE_LITERAL_MINUS;
  if (self->utf8)
    mode |= VALIJA_IMAP_MODE_UTF8;
  if (self->connection != NULL)
    valija_imap_connection_set_mode (self->connection, mode);
}

void
valija_imap_link_forget_capabilities (ValijaImapLink *self)
{
  self->capabilities_known = FALSE;
  self->capabilities = 0;
  g_clear_pointer (&self->mechanisms, g_strfreev);
  g_clear_pointer (&self->words, g_strfreev);
  update_mode (self);
}

static void
learn_capabilities (ValijaImapLink *self,
                    ValijaImapIter  iter)
{
  g_clear_pointer (&self->mechanisms, g_strfreev);
  g_clear_pointer (&self->words, g_strfreev);
  self->capabilities = valija_imap_capabilities_parse (iter, &self->mechanisms, &self->words);
  self->capabilities_known = TRUE;
  /* RFC 9051 §5.1: whoever is IMAP4rev2 and nothing else never had another spelling of names */
  if (valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_IMAP4REV2) &&
      !valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_IMAP4REV1))
    self->utf8 = TRUE;
  update_mode (self);
}

static void
learn_enabled (ValijaImapLink *self,
               ValijaImapIter  iter)
{
  ValijaImapValue value;

  while (valija_imap_iter_next (&iter, &value))
    {
      self->utf8_accept |= valija_imap_value_is_atom (value, "UTF8=ACCEPT");
      self->utf8 |= self->utf8_accept || valija_imap_value_is_atom (value, "IMAP4rev2");
    }

  update_mode (self);
}

static void
learn_code (ValijaImapLink           *self,
            const ValijaImapResponse *response)
{
  switch ((int) valija_imap_response_get_code (response))
    {
    case VALIJA_IMAP_CODE_CAPABILITY:
      learn_capabilities (self, valija_imap_response_iter_code (response));
      break;

    case VALIJA_IMAP_CODE_ALERT:
      /* RFC 9051 §7.1: the user must see it. Not what somebody may have put in before TLS */
      if (self->secure)
        {
          g_autofree char *words = valija_imap_response_dup_words (response);

          g_signal_emit (self, signals[ALERT], 0, words);
        }
      break;

    default:
      break;
    }
}

static void
count_messages (ValijaImapSelected       *selected,
                const ValijaImapResponse *response)
{
  g_autoptr(ValijaImapSet) vanished = NULL;
  gboolean earlier = FALSE;
  guint64 lost = 0;

  if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_EXISTS)
    {
      selected->exists = valija_imap_response_get_number (response);
      return;
    }

  if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_EXPUNGE)
    lost = 1;
  else if ((vanished = valija_imap_vanished_parse (response, &earlier)) != NULL && !earlier)
    lost = valija_imap_set_count (vanished);
  selected->exists -= MIN (lost, selected->exists);
}

/* A mailbox may be within several limits. The nearest counts. */
static void
learn_quota (ValijaImapLink           *self,
             const ValijaImapResponse *response)
{
  guint64 used;
  guint64 limit;

  if (!valija_imap_quota_parse (response, "STORAGE", &used, &limit) || limit == 0 || used > G_MAXINT64 / 1024 ||
      limit > G_MAXINT64 / 1024)
    return;

  used *= 1024;
  limit *= 1024;
  if (self->quota_limit != 0 && (double) used / limit <= (double) self->quota_used / self->quota_limit)
    return;

  self->quota_used = used;
  self->quota_limit = limit;
}

DexFuture *
valija_imap_link_ask_quota (ValijaImapLink *self)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("GETQUOTAROOT");

  valija_imap_command_append_mailbox (command, "INBOX");

  return valija_imap_connection_run (self->connection, command, VALIJA_IMAP_RUN_NONE, NULL, NULL, NULL, NULL);
}

gboolean
valija_imap_link_get_quota (ValijaImapLink  *self,
                            guint            seconds,
                            ValijaQuota    **quota)
{
  gint64 age = g_get_monotonic_time () - self->quota_told;

  if (self->quota_told == 0 || (seconds > 0 && age > seconds * G_USEC_PER_SEC))
    return FALSE;

  *quota = self->quota_limit > 0 ? valija_quota_new (self->quota_used, self->quota_limit) : NULL;

  return TRUE;
}

static void
watch_cb (ValijaImapResponse *response,
          gpointer            user_data)
{
  ValijaImapLink *self = user_data;

  if (self->notify != NULL)
    valija_imap_notify_apply (self->notify, response);

  if (valija_imap_response_is_status (response))
    {
      learn_code (self, response);
      if (self->greeting == NULL)
        self->greeting = valija_imap_response_dup_words (response);
    }

  switch ((int) valija_imap_response_get_kind (response))
    {
    case VALIJA_IMAP_RESPONSE_CAPABILITY:
      learn_capabilities (self, valija_imap_response_iter (response));
      break;

    case VALIJA_IMAP_RESPONSE_ENABLED:
      learn_enabled (self, valija_imap_response_iter (response));
      break;

    case VALIJA_IMAP_RESPONSE_ID:
      g_free (self->server);
      self->server = valija_imap_id_parse (response);
      break;

    case VALIJA_IMAP_RESPONSE_NAMESPACE:
      g_clear_pointer (&self->namespaces, g_ptr_array_unref);
      self->namespaces = valija_imap_namespaces_parse (response, self->utf8);
      break;

    case VALIJA_IMAP_RESPONSE_QUOTAROOT:
      self->quota_used = self->quota_limit = 0;
      self->quota_told = g_get_monotonic_time ();
      break;

    case VALIJA_IMAP_RESPONSE_QUOTA:
      learn_quota (self, response);
      break;

    case VALIJA_IMAP_RESPONSE_EXISTS:
    case VALIJA_IMAP_RESPONSE_EXPUNGE:
    case VALIJA_IMAP_RESPONSE_VANISHED:
      if (self->selected != NULL && self->n_selecting == 0)
        count_messages (self->selected, response);
      break;

    default:
      break;
    }
}

static void
closed_cb (ValijaImapConnection *connection,
           ValijaImapLink       *self)
{
  valija_imap_connection_set_watch (connection, NULL, NULL);
  g_signal_emit (self, signals[CLOSED], 0);
}

void
valija_imap_link_adopt (ValijaImapLink       *self,
                        ValijaImapConnection *connection)
{
  self->connection = connection;
  valija_imap_connection_set_watch (connection, watch_cb, self);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  update_mode (self);
}

static void
selection_free (gpointer data)
{
  Selection *selection = data;

  selection->link->n_selecting--;
  if (selection->destroy != NULL)
    selection->destroy (selection->user_data);
  valija_imap_selected_unref (selection->selected);
  g_object_unref (selection->link);
  g_free (selection);
}

static guint64
get_code_number (const ValijaImapResponse *response)
{
  ValijaImapIter iter = valija_imap_response_iter_code (response);
  ValijaImapValue value;
  guint64 number;

  valija_imap_iter_next (&iter, &value);

  return valija_imap_value_get_number (value, G_MAXINT64, &number) ? number : 0;
}

/* RFC 9051 §7.1: without \* no keyword can be made. */
static void
learn_keywords (ValijaImapSelected       *selected,
                const ValijaImapResponse *response)
{
  ValijaImapIter iter = valija_imap_response_iter_code (response);
  g_autoptr(GPtrArray) keywords = NULL;
  ValijaImapValue list;

  if (!valija_imap_iter_next (&iter, &list))
    return;

  keywords = valija_imap_keywords_parse (list);
  if (keywords != NULL)
    g_ptr_array_add (keywords, NULL);
  g_strfreev (selected->keywords);
  selected->keywords = keywords != NULL ? valija_labels_new ((const char * const *) keywords->pdata) : NULL;
  selected->fixed_keywords = (valija_imap_flags_parse (list) & VALIJA_IMAP_FLAG_ANY_KEYWORD) == 0;
}

static void
learn_selected (ValijaImapSelected       *selected,
                const ValijaImapResponse *response)
{
  switch ((int) valija_imap_response_get_code (response))
    {
    case VALIJA_IMAP_CODE_UIDVALIDITY:
      selected->uid_validity = get_code_number (response);
      break;

    case VALIJA_IMAP_CODE_UIDNEXT:
      selected->uid_next = get_code_number (response);
      break;

    case VALIJA_IMAP_CODE_HIGHESTMODSEQ:
      selected->mod_seq = get_code_number (response);
      break;

    case VALIJA_IMAP_CODE_NOMODSEQ:
      selected->mod_seq = 0;
      break;

    case VALIJA_IMAP_CODE_READ_ONLY:
      selected->read_only = TRUE;
      break;

    case VALIJA_IMAP_CODE_PERMANENTFLAGS:
      learn_keywords (selected, response);
      break;

    default:
      break;
    }
}

/* The folder selected before is gone as soon as a SELECT is answered, well or not. */
static void
finish_selection (Selection          *selection,
                  ValijaImapResponse *response)
{
  ValijaImapLink *link = selection->link;

  learn_selected (selection->selected, response);
  if (selection->respond != NULL)
    selection->respond (response, selection->user_data);

  g_clear_pointer (&link->selected, valija_imap_selected_unref);
  if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_OK)
    {
      selection->selected->complete = TRUE;
      selection->selected->first_exists = selection->selected->exists;
      link->selected = valija_imap_selected_ref (selection->selected);
      link->takes_labels = link->selected->read_only || !link->selected->fixed_keywords ||
                           link->selected->keywords != NULL;
    }
}

static gboolean
selection_cb (ValijaImapResponse *response,
              gpointer            user_data)
{
  Selection *selection = user_data;

  if (valija_imap_response_get_tag (response) != NULL)
    {
      finish_selection (selection, response);
      return TRUE;
    }

  switch ((int) valija_imap_response_get_kind (response))
    {
    case VALIJA_IMAP_RESPONSE_EXISTS:
      selection->selected->exists = valija_imap_response_get_number (response);
      return TRUE;

    case VALIJA_IMAP_RESPONSE_OK:
      learn_selected (selection->selected, response);
      return TRUE;

    default:
      return selection->respond != NULL && selection->respond (response, selection->user_data);
    }
}

static void
append_resync (ValijaImapCommand      *command,
               const ValijaImapResync *resync)
{
  valija_imap_command_open_list (command);
  valija_imap_command_append_atom (command, "QRESYNC");
  valija_imap_command_open_list (command);
  valija_imap_command_append_number (command, resync->uid_validity);
  valija_imap_command_append_number (command, resync->mod_seq);
  valija_imap_command_append_range (command, resync->first_uid, resync->last_uid);
  valija_imap_command_close_list (command);
  valija_imap_command_close_list (command);
}

DexFuture *
valija_imap_link_select (ValijaImapLink         *self,
                         const char             *folder,
                         const ValijaImapResync *resync,
                         ValijaImapResponseFunc  respond,
                         gpointer                user_data,
                         GDestroyNotify          destroy)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("SELECT");
  Selection *selection = g_new0 (Selection, 1);

  selection->link = g_object_ref (self);
  selection->selected = g_new0 (ValijaImapSelected, 1);
  g_ref_count_init (&selection->selected->ref_count);
  selection->selected->folder = g_strdup (folder);
  selection->respond = respond;
  selection->user_data = user_data;
  selection->destroy = destroy;

  valija_imap_command_append_mailbox (command, folder);
  if (self->qresync && resync != NULL)
    append_resync (command, resync);
  else if (!self->qresync && valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_CONDSTORE))
    {
      valija_imap_command_open_list (command);
      valija_imap_command_append_atom (command, "CONDSTORE");
      valija_imap_command_close_list (command);
    }

  /* Until the answer it is not known which folder is selected, even when nobody waits for it any more */
  self->n_selecting++;

  return valija_imap_connection_run (self->connection, command, VALIJA_IMAP_RUN_OPEN, selection_cb, NULL, selection,
                                     selection_free);
}

ValijaImapSelected *
valija_imap_link_get_selected (ValijaImapLink *self)
{
  return self->n_selecting == 0 ? self->selected : NULL;
}

DexFuture *
valija_imap_link_ensure_selected (ValijaImapLink *self,
                                  const char     *folder)
{
  ValijaImapSelected *selected = valija_imap_link_get_selected (self);

  if (selected != NULL && g_str_equal (selected->folder, folder))
    return dex_future_new_true ();

  return valija_imap_link_select (self, folder, NULL, NULL, NULL, NULL);
}

DexFuture *
valija_imap_link_unselect (ValijaImapLink *self)
{
  g_autoptr(ValijaImapCommand) command = NULL;

  if (valija_imap_link_get_selected (self) == NULL || !valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_UNSELECT))
    return dex_future_new_true ();

  g_clear_pointer (&self->selected, valija_imap_selected_unref);
  command = valija_imap_command_new ("UNSELECT");

  return valija_imap_connection_run (self->connection, command, VALIJA_IMAP_RUN_NONE, NULL, NULL, NULL, NULL);
}

void
valija_imap_link_close (ValijaImapLink *self)
{
  if (self->connection != NULL)
    valija_imap_connection_close (self->connection);
}

gboolean
valija_imap_link_is_closed (ValijaImapLink *self)
{
  return self->connection == NULL || valija_imap_connection_is_closed (self->connection);
}

ValijaImapConnection *
valija_imap_link_get_connection (ValijaImapLink *self)
{
  return self->connection;
}

gboolean
valija_imap_link_takes_labels (ValijaImapLink *self)
{
  return self->takes_labels || valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_GMAIL);
}

gboolean
valija_imap_link_has (ValijaImapLink        *self,
                      ValijaImapCapabilities capability)
{
  return (self->capabilities & capability) != 0;
}

gboolean
valija_imap_link_is_utf8 (ValijaImapLink *self)
{
  return self->utf8;
}

gboolean
valija_imap_link_names_charset (ValijaImapLink *self)
{
  return !self->utf8_accept;
}

gboolean
valija_imap_link_is_qresync (ValijaImapLink *self)
{
  return self->qresync;
}

ValijaImapNotify *
valija_imap_link_get_notify (ValijaImapLink *self)
{
  if (self->notify == NULL)
    self->notify = valija_imap_notify_new (self);

  return self->notify;
}

GPtrArray *
valija_imap_link_get_namespaces (ValijaImapLink *self)
{
  return self->namespaces;
}

void
valija_imap_link_learn_counts (ValijaImapLink *self,
                               GPtrArray      *folders)
{
  g_clear_pointer (&self->counts, g_hash_table_unref);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->counted_at = g_get_monotonic_time ();

  for (guint i = 0; i < folders->len; i++)
    {
      const ValijaFolderInfo *info = g_ptr_array_index (folders, i);

      if (info->total > 0)
        g_hash_table_insert (self->counts, g_strdup (info->remote_id), GUINT_TO_POINTER ((guint) info->total));
    }
}

guint
valija_imap_link_get_count (ValijaImapLink *self,
                            const char     *folder)
{
  if (self->counts == NULL || g_get_monotonic_time () - self->counted_at > COUNTS_LAST)
    return 0;

  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, folder));
}

DexFuture *
valija_imap_link_steal_folders (ValijaImapLink *self)
{
  if (g_get_monotonic_time () - self->listed_at > LIST_LASTS)
    dex_clear (&self->folders);

  return g_steal_pointer (&self->folders);
}

static const char *
describe_watch (ValijaImapLink *self)
{
  if (!valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_IDLE))
    return _("New mail: looked for every few minutes");

  return valija_imap_link_has (self, VALIJA_IMAP_CAPABILITY_NOTIFY) ? _("New mail: told at once, in all folders")
                                                                    : _("New mail: told at once, in the inbox");
}

guint64
valija_imap_link_get_append_limit (ValijaImapLink *self)
{
  return valija_imap_capabilities_get_append_limit ((const char * const *) self->words);
}

gboolean
valija_imap_link_limits_folders (ValijaImapLink *self)
{
  return valija_imap_capabilities_limit_folders ((const char * const *) self->words);
}

char **
valija_imap_link_dup_facts (ValijaImapLink *self)
{
  g_autoptr(GStrvBuilder) facts = g_strv_builder_new ();
  g_autofree char *encryption = NULL;
  g_autofree char *words = NULL;

  if (valija_imap_link_is_closed (self))
    return g_strv_builder_end (facts);

  encryption = valija_stream_dup_description (valija_imap_connection_get_stream (self->connection));
  words = self->words != NULL ? g_strjoinv (" ", self->words) : g_strdup ("");

  if (self->server != NULL)
    {
      g_autofree char *server = g_utf8_make_valid (self->server, -1);

      g_strv_builder_take (facts, g_strdup_printf (_("Server: %s"), server));
    }
  if (self->greeting != NULL && self->greeting[0] != '\0')
    g_strv_builder_take (facts, g_strdup_printf (_("Greeting: %s"), self->greeting));
  g_strv_builder_take (facts, g_strdup_printf (_("Encryption: %s"), encryption));
  if (self->sign_in != NULL)
    g_strv_builder_take (facts, g_strdup_printf (_("Sign-in: %s"), self->sign_in));
  g_strv_builder_take (facts, g_strdup_printf (_("Extensions: %s"), words));
  if (self->compressed)
    g_strv_builder_take (facts, g_strdup (_("Compression: DEFLATE")));
  g_strv_builder_add (facts, describe_watch (self));
  if (valija_imap_link_get_append_limit (self) > 0)
    {
      g_autofree char *limit = g_format_size (valija_imap_link_get_append_limit (self));

      g_strv_builder_take (facts, g_strdup_printf (_("Largest message: %s"), limit));
    }

  return g_strv_builder_end (facts);
}

static void
valija_imap_link_dispose (GObject *object)
{
  ValijaImapLink *self = VALIJA_IMAP_LINK (object);

  if (self->connection != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->connection, self);
      valija_imap_connection_set_watch (self->connection, NULL, NULL);
      valija_imap_connection_close (self->connection);
    }
  g_clear_object (&self->connection);
  g_clear_object (&self->context);
  dex_clear (&self->folders);
  g_clear_pointer (&self->counts, g_hash_table_unref);
  g_clear_pointer (&self->selected, valija_imap_selected_unref);

  G_OBJECT_CLASS (valija_imap_link_parent_class)->dispose (object);
}

static void
valija_imap_link_finalize (GObject *object)
{
  ValijaImapLink *self = VALIJA_IMAP_LINK (object);

  g_clear_pointer (&self->notify, valija_imap_notify_free);
  g_clear_pointer (&self->namespaces, g_ptr_array_unref);
  g_strfreev (self->mechanisms);
  g_strfreev (self->words);
  g_free (self->greeting);
  g_free (self->server);
  g_free (self->sign_in);

  G_OBJECT_CLASS (valija_imap_link_parent_class)->finalize (object);
}

static void
valija_imap_link_class_init (ValijaImapLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_imap_link_dispose;
  object_class->finalize = valija_imap_link_finalize;

  signals[ALERT] = g_signal_new ("alert", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
valija_imap_link_init (ValijaImapLink *self)
{
}

ValijaImapLink *
valija_imap_link_new (ValijaSessionContext *context,
                      gboolean              primary)
{
  ValijaImapLink *self = g_object_new (VALIJA_TYPE_IMAP_LINK, NULL);

  self->context = g_object_ref (context);
  self->primary = primary;
  self->takes_labels = TRUE;

  return self;
}
