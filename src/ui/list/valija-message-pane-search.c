/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-pane-private.h"

#include "base/valija-future.h"
#include "ui/valija-application.h"

#include <glib/gi18n-lib.h>

/* Searching in the list: here as it is typed, and on servers when somebody asks for it. */

gboolean
valija_message_pane_is_searching (ValijaMessagePane *self)
{
  g_autofree char *text = valija_search_box_dup_text (self->search_box);

  return gtk_search_bar_get_search_mode (self->search_bar) && g_strstrip (text)[0] != '\0';
}

/* In the order of ValijaSearchPlace, as the interface file has them. */
char *
valija_message_pane_dup_search_text (ValijaMessagePane *self)
{
  g_autofree char *text = valija_search_box_dup_text (self->search_box);

  return valija_search_text_in (text, (ValijaSearchPlace) gtk_drop_down_get_selected (self->place));
}

/* Both NULL: everywhere. */
static void
get_scope (ValijaMessagePane  *self,
           ValijaAccount     **account,
           ValijaFolder      **folder)
{
  const char *scope = adw_toggle_group_get_active_name (self->scope);

  *folder = g_strcmp0 (scope, "folder") == 0 ? self->folder : NULL;
  *account = g_strcmp0 (scope, "all") != 0 ? valija_folder_get_account (self->folder) : NULL;
}

/* Of several folders, or of one. */
gboolean
valija_message_pane_shows_places (ValijaMessagePane *self)
{
  return valija_message_pane_is_searching (self) &&
         (g_strcmp0 (adw_toggle_group_get_active_name (self->scope), "folder") != 0 ||
          valija_folder_gathers (self->folder));
}

/* It, or one of those that it stands for. */
gboolean
valija_message_pane_is_from_server (ValijaMessagePane *self,
                                    ValijaMessage     *message)
{
  GArray *members = valija_message_get_members (message);
  gint64 id = valija_message_get_id (message);

  if (self->from_server == NULL)
    return FALSE;

  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      if (g_hash_table_contains (self->from_server, &g_array_index (members, gint64, i)))
        return TRUE;
    }

  return g_hash_table_contains (self->from_server, &id);
}

/* Of all inboxes no account is the one, so there it is all of them, and elsewhere as it was before. */
void
valija_message_pane_update_scope (ValijaMessagePane *self)
{
  gboolean gathers = valija_folder_gathers (self->folder);
  const char *scope = adw_toggle_group_get_active_name (self->scope);
  AdwToggle *folder = adw_toggle_group_get_toggle_by_name (self->scope, "folder");
  AdwToggle *account = adw_toggle_group_get_toggle_by_name (self->scope, "account");

  adw_toggle_set_label (folder, gathers ? valija_folder_get_display_name (self->folder) : _("This Folder"));

  /* One that is disabled while it is active leaves none active */
  if (gathers && g_strcmp0 (scope, "account") == 0)
    {
      self->widened = TRUE;
      adw_toggle_group_set_active_name (self->scope, "all");
    }
  adw_toggle_set_enabled (account, !gathers);
  if (!gathers && self->widened)
    {
      self->widened = FALSE;
      if (g_strcmp0 (scope, "all") == 0)
        adw_toggle_group_set_active_name (self->scope, "account");
    }
}

/* ---- Servers ---- */

static char *
why_not_server (ValijaMessagePane *self)
{
  ValijaAccount *account;
  ValijaFolder *folder;
  GListModel *accounts = valija_engine_get_accounts (self->engine);
  char *reason = NULL;

  get_scope (self, &account, &folder);
  if (account != NULL)
    return valija_engine_why_not (self->engine, account, folder, VALIJA_ACTION_SEARCH_SERVER);

  /* Of several one is enough */
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) one = g_list_model_get_item (accounts, i);

      g_free (reason);
      reason = valija_engine_why_not (self->engine, one, NULL, VALIJA_ACTION_SEARCH_SERVER);
      if (reason == NULL)
        return NULL;
    }

  return reason != NULL ? reason : g_strdup ("");
}

gboolean
valija_message_pane_can_ask_server (ValijaMessagePane *self)
{
  g_autofree char *reason = why_not_server (self);

  return reason == NULL;
}

static void
note_server (ValijaMessagePane *self,
             const char        *note)
{
  gtk_label_set_text (self->server_note, note != NULL ? note : "");
  gtk_widget_set_visible (GTK_WIDGET (self->server_note), note != NULL);
  if (note != NULL)
    gtk_accessible_announce (GTK_ACCESSIBLE (self->server_note), note, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
show_asking (ValijaMessagePane *self)
{
  gboolean asking = self->asked != NULL && !self->answered;

  gtk_widget_set_sensitive (self->server_button, !asking);
  gtk_widget_set_visible (self->server_more, self->asked == NULL);
  if (asking)
    note_server (self, _("Asking the server…"));
}

/* What was found belongs to what was typed then. */
void
valija_message_pane_forget_server (ValijaMessagePane *self)
{
  g_clear_pointer (&self->asked, g_free);
  g_clear_pointer (&self->found, g_array_unref);
  g_clear_pointer (&self->from_server, g_hash_table_unref);
  self->answered = FALSE;
  note_server (self, NULL);
  show_asking (self);
}

/* Changes with all that decides what is found. */
char *
valija_message_pane_dup_question (ValijaMessagePane *self)
{
  g_autofree char *text = valija_message_pane_dup_search_text (self);

  return g_strdup_printf ("%s %" G_GINT64_FORMAT " %s", adw_toggle_group_get_active_name (self->scope),
                          valija_folder_get_id (self->folder), text);
}

static gboolean
is_still_asked (ValijaMessagePane *self)
{
  g_autofree char *question = valija_message_pane_dup_question (self);

  return valija_message_pane_is_searching (self) && g_strcmp0 (self->asked, question) == 0;
}

/* Those that were not found here before. */
static guint
take_found (ValijaMessagePane *self,
            GArray            *messages)
{
  self->found = g_array_ref (messages);
  self->from_server = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      gint64 id = g_array_index (messages, gint64, i);

      if (!valija_message_list_holds (self->messages, id))
        g_hash_table_add (self->from_server, g_memdup2 (&id, sizeof id));
    }

  return g_hash_table_size (self->from_server);
}

static char *
describe_answer (const ValijaServerAnswer *answer,
                 guint                     n_new)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (n_new > 0)
    g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "%u more was found on the server.",
                                               "%u more were found on the server.", n_new), n_new);
  else if (answer->n_folders > 0)
    g_string_append (text, _("The server has found nothing else."));

  for (guint i = 0; i < answer->problems->len; i++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "",
                            (const char *) g_ptr_array_index (answer->problems, i));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
searched_cb (DexFuture *future,
             gpointer   owner)
{
  ValijaMessagePane *self = owner;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  g_autofree char *note = NULL;

  if (!is_still_asked (self) || self->answered)
    return;

  self->answered = TRUE;
  show_asking (self);
  if (value != NULL)
    {
      const ValijaServerAnswer *answer = g_value_get_boxed (value);

      note = describe_answer (answer, take_found (self, answer->messages));
      valija_message_pane_reload (self);
    }
  else if (valija_error_is_cancelled (error))
    {
      valija_message_pane_forget_server (self);
      return;
    }
  else
    /* Translators: why a server could not be asked */
    note = g_strdup_printf (_("The server could not be asked, so this is only what is on this computer. %s"),
                            error->message);

  note_server (self, note);
}

void
valija_message_pane_ask_server (ValijaMessagePane *self)
{
  g_autofree char *text = NULL;
  g_autofree char *question = NULL;
  ValijaAccount *account;
  ValijaFolder *folder;

  if (!valija_message_pane_is_searching (self) || !valija_message_pane_can_ask_server (self))
    return;

  question = valija_message_pane_dup_question (self);
  if (g_strcmp0 (question, self->asked) == 0)
    return;

  valija_message_pane_forget_server (self);
  if (valija_application_get_offline (valija_application_get_default ()))
    {
      note_server (self, _("You are working offline, so this is only what is on this computer."));
      return;
    }

  self->asked = g_steal_pointer (&question);
  show_asking (self);
  text = valija_message_pane_dup_search_text (self);
  get_scope (self, &account, &folder);
  valija_future_then (valija_engine_search_server (self->engine, account, folder, text), self, searched_cb);
}

ValijaMessageList *
valija_message_pane_list_found (ValijaMessagePane *self,
                                gboolean           conversations)
{
  g_autofree char *text = valija_message_pane_dup_search_text (self);
  ValijaAccount *account;
  ValijaFolder *folder;

  get_scope (self, &account, &folder);

  if (conversations)
    return valija_engine_search_conversations (self->engine, text, account, folder, self->found);

  return valija_engine_search_messages (self->engine, text, account, folder, self->found);
}
