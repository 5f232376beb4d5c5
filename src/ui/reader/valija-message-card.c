/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-message-card.h"

#include "base/valija-future.h"
#include "mime/valija-composition.h"
#include "ui/reader/valija-attachment-button.h"
#include "ui/reader/valija-card-page.h"
#include "ui/reader/valija-fetch-bar.h"
#include "ui/reader/valija-fetch.h"
#include "ui/reader/valija-message-details.h"
#include "ui/reader/valija-plain-view.h"
#include "ui/reader/valija-sender-note.h"
#include "ui/valija-format.h"
#include "ui/valija-label-strip.h"

#include <glib/gi18n-lib.h>

struct _ValijaMessageCard
{
  AdwBin             parent_instance;

  GtkWidget         *head;
  GtkWidget         *dot;
  AdwAvatar         *avatar;
  GtkLabel          *sender;
  GtkLabel          *snippet;
  GtkWidget         *star;
  GtkWidget         *clip;
  GtkLabel          *date;
  GtkWidget         *inside;
  GtkLabel          *recipients;
  GtkWidget         *details_button;
  ValijaMessageDetails *details;
  ValijaSenderNote  *sender_note;
  ValijaLabelStrip  *labels;
  GtkStack          *stack;
  GtkLabel          *failure;
  ValijaPlainView   *text;
  AdwBin            *page;
  GtkWidget         *formatted;
  GtkLabel          *formatted_label;
  AdwWrapBox        *attachments;
  ValijaFetchBar    *rest;

  ValijaEngine      *engine;
  ValijaMessage     *message;
  GBytes            *source;        /* nullable: of an outline there is none */
  ValijaMimeMessage *mime;
  gboolean           expanded;
  gboolean           loading;
  gboolean           failed;
  gboolean           prefer_text;   /* by choice, or as its page cannot be shown */
  guint              measure_source;
};

G_DEFINE_FINAL_TYPE (ValijaMessageCard, valija_message_card, ADW_TYPE_BIN)

enum
{
  ACTIVE,
  TOGGLED,
  LOADED,
  LINK_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- The line ---- */

static void
update_head (ValijaMessageCard *self)
{
  const char *sender = valija_message_get_sender (self->message);
  const char *preview = valija_message_get_preview (self->message);
  g_autofree char *date = valija_format_moment (valija_message_get_date (self->message), NULL);
  g_autofree char *summary = NULL;
  gboolean unread = valija_message_get_unread (self->message);

  if (sender == NULL || sender[0] == '\0')
    sender = _("Unknown sender");

  adw_avatar_set_text (self->avatar, sender);
  gtk_label_set_text (self->sender, sender);
  gtk_label_set_text (self->snippet, self->expanded || preview == NULL ? "" : preview);
  gtk_label_set_text (self->date, date);
  gtk_widget_set_visible (self->dot, unread);
  gtk_widget_set_visible (self->star, valija_message_get_flagged (self->message));
  gtk_widget_set_visible (self->clip, valija_message_get_has_attachments (self->message));
  valija_label_strip_set_labels (self->labels, valija_message_get_labels (self->message));

  if (unread || self->expanded)
    gtk_widget_add_css_class (GTK_WIDGET (self->sender), "heading");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->sender), "heading");

  /* Translators: of a message, for a screen reader: who wrote it, and when */
  summary = g_strdup_printf (unread ? _("Unread, from %s, %s") : _("From %s, %s"), sender, date);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->head), GTK_ACCESSIBLE_PROPERTY_LABEL, summary, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->head), GTK_ACCESSIBLE_STATE_EXPANDED, self->expanded, -1);
}

static void
head_clicked_cb (ValijaMessageCard *self)
{
  valija_message_card_set_expanded (self, !self->expanded);
  if (self->expanded)
    g_signal_emit (self, signals[ACTIVE], 0);
}

/* A line that is only passed by leaves the actions to the message that is open. */
static void
entered_cb (ValijaMessageCard *self)
{
  if (self->expanded)
    g_signal_emit (self, signals[ACTIVE], 0);
}

static void
pressed_cb (ValijaMessageCard *self)
{
  if (self->expanded)
    g_signal_emit (self, signals[ACTIVE], 0);
}

/* ---- What is inside ---- */

static void
link_activated_cb (ValijaMessageCard *self,
                   const char        *uri)
{
  g_signal_emit (self, signals[LINK_ACTIVATED], 0, uri, NULL);
}

static void
page_link_activated_cb (ValijaMessageCard *self,
                        const char        *uri,
                        const char        *label)
{
  g_signal_emit (self, signals[LINK_ACTIVATED], 0, uri, label);
}

static void
link_hovered_cb (ValijaMessageCard *self,
                 const char        *uri)
{
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->text), uri);
}

/* Its page, or its text. */
static void
update_shown (ValijaMessageCard *self)
{
  gboolean page = valija_message_card_get_page_shown (self);

  gtk_widget_set_visible (GTK_WIDGET (self->page), page);
  gtk_widget_set_visible (GTK_WIDGET (self->text), !page);
  gtk_widget_set_visible (self->formatted, !page && valija_message_card_has_html (self));
}

static void
drop_page (ValijaMessageCard *self)
{
  adw_bin_set_child (self->page, NULL);
  update_shown (self);
}

static void
page_failed_cb (ValijaMessageCard *self,
                const char        *why)
{
  self->prefer_text = TRUE;
  gtk_label_set_text (self->formatted_label, why);
  drop_page (self);
}

static void
formatted_clicked_cb (ValijaMessageCard *self)
{
  valija_message_card_show_page (self, TRUE);
  gtk_widget_child_focus (GTK_WIDGET (self->page), GTK_DIR_TAB_FORWARD);
}

static gboolean
measure_cb (gpointer data)
{
  ValijaMessageCard *self = data;

  self->measure_source = 0;
  gtk_widget_queue_resize (GTK_WIDGET (self->text));

  return G_SOURCE_REMOVE;
}

/* A text that was filled where it was not to be seen has been measured for another width, and the button in it not at
 * all; it keeps that height until somebody asks. */
static void
measure_later (ValijaMessageCard *self)
{
  if (self->measure_source == 0)
    self->measure_source = g_idle_add_full (G_PRIORITY_LOW, measure_cb, self, NULL);
}

static void
fill_text (ValijaMessageCard *self)
{
  /* What is forwarded is marked as what is quoted is. */
  valija_plain_view_set_text (self->text, valija_mime_message_get_text (self->mime),
                              !valija_composition_is_forward (self->mime));
  measure_later (self);
  update_shown (self);
}

/* Of the message itself; before it is loaded there are the names of the list alone. */
static void
fill_details (ValijaMessageCard *self)
{
  g_autofree char *recipients = valija_message_details_dup_recipients (self->mime);

  gtk_label_set_text (self->recipients, recipients);
  valija_message_details_show (self->details, self->mime, TRUE, NULL);
  gtk_widget_set_visible (self->details_button, TRUE);
  valija_sender_note_show (self->sender_note, self->mime);
}

static void
fill_attachments (ValijaMessageCard *self)
{
  GPtrArray *parts = valija_mime_message_get_attachments (self->mime);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->attachments))) != NULL)
    adw_wrap_box_remove (self->attachments, child);
  for (guint i = 0; i < parts->len; i++)
    adw_wrap_box_append (self->attachments, valija_attachment_button_new (g_ptr_array_index (parts, i)));
  gtk_widget_set_visible (GTK_WIDGET (self->attachments), parts->len > 0);
}

static void
fail (ValijaMessageCard *self,
      const GError      *error)
{
  gboolean cancelled = valija_error_is_cancelled (error);
  g_autofree char *title = NULL;
  g_autofree char *advice = NULL;
  g_autofree char *text = NULL;

  self->loading = FALSE;
  if (self->mime != NULL)
    {
      valija_fetch_bar_set_error (self->rest, error);
      g_signal_emit (self, signals[LOADED], 0);
      return;
    }

  title = cancelled ? g_strdup (_("The Message Was Not Fetched")) : valija_error_dup_title (error);
  advice = cancelled ? g_strdup ("") : valija_error_dup_advice (error);
  text = g_strstrip (g_strdup_printf ("%s\n%s", title, advice));
  gtk_label_set_text (self->failure, text);
  self->failed = TRUE;
  gtk_stack_set_visible_child_name (self->stack, "failed");
  g_signal_emit (self, signals[LOADED], 0);
}

/* What is shown already stays as it is, and where it is. @outline: nullable: nothing was shown. */
static void
fill (ValijaMessageCard *self,
      ValijaMimeMessage *outline)
{
  gboolean same = outline != NULL && valija_mime_message_reads_like (self->mime, outline);
  GtkWidget *page = adw_bin_get_child (self->page);

  if (!same)
    {
      drop_page (self);
      fill_text (self);
    }
  else if (page != NULL)
    valija_card_page_complete (VALIJA_CARD_PAGE (page), self->mime);

  fill_details (self);
  fill_attachments (self);
  gtk_stack_set_visible_child_name (self->stack, "text");
  g_signal_emit (self, signals[LOADED], 0);
}

static void
parsed_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaMessageCard *self = owner;
  g_autoptr(ValijaMimeMessage) outline = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    {
      fail (self, error);
      return;
    }

  self->loading = FALSE;
  outline = g_steal_pointer (&self->mime);
  self->mime = g_value_dup_object (value);
  fill (self, outline);
}

/* What can be read is shown, while the rest is on its way. */
static void
outlined_cb (DexFuture *future,
             gpointer   owner)
{
  ValijaMessageCard *self = owner;
  const GValue *value = dex_future_get_value (future, NULL);

  if (value == NULL || self->mime != NULL || self->source != NULL || !self->loading)
    return;

  self->mime = g_value_dup_object (value);
  fill (self, NULL);
}

static void
fetched_cb (DexFuture *future,
            gpointer   owner)
{
  ValijaMessageCard *self = owner;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  valija_fetch_bar_set_progress (self->rest, NULL);
  if (value == NULL)
    {
      fail (self, error);
      return;
    }

  self->source = g_value_dup_boxed (value);
  valija_future_then (valija_engine_parse_source (self->engine, self->source), self, parsed_cb);
}

static void
retry_cb (ValijaMessageCard *self)
{
  self->failed = FALSE;
  g_signal_emit (self, signals[TOGGLED], 0);
}

static void
valija_message_card_map (GtkWidget *widget)
{
  ValijaMessageCard *self = VALIJA_MESSAGE_CARD (widget);

  GTK_WIDGET_CLASS (valija_message_card_parent_class)->map (widget);
  measure_later (self);
}

/* ---- Object ---- */

static void
valija_message_card_dispose (GObject *object)
{
  ValijaMessageCard *self = VALIJA_MESSAGE_CARD (object);

  g_clear_handle_id (&self->measure_source, g_source_remove);
  g_clear_object (&self->engine);
  g_clear_object (&self->message);
  g_clear_object (&self->mime);
  g_clear_pointer (&self->source, g_bytes_unref);

  G_OBJECT_CLASS (valija_message_card_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, ValijaMessageCard, child)

static void
valija_message_card_class_init (ValijaMessageCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_message_card_dispose;
  widget_class->map = valija_message_card_map;

  signals[ACTIVE] = g_signal_new ("active", VALIJA_TYPE_MESSAGE_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[TOGGLED] = g_signal_new ("toggled", VALIJA_TYPE_MESSAGE_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[LOADED] = g_signal_new ("loaded", VALIJA_TYPE_MESSAGE_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[LINK_ACTIVATED] = g_signal_new ("link-activated", VALIJA_TYPE_MESSAGE_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);

  g_type_ensure (VALIJA_TYPE_FETCH_BAR);
  g_type_ensure (VALIJA_TYPE_LABEL_STRIP);
  g_type_ensure (VALIJA_TYPE_MESSAGE_DETAILS);
  g_type_ensure (VALIJA_TYPE_PLAIN_VIEW);
  g_type_ensure (VALIJA_TYPE_SENDER_NOTE);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-message-card.ui");
  BIND (head);
  BIND (dot);
  BIND (avatar);
  BIND (sender);
  BIND (snippet);
  BIND (star);
  BIND (clip);
  BIND (date);
  BIND (inside);
  BIND (recipients);
  BIND (details_button);
  BIND (details);
  BIND (sender_note);
  BIND (labels);
  BIND (stack);
  BIND (failure);
  BIND (text);
  BIND (page);
  BIND (formatted);
  BIND (formatted_label);
  BIND (attachments);
  BIND (rest);
  gtk_widget_class_bind_template_callback (widget_class, head_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, entered_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, link_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, link_hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, formatted_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, valija_message_card_load);
  gtk_widget_class_set_css_name (widget_class, "messagecard");
}

#undef BIND

static void
valija_message_card_init (ValijaMessageCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
}

/* ---- Public ---- */

GtkWidget *
valija_message_card_new (ValijaEngine  *engine,
                         ValijaMessage *message)
{
  ValijaMessageCard *self = g_object_new (VALIJA_TYPE_MESSAGE_CARD, NULL);

  self->engine = g_object_ref (engine);
  valija_message_card_set_message (self, message);

  return GTK_WIDGET (self);
}

ValijaMessage *
valija_message_card_get_message (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), NULL);

  return self->message;
}

void
valija_message_card_set_message (ValijaMessageCard *self,
                                 ValijaMessage     *message)
{
  const char *names;

  g_return_if_fail (VALIJA_IS_MESSAGE_CARD (self));
  g_return_if_fail (VALIJA_IS_MESSAGE (message));

  g_set_object (&self->message, message);
  names = valija_message_get_recipients (message);
  if (self->mime == NULL)
    {
      /* Translators: %s are the names of the recipients */
      g_autofree char *recipients = names != NULL && names[0] != '\0' ? g_strdup_printf (_("To %s"), names)
                                                                      : g_strdup (_("No recipients named"));

      gtk_label_set_text (self->recipients, recipients);
    }
  update_head (self);
}

gboolean
valija_message_card_get_expanded (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), FALSE);

  return self->expanded;
}

void
valija_message_card_set_expanded (ValijaMessageCard *self,
                                  gboolean           expanded)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_CARD (self));

  if (self->expanded == expanded)
    return;

  self->expanded = expanded;
  gtk_widget_set_visible (self->inside, expanded);
  update_head (self);
  if (!expanded)
    drop_page (self);
  g_signal_emit (self, signals[TOGGLED], 0);
}

gboolean
valija_message_card_wants_load (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), FALSE);

  return self->expanded && self->mime == NULL && !self->loading && !self->failed;
}

gboolean
valija_message_card_get_loading (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), FALSE);

  return self->loading;
}

void
valija_message_card_load (ValijaMessageCard *self)
{
  g_autoptr(ValijaProgress) progress = NULL;
  DexFuture *outline;
  DexFuture *source;

  g_return_if_fail (VALIJA_IS_MESSAGE_CARD (self));

  source = valija_fetch_source (self->engine, self->message, &progress, &outline);
  self->loading = TRUE;
  if (self->mime == NULL)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  valija_fetch_bar_set_progress (self->rest, progress);
  valija_future_then (outline, self, outlined_cb);
  valija_future_then (source, self, fetched_cb);
}

ValijaMimeMessage *
valija_message_card_get_mime (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), NULL);

  return self->mime;
}

GBytes *
valija_message_card_get_source (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), NULL);

  return self->source;
}

gboolean
valija_message_card_has_html (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), FALSE);

  return self->mime != NULL && valija_mime_message_get_html (self->mime) != NULL;
}

gboolean
valija_message_card_wants_page (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), FALSE);

  return self->expanded && !self->prefer_text && valija_message_card_has_html (self) &&
         !valija_message_card_get_page_shown (self);
}

gboolean
valija_message_card_get_page_shown (ValijaMessageCard *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE_CARD (self), FALSE);

  return adw_bin_get_child (self->page) != NULL;
}

void
valija_message_card_show_page (ValijaMessageCard *self,
                               gboolean           shown)
{
  GtkWidget *page;

  g_return_if_fail (VALIJA_IS_MESSAGE_CARD (self));

  self->prefer_text = !shown;
  if (!shown)
    {
      drop_page (self);
      return;
    }

  if (!valija_message_card_wants_page (self))
    return;

  page = valija_card_page_new (self->mime);
  g_signal_connect_object (page, "link-activated", G_CALLBACK (page_link_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "failed", G_CALLBACK (page_failed_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (self->page, page);
  update_shown (self);
}

void
valija_message_card_grab_focus (ValijaMessageCard *self)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_CARD (self));

  gtk_widget_grab_focus (self->head);
}
