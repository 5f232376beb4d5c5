/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-pane-private.h"

#include "base/valija-future.h"
#include "ui/valija-application.h"

#include <glib/gi18n-lib.h>

/* Searching in the list: here as it is typed, and on servers when somebody asks for it. */

/* More of them are counted. */
#define MAX_PROBLEMS 3

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

/* It is spoken once. */
static void
note_server (ValijaMessagePane *self,
             const char        *note)
{
  gboolean same = g_strcmp0 (gtk_label_get_text (self->server_note), note) == 0;

  gtk_label_set_text (self->server_note, note != NULL ? note : "");
  gtk_widget_set_visible (GTK_WIDGET (self->server_note), note != NULL);
  if (note != NULL && !same)
    gtk_accessible_announce (GTK_ACCESSIBLE (self->server_note), note, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/* Whether servers have found more than they were asked for, and can be asked for it. */
gboolean
valija_message_pane_has_older (ValijaMessagePane *self)
{
  return self->asked != NULL && !valija_server_search_get_asking (self->server) &&
         valija_server_search_get_n_older (self->server) > 0;
}

/* Whether there is something to ask servers: nothing was asked yet, they have more, or not all of them answered. */
gboolean
valija_message_pane_wants_server (ValijaMessagePane *self)
{
  if (self->asked == NULL)
    return TRUE;

  return !valija_server_search_get_asking (self->server) &&
         (valija_server_search_get_n_older (self->server) > 0 ||
          valija_server_search_get_error (self->server) != NULL ||
          valija_server_search_get_problems (self->server)->len > 0);
}

static void
show_asking (ValijaMessagePane *self)
{
  gtk_widget_set_sensitive (self->server_button,
                            self->asked == NULL || !valija_server_search_get_asking (self->server));
  gtk_button_set_label (GTK_BUTTON (self->server_more), valija_message_pane_has_older (self)
                                                          ? _("Show _More from the Server")
                                                          : _("Search on the _Server"));
}

/* What was found belongs to what was typed then. */
void
valija_message_pane_forget_server (ValijaMessagePane *self)
{
  if (self->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->server, self);
      valija_server_search_abandon (self->server);
      g_clear_object (&self->server);
    }

  g_clear_pointer (&self->asked, g_free);
  g_clear_pointer (&self->from_server, g_hash_table_unref);
  self->n_taken = 0;
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

/* Those that were not found here before. */
static void
take_found (ValijaMessagePane *self)
{
  GArray *messages = valija_server_search_get_messages (self->server);

  if (self->from_server == NULL)
    self->from_server = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (; self->n_taken < messages->len; self->n_taken++)
    {
      gint64 id = g_array_index (messages, gint64, self->n_taken);

      if (!valija_message_list_holds (self->messages, id))
        g_hash_table_add (self->from_server, g_memdup2 (&id, sizeof id));
    }
}

static void
add_sentence (GString    *text,
              const char *sentence)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", sentence);
}

static void
add_problems (GString   *text,
              GPtrArray *problems)
{
  guint n_told = problems->len > MAX_PROBLEMS ? MAX_PROBLEMS - 1 : problems->len;
  guint n_rest = problems->len - n_told;
  g_autofree char *rest = NULL;

  for (guint i = 0; i < n_told; i++)
    add_sentence (text, g_ptr_array_index (problems, i));

  if (n_rest == 0)
    return;

  /* Translators: behind sentences that tell what could not be searched, and why */
  rest = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u more problem.", "%u more problems.", n_rest), n_rest);
  add_sentence (text, rest);
}

static char *
describe_answer (ValijaMessagePane *self)
{
  const GError *error = valija_server_search_get_error (self->server);
  guint n_new = g_hash_table_size (self->from_server);
  guint n_older = (guint) MIN (valija_server_search_get_n_older (self->server), G_MAXUINT);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *found = NULL;
  g_autofree char *older = NULL;

  if (error != NULL && valija_server_search_get_n_folders (self->server) == 0)
    /* Translators: why a server could not be asked */
    return g_strdup_printf (_("The server could not be asked, so this is only what is on this computer. %s"),
                            error->message);

  if (n_new > 0)
    {
      found = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u more was found on the server.",
                                            "%u more were found on the server.", n_new), n_new);
      add_sentence (text, found);
    }
  if (n_older > 0)
    {
      older = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u older one that the server has found is not listed.",
                                            "%u older ones that the server has found are not listed.", n_older),
                               n_older);
      add_sentence (text, older);
    }

  add_problems (text, valija_server_search_get_problems (self->server));
  if (error != NULL && !valija_error_is_cancelled (error))
    add_sentence (text, error->message);

  if (text->len == 0 && valija_server_search_get_n_folders (self->server) > 0)
    add_sentence (text, _("The server has found nothing else."));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
valija_message_pane_update_server (ValijaMessagePane *self)
{
  gboolean ready = self->messages != NULL && valija_message_list_get_ready (self->messages);
  g_autofree char *note = NULL;

  if (self->asked == NULL)
    return;

  if (ready)
    take_found (self);

  show_asking (self);
  if (!ready || valija_server_search_get_asking (self->server))
    note_server (self, _("Asking the server…"));
  else if (valija_error_is_cancelled (valija_server_search_get_error (self->server)) &&
           valija_server_search_get_n_folders (self->server) == 0)
    valija_message_pane_forget_server (self);
  else
    {
      note = describe_answer (self);
      note_server (self, note);
    }

  valija_message_pane_update_stack (self);
}

/* What was asked already is asked again where there is more of it, or where it failed. */
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
  if (g_strcmp0 (question, self->asked) == 0 && !valija_message_pane_wants_server (self))
    return;

  if (valija_application_get_offline (valija_application_get_default ()))
    {
      note_server (self, _("You are working offline, so this is only what is on this computer."));
      return;
    }

  /* The list follows what is asked for it */
  if (self->server == NULL)
    valija_message_pane_reload (self);

  g_set_str (&self->asked, question);
  text = valija_message_pane_dup_search_text (self);
  get_scope (self, &account, &folder);
  valija_future_forget (valija_engine_search_server (self->engine, account, folder, text, self->server),
                        "search on the server");
  valija_message_pane_update_server (self);
}

ValijaMessageList *
valija_message_pane_list_found (ValijaMessagePane *self,
                                gboolean           conversations)
{
  g_autofree char *text = valija_message_pane_dup_search_text (self);
  ValijaAccount *account;
  ValijaFolder *folder;

  get_scope (self, &account, &folder);

  if (self->server == NULL)
    {
      self->server = valija_server_search_new ();
      g_signal_connect_object (self->server, "changed", G_CALLBACK (valija_message_pane_update_server), self,
                               G_CONNECT_SWAPPED);
    }

  if (conversations)
    return valija_engine_search_conversations (self->engine, text, account, folder, self->server);

  return valija_engine_search_messages (self->engine, text, account, folder, self->server);
}
