/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/replies/valija-replies-dialog.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "ui/replies/valija-time-row.h"

#define DAY (24 * 60 * 60)

struct _ValijaRepliesDialog
{
  AdwDialog            parent_instance;

  GtkWidget           *save;
  AdwBanner           *problem;
  GtkStack            *stack;
  AdwStatusPage       *failure;
  AdwComboRow         *state;
  ValijaTimeRow       *start;
  ValijaTimeRow       *end;
  GtkTextView         *inside;
  AdwPreferencesGroup *audience_group;
  AdwComboRow         *audience;
  GtkWidget           *outside_group;
  GtkTextView         *outside;

  ValijaEngine        *engine;
  ValijaAccount       *account;
  ValijaRepliesAudience widest;
  gboolean             quiet;      /* what the server has is being shown */
  gboolean             saving;
};

G_DEFINE_FINAL_TYPE (ValijaRepliesDialog, valija_replies_dialog, ADW_TYPE_DIALOG)

static char *
dup_text (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static ValijaAutoReplies *
create_replies (ValijaRepliesDialog *self)
{
  ValijaAutoReplies *replies = valija_auto_replies_new ();

  replies->state = (ValijaRepliesState) adw_combo_row_get_selected (self->state);
  replies->audience = (ValijaRepliesAudience) adw_combo_row_get_selected (self->audience);
  replies->widest = self->widest;
  replies->start = valija_time_row_get_time (self->start);
  replies->end = valija_time_row_get_time (self->end);
  g_free (replies->inside);
  replies->inside = dup_text (self->inside);
  g_free (replies->outside);
  replies->outside = dup_text (self->outside);

  return replies;
}

/* Says what does not go, before the server is asked. */
static void
changed_cb (ValijaRepliesDialog *self)
{
  g_autoptr(ValijaAutoReplies) replies = NULL;
  g_autoptr(GError) error = NULL;
  gboolean period;

  if (self->quiet)
    return;

  replies = create_replies (self);
  period = replies->state == VALIJA_REPLIES_PERIOD;
  gtk_widget_set_visible (GTK_WIDGET (self->start), period);
  gtk_widget_set_visible (GTK_WIDGET (self->end), period);
  gtk_widget_set_sensitive (self->outside_group, replies->audience != VALIJA_AUDIENCE_NOBODY);

  if (!valija_auto_replies_check (replies, g_get_real_time () / G_USEC_PER_SEC, &error))
    adw_banner_set_title (self->problem, error->message);
  adw_banner_set_revealed (self->problem, error != NULL);
  gtk_widget_set_sensitive (self->save, error == NULL && !self->saving);
}

/* What the organization does not allow is not offered. */
static void
show_limit (ValijaRepliesDialog     *self,
            const ValijaAutoReplies *replies)
{
  GtkStringList *choices = GTK_STRING_LIST (adw_combo_row_get_model (self->audience));
  guint n_choices = g_list_model_get_n_items (G_LIST_MODEL (choices));
  guint n_allowed = MIN ((guint) replies->widest + 1, n_choices);
  const char *limit = valija_auto_replies_get_limit (replies);
  gboolean has_choice = replies->widest != VALIJA_AUDIENCE_NOBODY;

  self->widest = replies->widest;
  gtk_string_list_splice (choices, n_allowed, n_choices - n_allowed, NULL);
  adw_preferences_group_set_description (self->audience_group, limit);
  gtk_widget_set_sensitive (GTK_WIDGET (self->audience), has_choice);
  gtk_widget_set_visible (self->outside_group, has_choice);
}

static void
show_replies (ValijaRepliesDialog     *self,
              const ValijaAutoReplies *replies)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gboolean period = replies->state == VALIJA_REPLIES_PERIOD;

  self->quiet = TRUE;
  adw_combo_row_set_selected (self->state, replies->state);
  show_limit (self, replies);
  adw_combo_row_set_selected (self->audience, replies->audience);
  /* A period of before is none to begin with */
  valija_time_row_set_time (self->start, period || replies->end > now ? replies->start : now);
  valija_time_row_set_time (self->end, period || replies->end > now ? replies->end : now + DAY);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->inside), replies->inside, -1);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->outside), replies->outside, -1);
  self->quiet = FALSE;

  gtk_stack_set_visible_child_name (self->stack, "settings");
  changed_cb (self);
}

static void
loaded_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaRepliesDialog *self = owner;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  g_autofree char *title = NULL;
  g_autofree char *markup = NULL;

  if (value != NULL)
    {
      show_replies (self, g_value_get_boxed (value));
      return;
    }

  title = valija_error_dup_title (error);
  adw_status_page_set_title (self->failure, title);
  markup = valija_error_says_all_in_title (error) ? NULL : g_markup_escape_text (error->message, -1);
  adw_status_page_set_description (self->failure, markup);
  gtk_stack_set_visible_child_name (self->stack, "failed");
}

static void
load_cb (ValijaRepliesDialog *self)
{
  gtk_stack_set_visible_child_name (self->stack, "loading");
  valija_future_then (valija_engine_load_auto_replies (self->engine, self->account), self, loaded_cb);
}

static void
saved_cb (DexFuture *future,
          gpointer   owner)
{
  ValijaRepliesDialog *self = owner;
  g_autoptr(GError) error = NULL;

  self->saving = FALSE;
  if (dex_future_get_value (future, &error) != NULL)
    {
      adw_dialog_force_close (ADW_DIALOG (self));
      return;
    }

  changed_cb (self);
  adw_banner_set_title (self->problem, error->message);
  adw_banner_set_revealed (self->problem, TRUE);
}

static void
save_cb (ValijaRepliesDialog *self)
{
  g_autoptr(ValijaAutoReplies) replies = create_replies (self);

  self->saving = TRUE;
  gtk_widget_set_sensitive (self->save, FALSE);
  valija_future_then (valija_engine_save_auto_replies (self->engine, self->account, replies), self, saved_cb);
}

static void
cancel_cb (ValijaRepliesDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
valija_replies_dialog_dispose (GObject *object)
{
  ValijaRepliesDialog *self = VALIJA_REPLIES_DIALOG (object);

  g_clear_object (&self->account);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_replies_dialog_parent_class)->dispose (object);
}

static void
valija_replies_dialog_class_init (ValijaRepliesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = valija_replies_dialog_dispose;

  g_type_ensure (VALIJA_TYPE_TIME_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-replies-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, save);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, failure);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, state);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, start);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, end);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, inside);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, audience);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, audience_group);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, outside_group);
  gtk_widget_class_bind_template_child (widget_class, ValijaRepliesDialog, outside);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, load_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
valija_replies_dialog_init (ValijaRepliesDialog *self)
{
  self->quiet = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_object (gtk_text_view_get_buffer (self->inside), "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_text_view_get_buffer (self->outside), "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
}

AdwDialog *
valija_replies_dialog_new (ValijaEngine  *engine,
                           ValijaAccount *account)
{
  ValijaRepliesDialog *self = g_object_new (VALIJA_TYPE_REPLIES_DIALOG, NULL);

  self->engine = g_object_ref (engine);
  self->account = g_object_ref (account);
  load_cb (self);

  return ADW_DIALOG (self);
}
