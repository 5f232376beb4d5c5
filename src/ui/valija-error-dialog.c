/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-error-dialog.h"

#include "ui/setup/valija-certificate-dialog.h"
#include "ui/setup/valija-methods-dialog.h"

#include <glib/gi18n-lib.h>

struct _ValijaErrorDialog
{
  AdwDialog      parent_instance;

  GtkLabel      *title;
  GtkLabel      *detail;
  GtkLabel      *advice;
  GtkWidget     *password_button;
  GtkWidget     *facts;
  AdwActionRow  *account_row;
  AdwActionRow  *side_row;
  AdwActionRow  *step_row;
  AdwActionRow  *line_row;
  GtkWidget     *certificate_row;

  ValijaEngine  *engine;
  ValijaAccount *account;   /* nullable */
  GError        *error;
};

G_DEFINE_FINAL_TYPE (ValijaErrorDialog, valija_error_dialog, ADW_TYPE_DIALOG)

static void
set_text (GtkLabel   *label,
          const char *text)
{
  gtk_label_set_text (label, text);
  gtk_widget_set_visible (GTK_WIDGET (label), text[0] != '\0');
}

/* Whether there is anything to tell. */
static gboolean
set_row (AdwActionRow *row,
         const char   *text)
{
  gboolean told = text != NULL && text[0] != '\0';

  adw_action_row_set_subtitle (row, told ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (row), told);

  return told;
}

static const char *
describe_side (ValijaSide side)
{
  switch (side)
    {
    case VALIJA_SIDE_INCOMING:
      return _("The incoming server, which keeps your mail");
    case VALIJA_SIDE_OUTGOING:
      return _("The outgoing server, which sends your mail");
    case VALIJA_SIDE_BOTH:
      return _("The server, which keeps your mail and sends it");
    case VALIJA_SIDE_NONE:
    default:
      return NULL;
    }
}

static void
decided_cb (ValijaErrorDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
certificate_cb (ValijaErrorDialog *self)
{
  AdwDialog *dialog = valija_certificate_dialog_new (self->engine, valija_error_get_certificate (self->error));

  g_signal_connect_object (dialog, "decided", G_CALLBACK (decided_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
password_cb (ValijaErrorDialog *self)
{
  AdwDialog *dialog = valija_methods_dialog_new_for_password (self->engine, self->account, self->error);

  g_signal_connect_object (dialog, "closed", G_CALLBACK (adw_dialog_close), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
valija_error_dialog_dispose (GObject *object)
{
  ValijaErrorDialog *self = VALIJA_ERROR_DIALOG (object);

  g_clear_object (&self->account);
  g_clear_object (&self->engine);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (valija_error_dialog_parent_class)->dispose (object);
}

static void
valija_error_dialog_class_init (ValijaErrorDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_error_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-error-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, title);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, detail);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, advice);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, password_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, facts);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, account_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, side_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, step_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, line_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaErrorDialog, certificate_row);
  gtk_widget_class_bind_template_callback (widget_class, certificate_cb);
  gtk_widget_class_bind_template_callback (widget_class, password_cb);
}

static void
valija_error_dialog_init (ValijaErrorDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
valija_error_dialog_new (ValijaEngine  *engine,
                         ValijaAccount *account,
                         const GError  *error)
{
  ValijaErrorDialog *self = g_object_new (VALIJA_TYPE_ERROR_DIALOG, NULL);
  g_autofree char *title = valija_error_dup_title (error);
  /* The sentence alone: side, step and the server's line have rows of their own. */
  const char *sentence = error->domain == VALIJA_ERROR ? error->message : NULL;
  g_autofree char *detail = sentence != NULL ? g_strdup (sentence) : valija_error_dup_detail (error);
  g_autofree char *advice = valija_error_dup_advice (error);
  ValijaStep step = valija_error_get_step (error);
  gboolean told = FALSE;

  self->engine = g_object_ref (engine);
  g_set_object (&self->account, account);
  self->error = g_error_copy (error);
  set_text (self->title, title);
  set_text (self->detail, g_str_equal (detail, title) || valija_error_says_all_in_title (error) ? "" : detail);
  set_text (self->advice, advice);
  gtk_widget_set_visible (self->password_button, account != NULL && valija_error_wants_password (error));

  told |= set_row (self->account_row, account != NULL ? valija_account_get_name (account) : NULL);
  told |= set_row (self->side_row, describe_side (valija_error_get_side (error)));
  told |= set_row (self->step_row, step != VALIJA_STEP_NONE ? valija_step_get_label (step) : NULL);
  told |= set_row (self->line_row, valija_error_get_server_line (error));
  gtk_widget_set_visible (self->certificate_row, valija_error_get_certificate (error) != NULL);
  told |= valija_error_get_certificate (error) != NULL;
  gtk_widget_set_visible (self->facts, told);

  return ADW_DIALOG (self);
}
