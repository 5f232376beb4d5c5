/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/sidebar/valija-account-dialog.h"

#include "base/valija-future.h"
#include "ui/list/valija-progress-bar.h"
#include "ui/replies/valija-replies-dialog.h"
#include "ui/setup/valija-methods-dialog.h"
#include "ui/sidebar/valija-delete-check.h"
#include "ui/valija-body-days.h"
#include "ui/valija-error-dialog.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

struct _ValijaAccountDialog
{
  AdwDialog            parent_instance;

  AdwToastOverlay     *toasts;
  AdwNavigationView   *view;
  AdwNavigationPage   *page;
  AdwBanner           *banner;
  AdwActionRow        *state_row;
  GtkImage            *state_icon;
  GtkWidget           *state_spinner;
  GtkButton           *connect_button;
  AdwActionRow        *check_row;
  AdwActionRow        *paused_row;
  AdwActionRow        *notice_row;
  AdwActionRow        *alert_row;
  AdwPreferencesGroup *mail;
  AdwActionRow        *size_row;
  AdwActionRow        *quota_row;
  GtkLevelBar         *quota_bar;
  AdwSwitchRow        *pause_row;
  AdwComboRow         *bodies_row;
  GtkWidget           *download_row;
  GtkWidget           *downloading;
  ValijaProgressBar   *download_bar;
  AdwActionRow        *method_row;
  AdwActionRow        *replies_row;
  AdwPreferencesGroup *facts;
  GtkTextView         *transcript;

  ValijaEngine        *engine;
  ValijaAccount       *account;
  ValijaAccountStatus *status;
  GPtrArray           *fact_rows;     /* of GtkWidget, owned by the group */
  gboolean             quiet;         /* choices are shown, not made */
};

G_DEFINE_FINAL_TYPE (ValijaAccountDialog, valija_account_dialog, ADW_TYPE_DIALOG)

static const char *
describe_state (ValijaSessionState state)
{
  switch (state)
    {
    case VALIJA_SESSION_OPENING:
      return _("Connecting…");
    case VALIJA_SESSION_OPEN:
      return _("Connected");
    case VALIJA_SESSION_CLOSING:
      return _("Disconnecting…");
    case VALIJA_SESSION_CLOSED:
    default:
      return _("Not connected; connects when there is something to do");
    }
}

/* "Label: value" lines as rows. */
static void
update_facts (ValijaAccountDialog *self)
{
  const char * const *facts = valija_account_status_get_facts (self->status);
  ValijaTraffic *traffic = valija_engine_get_traffic (self->engine, self->account);
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; facts != NULL && facts[i] != NULL; i++)
    g_ptr_array_add (lines, g_strdup (facts[i]));

  if (traffic != NULL && traffic->connections > 0)
    {
      g_autofree char *in = g_format_size (traffic->bytes_in);
      g_autofree char *out = g_format_size (traffic->bytes_out);

      /* Translators: a "Label: value" line; the %s are sizes such as "3.2 MB" */
      g_ptr_array_add (lines, g_strdup_printf (_("Traffic: %s received, %s sent"), in, out));
    }

  for (guint i = 0; i < self->fact_rows->len; i++)
    adw_preferences_group_remove (self->facts, g_ptr_array_index (self->fact_rows, i));
  g_ptr_array_set_size (self->fact_rows, 0);

  for (guint i = 0; i < lines->len; i++)
    {
      g_auto(GStrv) parts = g_strsplit (g_ptr_array_index (lines, i), ": ", 2);
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), parts[0]);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), parts[1] != NULL ? parts[1] : "");
      adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
      gtk_widget_add_css_class (row, "property");
      adw_preferences_group_add (self->facts, row);
      g_ptr_array_add (self->fact_rows, row);
    }

  gtk_widget_set_visible (GTK_WIDGET (self->facts), lines->len > 0);
}

static void
show_quota (ValijaAccountDialog *self,
            const ValijaQuota   *quota)
{
  g_autofree char *text = valija_quota_dup_text (quota);

  gtk_level_bar_set_value (self->quota_bar, valija_quota_get_fraction (quota));
  if (valija_quota_is_tight (quota))
    gtk_widget_add_css_class (GTK_WIDGET (self->quota_row), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->quota_row), "warning");
  adw_action_row_set_subtitle (self->quota_row, text);
  gtk_widget_set_visible (GTK_WIDGET (self->quota_row), TRUE);
}

static void
measured_cb (DexFuture *future,
             gpointer   owner)
{
  ValijaAccountDialog *self = owner;
  const GValue *value = dex_future_get_value (future, NULL);
  const ValijaMailSize *size = value != NULL ? g_value_get_boxed (value) : NULL;
  g_autofree char *here = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *messages = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->size_row), size != NULL);
  if (size == NULL)
    return;

  here = g_format_size ((guint64) size->bytes_here);
  whole = valija_format_count ((guint64) size->whole);
  messages = valija_format_count ((guint64) size->messages);
  /* Translators: a size, and of how many messages everything is here */
  text = g_strdup_printf (_("%s, whole messages: %s of %s"), here, whole, messages);
  adw_action_row_set_subtitle (self->size_row, text);
  if (valija_account_status_get_quota (self->status) == NULL && size->quota.limit > 0)
    show_quota (self, &size->quota);
}

static void
measure (ValijaAccountDialog *self)
{
  valija_future_then (valija_engine_measure (self->engine, self->account, NULL), self, measured_cb);
}

static void
update_method (ValijaAccountDialog *self)
{
  const ValijaMethod *method = valija_engine_find_method (self->engine, valija_account_get_method (self->account));
  g_autofree char *subtitle = method != NULL ? valija_method_describe (method, self->account) : NULL;

  adw_action_row_set_subtitle (self->method_row, subtitle != NULL ? subtitle : "");
}

static void
update (ValijaAccountDialog *self)
{
  ValijaSessionState state = valija_account_status_get_state (self->status);
  const GError *error = valija_account_status_get_error (self->status);
  const char *alert = valija_account_status_get_alert (self->status);
  const char *notice = valija_account_status_get_notice (self->status);
  const char *paused = valija_account_status_get_paused (self->status);
  const ValijaQuota *quota = valija_account_status_get_quota (self->status);
  const char *away = valija_account_status_get_away (self->status);
  gint64 checked = valija_account_status_get_last_checked (self->status);
  g_autofree char *when = checked != 0 ? valija_format_full (checked) : g_strdup (_("Never"));
  gboolean changing = state == VALIJA_SESSION_OPENING || state == VALIJA_SESSION_CLOSING;

  adw_action_row_set_subtitle (self->state_row, describe_state (state));
  gtk_image_set_from_icon_name (self->state_icon, state == VALIJA_SESSION_OPEN ? "network-transmit-receive-symbolic"
                                                                                : "network-idle-symbolic");
  gtk_widget_set_visible (self->state_spinner, changing);
  gtk_widget_set_sensitive (GTK_WIDGET (self->connect_button), !changing);
  gtk_button_set_label (self->connect_button, state == VALIJA_SESSION_OPEN ? _("_Disconnect") : _("_Connect"));
  adw_action_row_set_subtitle (self->check_row, when);
  adw_action_row_set_subtitle (self->paused_row, paused != NULL ? paused : "");
  gtk_widget_set_visible (GTK_WIDGET (self->paused_row), paused != NULL);
  adw_action_row_set_subtitle (self->notice_row, notice != NULL ? notice : "");
  gtk_widget_set_visible (GTK_WIDGET (self->notice_row), notice != NULL);
  adw_action_row_set_subtitle (self->alert_row, alert != NULL ? alert : "");
  gtk_widget_set_visible (GTK_WIDGET (self->alert_row), alert != NULL);
  if (quota != NULL)
    show_quota (self, quota);

  adw_action_row_set_subtitle (self->replies_row, away != NULL ? away
                                                               : _("What the server answers while you are away"));

  self->quiet = TRUE;
  adw_switch_row_set_active (self->pause_row, valija_account_get_paused (self->account));
  adw_combo_row_set_selected (self->bodies_row,
                              valija_body_days_find (valija_account_get_body_days (self->account)));
  self->quiet = FALSE;

  if (error != NULL)
    {
      g_autofree char *title = valija_error_dup_title (error);

      adw_banner_set_title (self->banner, title);
    }
  adw_banner_set_revealed (self->banner, error != NULL);

  update_method (self);
  update_facts (self);
}

static void
show_error (ValijaAccountDialog *self,
            const GError        *error)
{
  if (!valija_error_is_cancelled (error))
    adw_dialog_present (valija_error_dialog_new (self->engine, self->account, error), GTK_WIDGET (self));
}

static void
error_details_cb (ValijaAccountDialog *self)
{
  const GError *error = valija_account_status_get_error (self->status);

  if (error != NULL)
    show_error (self, error);
}

static void
connected_cb (DexFuture *future,
              gpointer   owner)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    show_error (owner, error);
}

static void
connect_cb (ValijaAccountDialog *self)
{
  DexFuture *future;

  if (valija_account_status_get_state (self->status) == VALIJA_SESSION_OPEN)
    future = valija_engine_disconnect_account (self->engine, self->account);
  else
    future = valija_engine_connect_account (self->engine, self->account);

  valija_future_then (future, self, connected_cb);
}

static void
method_cb (ValijaAccountDialog *self)
{
  adw_dialog_present (valija_methods_dialog_new_for_method (self->engine, valija_account_get_method (self->account),
                                                            self->account),
                      GTK_WIDGET (self));
}

static void
edit_cb (ValijaAccountDialog *self)
{
  adw_dialog_present (valija_methods_dialog_new_for_account (self->engine, self->account), GTK_WIDGET (self));
}

static void
replies_cb (ValijaAccountDialog *self)
{
  adw_dialog_present (valija_replies_dialog_new (self->engine, self->account), GTK_WIDGET (self));
}

static void
transcript_cb (ValijaAccountDialog *self)
{
  g_autofree char *text = valija_engine_dup_transcript (self->engine, self->account);
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->transcript),
                            valid != NULL && valid[0] != '\0' ? valid : _("Nothing was said yet."), -1);
  adw_navigation_view_push_by_tag (self->view, "transcript");
}

static void
copy_cb (ValijaAccountDialog *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->transcript);
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (_("Copied")));
}

/* ---- Mail on this computer ---- */

static void
changed_cb (DexFuture *future,
            gpointer   owner)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    show_error (owner, error);
  update (owner);
}

static void
pause_changed_cb (ValijaAccountDialog *self)
{
  if (!self->quiet && self->engine != NULL)
    valija_future_then (valija_engine_set_paused (self->engine, self->account,
                                                  adw_switch_row_get_active (self->pause_row)), self, changed_cb);
}

static void
bodies_selected_cb (ValijaAccountDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->bodies_row);

  if (!self->quiet && self->engine != NULL && selected != GTK_INVALID_LIST_POSITION)
    valija_future_then (valija_engine_set_body_days (self->engine, self->account, valija_body_days_get (selected)),
                        self, changed_cb);
}

static void
downloaded_cb (DexFuture *future,
               gpointer   owner)
{
  ValijaAccountDialog *self = owner;
  g_autoptr(GError) error = NULL;

  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  gboolean had_focus = focus != NULL && gtk_widget_is_ancestor (focus, self->downloading);

  valija_progress_bar_set_progress (self->download_bar, NULL);
  gtk_widget_set_visible (self->downloading, FALSE);
  gtk_widget_set_sensitive (self->download_row, TRUE);
  if (had_focus)
    gtk_widget_grab_focus (self->download_row);
  measure (self);
  if (dex_future_get_value (future, &error) == NULL)
    show_error (self, error);
  else
    adw_toast_overlay_add_toast (self->toasts, adw_toast_new (_("All mail of this account is on this computer")));
}

/* It goes on when the dialog closes; the foot of the sidebar shows it then, and stops it. */
static void
download_cb (ValijaAccountDialog *self)
{
  g_autoptr(ValijaProgress) progress = valija_progress_new (_("Looking for new mail"));

  gtk_widget_set_visible (self->downloading, TRUE);
  valija_progress_bar_set_progress (self->download_bar, progress);
  /* What had the focus cannot keep it: on to what stops this */
  gtk_widget_child_focus (self->downloading, GTK_DIR_TAB_FORWARD);
  gtk_widget_set_sensitive (self->download_row, FALSE);
  valija_future_then (valija_engine_sync_account (self->engine, self->account, VALIJA_SYNC_EVERYTHING, progress), self,
                      downloaded_cb);
}

/* ---- Removing ---- */

static void
removed_cb (DexFuture *future,
            gpointer   owner)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    show_error (owner, error);
  else
    adw_dialog_force_close (ADW_DIALOG (owner));
}

static void
remove_response_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      data)
{
  g_autoptr(ValijaAccountDialog) self = data;
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (object);
  GtkWidget *check = adw_alert_dialog_get_extra_child (dialog);
  gboolean local_mail;

  if (!g_str_equal (adw_alert_dialog_choose_finish (dialog, result), "remove"))
    return;

  local_mail = check != NULL && gtk_check_button_get_active (GTK_CHECK_BUTTON (check));
  valija_future_then (valija_engine_remove_account (self->engine, self->account, local_mail), self, removed_cb);
}

/* A thought a paragraph. */
static char *
dup_consequences (ValijaAccount *account,
                  guint          n_local,
                  guint          n_unsent)
{
  const char *server = _("Mail on the server stays there. The passwords are removed from this computer.");
  const char *here = n_unsent == 0 ? _("What is only on this computer is kept out of sight, with the settings.")
                                   : _("What is only on this computer is kept out of sight, with the settings. What "
                                       "waits in the outbox is held.");
  const char *back = valija_account_get_email (account)[0] != '\0'
                       ? _("All of this comes back when an account with this method and address is added again.")
                       : _("All of this comes back when an account with this method, server and user name is added "
                           "again.");

  if (n_local + n_unsent == 0)
    return g_strdup (_("Its settings and passwords are removed from this computer. Mail on the server stays there."));

  return g_strjoin ("\n\n", server, here, back, NULL);
}

static void
remove_cb (ValijaAccountDialog *self)
{
  AdwDialog *dialog = adw_alert_dialog_new (NULL, NULL);
  guint n_local = valija_folders_count_local (valija_engine_get_folders (self->engine, self->account));
  guint n_unsent = valija_outbox_items_count_unsent (valija_engine_get_outbox (self->engine), self->account);
  g_autofree char *body = dup_consequences (self->account, n_local, n_unsent);

  adw_alert_dialog_format_heading (ADW_ALERT_DIALOG (dialog), _("Remove “%s”?"),
                                   valija_account_get_name (self->account));
  adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog), body);
  if (n_local + n_unsent > 0)
    adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), valija_delete_check_new (n_local, n_unsent));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "remove", _("_Remove"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, remove_response_cb, g_object_ref (self));
}

/* ---- Object ---- */

static void
valija_account_dialog_dispose (GObject *object)
{
  ValijaAccountDialog *self = VALIJA_ACCOUNT_DIALOG (object);

  g_clear_pointer (&self->fact_rows, g_ptr_array_unref);
  g_clear_object (&self->status);
  g_clear_object (&self->account);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_account_dialog_parent_class)->dispose (object);
}

static void
valija_account_dialog_class_init (ValijaAccountDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_account_dialog_dispose;

  g_type_ensure (VALIJA_TYPE_PROGRESS_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-account-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, view);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, page);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, state_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, state_icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, state_spinner);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, connect_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, check_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, paused_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, notice_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, alert_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, mail);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, size_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, quota_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, quota_bar);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, pause_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, bodies_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, download_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, downloading);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, download_bar);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, method_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, replies_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, facts);
  gtk_widget_class_bind_template_child (widget_class, ValijaAccountDialog, transcript);
  gtk_widget_class_bind_template_callback (widget_class, error_details_cb);
  gtk_widget_class_bind_template_callback (widget_class, connect_cb);
  gtk_widget_class_bind_template_callback (widget_class, method_cb);
  gtk_widget_class_bind_template_callback (widget_class, edit_cb);
  gtk_widget_class_bind_template_callback (widget_class, replies_cb);
  gtk_widget_class_bind_template_callback (widget_class, transcript_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
  gtk_widget_class_bind_template_callback (widget_class, pause_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, bodies_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, download_cb);
}

static void
valija_account_dialog_init (ValijaAccountDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* Here much is no success. The names are those of the theme's colors. */
  gtk_level_bar_remove_offset_value (self->quota_bar, GTK_LEVEL_BAR_OFFSET_FULL);
  gtk_level_bar_add_offset_value (self->quota_bar, GTK_LEVEL_BAR_OFFSET_HIGH, VALIJA_QUOTA_TIGHT);
  gtk_level_bar_add_offset_value (self->quota_bar, GTK_LEVEL_BAR_OFFSET_LOW, 1);
  self->fact_rows = g_ptr_array_new ();
}

/* What is kept only here is fetched whole: there is nothing to choose. */
static void
show_mail (ValijaAccountDialog *self,
           const ValijaMethod  *method)
{
  g_autoptr(GListModel) labels = valija_body_days_new_model ();
  g_autofree char *cannot_read = valija_engine_why_not (self->engine, self->account, NULL, VALIJA_ACTION_READ);
  gboolean chooses = method != NULL && (method->capabilities & VALIJA_CAPABILITY_ORGANIZE) != 0;

  self->quiet = TRUE;
  adw_combo_row_set_model (self->bodies_row, labels);
  self->quiet = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self->bodies_row), chooses);
  gtk_widget_set_visible (self->download_row, chooses);
  gtk_widget_set_visible (GTK_WIDGET (self->mail), cannot_read == NULL);
}

AdwDialog *
valija_account_dialog_new (ValijaEngine  *engine,
                           ValijaAccount *account)
{
  ValijaAccountDialog *self = g_object_new (VALIJA_TYPE_ACCOUNT_DIALOG, NULL);
  const ValijaMethod *method = valija_engine_find_method (engine, valija_account_get_method (account));

  self->engine = g_object_ref (engine);
  self->account = g_object_ref (account);
  self->status = g_object_ref (valija_engine_get_status (engine, account));

  adw_navigation_page_set_title (self->page, valija_account_get_name (account));
  show_mail (self, method);
  gtk_widget_set_visible (GTK_WIDGET (self->replies_row), valija_engine_has_auto_replies (engine, account));
  g_signal_connect_object (self->status, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (valija_account_get_outgoing (account), "notify::host", G_CALLBACK (update_method), self,
                           G_CONNECT_SWAPPED);
  update (self);
  measure (self);

  return ADW_DIALOG (self);
}
