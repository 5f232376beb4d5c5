/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-fake-engine-private.h"

#include "base/valija-future.h"
#include "sessions/valija-methods-table.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (ValijaEngine, valija_engine, G_TYPE_OBJECT)

static const ValijaMethod * const methods[] = {
  &valija_method_notes, &valija_method_outlook, &valija_method_exchange, &valija_method_smtp,
  &valija_method_pop3, &valija_method_mixed, &valija_method_imap, NULL
};

gint64 *
valija_fake_engine_dup_id (gint64 id)
{
  return g_memdup2 (&id, sizeof id);
}

static DexFuture *
answer_true (ValijaEngine *self)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  return dex_future_new_true ();
}

static void
valija_engine_finalize (GObject *object)
{
  ValijaEngine *self = VALIJA_ENGINE (object);

  g_clear_object (&self->accounts);
  g_clear_object (&self->outbox);
  g_clear_object (&self->inboxes);
  g_clear_object (&self->all_inboxes);
  g_hash_table_unref (self->statuses);
  g_hash_table_unref (self->folder_lists);
  g_hash_table_unref (self->folders);
  g_hash_table_unref (self->traffic);
  g_ptr_array_unref (self->rows);
  g_hash_table_unref (self->sources);
  g_hash_table_unref (self->outlines);
  dex_clear (&self->slow_ones);
  g_ptr_array_unref (self->lists);
  g_clear_error (&self->failure);
  dex_clear (&self->held);
  g_clear_pointer (&self->sent, g_bytes_unref);
  g_clear_pointer (&self->replies, valija_auto_replies_free);
  g_free (self->searched);
  g_free (self->server_problem);

  G_OBJECT_CLASS (valija_engine_parent_class)->finalize (object);
}

static void
valija_engine_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  VALIJA_ENGINE (object)->check_interval = g_value_get_uint (value);
}

guint
valija_fake_engine_get_check_interval (ValijaEngine *self)
{
  return self->check_interval;
}

static void
valija_engine_class_init (ValijaEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_engine_finalize;
  G_OBJECT_CLASS (klass)->set_property = valija_engine_set_property;
  g_object_class_install_property (G_OBJECT_CLASS (klass), 1,
                                   g_param_spec_uint ("check-interval", NULL, NULL, 0, 1440, 0,
                                                      G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));

  g_signal_new ("notice", VALIJA_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("new-mail", VALIJA_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                VALIJA_TYPE_FOLDER, G_TYPE_UINT);
  g_signal_new ("outbox-changed", VALIJA_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("draft-edited", VALIJA_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                G_TYPE_INT64, G_TYPE_INT64);
}

static void
valija_engine_init (ValijaEngine *self)
{
  self->accounts = g_list_store_new (VALIJA_TYPE_ACCOUNT);
  self->outbox = g_list_store_new (VALIJA_TYPE_OUTBOX_ITEM);
  self->inboxes = g_list_store_new (VALIJA_TYPE_FOLDER);
  self->all_inboxes = valija_folder_new (NULL, 0);
  valija_folder_update (self->all_inboxes, NULL, 0, "All Inboxes", VALIJA_FOLDER_ROLE_INBOX, 0, TRUE, FALSE);
  self->statuses = g_hash_table_new_full (NULL, NULL, g_object_unref, g_object_unref);
  self->folder_lists = g_hash_table_new_full (NULL, NULL, g_object_unref, g_object_unref);
  self->folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->traffic = g_hash_table_new_full (NULL, NULL, g_object_unref, (GDestroyNotify) valija_traffic_unref);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);
  self->sources = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->outlines = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->slow_ones = dex_promise_new ();
  self->lists = g_ptr_array_new_with_free_func (valija_fake_engine_feed_free);
  self->next_id = 1;
}

ValijaAccount *
valija_fake_engine_add_account (ValijaEngine *self, const char *method, const char *email, gboolean sends)
{
  static const ValijaFolderRole roles[] = {
    VALIJA_FOLDER_ROLE_INBOX, VALIJA_FOLDER_ROLE_DRAFTS, VALIJA_FOLDER_ROLE_SENT,
    VALIJA_FOLDER_ROLE_ARCHIVE, VALIJA_FOLDER_ROLE_JUNK, VALIJA_FOLDER_ROLE_TRASH, VALIJA_FOLDER_ROLE_NONE,
  };
  g_autoptr(ValijaAccount) account = valija_account_new (method);
  GListStore *folders = g_list_store_new (VALIJA_TYPE_FOLDER);
  ValijaAccountStatus *status = valija_account_status_new (account);
  const char * const facts[] = { "Software: Dovecot", "Security: TLS 1.3", NULL };
  ValijaCapabilities capabilities = VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_ORGANIZE | VALIJA_CAPABILITY_FOLDERS;

  g_object_set (account, "email", email, "full-name", "Ana Núñez", NULL);
  if (g_str_equal (method, "smtp"))
    capabilities = VALIJA_CAPABILITY_SEND;
  else if (sends)
    {
      capabilities |= VALIJA_CAPABILITY_SEND;
      g_object_set (valija_account_get_outgoing (account), "host", "smtp.example.org", NULL);
    }

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      gint64 id = self->next_id++;
      g_autoptr(ValijaFolder) folder = valija_folder_new (account, id);
      const char *label = valija_folder_role_get_label (roles[i]);

      if (g_str_equal (method, "smtp") && roles[i] != VALIJA_FOLDER_ROLE_DRAFTS && roles[i] != VALIJA_FOLDER_ROLE_SENT)
        continue;

      valija_folder_update (folder, label != NULL ? label : "gtk", 0, label != NULL ? label : "Lists", roles[i],
                            roles[i] == VALIJA_FOLDER_ROLE_NONE ? 1 : 0, TRUE, FALSE);
      g_list_store_append (folders, folder);
      g_hash_table_insert (self->folders, valija_fake_engine_dup_id (id), g_object_ref (folder));
    }

  valija_account_status_set_server (status, capabilities, facts);
  valija_account_status_set_last_checked (status, g_get_real_time () / G_USEC_PER_SEC);
  g_hash_table_insert (self->statuses, g_object_ref (account), status);
  g_hash_table_insert (self->folder_lists, g_object_ref (account), folders);
  g_hash_table_insert (self->traffic, g_object_ref (account), valija_traffic_new ());
  g_list_store_append (self->accounts, account);
  if ((capabilities & VALIJA_CAPABILITY_READ) != 0)
    g_list_store_append (self->inboxes, valija_engine_find_folder (self, account, "inbox"));

  return account;
}

void
valija_fake_engine_fail_next (ValijaEngine *self, GError *error)
{
  g_clear_error (&self->failure);
  self->failure = error;
}

DexPromise *
valija_fake_engine_hold_next (ValijaEngine *self)
{
  dex_clear (&self->held);
  self->held = dex_promise_new ();

  return dex_ref (self->held);
}

static DexFuture *
released_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (DEX_FUTURE (user_data));
}

/* @answer: (transfer full) */
DexFuture *
valija_fake_engine_hold (ValijaEngine *self, DexFuture *answer)
{
  if (self->held == NULL)
    return answer;

  return dex_future_then (DEX_FUTURE (g_steal_pointer (&self->held)), released_cb, answer, dex_unref);
}

ValijaSyncFlags
valija_fake_engine_get_sync_flags (ValijaEngine *self)
{
  return self->sync_flags;
}

ValijaEngine *
valija_engine_new (GFile *profile)
{
  return g_object_new (VALIJA_TYPE_ENGINE, NULL);
}

DexFuture *
valija_engine_open (ValijaEngine *self)
{
  return answer_true (self);
}

DexFuture *
valija_engine_close (ValijaEngine *self)
{
  return dex_future_new_true ();
}

void
valija_engine_start (ValijaEngine *self)
{
}

const ValijaMethod * const *
valija_engine_list_methods (ValijaEngine *self)
{
  return methods;
}

const ValijaMethod *
valija_engine_find_method (ValijaEngine *self, const char *id)
{
  for (guint i = 0; methods[i] != NULL; i++)
    if (g_strcmp0 (methods[i]->id, id) == 0)
      return methods[i];

  return NULL;
}

GListModel *
valija_engine_get_accounts (ValijaEngine *self)
{
  return G_LIST_MODEL (self->accounts);
}

ValijaAccount *
valija_engine_find_account (ValijaEngine *self, const char *id_name_or_address)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->accounts)); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);

      if (g_str_equal (valija_account_get_id (account), id_name_or_address) ||
          g_str_equal (valija_account_get_email (account), id_name_or_address))
        return account;
    }

  return NULL;
}

ValijaAccountStatus *
valija_engine_get_status (ValijaEngine *self, ValijaAccount *account)
{
  return g_hash_table_lookup (self->statuses, account);
}

DexFuture *
valija_engine_add_account (ValijaEngine *self, ValijaAccount *account, ValijaSecret *incoming, ValijaSecret *outgoing)
{
  return answer_true (self);
}

DexFuture *
valija_engine_update_account (ValijaEngine *self, ValijaAccount *account, ValijaSecret *incoming,
                              ValijaSecret *outgoing)
{
  return answer_true (self);
}

DexFuture *
valija_engine_remove_account (ValijaEngine *self, ValijaAccount *account, gboolean local_mail)
{
  guint position;

  if (g_list_store_find (self->accounts, account, &position))
    g_list_store_remove (self->accounts, position);
  if (g_list_store_find (self->inboxes, valija_engine_find_folder (self, account, "inbox"), &position))
    g_list_store_remove (self->inboxes, position);

  return answer_true (self);
}

/* Servers of the domain private.example have a certificate of their own. NULL where nothing is wrong with it. */
static DexFuture *
judge_certificate (ValijaEngine *self, ValijaAccount *account)
{
  g_autoptr(ValijaCertificate) certificate = NULL;
  GError *error = NULL;

  if (!g_str_has_suffix (valija_account_get_email (account), "@private.example") || self->trusted)
    return NULL;

  certificate = valija_certificate_new ("imap.private.example", 993, "CN=imap.private.example", "imap.private.example",
                                        "CN=Private", 1767225600, 1798761600,
                                        "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
                                        "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F",
                                        VALIJA_CERTIFICATE_PROBLEM_UNKNOWN_ISSUER);
  valija_error_set (&error, VALIJA_ERROR_CERTIFICATE, "%s",
                    self->decided ? "You decided never to trust this." : "Unknown.");
  valija_error_set_certificate (error, certificate);

  return dex_future_new_for_error (error);
}

DexFuture *
valija_engine_test_account (ValijaEngine *self, ValijaAccount *account, ValijaSecret *incoming, ValijaSecret *outgoing,
                            GListStore *steps)
{
  DexFuture *refusal = judge_certificate (self, account);

  return refusal != NULL ? refusal : answer_true (self);
}

/* What comes of it is said by the domain of the address. */
DexFuture *
valija_engine_discover (ValijaEngine *self, ValijaAccount *account, ValijaSecret *secret, const char * const *allowed)
{
  const char *domain = strrchr (valija_account_get_email (account), '@') + 1;
  DexFuture *refusal = judge_certificate (self, account);
  ValijaDiscovery *discovery;
  GError *error = NULL;

  if (refusal != NULL)
    return refusal;
  if (g_str_equal (domain, "silent.example"))
    return DEX_FUTURE (dex_promise_new_cancellable ());

  if (g_str_equal (domain, "nowhere.example"))
    {
      valija_error_set (&error, VALIJA_ERROR_RESOLVE, "No server was found for %s.", domain);
      return dex_future_new_for_error (error);
    }

  if (g_str_equal (domain, "online.example"))
    discovery = valija_discovery_new (VALIJA_DISCOVERY_ELSEWHERE, NULL, 0, NULL, "outlook");
  else if (g_str_equal (domain, "stranger.example") && !g_strv_contains (allowed, "ad.hoster.example"))
    discovery = valija_discovery_new (VALIJA_DISCOVERY_ASKS, "ad.hoster.example", 0, NULL, NULL);
  else
    discovery = valija_discovery_new (VALIJA_DISCOVERY_FOUND, "mail.example.org", 443, "autodiscover.example.org",
                                      NULL);

  return dex_future_new_take_boxed (VALIJA_TYPE_DISCOVERY, discovery);
}

gboolean
valija_engine_decide_certificate (ValijaEngine *self, ValijaCertificate *certificate, gboolean trust, GError **error)
{
  self->decided = TRUE;
  self->trusted = trust;

  return TRUE;
}

DexFuture *
valija_engine_connect_account (ValijaEngine *self, ValijaAccount *account)
{
  valija_account_status_set_state (valija_engine_get_status (self, account), VALIJA_SESSION_OPEN);

  return answer_true (self);
}

DexFuture *
valija_engine_disconnect_account (ValijaEngine *self, ValijaAccount *account)
{
  valija_account_status_set_state (valija_engine_get_status (self, account), VALIJA_SESSION_CLOSED);

  return answer_true (self);
}

char *
valija_engine_dup_transcript (ValijaEngine *self, ValijaAccount *account)
{
  return g_strdup ("S: * OK ready\nC: a1 LOGIN …\nS: a1 OK\n");
}

ValijaTraffic *
valija_engine_get_traffic (ValijaEngine *self, ValijaAccount *account)
{
  return g_hash_table_lookup (self->traffic, account);
}

char *
valija_engine_why_not (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder, ValijaAction action)
{
  ValijaCapabilities capabilities;

  if (account == NULL && folder != NULL && valija_folder_gathers (folder))
    return action == VALIJA_ACTION_CREATE_FOLDER || action == VALIJA_ACTION_RENAME_FOLDER ||
           action == VALIJA_ACTION_REMOVE_FOLDER ? g_strdup ("Choose a folder of one account first.") : NULL;
  if (account == NULL)
    return g_strdup ("There is no account yet.");

  capabilities = valija_account_status_get_capabilities (valija_engine_get_status (self, account));
  if ((action == VALIJA_ACTION_COMPOSE || action == VALIJA_ACTION_REPLY || action == VALIJA_ACTION_FORWARD) &&
      (capabilities & VALIJA_CAPABILITY_SEND) == 0)
    return g_strdup ("POP3 reads only. Add an SMTP server to reply.");
  if ((action == VALIJA_ACTION_RENAME_FOLDER || action == VALIJA_ACTION_REMOVE_FOLDER) &&
      valija_folder_get_role (folder) != VALIJA_FOLDER_ROLE_NONE)
    return g_strdup ("Folders such as Inbox stay as they are.");
  if (action == VALIJA_ACTION_READ && (capabilities & VALIJA_CAPABILITY_READ) == 0)
    return g_strdup ("SMTP only sends. Add an account with IMAP or POP3 to read.");
  return NULL;
}

GListModel *
valija_engine_get_folders (ValijaEngine *self, ValijaAccount *account)
{
  return g_hash_table_lookup (self->folder_lists, account);
}

ValijaFolder *
valija_engine_find_folder (ValijaEngine *self, ValijaAccount *account, const char *name_or_role)
{
  GListModel *folders = valija_engine_get_folders (self, account);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (g_str_equal (valija_folder_role_to_nick (valija_folder_get_role (folder)), name_or_role) ||
          g_str_equal (valija_folder_get_name (folder), name_or_role))
        return folder;
    }

  return NULL;
}

ValijaFolder *
valija_engine_find_folder_by_id (ValijaEngine *self, gint64 id)
{
  return g_hash_table_lookup (self->folders, &id);
}

static DexFuture *
new_undo (const char *label)
{
  ValijaUndo *undo = g_object_new (VALIJA_TYPE_UNDO, NULL);

  undo->label = g_strdup (label);

  return dex_future_new_take_object (undo);
}

DexFuture *
valija_engine_set_folder_policy (ValijaEngine *self, ValijaFolder *folder, ValijaFolderPolicy policy)
{
  valija_folder_set_keeping (folder, policy, valija_folder_get_last_checked (folder));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_measure (ValijaEngine *self, ValijaAccount *account, ValijaFolder *folder)
{
  g_autoptr(ValijaMailSize) size = g_new0 (ValijaMailSize, 1);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (self->rows, i);
      ValijaFolder *other = g_hash_table_lookup (self->folders, &row->folder_id);

      if (folder != NULL ? other != folder : valija_folder_get_account (other) != account)
        continue;

      size->messages++;
      size->whole += row->has_source;
      size->bytes_listed += (gint64) row->size;
      size->bytes_here += row->has_source ? (gint64) row->size : 0;
    }

  return dex_future_new_take_boxed (VALIJA_TYPE_MAIL_SIZE, g_steal_pointer (&size));
}

DexFuture *
valija_engine_set_paused (ValijaEngine *self, ValijaAccount *account, gboolean paused)
{
  ValijaAccountStatus *status = valija_engine_get_status (self, account);
  ValijaProgress *progress = valija_account_status_get_progress (status);

  g_object_set (account, "paused", paused, NULL);
  if (paused && progress != NULL)
    {
      valija_progress_cancel (progress);
      valija_account_status_set_progress (status, NULL);
    }
  valija_account_status_set_paused (status, paused ? "Paused" : NULL);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_set_body_days (ValijaEngine *self, ValijaAccount *account, int days)
{
  g_object_set (account, "body-days", days, NULL);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_create_folder (ValijaEngine *self, ValijaAccount *account, ValijaFolder *parent, const char *name)
{
  gint64 id = self->next_id++;
  g_autoptr(ValijaFolder) folder = valija_folder_new (account, id);

  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  valija_folder_update (folder, name, parent != NULL ? valija_folder_get_id (parent) : 0, name,
                        VALIJA_FOLDER_ROLE_NONE, parent != NULL ? valija_folder_get_depth (parent) + 1 : 0, TRUE,
                        FALSE);
  g_list_store_append (g_hash_table_lookup (self->folder_lists, account), folder);
  g_hash_table_insert (self->folders, valija_fake_engine_dup_id (id), g_object_ref (folder));

  return new_undo ("Folder created");
}

DexFuture *
valija_engine_rename_folder (ValijaEngine *self, ValijaFolder *folder, const char *name)
{
  valija_folder_update (folder, name, valija_folder_get_parent_id (folder), name, VALIJA_FOLDER_ROLE_NONE,
                        valija_folder_get_depth (folder), TRUE, FALSE);

  return new_undo ("Folder renamed");
}

DexFuture *
valija_engine_remove_folder (ValijaEngine *self, ValijaFolder *folder)
{
  GListStore *folders = g_hash_table_lookup (self->folder_lists, valija_folder_get_account (folder));
  gint64 id = valija_folder_get_id (folder);
  guint position;

  if (g_list_store_find (folders, folder, &position))
    g_list_store_remove (folders, position);
  g_hash_table_remove (self->folders, &id);

  return new_undo ("Folder removed");
}

DexFuture *
valija_engine_sync_account (ValijaEngine *self, ValijaAccount *account, ValijaSyncFlags flags, ValijaProgress *progress)
{
  self->sync_flags = flags;

  return valija_fake_engine_hold (self, dex_future_new_for_uint (0));
}

void
valija_engine_set_folder_in_view (ValijaEngine *self, ValijaFolder *folder)
{
}

DexFuture *
valija_engine_sync_folder (ValijaEngine *self, ValijaFolder *folder, ValijaSyncFlags flags, ValijaProgress *progress)
{
  return dex_future_new_for_uint (0);
}

DexFuture *
valija_engine_watch_folder (ValijaEngine *self, ValijaFolder *folder)
{
  return dex_future_new_infinite ();
}

GListModel *
valija_engine_get_inboxes (ValijaEngine *self)
{
  return G_LIST_MODEL (self->inboxes);
}

ValijaFolder *
valija_engine_get_all_inboxes (ValijaEngine *self)
{
  return self->all_inboxes;
}

DexFuture *
valija_engine_flush (ValijaEngine *self, ValijaAccount *account)
{
  return dex_future_new_true ();
}

DexFuture *
valija_engine_list_to_empty (ValijaEngine *self, ValijaFolder *folder)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const ValijaMessageRow *row = g_ptr_array_index (self->rows, i);

      if (g_hash_table_lookup (self->folders, &row->folder_id) == folder)
        g_ptr_array_add (messages, valija_message_new (row->id));
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&messages));
}

gboolean
valija_engine_use_keyring_file (const char *key_path, const char *profile, gboolean *made, GError **error)
{
  *made = FALSE;
  return TRUE;
}

gboolean
valija_engine_open_keyring_file (GError **error)
{
  return TRUE;
}
