/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/outbox/valija-outbox-row.h"

#include "base/valija-future.h"
#include "ui/list/valija-message-place.h"
#include "ui/valija-application.h"
#include "ui/valija-format.h"
#include "ui/valija-window.h"

#include <glib/gi18n-lib.h>

/* What waits no longer than that waits only so that it can be taken back. */
#define SOON_SECONDS 30

struct _ValijaOutboxRow
{
  GtkListBoxRow      parent_instance;

  GtkImage           *icon;
  GtkLabel           *subject;
  GtkLabel           *recipients;
  ValijaMessagePlace *place;
  GtkLabel           *state;
  GtkLabel           *words;
  GtkWidget          *buttons;
  GtkButton          *retry;
  GtkWidget          *confirm;
  GtkWidget          *edit;

  ValijaEngine       *engine;
  ValijaOutboxItem   *item;
};

G_DEFINE_FINAL_TYPE (ValijaOutboxRow, valija_outbox_row, GTK_TYPE_LIST_BOX_ROW)

/* Words and a symbol for each state, never colour alone. */
static const struct
{
  const char *icon;
  const char *style;
  const char *text;
} states[] = {
  [VALIJA_OUTBOX_PENDING] = { "content-loading-symbolic", NULL, N_("Waiting to be sent") },
  [VALIJA_OUTBOX_SENDING] = { "document-send-symbolic", "accent", N_("Being sent…") },
  [VALIJA_OUTBOX_SENT] = { "object-select-symbolic", "success", N_("Sent") },
  [VALIJA_OUTBOX_ERROR] = { "dialog-error-symbolic", "error", N_("Not sent") },
  [VALIJA_OUTBOX_UNCERTAIN] = { "dialog-question-symbolic", "warning",
                                N_("May have been sent: the connection ended before the server answered") },
};

/* Nobody can send it, or take it back into the composer. */
static gboolean
is_held (ValijaOutboxItem *item)
{
  return valija_outbox_item_get_account (item) == NULL && valija_outbox_item_get_state (item) != VALIJA_OUTBOX_SENT;
}

/* What became of it, or what will. */
static char *
dup_state_text (ValijaOutboxItem *item)
{
  ValijaOutboxState state = valija_outbox_item_get_state (item);
  gint64 due = valija_outbox_item_get_due (item);
  g_autofree char *date = NULL;

  if (is_held (item))
    return g_strdup (_("Held: its account was removed"));

  if (state == VALIJA_OUTBOX_PENDING && due > g_get_real_time () / G_USEC_PER_SEC)
    {
      date = valija_format_moment (due, NULL);
      if (valija_outbox_item_is_retry (item))
        /* Translators: a message could not be sent yet; %s is a time, perhaps with its day */
        return g_strdup_printf (_("Not sent yet. Next try: %s"), date);

      /* Translators: %s is a time, perhaps with its day */
      return g_strdup_printf (_("To be sent %s"), date);
    }

  date = valija_format_date (valija_outbox_item_get_date (item), NULL);

  /* Translators: what became of a message, and when: "Sent, 14:05" */
  return g_strdup_printf (_("%s, %s"), _(states[state].text), date);
}

/* The button that was pressed may not be there any more. */
static void
keep_focus (ValijaOutboxRow *self,
            GtkWidget       *focus)
{
  if (focus == NULL || (gtk_widget_get_visible (focus) && gtk_widget_get_visible (self->buttons)))
    return;

  if (!gtk_widget_get_visible (self->buttons) || !gtk_widget_child_focus (self->buttons, GTK_DIR_TAB_FORWARD))
    gtk_widget_grab_focus (GTK_WIDGET (self));
}

/* Who sends it, where that does not go without saying; else NULL. */
static ValijaAccount *
get_account (ValijaOutboxRow *self)
{
  gboolean several = g_list_model_get_n_items (valija_engine_get_accounts (self->engine)) > 1;

  return several ? valija_outbox_item_get_account (self->item) : NULL;
}

static void
update (ValijaOutboxRow *self)
{
  ValijaOutboxState state = valija_outbox_item_get_state (self->item);
  const char *subject = valija_outbox_item_get_subject (self->item);
  const char *words = valija_outbox_item_get_words (self->item);
  gboolean scheduled = state == VALIJA_OUTBOX_PENDING && !valija_outbox_item_is_retry (self->item) &&
                       valija_outbox_item_get_due (self->item) > g_get_real_time () / G_USEC_PER_SEC + SOON_SECONDS;
  gboolean held = is_held (self->item);
  gboolean failed = !held && (state == VALIJA_OUTBOX_ERROR || state == VALIJA_OUTBOX_UNCERTAIN);
  gboolean waiting = !held && state == VALIJA_OUTBOX_PENDING;
  ValijaAccount *account = get_account (self);
  /* Translators: %s are the recipients of a message */
  g_autofree char *recipients = g_strdup_printf (_("To: %s"), valija_outbox_item_get_recipients (self->item));
  g_autofree char *text = dup_state_text (self->item);
  g_autofree char *description = NULL;
  g_autofree char *advised = NULL;
  const char *classes[] = { states[state].style, NULL };
  const char *label_classes[] = { "caption-heading", states[state].style, NULL };
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean inside = focus != NULL && gtk_widget_is_ancestor (focus, self->buttons);

  gtk_image_set_from_icon_name (self->icon, states[state].icon);
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), classes);
  gtk_widget_set_css_classes (GTK_WIDGET (self->state), label_classes);
  gtk_label_set_text (self->subject, subject != NULL && subject[0] != '\0' ? subject : _("No subject"));
  gtk_label_set_text (self->recipients, recipients);
  valija_message_place_show (self->place, NULL, FALSE, account, valija_engine_get_accounts (self->engine));
  gtk_label_set_text (self->state, text);
  if (held)
    words = advised = g_strjoin ("\n", _("It can be sent when the account is set up again."), words, NULL);
  else if (scheduled)
    words = _("If Valija is not open then, it is sent when Valija is next opened.");
  else if (state == VALIJA_OUTBOX_UNCERTAIN)
    words = advised = g_strjoin ("\n", _("Look among the sent mail first, also with your provider, or ask whom it was "
                                         "for. Sent a second time it may arrive twice."), words, NULL);
  gtk_label_set_text (self->words, words != NULL ? words : "");
  gtk_widget_set_visible (GTK_WIDGET (self->words), words != NULL && words[0] != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->retry), failed || waiting);
  gtk_button_set_label (self->retry, state == VALIJA_OUTBOX_UNCERTAIN ? _("_Send a Second Time")
                                     : state == VALIJA_OUTBOX_PENDING ? _("_Send Now")
                                                                      : _("_Send Again"));
  gtk_widget_set_visible (self->confirm, state == VALIJA_OUTBOX_UNCERTAIN);
  gtk_widget_set_visible (self->edit, failed || waiting);
  gtk_widget_set_visible (self->buttons, state != VALIJA_OUTBOX_SENDING);
  keep_focus (self, inside ? focus : NULL);

  if (account != NULL)
    /* Translators: what became of a message, and the name of the account that it belongs to */
    description = g_strdup_printf (_("%s, account %s"), text, valija_account_get_name (account));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (self->subject),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description != NULL ? description : text, -1);
}

static void
done_cb (DexFuture *future,
         gpointer   owner)
{
  GtkRoot *window = gtk_widget_get_root (GTK_WIDGET (owner));
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && VALIJA_IS_WINDOW (window))
    valija_window_show_error (VALIJA_WINDOW (window), error);
}

static void
retry_cb (ValijaOutboxRow *self)
{
  valija_future_then (valija_engine_retry_outbox_item (self->engine, self->item), self, done_cb);
}

static void
confirm_cb (ValijaOutboxRow *self)
{
  valija_future_then (valija_engine_confirm_outbox_item (self->engine, self->item), self, done_cb);
}

static void
edit_cb (ValijaOutboxRow *self)
{
  valija_application_edit_outbox_item (valija_application_get_default (), self->item);
}

static void
remove_response_cb (GObject      *dialog,
                    GAsyncResult *result,
                    gpointer      data)
{
  g_autoptr(ValijaOutboxRow) self = data;

  if (g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result), "remove"))
    valija_future_then (valija_engine_remove_outbox_item (self->engine, self->item), self, done_cb);
}

/* What was sent only leaves the list; anything else is the last copy. */
static void
remove_cb (ValijaOutboxRow *self)
{
  AdwDialog *dialog;

  if (valija_outbox_item_get_state (self->item) == VALIJA_OUTBOX_SENT)
    {
      valija_future_then (valija_engine_remove_outbox_item (self->engine, self->item), self, done_cb);
      return;
    }

  dialog = adw_alert_dialog_new (_("Remove the Message?"),
                                 _("It is not sent, and this is its only copy. This cannot be undone."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "remove", _("_Remove"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, remove_response_cb,
                           g_object_ref (self));
}

static void
valija_outbox_row_dispose (GObject *object)
{
  ValijaOutboxRow *self = VALIJA_OUTBOX_ROW (object);

  g_clear_object (&self->item);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_outbox_row_parent_class)->dispose (object);
}

static void
valija_outbox_row_class_init (ValijaOutboxRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_outbox_row_dispose;

  g_type_ensure (VALIJA_TYPE_MESSAGE_PLACE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-outbox-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, subject);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, recipients);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, place);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, state);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, words);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, buttons);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, retry);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, confirm);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxRow, edit);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, confirm_cb);
  gtk_widget_class_bind_template_callback (widget_class, edit_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
valija_outbox_row_init (ValijaOutboxRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_outbox_row_new (ValijaEngine     *engine,
                       ValijaOutboxItem *item)
{
  ValijaOutboxRow *self = g_object_new (VALIJA_TYPE_OUTBOX_ROW, NULL);

  self->engine = g_object_ref (engine);
  self->item = g_object_ref (item);
  g_signal_connect_object (item, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (valija_engine_get_accounts (engine), "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}
