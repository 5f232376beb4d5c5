/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-focus.h"

/* It is hidden for one frame; what is still hidden then does not come back by itself. */
#define MAX_FRAMES 5

typedef struct
{
  GWeakRef focus;
  guint n_frames;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_weak_ref_clear (&kept->focus);
  g_free (kept);
}

static void
grab (GtkWidget *focus)
{
  /* Selected, the whole would be replaced by the next letter */
  if (GTK_IS_TEXT (focus))
    gtk_text_grab_focus_without_selecting (GTK_TEXT (focus));
  else
    gtk_widget_grab_focus (focus);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       data)
{
  Kept *kept = data;
  g_autoptr(GtkWidget) focus = g_weak_ref_get (&kept->focus);

  if (focus == NULL || gtk_widget_get_root (focus) == NULL)
    return G_SOURCE_REMOVE;
  if (!gtk_widget_get_mapped (focus))
    return ++kept->n_frames < MAX_FRAMES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;

  grab (focus);

  return G_SOURCE_REMOVE;
}

static void
breakpoint_changed_cb (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  Kept *kept;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, widget))
    return;

  kept = g_new0 (Kept, 1);
  g_weak_ref_init (&kept->focus, focus);
  gtk_widget_add_tick_callback (widget, tick_cb, kept, kept_free);
}

void
valija_focus_keep (GtkWidget *widget)
{
  g_return_if_fail (ADW_IS_APPLICATION_WINDOW (widget) || ADW_IS_BREAKPOINT_BIN (widget));

  g_signal_connect (widget, "notify::current-breakpoint", G_CALLBACK (breakpoint_changed_cb), NULL);
}

/* ---- What scrolls after it ---- */

static void
focus_moved_cb (GtkViewport *viewport,
                GParamSpec  *pspec,
                GtkRoot     *root)
{
  GtkWidget *focus = gtk_root_get_focus (root);
  float height = (float) gtk_widget_get_height (GTK_WIDGET (viewport));
  graphene_rect_t bounds;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (viewport)) ||
      !gtk_widget_compute_bounds (focus, GTK_WIDGET (viewport), &bounds))
    return;

  if (bounds.size.height < height || bounds.origin.y >= height || bounds.origin.y + bounds.size.height <= 0)
    gtk_viewport_scroll_to (viewport, focus, NULL);
}

static void
root_changed_cb (GtkViewport *viewport)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (viewport));

  if (root != NULL)
    g_signal_connect_object (root, "notify::focus-widget", G_CALLBACK (focus_moved_cb), viewport, G_CONNECT_SWAPPED);
}

void
valija_focus_follow (GtkViewport *viewport)
{
  g_return_if_fail (GTK_IS_VIEWPORT (viewport));
  g_return_if_fail (gtk_widget_get_root (GTK_WIDGET (viewport)) == NULL);

  gtk_viewport_set_scroll_to_focus (viewport, FALSE);
  g_signal_connect (viewport, "notify::root", G_CALLBACK (root_changed_cb), NULL);
}
