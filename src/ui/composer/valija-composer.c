/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-composer-private.h"

#include "ui/composer/valija-sender.h"
#include "ui/valija-focus.h"

#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (ValijaComposer, valija_composer, ADW_TYPE_APPLICATION_WINDOW)

/* ---- Accounts ---- */

static gboolean
can_send (gpointer item,
          gpointer data)
{
  ValijaComposer *self = data;
  g_autofree char *reason = valija_engine_why_not (self->engine, item, NULL, VALIJA_ACTION_COMPOSE);

  return reason == NULL;
}

/* For the rows of the drop-down. */
static char *
describe_sender (GtkListItem  *item,
                 ValijaSender *sender)
{
  return sender != NULL ? valija_sender_dup_label (sender) : NULL;
}

ValijaAccount *
valija_composer_get_account (ValijaComposer *self)
{
  ValijaSender *sender = gtk_drop_down_get_selected_item (self->from);

  return sender != NULL ? valija_sender_get_account (sender) : NULL;
}

/* How well @sender suits a message of @account (nullable) that has @from (nullable) for its sender. */
static guint
rate_sender (ValijaSender        *sender,
             ValijaAccount       *account,
             const ValijaAddress *from)
{
  const char *address = valija_sender_get_address (sender)->address;
  gboolean is_same = from != NULL && g_ascii_strcasecmp (address, from->address) == 0;

  if (account == NULL)
    return 0;
  if (valija_sender_get_account (sender) == account)
    return is_same ? 3 : 2;

  /* Another account may send from the same address */
  return is_same || g_ascii_strcasecmp (address, valija_account_get_email (account)) == 0;
}

static void
select_sender (ValijaComposer      *self,
               ValijaAccount       *account,
               const ValijaAddress *from)
{
  guint n_items = g_list_model_get_n_items (self->senders);
  guint best = 0;

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(ValijaSender) sender = g_list_model_get_item (self->senders, i);
      guint rating = rate_sender (sender, account, from);

      if (i == 0 || rating > best)
        {
          gtk_drop_down_set_selected (self->from, i);
          best = rating;
        }
    }

  gtk_widget_set_visible (self->from_row, n_items > 1);
}

/* That it is not the account it was begun in which sends: nobody is to write from another address without knowing. */
static void
update_sender_banner (ValijaComposer *self)
{
  ValijaSender *sender = gtk_drop_down_get_selected_item (self->from);
  gboolean other = self->begun_in != NULL && sender != NULL && !can_send (self->begun_in, self) &&
                   g_ascii_strcasecmp (valija_sender_get_address (sender)->address,
                                       valija_account_get_email (self->begun_in)) != 0;

  if (other)
    {
      g_autofree char *text = NULL;

      /* Translators: the name of an account, and the address of another */
      text = g_strdup_printf (_("“%s” can only receive. This message is sent from %s."),
                              valija_account_get_name (self->begun_in), valija_sender_get_address (sender)->address);
      adw_banner_set_title (self->sender_banner, text);
    }

  adw_banner_set_revealed (self->sender_banner, other);
}

static void
from_changed_cb (ValijaComposer *self)
{
  ValijaAccount *account = valija_composer_get_account (self);
  g_autofree char *note = NULL;

  if (self->composition == NULL)
    return;

  valija_address_field_set_account (self->to, account);
  valija_address_field_set_account (self->cc, account);
  valija_address_field_set_account (self->bcc, account);
  valija_composer_update_actions (self);
  update_sender_banner (self);
  /* From another account it is another message; of one that was removed nothing may be left. */
  valija_composer_changed (self);
  if (account == NULL)
    {
      gtk_label_set_text (self->copy_note,
                          _("No account can send. Add one that sends, or an SMTP server to one you have."));
      return;
    }

  g_object_set (self->composition,
                "from", valija_sender_get_address (gtk_drop_down_get_selected_item (self->from)),
                NULL);
  note = valija_engine_describe_sent_copy (self->engine, account);
  gtk_label_set_text (self->copy_note, note);
}

static gpointer
list_senders (gpointer account,
              gpointer data)
{
  g_autoptr(ValijaAccount) owned = account;

  return valija_sender_list_new (data, owned);
}

static void
bind_senders (ValijaComposer *self,
              ValijaAccount  *account)
{
  GListModel *accounts = valija_engine_get_accounts (self->engine);
  GtkCustomFilter *filter = gtk_custom_filter_new (can_send, self, NULL);
  GtkFilterListModel *sending = gtk_filter_list_model_new (g_object_ref (accounts), GTK_FILTER (filter));
  GtkMapListModel *lists = gtk_map_list_model_new (G_LIST_MODEL (sending), list_senders, self->engine, NULL);
  g_autoptr(ValijaAddress) from = NULL;

  g_object_get (self->composition, "from", &from, NULL);
  self->senders = G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (lists)));
  gtk_drop_down_set_model (self->from, self->senders);
  select_sender (self, account, from);
  from_changed_cb (self);
}

/* ---- Content ---- */

void
valija_composer_changed (ValijaComposer *self)
{
  const char *subject;

  if (self->composition == NULL)
    return;

  subject = gtk_editable_get_text (GTK_EDITABLE (self->subject));
  adw_window_title_set_title (self->title, subject[0] != '\0' ? subject : _("New Message"));
  gtk_window_set_title (GTK_WINDOW (self), adw_window_title_get_title (self->title));
  self->dirty = TRUE;
  valija_composer_schedule_save (self);
}

static void
changed_cb (ValijaComposer *self)
{
  valija_composer_changed (self);
}

static char *
dup_body (ValijaComposer *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->body));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

void
valija_composer_collect (ValijaComposer *self)
{
  g_autofree char *text = dup_body (self);

  /* HTML that says something else than the text would be what most people read. */
  g_object_set (self->composition,
                "text", text,
                "html", g_str_equal (text, self->opened_text) ? self->opened_html : NULL,
                NULL);
}

gboolean
valija_composer_is_empty (ValijaComposer *self)
{
  g_autofree char *text = dup_body (self);

  return g_strstrip (text)[0] == '\0' &&
         gtk_editable_get_text (GTK_EDITABLE (self->subject))[0] == '\0' &&
         valija_address_field_get_text (self->to)[0] == '\0' &&
         valija_address_field_get_text (self->cc)[0] == '\0' &&
         valija_address_field_get_text (self->bcc)[0] == '\0' &&
         g_list_model_get_n_items (valija_composition_get_attachments (self->composition)) == 0 &&
         !valija_composer_is_attaching (self);
}

static void
update_scheme (ValijaComposer *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->body));
  GtkSourceStyleScheme *scheme;

  scheme = gtk_source_style_scheme_manager_get_scheme (manager, dark ? "Adwaita-dark" : "Adwaita");
  gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (buffer), scheme);
}

static void
bind_spelling (ValijaComposer *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->body));

  self->spelling = spelling_text_buffer_adapter_new (GTK_SOURCE_BUFFER (buffer), spelling_checker_get_default ());
  gtk_text_view_set_extra_menu (GTK_TEXT_VIEW (self->body),
                                spelling_text_buffer_adapter_get_menu_model (self->spelling));
  gtk_widget_insert_action_group (GTK_WIDGET (self->body), "spelling", G_ACTION_GROUP (self->spelling));
  spelling_text_buffer_adapter_set_enabled (self->spelling, TRUE);
}

static void
bind_content (ValijaComposer *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->body));
  const GBindingFlags both = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;
  g_autofree char *text = NULL;
  GtkTextIter start;

  g_object_bind_property (self->composition, "to", self->to, "text", both);
  g_object_bind_property (self->composition, "cc", self->cc, "text", both);
  g_object_bind_property (self->composition, "bcc", self->bcc, "text", both);
  g_object_bind_property (self->composition, "subject", self->subject, "text", both);

  g_object_get (self->composition, "text", &text, "html", &self->opened_html, NULL);
  gtk_text_buffer_begin_irreversible_action (buffer);
  gtk_text_buffer_set_text (buffer, text != NULL ? text : "", -1);
  gtk_text_buffer_end_irreversible_action (buffer);
  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_place_cursor (buffer, &start);
  self->opened_text = dup_body (self);
  adw_banner_set_revealed (self->format_banner, self->opened_html != NULL);
  g_signal_connect_object (buffer, "changed", G_CALLBACK (valija_composer_changed), self, G_CONNECT_SWAPPED);

  if (valija_address_field_get_text (self->cc)[0] != '\0' || valija_address_field_get_text (self->bcc)[0] != '\0')
    gtk_toggle_button_set_active (self->more_button, TRUE);

  if (valija_address_field_get_text (self->to)[0] == '\0')
    gtk_widget_grab_focus (GTK_WIDGET (self->to));
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->body));
}

/* ---- Object ---- */

static void
discard_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  valija_composer_discard (VALIJA_COMPOSER (widget));
}

/* Whether closing would lose something. */
static gboolean
has_to_save (ValijaComposer *self)
{
  gboolean changed = self->dirty && !valija_composer_is_empty (self);

  return !self->done && (changed || self->saving || valija_composer_is_attaching (self));
}

/* Returns whether it must stay for a while; for the eye it goes at once. */
static gboolean
close_later (ValijaComposer *self)
{
  if (has_to_save (self))
    valija_composer_close_saving (self);
  else if (self->sending || self->dropping)
    gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  else
    return FALSE;

  return TRUE;
}

static gboolean
valija_composer_close_request (GtkWindow *window)
{
  if (close_later (VALIJA_COMPOSER (window)))
    return GDK_EVENT_STOP;

  return GTK_WINDOW_CLASS (valija_composer_parent_class)->close_request (window);
}

static void
valija_composer_finalize (GObject *object)
{
  ValijaComposer *self = VALIJA_COMPOSER (object);

  g_clear_pointer (&self->opened_text, g_free);
  g_clear_pointer (&self->opened_html, g_free);

  G_OBJECT_CLASS (valija_composer_parent_class)->finalize (object);
}

static void
valija_composer_dispose (GObject *object)
{
  ValijaComposer *self = VALIJA_COMPOSER (object);

  g_clear_handle_id (&self->save_source, g_source_remove);
  valija_composer_release (self);
  self->done = TRUE;
  /* It looks at the text from time to time, and the text is about to go. */
  if (self->spelling != NULL)
    spelling_text_buffer_adapter_set_enabled (self->spelling, FALSE);
  g_clear_object (&self->spelling);
  g_clear_object (&self->options);
  g_clear_object (&self->original);
  g_clear_object (&self->begun_in);
  g_clear_object (&self->senders);
  g_clear_object (&self->pending_chips);
  g_clear_object (&self->composition);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_composer_parent_class)->dispose (object);
}

static void
valija_composer_class_init (ValijaComposerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GtkWindowClass *window_class = GTK_WINDOW_CLASS (klass);

  object_class->dispose = valija_composer_dispose;
  object_class->finalize = valija_composer_finalize;
  window_class->close_request = valija_composer_close_request;

  g_type_ensure (VALIJA_TYPE_ADDRESS_FIELD);
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, toasts);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, title);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, fields);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, edited_banner);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, format_banner);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, sender_banner);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, from_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, from);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, to);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, cc);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, bcc);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, more_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, subject);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, body);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, options_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, attachment_area);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, attachments);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, pending);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, copy_note);
  gtk_widget_class_bind_template_child (widget_class, ValijaComposer, draft_note);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, from_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, describe_sender);

  gtk_widget_class_install_action (widget_class, "composer.discard", NULL, discard_action);
  valija_composer_install_send (widget_class);
  valija_composer_install_attachments (widget_class);
  valija_composer_install_check (widget_class);
  valija_composer_install_edited (widget_class);
}

static void
valija_composer_init (ValijaComposer *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  valija_focus_keep (GTK_WIDGET (self));
  g_signal_connect (self, "notify::visible-dialog", G_CALLBACK (valija_composer_update_actions), NULL);

  update_scheme (self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (update_scheme), self,
                           G_CONNECT_SWAPPED);
}

/* ---- Public ---- */

GtkWidget *
valija_composer_new (GtkApplication    *application,
                     ValijaEngine      *engine,
                     ValijaAccount     *account,
                     ValijaComposition *composition,
                     gint64             draft)
{
  ValijaComposer *self = g_object_new (VALIJA_TYPE_COMPOSER, "application", application, NULL);

  self->engine = g_object_ref (engine);
  self->composition = g_object_ref (composition);
  g_set_object (&self->begun_in, account);
  self->draft = draft;
  if (draft != 0)
    valija_engine_hold_draft (engine, draft);
  valija_address_field_set_engine (self->to, engine);
  valija_address_field_set_engine (self->cc, engine);
  valija_address_field_set_engine (self->bcc, engine);
  bind_senders (self, account);
  bind_content (self);
  valija_composer_bind_options (self);
  valija_composer_bind_attachments (self);
  valija_composer_bind_edited (self);
  bind_spelling (self);

  /* What was only put in place is not a change. */
  valija_composer_changed (self);
  g_clear_handle_id (&self->save_source, g_source_remove);
  self->dirty = FALSE;

  return GTK_WIDGET (self);
}

void
valija_composer_set_original (ValijaComposer *self,
                              ValijaMessage  *message,
                              ValijaFlags     flag)
{
  g_return_if_fail (VALIJA_IS_COMPOSER (self));

  g_set_object (&self->original, message);
  self->original_flag = flag;
}

void
valija_composer_present (ValijaComposer *self)
{
  g_return_if_fail (VALIJA_IS_COMPOSER (self));

  self->closing = FALSE;
  if (valija_composer_is_discarded (self))
    valija_composer_save_again (self);
  gtk_window_present (GTK_WINDOW (self));
}

void
valija_composer_finish (ValijaComposer *self)
{
  g_return_if_fail (VALIJA_IS_COMPOSER (self));

  if (valija_composer_is_discarded (self))
    valija_composer_drop (self);
  else if (!close_later (self))
    gtk_window_destroy (GTK_WINDOW (self));
}

void
valija_composer_end_undo (ValijaComposer *self)
{
  g_return_if_fail (VALIJA_IS_COMPOSER (self));

  if (valija_composer_is_discarded (self))
    valija_composer_drop (self);
}

gint64
valija_composer_get_draft (ValijaComposer *self)
{
  g_return_val_if_fail (VALIJA_IS_COMPOSER (self), 0);

  return self->draft;
}
