/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-composer-private.h"

#include "base/valija-future.h"
#include "ui/valija-application.h"
#include "ui/valija-error-dialog.h"

#include <glib/gi18n-lib.h>

/* Somebody has written on the same draft elsewhere. Both versions stay until the user has chosen. */

static void
edited_cb (ValijaComposer *self,
           gint64          draft,
           gint64          theirs)
{
  if (draft != self->draft || self->done)
    return;

  self->theirs = theirs;
  adw_banner_set_revealed (self->edited_banner, TRUE);
}

static void
settled_cb (DexFuture *future,
            gpointer   owner)
{
  ValijaComposer *self = owner;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && !valija_error_is_cancelled (error))
    adw_dialog_present (valija_error_dialog_new (self->engine, NULL, error), GTK_WIDGET (self));
}

static void
settle (ValijaComposer *self,
        gint64          theirs)
{
  valija_application_hold_for (valija_application_get_default (),
                               valija_engine_settle_draft (self->engine, self->draft, theirs), self, settled_cb);
}

/* Theirs takes the place of this window; ours goes, and nothing that the server has. */
static void
theirs_found_cb (DexFuture *future,
                 gpointer   owner)
{
  ValijaComposer *self = owner;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    {
      adw_banner_set_revealed (self->edited_banner, TRUE);
      adw_dialog_present (valija_error_dialog_new (self->engine, NULL, error), GTK_WIDGET (self));
      return;
    }

  settle (self, 0);
  self->done = TRUE;
  g_clear_handle_id (&self->save_source, g_source_remove);
  valija_application_edit_draft (valija_application_get_default (), g_value_get_object (value));
  valija_composer_drop (self);
}

static void
response_cb (GObject      *dialog,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(ValijaComposer) self = data;
  const char *response = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result);

  if (self->done || self->draft == 0 || g_str_equal (response, "later"))
    return;

  adw_banner_set_revealed (self->edited_banner, FALSE);
  if (g_str_equal (response, "theirs"))
    {
      valija_future_then (valija_engine_find_message (self->engine, self->theirs), self, theirs_found_cb);
      return;
    }

  settle (self, g_str_equal (response, "mine") ? self->theirs : 0);
  if (g_str_equal (response, "both"))
    valija_composition_renew (self->composition);
  valija_composer_save_again (self);
}

static void
choose_version_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("This Draft Was Edited Elsewhere"),
                                            _("The server has another version of it. Neither is lost until you "
                                              "choose."));

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "later", _("_Not Now"),
                                  "theirs", _("_Take Theirs"),
                                  "mine", _("_Keep Mine"),
                                  "both", _("Keep _Both"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "theirs", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "mine", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "both", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "both");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "later");
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), widget, NULL, response_cb,
                           g_object_ref (VALIJA_COMPOSER (widget)));
}

void
valija_composer_install_edited (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "composer.choose-version", NULL, choose_version_action);
}

void
valija_composer_bind_edited (ValijaComposer *self)
{
  g_signal_connect_object (self->engine, "draft-edited", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
}
