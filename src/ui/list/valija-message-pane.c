/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-pane-private.h"

#include "base/valija-future.h"
#include "ui/list/valija-message-cell.h"
#include "ui/valija-application.h"

#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (ValijaMessagePane, valija_message_pane, ADW_TYPE_BIN)

enum
{
  SELECTION_CHANGED,
  MESSAGE_ACTIVATED,
  PROGRESS_CANCELLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
progress_cancelled_cb (ValijaMessagePane *self)
{
  g_signal_emit (self, signals[PROGRESS_CANCELLED], 0);
}

/* ---- What the list shows ---- */

static ValijaShow
get_show (ValijaMessagePane *self)
{
  const char *name = adw_toggle_group_get_active_name (self->filter);

  if (g_strcmp0 (name, "unread") == 0)
    return VALIJA_SHOW_UNREAD;
  if (g_strcmp0 (name, "starred") == 0)
    return VALIJA_SHOW_FLAGGED;
  return VALIJA_SHOW_ALL;
}

static void
set_empty (ValijaMessagePane *self,
           const char        *icon,
           const char        *title,
           const char        *description)
{
  adw_status_page_set_icon_name (self->empty, icon);
  adw_status_page_set_title (self->empty, title);
  adw_status_page_set_description (self->empty, description);
}

/* The one that turns goes on turning. */
static void
show_fetching (ValijaMessagePane *self)
{
  g_autoptr(AdwSpinnerPaintable) spinner = NULL;

  if (ADW_IS_SPINNER_PAINTABLE (adw_status_page_get_paintable (self->empty)))
    return;

  spinner = adw_spinner_paintable_new (GTK_WIDGET (self->empty));
  set_empty (self, NULL, _("Fetching Messages…"), NULL);
  adw_status_page_set_paintable (self->empty, GDK_PAINTABLE (spinner));
}

static void
describe_emptiness (ValijaMessagePane *self)
{
  ValijaAccount *account = valija_folder_get_account (self->folder);
  g_autofree char *cannot_read = valija_engine_why_not (self->engine, account, account == NULL ? self->folder : NULL,
                                                        VALIJA_ACTION_READ);
  g_autofree char *text = NULL;
  g_autofree char *wrong = NULL;
  g_autofree char *markup = NULL;

  gtk_widget_set_visible (self->server_button, FALSE);

  if (valija_message_pane_is_searching (self))
    {
      gtk_widget_set_visible (self->server_button, valija_message_pane_wants_server (self) &&
                                                    !valija_message_pane_has_older (self) &&
                                                    valija_message_pane_can_ask_server (self));
      text = valija_message_pane_dup_search_text (self);
      wrong = valija_search_text_check (text);
      markup = wrong != NULL ? g_markup_escape_text (wrong, -1) : NULL;
      set_empty (self, "system-search-symbolic", _("Nothing Found"),
                 markup != NULL ? markup : _("Try other words, or search in more places."));
    }
  else if (get_show (self) == VALIJA_SHOW_UNREAD)
    set_empty (self, "mail-read-symbolic", _("Nothing Unread"), NULL);
  else if (get_show (self) == VALIJA_SHOW_FLAGGED)
    set_empty (self, "non-starred-symbolic", _("Nothing Starred"), NULL);
  else if (cannot_read != NULL && !valija_folder_get_local (self->folder))
    {
      markup = g_markup_escape_text (cannot_read, -1);
      set_empty (self, "mail-send-symbolic", _("Send Only"), markup);
    }
  else if (valija_message_pane_is_first_fetch (self))
    show_fetching (self);
  else
    set_empty (self, valija_folder_role_get_icon (valija_folder_get_role (self->folder)), _("No Messages"), NULL);
}

/* Below what was found here; where nothing was, the empty page offers it. */
static void
offer_server (ValijaMessagePane *self)
{
  gboolean searching = self->folder != NULL && valija_message_pane_is_searching (self);
  gboolean found = self->messages != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->messages)) > 0;
  gboolean noted = gtk_widget_get_visible (GTK_WIDGET (self->server_note));

  gtk_widget_set_visible (self->server_more,
                          (found && valija_message_pane_wants_server (self)) || valija_message_pane_has_older (self));
  gtk_revealer_set_reveal_child (self->server_revealer,
                                 searching && (noted || (found && valija_message_pane_can_ask_server (self))));
}

void
valija_message_pane_update_stack (ValijaMessagePane *self)
{
  offer_server (self);

  if (self->messages == NULL || !valija_message_list_get_ready (self->messages))
    gtk_stack_set_visible_child_name (self->stack, "loading");
  else if (g_list_model_get_n_items (G_LIST_MODEL (self->messages)) > 0)
    gtk_stack_set_visible_child_name (self->stack, "list");
  else
    {
      describe_emptiness (self);
      gtk_stack_set_visible_child_name (self->stack, "empty");
    }
}

/* The row that is open, or the first. Where a search has found none it goes on in the entry: what is hidden would have
 * no keys, and Escape would not leave. */
static void
focus_list (ValijaMessagePane *self)
{
  g_autoptr(GtkBitset) selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  if (!self->wants_focus)
    return;

  self->wants_focus = FALSE;
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "list") != 0)
    {
      if (valija_message_pane_is_searching (self))
        gtk_widget_grab_focus (GTK_WIDGET (self->search_box));
      return;
    }

  gtk_list_view_scroll_to (self->list, gtk_bitset_is_empty (selected) ? 0 : gtk_bitset_get_minimum (selected),
                           GTK_LIST_SCROLL_FOCUS, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

/* What was open stays open where the new list has it too; after a search else what was open before. */
static void
restore_selection (ValijaMessagePane *self)
{
  guint position;

  if (self->kept == 0 || !valija_message_list_get_ready (self->messages))
    return;

  position = valija_message_pane_find (self, self->kept);
  if (position == G_MAXUINT && self->kept_before != 0)
    position = valija_message_pane_find (self, self->kept_before);
  self->kept = 0;
  self->kept_before = 0;
  self->opened = 0;

  if (position != G_MAXUINT)
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  else
    g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

static void
ready_cb (ValijaMessagePane *self)
{
  valija_message_pane_update_server (self);
  valija_message_pane_update_stack (self);
  restore_selection (self);
  focus_list (self);
  valija_message_pane_continue_growth (self);
}

static gint64
get_key (ValijaMessage *message,
         gboolean       conversations)
{
  return conversations ? valija_message_get_conversation (message) : valija_message_get_id (message);
}

static void
take_list (ValijaMessagePane *self,
           ValijaMessageList *list,
           gboolean           conversations)
{
  g_autoptr(ValijaMessageList) messages = list;
  g_autoptr(ValijaMessage) selected = valija_message_pane_dup_single (self);

  self->kept_before = self->before != NULL && !valija_message_pane_is_searching (self)
                        ? get_key (self->before, conversations)
                        : 0;
  if (selected != NULL)
    self->kept = get_key (selected, conversations);
  else if (self->kept_before != 0)
    self->kept = self->kept_before;

  valija_message_pane_end_growth (self);
  g_set_object (&self->messages, messages);
  valija_message_pane_begin_growth (self);
  g_signal_group_set_target (self->list_signals, messages);
  gtk_multi_selection_set_model (self->selection, G_LIST_MODEL (messages));
  if (g_list_model_get_n_items (G_LIST_MODEL (messages)) > 0)
    gtk_list_view_scroll_to (self->list, 0, GTK_LIST_SCROLL_NONE, NULL);
  valija_message_pane_update_stack (self);
  restore_selection (self);
  if (valija_message_list_get_ready (messages))
    focus_list (self);
}

void
valija_message_pane_reload (ValijaMessagePane *self)
{
  gboolean conversations = g_settings_get_boolean (self->settings, "conversations");

  if (self->folder == NULL)
    return;

  if (valija_message_pane_is_searching (self))
    take_list (self, valija_message_pane_list_found (self, conversations), conversations);
  else if (conversations)
    take_list (self, valija_engine_list_conversations (self->engine, self->folder, get_show (self)), TRUE);
  else
    take_list (self, valija_engine_list_messages (self->engine, self->folder, get_show (self)), FALSE);
}

static void
filter_changed_cb (ValijaMessagePane *self)
{
  if (!valija_message_pane_is_searching (self))
    valija_message_pane_reload (self);
}

static void
conversations_changed_cb (ValijaMessagePane *self)
{
  valija_message_pane_reload (self);
}

/* What was searched already is not searched again. */
static void
search_changed_cb (ValijaMessagePane *self)
{
  g_autofree char *question = NULL;

  if (self->folder == NULL || !gtk_search_bar_get_search_mode (self->search_bar))
    return;

  question = valija_message_pane_dup_question (self);
  if (!g_set_str (&self->question, question))
    return;

  self->wants_focus = FALSE;
  valija_message_pane_forget_server (self);
  valija_message_pane_reload (self);
}

/* Escape, before the entry is hidden: the keys go on where they were when nothing was opened meanwhile, else in the
 * list. */
static void
stop_search_cb (ValijaMessagePane *self)
{
  g_autoptr(ValijaMessage) selected = valija_message_pane_dup_single (self);
  gboolean opened = selected != NULL && (self->before == NULL || valija_message_get_key (selected) !=
                                                                   valija_message_get_key (self->before));

  self->wants_focus = opened || self->focus_before == NULL || !gtk_widget_get_mapped (self->focus_before) ||
                      !gtk_widget_grab_focus (self->focus_before);
}

/* The same in the list, and wherever else in the pane no key of its own is meant. */
static gboolean
escape_cb (GtkWidget *widget,
           GVariant  *arguments,
           gpointer   data)
{
  ValijaMessagePane *self = VALIJA_MESSAGE_PANE (widget);

  if (!gtk_search_bar_get_search_mode (self->search_bar))
    return GDK_EVENT_PROPAGATE;

  stop_search_cb (self);
  gtk_search_bar_set_search_mode (self->search_bar, FALSE);

  return GDK_EVENT_STOP;
}

static void
forget_before (ValijaMessagePane *self)
{
  g_clear_object (&self->before);
  g_clear_weak_pointer (&self->focus_before);
}

/* Leaving the search shows the folder again, and in it what was open. */
static void
search_mode_cb (ValijaMessagePane *self)
{
  if (gtk_search_bar_get_search_mode (self->search_bar))
    {
      g_clear_object (&self->before);
      self->before = valija_message_pane_dup_single (self);
      return;
    }

  valija_search_box_clear (self->search_box);
  g_clear_pointer (&self->question, g_free);
  valija_message_pane_forget_server (self);
  valija_message_pane_reload (self);
  forget_before (self);
}

static void
search_server_cb (ValijaMessagePane *self)
{
  valija_message_pane_ask_server (self);
  valija_message_pane_update_stack (self);
}

static void
search_activate_cb (ValijaMessagePane *self)
{
  search_changed_cb (self);
  /* Of what is here: what comes from a server may stand above it, and takes nothing away from it */
  valija_message_pane_step (self, VALIJA_PANE_FIRST);
  search_server_cb (self);
  valija_message_pane_focus (self);
}

/* ---- Rows ---- */

static void
cell_clicked_cb (GtkListItem       *item,
                 ValijaMessageCell *cell)
{
  ValijaMessagePane *self = VALIJA_MESSAGE_PANE (gtk_widget_get_ancestor (GTK_WIDGET (cell), VALIJA_TYPE_MESSAGE_PANE));
  ValijaMessage *message = gtk_list_item_get_item (item);

  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), gtk_list_item_get_position (item), TRUE);

  /* A draft wants a second click: the first only looks at it. */
  if (valija_message_get_folder (message) == NULL ||
      valija_folder_get_role (valija_message_get_folder (message)) != VALIJA_FOLDER_ROLE_DRAFTS)
    g_signal_emit (self, signals[MESSAGE_ACTIVATED], 0, message);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          ValijaMessagePane        *self)
{
  GtkWidget *cell = valija_message_cell_new ();

  g_signal_connect_object (cell, "clicked", G_CALLBACK (cell_clicked_cb), item, G_CONNECT_SWAPPED);
  g_object_bind_property (cell, "summary", item, "accessible-label", G_BINDING_SYNC_CREATE);
  gtk_list_item_set_child (item, cell);
}

/* Whether the list may hold messages of several accounts. */
static gboolean
is_mixed (ValijaMessagePane *self)
{
  if (g_list_model_get_n_items (valija_engine_get_accounts (self->engine)) < 2)
    return FALSE;
  if (valija_message_pane_is_searching (self))
    return valija_message_pane_shows_places (self) &&
           (valija_folder_gathers (self->folder) ||
            g_strcmp0 (adw_toggle_group_get_active_name (self->scope), "all") == 0);

  return valija_folder_gathers (self->folder);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         ValijaMessagePane        *self)
{
  ValijaMessageCell *cell = VALIJA_MESSAGE_CELL (gtk_list_item_get_child (item));
  ValijaMessage *message = gtk_list_item_get_item (item);

  valija_message_cell_show_place (cell, valija_message_pane_shows_places (self),
                                  valija_message_pane_is_from_server (self, message));
  valija_message_cell_show_account (cell, is_mixed (self) ? valija_engine_get_accounts (self->engine) : NULL);
  valija_message_cell_set_message (cell, message);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           ValijaMessagePane        *self)
{
  valija_message_cell_set_message (VALIJA_MESSAGE_CELL (gtk_list_item_get_child (item)), NULL);
}

static void
activate_cb (ValijaMessagePane *self,
             guint              position)
{
  g_autoptr(ValijaMessage) message = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (valija_message_pane_is_searching (self))
    valija_search_box_remember (self->search_box);
  if (message != NULL)
    g_signal_emit (self, signals[MESSAGE_ACTIVATED], 0, message);
}

static void
selection_changed_cb (ValijaMessagePane *self)
{
  g_autoptr(ValijaMessage) selected = valija_message_pane_dup_single (self);

  self->opened = selected != NULL ? valija_message_get_key (selected) : 0;
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* A conversation to which a message has come moves up in the list, and stays selected. */
static gboolean
follow_opened (ValijaMessagePane *self)
{
  guint position;

  if (self->opened == 0 || valija_message_pane_get_n_selected (self) > 0)
    return FALSE;

  position = valija_message_pane_find (self, self->opened);
  if (position != G_MAXUINT)
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);

  return position != G_MAXUINT;
}

/* The list view holds on to the row that it shows first, and what comes before that would not be seen. */
static void
stay_at_top (ValijaMessagePane *self)
{
  GtkAdjustment *scrolled = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list));

  if (gtk_adjustment_get_value (scrolled) <= gtk_adjustment_get_lower (scrolled))
    gtk_list_view_scroll_to (self->list, 0, GTK_LIST_SCROLL_NONE, NULL);
}

/* Rows that come and go can take the selection with them, without a word from the selection
 * model. */
static void
items_changed_cb (ValijaMessagePane *self,
                  guint              position,
                  guint              removed,
                  guint              added)
{
  valija_message_pane_update_stack (self);
  if (position == 0 && added > 0)
    stay_at_top (self);
  if (removed > 0 && self->kept == 0 && !follow_opened (self))
    selection_changed_cb (self);
}

/* ---- Object ---- */

static void
valija_message_pane_dispose (GObject *object)
{
  ValijaMessagePane *self = VALIJA_MESSAGE_PANE (object);

  valija_message_pane_end_growth (self);
  forget_before (self);
  if (self->menu != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->menu));
  g_clear_pointer (&self->statuses, g_ptr_array_unref);
  g_clear_object (&self->list_signals);
  g_clear_object (&self->settings);
  g_clear_object (&self->selection);
  g_clear_object (&self->messages);
  g_clear_object (&self->folder);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->question, g_free);
  g_clear_pointer (&self->asked, g_free);
  if (self->server != NULL)
    valija_server_search_abandon (self->server);
  g_clear_object (&self->server);
  g_clear_pointer (&self->from_server, g_hash_table_unref);

  G_OBJECT_CLASS (valija_message_pane_parent_class)->dispose (object);
}

static void
valija_message_pane_class_init (ValijaMessagePaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_message_pane_dispose;

  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", VALIJA_TYPE_MESSAGE_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 0);
  signals[MESSAGE_ACTIVATED] = g_signal_new ("message-activated", VALIJA_TYPE_MESSAGE_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 1, VALIJA_TYPE_MESSAGE);
  signals[PROGRESS_CANCELLED] = g_signal_new ("progress-cancelled", VALIJA_TYPE_MESSAGE_PANE, G_SIGNAL_RUN_LAST, 0,
                                              NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (VALIJA_TYPE_AWAY_BANNER);
  g_type_ensure (VALIJA_TYPE_PROGRESS_BAR);
  g_type_ensure (VALIJA_TYPE_SEARCH_BOX);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-message-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, title);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, search_bar);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, search_box);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, filter);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, scope);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, banner);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, stack);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, empty);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, place);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, server_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, server_revealer);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, server_note);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, server_more);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, list);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, progress);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, away);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePane, menu);
  gtk_widget_class_bind_template_callback (widget_class, progress_cancelled_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_server_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_cb, NULL);
  valija_message_pane_install_status (widget_class);
  valija_message_pane_install_input (widget_class);
}

static void
valija_message_pane_init (ValijaMessagePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->menu), GTK_WIDGET (self->list));
  valija_search_box_append (self->search_box, GTK_WIDGET (self->place));
  valija_search_box_append_below (self->search_box, GTK_WIDGET (self->scope));

  self->selection = gtk_multi_selection_new (NULL);
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));

  self->statuses = g_ptr_array_new_with_free_func (g_object_unref);

  self->list_signals = g_signal_group_new (VALIJA_TYPE_MESSAGE_LIST);
  g_signal_group_connect_object (self->list_signals, "items-changed", G_CALLBACK (items_changed_cb), self,
                                 G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_group_connect_swapped (self->list_signals, "notify::ready", G_CALLBACK (ready_cb), self);

  self->settings = g_settings_new (APP_ID);
  g_signal_connect_object (self->settings, "changed::conversations", G_CALLBACK (conversations_changed_cb), self,
                           G_CONNECT_SWAPPED);

  g_signal_connect_object (valija_search_box_get_entry (self->search_box), "stop-search", G_CALLBACK (stop_search_cb),
                           self, G_CONNECT_SWAPPED);
  gtk_search_bar_connect_entry (self->search_bar, valija_search_box_get_entry (self->search_box));
  adw_toggle_group_set_active_name (self->scope, "account");
}

/* ---- Public ---- */

static void
show_subtitle (ValijaMessagePane *self)
{
  ValijaAccount *account = valija_folder_get_account (self->folder);
  guint n_inboxes = g_list_model_get_n_items (valija_engine_get_inboxes (self->engine));
  g_autofree char *text = NULL;

  if (account == NULL)
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u account", "%u accounts", n_inboxes), n_inboxes);

  adw_window_title_set_subtitle (self->title, account != NULL ? valija_account_get_name (account) : text);
}

/* An account that has come or gone changes what is gathered. */
static void
inboxes_changed_cb (ValijaMessagePane *self)
{
  if (self->folder == NULL || !valija_folder_gathers (self->folder))
    return;

  show_subtitle (self);
  valija_message_pane_watch_statuses (self);
}

void
valija_message_pane_set_engine (ValijaMessagePane *self,
                                ValijaEngine      *engine)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_PANE (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  valija_search_box_set_engine (self->search_box, engine);
  valija_away_banner_set_engine (self->away, engine);
  g_signal_connect_object (valija_engine_get_inboxes (engine), "items-changed", G_CALLBACK (inboxes_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

/* What has come to @folder since. */
static void
look_into (ValijaMessagePane *self,
           ValijaFolder      *folder)
{
  ValijaAccount *account = valija_folder_get_account (folder);
  g_autofree char *cannot_read = valija_engine_why_not (self->engine, account, folder, VALIJA_ACTION_READ);

  if (cannot_read == NULL && !valija_folder_get_local (folder) && !valija_account_get_paused (account) &&
      !valija_application_get_offline (valija_application_get_default ()))
    /* A failure shows as the account's state. */
    valija_future_forget (valija_engine_sync_folder (self->engine, folder, 0, NULL), "folder opened");
}

static void
look_into_all (ValijaMessagePane *self,
               GListModel        *folders)
{
  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      look_into (self, folder);
    }
}

void
valija_message_pane_show_folder (ValijaMessagePane *self,
                                 ValijaFolder      *folder)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_PANE (self));
  g_return_if_fail (VALIJA_IS_FOLDER (folder));

  if (!g_set_object (&self->folder, folder))
    return;

  adw_window_title_set_title (self->title, valija_folder_get_display_name (folder));
  show_subtitle (self);
  valija_message_pane_watch_statuses (self);
  valija_message_pane_update_scope (self);

  forget_before (self);
  if (gtk_search_bar_get_search_mode (self->search_bar))
    gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  else
    valija_message_pane_reload (self);

  valija_engine_set_folder_in_view (self->engine, folder);
  if (valija_folder_gathers (folder))
    look_into_all (self, valija_engine_get_inboxes (self->engine));
  else
    look_into (self, folder);
}

ValijaFolder *
valija_message_pane_get_folder (ValijaMessagePane *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_PANE (self), NULL);

  return self->folder;
}

static void
note_focus (ValijaMessagePane *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean inside = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self));

  g_set_weak_pointer (&self->focus_before, inside ? NULL : focus);
}

void
valija_message_pane_begin_search (ValijaMessagePane *self)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_PANE (self));

  self->wants_focus = FALSE;
  if (!gtk_search_bar_get_search_mode (self->search_bar))
    note_focus (self);
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_box));
}

void
valija_message_pane_toggle_unread (ValijaMessagePane *self)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_PANE (self));

  adw_toggle_group_set_active_name (self->filter, get_show (self) == VALIJA_SHOW_UNREAD ? "all" : "unread");
}

void
valija_message_pane_focus (ValijaMessagePane *self)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_PANE (self));

  self->wants_focus = TRUE;
  if (self->messages != NULL && valija_message_list_get_ready (self->messages))
    focus_list (self);
}
