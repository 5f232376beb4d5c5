/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-reader-private.h"

#include "base/valija-future.h"
#include "mime/valija-composition.h"
#include "ui/reader/valija-fetch.h"
#include "ui/reader/valija-safe-html.h"
#include "ui/valija-application.h"
#include "ui/valija-error-dialog.h"
#include "ui/valija-focus.h"
#include "ui/valija-reason.h"

#include <glib/gi18n-lib.h>

#define SPINNER_AFTER_MS 250 /* what is quicker than this needs no spinner */

G_DEFINE_FINAL_TYPE (ValijaReader, valija_reader, ADW_TYPE_BREAKPOINT_BIN)

enum
{
  SHOWN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* What an answer needs to know: whose it is and for which message. Answers for an earlier
 * message are dropped. */
typedef struct
{
  ValijaReader *reader;
  guint generation;
} Ticket;

static Ticket *
ticket_new (ValijaReader *self)
{
  Ticket *ticket = g_new (Ticket, 1);

  ticket->reader = g_object_ref (self);
  ticket->generation = self->generation;

  return ticket;
}

static void
ticket_free (gpointer data)
{
  Ticket *ticket = data;

  g_object_unref (ticket->reader);
  g_free (ticket);
}

static gboolean
ticket_is_current (Ticket *ticket)
{
  return ticket->generation == ticket->reader->generation;
}

/* ---- The body ---- */

/* Who opens a message of a conversation on its own wants to see all of it; what is forwarded is marked as what is
 * quoted is. */
static gboolean
is_folded (ValijaReader *self)
{
  return !self->alone && !valija_composition_is_forward (self->mime);
}

static void
show_plain (ValijaReader *self)
{
  valija_plain_view_set_text (self->plain, valija_mime_message_get_text (self->mime), is_folded (self));
  gtk_stack_set_visible_child_name (self->body, "plain");
}

static void
html_failed_cb (ValijaReader *self,
                const char   *why)
{
  adw_banner_set_title (self->reason_banner, why);
  adw_banner_set_button_label (self->reason_banner, NULL);
  adw_banner_set_revealed (self->reason_banner, TRUE);
  show_plain (self);
}

static void
link_hovered_cb (ValijaReader *self,
                 const char   *uri)
{
  if (uri != NULL)
    gtk_label_set_text (self->hover_label, uri);
  gtk_revealer_set_reveal_child (self->hover_revealer, uri != NULL);
}

static void
plain_link_activated_cb (ValijaReader *self,
                         const char   *uri)
{
  valija_reader_open_link (self, uri, NULL);
}

static void
html_link_activated_cb (ValijaReader *self,
                        const char   *uri,
                        const char   *label)
{
  valija_reader_open_link (self, uri, label);
}

static ValijaHtmlView *
ensure_html_view (ValijaReader *self)
{
  GtkWidget *view = adw_bin_get_child (self->html);
  g_autoptr(GError) error = NULL;
  ValijaHtmlView *created;

  if (view != NULL)
    return VALIJA_HTML_VIEW (view);

  created = valija_html_view_new (valija_application_get_cache_dir (valija_application_get_default ()), FALSE, &error);
  if (created == NULL)
    {
      html_failed_cb (self, error->message);
      return NULL;
    }

  g_signal_connect_object (created, "link-activated", G_CALLBACK (html_link_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (created, "link-hovered", G_CALLBACK (link_hovered_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (created, "failed", G_CALLBACK (html_failed_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (self->html, GTK_WIDGET (created));

  return created;
}

static DexFuture *
sanitised_cb (DexFuture *future,
              gpointer   data)
{
  Ticket *ticket = data;
  ValijaReader *self = ticket->reader;
  const GValue *value = dex_future_get_value (future, NULL);
  const ValijaSafeHtml *safe;
  ValijaHtmlView *view;

  if (!ticket_is_current (ticket))
    return NULL;

  if (value == NULL || (view = ensure_html_view (self)) == NULL)
    {
      show_plain (self);
      return NULL;
    }

  safe = g_value_get_boxed (value);
  valija_html_view_show (view, safe->document, self->mime, self->show_images, safe->own_colors);
  adw_banner_set_revealed (self->images_banner, safe->outcome.n_blocked > 0 && !self->show_images);
  gtk_stack_set_visible_child_name (self->body, "html");

  return NULL;
}

static void
show_body (ValijaReader *self)
{
  ValijaHtmlPolicy policy;

  adw_banner_set_revealed (self->images_banner, FALSE);
  gtk_revealer_set_reveal_child (self->hover_revealer, FALSE);

  if (valija_mime_message_get_html (self->mime) == NULL || self->prefer_plain)
    {
      show_plain (self);
      return;
    }

  /* Disowned: the ticket says whether anybody still waits. */
  policy = self->show_images ? VALIJA_HTML_REMOTE_IMAGES : VALIJA_HTML_LOCAL_ONLY;
  dex_future_disown (dex_future_finally (valija_safe_html_make (self->mime, policy, is_folded (self)),
                                         sanitised_cb, ticket_new (self), ticket_free));
}

static void
plain_text_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  if (self->active != NULL && !self->alone)
    {
      valija_message_card_show_page (self->active, !valija_message_card_get_page_shown (self->active));
      return;
    }

  self->prefer_plain = !self->prefer_plain;
  if (self->mime != NULL)
    show_body (self);
}

static void
show_images_cb (ValijaReader *self)
{
  self->show_images = TRUE;
  show_body (self);
}

/* ---- Attachments ---- */

static GtkWidget *
create_save_all_button (guint   n_parts,
                        guint64 size)
{
  g_autofree char *size_text = g_format_size (size);
  /* Translators: how many attachments there are, and how large they are together */
  g_autofree char *tooltip = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u attachment, %s", "%u attachments, %s",
                                                           n_parts), n_parts, size_text);
  GtkWidget *button = gtk_button_new_with_mnemonic (_("Save _All…"));

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "reader.save-attachments");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");

  return button;
}

static void
fill_attachments (ValijaReader *self)
{
  GPtrArray *parts = valija_mime_message_get_attachments (self->mime);
  GtkWidget *child;
  guint64 size = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->attachment_box))) != NULL)
    adw_wrap_box_remove (self->attachment_box, child);

  for (guint i = 0; i < parts->len; i++)
    {
      const ValijaMimePart *part = g_ptr_array_index (parts, i);

      size += part->size;
      adw_wrap_box_append (self->attachment_box, valija_attachment_button_new (part));
    }

  if (parts->len > 1)
    adw_wrap_box_append (self->attachment_box, create_save_all_button (parts->len, size));

  gtk_widget_set_visible (self->attachments, parts->len > 0);
}

/* All of it is here, and takes the place of its text: what is shown already stays as it is, and where it is. */
static void
complete_mime (ValijaReader      *self,
               ValijaMimeMessage *outline)
{
  GtkWidget *view = adw_bin_get_child (self->html);

  valija_reader_update_banners (self);
  valija_reader_fill_header (self);
  fill_attachments (self);
  valija_reader_enable_actions (self);

  if (!valija_mime_message_reads_like (self->mime, outline))
    show_body (self);
  else if (view != NULL)
    valija_html_view_complete (VALIJA_HTML_VIEW (view), outline, self->mime);
}

/* ---- Loading ---- */

static void
clear (ValijaReader *self)
{
  valija_reader_leave_mime (self);
  valija_reader_drop_conversation (self);
  self->asked = FALSE;
  g_clear_object (&self->mime);
  g_clear_pointer (&self->source, g_bytes_unref);
  adw_banner_set_revealed (self->draft_banner, FALSE);
  adw_banner_set_revealed (self->confirm_banner, FALSE);
}

void
valija_reader_fail (ValijaReader *self,
                    const GError *error)
{
  g_autofree char *title = valija_error_dup_title (error);
  g_autofree char *advice = valija_error_dup_advice (error);
  g_autofree char *markup = g_markup_escape_text (advice, -1);

  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  if (valija_error_is_cancelled (error))
    {
      valija_reader_show_cancelled (self);
      return;
    }

  adw_status_page_set_icon_name (self->failure, "dialog-error-symbolic");
  gtk_button_set_label (self->retry_button, _("_Try Again"));
  gtk_widget_set_visible (self->details_of_error_button, TRUE);
  adw_status_page_set_title (self->failure, title);
  adw_status_page_set_description (self->failure, markup);
  gtk_stack_set_visible_child_name (self->stack, "failed");
}

/* Also when the row is loaded, or its flags change, while the message is shown already. */
void
valija_reader_update_banners (ValijaReader *self)
{
  ValijaFolder *folder = self->message != NULL ? valija_message_get_folder (self->message) : NULL;

  if (self->mime == NULL)
    return;

  adw_banner_set_revealed (self->draft_banner,
                           folder != NULL && valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_DRAFTS);
  valija_reader_offer_confirmation (self);
}

void
valija_reader_tell_shown (ValijaReader *self)
{
  g_signal_emit (self, signals[SHOWN], 0);
}

void
valija_reader_show_mime (ValijaReader *self)
{
  valija_reader_update_banners (self);
  valija_reader_fill_header (self);
  fill_attachments (self);
  show_body (self);
  gtk_stack_set_visible_child_name (self->stack, "message");
  valija_reader_enable_actions (self);
  valija_reader_tell_shown (self);
}

/* What belongs to the message that was shown on its own goes; answers that it waits for are dropped. */
void
valija_reader_leave_mime (ValijaReader *self)
{
  self->generation++;
  valija_reader_end_fetch (self);
  valija_fetch_bar_set_progress (self->rest, NULL);
  self->show_images = FALSE;
  self->prefer_plain = FALSE;
  g_clear_error (&self->error);
  adw_banner_set_revealed (self->reason_banner, FALSE);
  adw_banner_set_revealed (self->images_banner, FALSE);
  gtk_toggle_button_set_active (self->details_button, FALSE);
}

static DexFuture *
parsed_cb (DexFuture *future,
           gpointer   data)
{
  Ticket *ticket = data;
  ValijaReader *self = ticket->reader;
  g_autoptr(ValijaMimeMessage) outline = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (!ticket_is_current (ticket))
    return NULL;

  if (value == NULL)
    {
      valija_reader_fail (self, error);
      return NULL;
    }

  outline = g_steal_pointer (&self->mime);
  self->mime = g_value_dup_object (value);
  if (outline != NULL)
    complete_mime (self, outline);
  else
    valija_reader_show_mime (self);

  return NULL;
}

static void
parse (ValijaReader *self)
{
  /* Disowned: the ticket says whether anybody still waits. */
  dex_future_disown (dex_future_finally (valija_engine_parse_source (self->engine, self->source),
                                         parsed_cb, ticket_new (self), ticket_free));
}

static DexFuture *
loaded_cb (DexFuture *future,
           gpointer   data)
{
  Ticket *ticket = data;
  ValijaReader *self = ticket->reader;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (!ticket_is_current (ticket))
    return NULL;

  valija_reader_end_fetch (self);
  if (value != NULL)
    {
      self->source = g_value_dup_boxed (value);
      valija_fetch_bar_set_progress (self->rest, NULL);
      parse (self);
    }
  else if (self->mime != NULL)
    valija_fetch_bar_set_error (self->rest, error);
  else
    valija_reader_fail (self, error);

  return NULL;
}

/* What can be read is shown, while the rest is on its way. */
static DexFuture *
outlined_cb (DexFuture *future,
             gpointer   data)
{
  Ticket *ticket = data;
  ValijaReader *self = ticket->reader;
  const GValue *value = dex_future_get_value (future, NULL);

  if (!ticket_is_current (ticket) || value == NULL || self->mime != NULL || self->progress == NULL)
    return NULL;

  self->mime = g_value_dup_object (value);
  valija_reader_show_mime (self);
  valija_fetch_bar_set_progress (self->rest, self->progress);

  return NULL;
}

static DexFuture *
slow_cb (DexFuture *future,
         gpointer   data)
{
  Ticket *ticket = data;

  if (ticket_is_current (ticket) && ticket->reader->mime == NULL && ticket->reader->error == NULL)
    gtk_stack_set_visible_child_name (ticket->reader->stack, "loading");

  return NULL;
}

void
valija_reader_load (ValijaReader *self)
{
  g_autoptr(ValijaProgress) progress = NULL;
  DexFuture *outline;
  DexFuture *source = valija_fetch_source (self->engine, self->message, &progress, &outline);

  self->asked = TRUE;
  valija_reader_begin_fetch (self, progress);
  if (self->mime != NULL)
    valija_fetch_bar_set_progress (self->rest, progress);

  /* All disowned: the ticket says whether anybody still waits. */
  dex_future_disown (dex_future_finally (outline, outlined_cb, ticket_new (self), ticket_free));
  dex_future_disown (dex_future_finally (source, loaded_cb, ticket_new (self), ticket_free));
  dex_future_disown (dex_future_finally (dex_timeout_new_msec (SPINNER_AFTER_MS),
                                         slow_cb, ticket_new (self), ticket_free));
}

/* Which message a row of conversations stands for is known when it is loaded. */
static void
row_loaded_cb (ValijaReader *self)
{
  if (self->row == NULL || self->asked || valija_message_get_id (self->row) == 0)
    return;

  if (valija_message_get_n_messages (self->row) > 1)
    valija_reader_load_conversation (self);
  else
    valija_reader_load (self);
}

/* A message came to the conversation or left it, or what was read elsewhere. */
static void
row_changed_cb (ValijaReader *self)
{
  guint n_messages = valija_message_get_n_messages (self->row);

  if (!self->asked)
    return;

  if ((n_messages > 1) == valija_reader_has_conversation (self))
    {
      if (n_messages > 1)
        valija_reader_load_conversation (self);
      return;
    }

  /* Nothing of the one page, nor what was on its way for it, is the other's */
  clear (self);
  g_set_object (&self->message, self->row);
  valija_reader_enable_actions (self);
  row_loaded_cb (self);
}

static void
retry_cb (ValijaReader *self)
{
  if (self->row == NULL)
    return;

  clear (self);
  gtk_stack_set_visible_child_name (self->stack, "blank");
  row_loaded_cb (self);
}

static void
error_details_cb (ValijaReader *self)
{
  if (self->error != NULL)
    adw_dialog_present (valija_error_dialog_new (self->engine, NULL, self->error), GTK_WIDGET (self));
}

static void
reason_clicked_cb (ValijaReader *self)
{
  if (self->account != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.account-details", "s", valija_account_get_id (self->account));
}

/* The cards of a conversation answer by buttons of their own. */
static void
page_changed_cb (ValijaReader *self)
{
  gboolean alone = g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "conversation") != 0;

  gtk_widget_set_visible (self->narrow_reply_button, alone);
  gtk_widget_set_visible (self->narrow_reply_all_button, alone);
  gtk_widget_set_visible (self->narrow_forward_button, alone);
}

/* ---- Object ---- */

static void
valija_reader_dispose (GObject *object)
{
  ValijaReader *self = VALIJA_READER (object);

  self->generation++;
  valija_reader_end_fetch (self);
  g_clear_handle_id (&self->scroll_source, g_source_remove);
  g_clear_object (&self->message_signals);
  g_clear_object (&self->mime);
  g_clear_object (&self->row);
  g_clear_object (&self->message);
  g_clear_object (&self->account);
  g_clear_object (&self->engine);
  g_clear_error (&self->error);
  g_clear_pointer (&self->source, g_bytes_unref);

  G_OBJECT_CLASS (valija_reader_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, ValijaReader, child)

static void
valija_reader_class_init (ValijaReaderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_reader_dispose;

  signals[SHOWN] = g_signal_new ("shown", VALIJA_TYPE_READER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (VALIJA_TYPE_FETCH_BAR);
  g_type_ensure (VALIJA_TYPE_LABEL_STRIP);
  g_type_ensure (VALIJA_TYPE_MESSAGE_DETAILS);
  g_type_ensure (VALIJA_TYPE_PLAIN_VIEW);
  g_type_ensure (VALIJA_TYPE_SENDER_NOTE);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-reader.ui");
  BIND (reply_button);
  BIND (reply_all_button);
  BIND (forward_button);
  BIND (archive_button);
  BIND (delete_button);
  BIND (narrow_reply_button);
  BIND (narrow_reply_all_button);
  BIND (narrow_forward_button);
  BIND (narrow_archive_button);
  BIND (narrow_delete_button);
  BIND (reason_banner);
  BIND (images_banner);
  BIND (draft_banner);
  BIND (confirm_banner);
  BIND (stack);
  BIND (several);
  BIND (fetching);
  BIND (fetch_bar);
  BIND (failure);
  BIND (retry_button);
  BIND (details_of_error_button);
  BIND (subject);
  BIND (labels);
  BIND (avatar);
  BIND (sender_name);
  BIND (sender_address);
  BIND (date);
  BIND (sender_note);
  BIND (recipients);
  BIND (details_button);
  BIND (details);
  BIND (body);
  BIND (plain);
  BIND (html);
  BIND (hover_revealer);
  BIND (hover_label);
  BIND (attachments);
  BIND (attachment_box);
  BIND (rest);
  BIND (alone_banner);
  BIND (conversation);
  BIND (conversation_subject);
  BIND (cards);
  gtk_widget_class_bind_template_callback (widget_class, page_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, reason_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_images_cb);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, valija_reader_load);
  gtk_widget_class_bind_template_callback (widget_class, error_details_cb);
  gtk_widget_class_bind_template_callback (widget_class, plain_link_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, link_hovered_cb);

  gtk_widget_class_install_action (widget_class, "reader.plain-text", NULL, plain_text_action);
  valija_reader_install_actions (widget_class);
  valija_reader_install_fetch (widget_class);
  valija_reader_install_file_actions (widget_class);
  valija_reader_install_confirmation (widget_class);
  valija_reader_install_conversation (widget_class);
}

#undef BIND

static void
valija_reader_init (ValijaReader *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  valija_focus_keep (GTK_WIDGET (self));
  valija_focus_follow (GTK_VIEWPORT (gtk_scrolled_window_get_child (self->conversation)));
  self->message_signals = g_signal_group_new (VALIJA_TYPE_MESSAGE);
  g_signal_group_connect_swapped (self->message_signals, "notify::folder",
                                  G_CALLBACK (valija_reader_update_banners), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::flags",
                                  G_CALLBACK (valija_reader_update_banners), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::loaded", G_CALLBACK (row_loaded_cb), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::n-messages", G_CALLBACK (row_changed_cb), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::id", G_CALLBACK (row_changed_cb), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::flags", G_CALLBACK (row_changed_cb), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::labels", G_CALLBACK (row_changed_cb), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::labels",
                                  G_CALLBACK (valija_reader_show_labels), self);
  valija_reader_enable_actions (self);
  valija_reader_end_fetch (self);
}

/* ---- Public ---- */

void
valija_reader_set_engine (ValijaReader *self,
                          ValijaEngine *engine)
{
  g_return_if_fail (VALIJA_IS_READER (self));

  g_set_object (&self->engine, engine);
}

void
valija_reader_show_message (ValijaReader  *self,
                            ValijaMessage *message)
{
  g_return_if_fail (VALIJA_IS_READER (self));

  /* The same message again, as after a change of its flags, stays as it is. */
  if (message != NULL && self->row != NULL && (self->asked && self->error == NULL) &&
      (message == self->row || valija_message_get_id (message) == valija_message_get_id (self->row)))
    return;

  clear (self);
  g_set_object (&self->row, message);
  g_set_object (&self->message, message);
  g_signal_group_set_target (self->message_signals, message);
  valija_reader_enable_actions (self);
  gtk_stack_set_visible_child_name (self->stack, message != NULL ? "blank" : "none");
  row_loaded_cb (self);
}

void
valija_reader_show_several (ValijaReader *self,
                            guint         n_messages)
{
  g_autofree char *title = NULL;

  g_return_if_fail (VALIJA_IS_READER (self));

  clear (self);
  g_clear_object (&self->row);
  g_clear_object (&self->message);
  g_signal_group_set_target (self->message_signals, NULL);
  valija_reader_enable_actions (self);
  title = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u Message Selected", "%u Messages Selected", n_messages),
                           n_messages);
  adw_status_page_set_title (self->several, title);
  gtk_stack_set_visible_child_name (self->stack, "several");
}

void
valija_reader_show_source (ValijaReader *self,
                           GBytes       *source)
{
  ValijaAccount *account;

  g_return_if_fail (VALIJA_IS_READER (self));
  g_return_if_fail (source != NULL);

  clear (self);
  g_clear_object (&self->row);
  g_clear_object (&self->message);
  g_signal_group_set_target (self->message_signals, NULL);
  account = valija_application_find_sender (valija_application_get_default (), NULL);
  self->source = g_bytes_ref (source);
  gtk_widget_set_visible (GTK_WIDGET (self->archive_button), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->delete_button), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->narrow_archive_button), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->narrow_delete_button), FALSE);
  valija_reader_update_reasons (self, account, NULL);
  gtk_stack_set_visible_child_name (self->stack, "blank");
  parse (self);
}

void
valija_reader_refresh (ValijaReader *self)
{
  g_return_if_fail (VALIJA_IS_READER (self));

  if (self->row != NULL && valija_reader_has_conversation (self))
    valija_reader_load_conversation (self);
}

void
valija_reader_update_reasons (ValijaReader  *self,
                              ValijaAccount *account,
                              ValijaFolder  *folder)
{
  const struct
  {
    GtkWidget *wide;
    GtkWidget *narrow;
    ValijaAction action;
    const char *label;
  } buttons[] = {
    { self->reply_button, self->narrow_reply_button, VALIJA_ACTION_REPLY, _("Reply") },
    { self->reply_all_button, self->narrow_reply_all_button, VALIJA_ACTION_REPLY, _("Reply to All") },
    { self->forward_button, self->narrow_forward_button, VALIJA_ACTION_FORWARD, _("Forward") },
    { self->archive_button, self->narrow_archive_button, VALIJA_ACTION_MOVE, _("Archive") },
    { self->delete_button, self->narrow_delete_button, VALIJA_ACTION_DELETE, _("Delete") },
  };

  g_return_if_fail (VALIJA_IS_READER (self));

  /* A row that is not loaded yet does not know its folder; who shows it does. */
  g_set_object (&self->account, account);

  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      g_autofree char *reason = valija_reader_why_not (self, folder, buttons[i].action);

      valija_widget_set_reason (buttons[i].wide, buttons[i].label, reason);
      valija_widget_set_reason (buttons[i].narrow, buttons[i].label, reason);
    }
}
