/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-certificate-dialog.h"

#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

#define LINE_CHARS (8 * 3)

struct _ValijaCertificateDialog
{
  AdwDialog          parent_instance;

  AdwBanner         *banner;
  GtkLabel          *title;
  GtkLabel          *reasons;
  AdwActionRow      *subject_row;
  AdwActionRow      *names_row;
  AdwActionRow      *issuer_row;
  AdwActionRow      *from_row;
  AdwActionRow      *until_row;
  AdwActionRow      *sha256_row;

  ValijaEngine      *engine;
  ValijaCertificate *certificate;
};

G_DEFINE_FINAL_TYPE (ValijaCertificateDialog, valija_certificate_dialog, ADW_TYPE_DIALOG)

enum
{
  DECIDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
set_row (AdwActionRow *row,
         const char   *text)
{
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL && *text != '\0');
}

static void
set_date_row (AdwActionRow *row,
              gint64        when)
{
  g_autofree char *text = valija_format_full (when);

  set_row (row, text);
}

/* In lines of eight octets, as fingerprints are compared. @sha256: two digits an octet, with a colon between them */
static void
show_fingerprint (ValijaCertificateDialog *self,
                  const char              *sha256)
{
  g_autoptr(GString) lines = g_string_new (sha256);

  for (gsize end = LINE_CHARS; end < lines->len; end += LINE_CHARS)
    lines->str[end - 1] = '\n';

  set_row (self->sha256_row, lines->str);
}

static void
decide (ValijaCertificateDialog *self,
        gboolean                 trust)
{
  g_autoptr(ValijaCertificateDialog) kept = g_object_ref (self);
  g_autoptr(GError) error = NULL;

  if (!valija_engine_decide_certificate (self->engine, self->certificate, trust, &error))
    {
      adw_banner_set_title (self->banner, error->message);
      adw_banner_set_revealed (self->banner, TRUE);
      return;
    }

  /* Closing gives the focus back to where it came from, and who hears of the decision may move it on. */
  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (kept, signals[DECIDED], 0, trust);
}

static void
decide_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  decide (VALIJA_CERTIFICATE_DIALOG (widget), g_str_equal (name, "certificate.trust"));
}

static void
valija_certificate_dialog_dispose (GObject *object)
{
  ValijaCertificateDialog *self = VALIJA_CERTIFICATE_DIALOG (object);

  g_clear_object (&self->engine);
  g_clear_pointer (&self->certificate, valija_certificate_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_CERTIFICATE_DIALOG);

  G_OBJECT_CLASS (valija_certificate_dialog_parent_class)->dispose (object);
}

static void
valija_certificate_dialog_class_init (ValijaCertificateDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_certificate_dialog_dispose;

  signals[DECIDED] = g_signal_new ("decided", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-certificate-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, title);
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, reasons);
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, subject_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, names_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, issuer_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, from_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, until_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaCertificateDialog, sha256_row);

  gtk_widget_class_install_action (widget_class, "certificate.trust", NULL, decide_action);
  gtk_widget_class_install_action (widget_class, "certificate.never", NULL, decide_action);
}

static void
valija_certificate_dialog_init (ValijaCertificateDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
valija_certificate_dialog_new (ValijaEngine      *engine,
                               ValijaCertificate *certificate)
{
  ValijaCertificateDialog *self = g_object_new (VALIJA_TYPE_CERTIFICATE_DIALOG, NULL);
  g_autofree char *title = NULL;
  g_autofree char *reasons = valija_certificate_dup_reasons (certificate);

  self->engine = g_object_ref (engine);
  self->certificate = valija_certificate_ref (certificate);

  /* Translators: the name of a mail server */
  title = g_strdup_printf (_("The Certificate of %s Is Not Trusted"), certificate->host);
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->reasons, reasons);
  set_row (self->subject_row, certificate->subject);
  set_row (self->names_row, certificate->names);
  set_row (self->issuer_row, certificate->issuer);
  set_date_row (self->from_row, certificate->not_before);
  set_date_row (self->until_row, certificate->not_after);
  show_fingerprint (self, certificate->sha256);

  return ADW_DIALOG (self);
}
