/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-reader-private.h"

#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

#define NUMBERS_FROM_OCTETS (64 * 1024) /* what is smaller comes at once, or not at all */

static void
update (ValijaReader *self)
{
  gboolean known = valija_progress_get_total (self->progress) >= NUMBERS_FROM_OCTETS;
  g_autofree char *amount = known ? valija_format_progress (self->progress) : NULL;

  adw_status_page_set_description (self->fetching, amount);
  gtk_widget_set_visible (GTK_WIDGET (self->fetch_bar), known);
  if (known)
    gtk_progress_bar_set_fraction (self->fetch_bar, valija_progress_get_fraction (self->progress));
}

static void
cancel_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  valija_progress_cancel (self->progress);
}

/* Not a shortcut of the template: that keeps the key from others, as the way back to the list, also while its action
 * cannot be done. */
static gboolean
escape_cb (GtkWidget *widget,
           GVariant  *arguments,
           gpointer   data)
{
  ValijaReader *self = VALIJA_READER (widget);

  /* Who has something to read leaves the rest to come */
  if (self->progress != NULL && self->mime == NULL)
    valija_progress_cancel (self->progress);
  else if (self->alone)
    gtk_widget_activate_action (widget, "reader.back-to-conversation", NULL);
  else
    return FALSE;

  return TRUE;
}

/* Shows how far the message of now has come. */
void
valija_reader_begin_fetch (ValijaReader   *self,
                           ValijaProgress *progress)
{
  valija_reader_end_fetch (self);

  self->progress = g_object_ref (progress);
  g_signal_connect_object (self->progress, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "reader.cancel-fetch", TRUE);
}

/* Looks at it no more. What is still under way goes on, unless it was cancelled. */
void
valija_reader_end_fetch (ValijaReader *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "reader.cancel-fetch", FALSE);
  if (self->progress != NULL)
    g_signal_handlers_disconnect_by_func (self->progress, update, self);
  g_clear_object (&self->progress);
}

/* By the user's own wish: no error, and nothing to explain. */
void
valija_reader_show_cancelled (ValijaReader *self)
{
  adw_status_page_set_icon_name (self->failure, "process-stop-symbolic");
  adw_status_page_set_title (self->failure, _("The Message Was Not Fetched"));
  adw_status_page_set_description (self->failure, _("You cancelled it. The message is still on the server."));
  gtk_button_set_label (self->retry_button, _("_Fetch Again"));
  gtk_widget_set_visible (self->details_of_error_button, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "failed");
  /* The button that had it is gone. */
  gtk_widget_grab_focus (GTK_WIDGET (self->retry_button));
}

void
valija_reader_install_fetch (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "reader.cancel-fetch", NULL, cancel_action);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_cb, NULL);
}
