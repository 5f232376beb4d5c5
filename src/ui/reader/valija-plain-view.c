/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-plain-view.h"

#include "mime/valija-quote.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_TEXT (1024 * 1024)  /* bytes; more would block the main loop for longer than a frame */
#define MAX_LINKS 1000
#define MAX_LINK 4096
#define N_QUOTES 3              /* shades of quotation */
#define BUTTON_MARGIN 6

struct _ValijaPlainView
{
  GtkTextView parent_instance;

  GtkTextTag *quotes[N_QUOTES];
  GtkTextTag *link;
  GtkTextTag *apart;      /* of the button */
  char       *hovered;
  char       *quotation;  /* nullable: what the button shows and hides */
};

G_DEFINE_FINAL_TYPE (ValijaPlainView, valija_plain_view, GTK_TYPE_TEXT_VIEW)

enum
{
  LINK_ACTIVATED,
  LINK_HOVERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- Links ---- */

static const char *
find_link (const char *text)
{
  const char *http = strstr (text, "http://");
  const char *https = strstr (text, "https://");

  if (http == NULL)
    return https;
  if (https == NULL)
    return http;
  return MIN (http, https);
}

/* Where the link that begins at @link ends; what closes a sentence or a bracket is not part of
 * it. */
static const char *
find_link_end (const char *link)
{
  const char *end = link;

  while (*end != '\0' && strchr (" \t\r\n<>\"", *end) == NULL && end - link < MAX_LINK)
    end = g_utf8_next_char (end);

  while (end > link && strchr (".,;:!?)]}'", end[-1]) != NULL)
    end--;

  return end;
}

/* The link at @iter. (transfer full) (nullable) */
static char *
dup_link_at (ValijaPlainView   *self,
             const GtkTextIter *iter)
{
  GtkTextIter start = *iter;
  GtkTextIter end = *iter;

  if (!gtk_text_iter_has_tag (iter, self->link))
    return NULL;

  if (!gtk_text_iter_starts_tag (&start, self->link))
    gtk_text_iter_backward_to_tag_toggle (&start, self->link);
  gtk_text_iter_forward_to_tag_toggle (&end, self->link);

  return gtk_text_iter_get_slice (&start, &end);
}

static char *
dup_link_under (ValijaPlainView *self,
                double           x,
                double           y)
{
  GtkTextIter iter;
  int buffer_x, buffer_y;

  gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (self), GTK_TEXT_WINDOW_WIDGET, x, y, &buffer_x, &buffer_y);

  if (!gtk_text_view_get_iter_at_location (GTK_TEXT_VIEW (self), &iter, buffer_x, buffer_y))
    return NULL;

  return dup_link_at (self, &iter);
}

static void
released_cb (GtkGestureClick *gesture,
             int              n_press,
             double           x,
             double           y,
             ValijaPlainView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autofree char *uri = NULL;

  /* Selecting text that holds a link is not following it. */
  if (gtk_text_buffer_get_has_selection (buffer))
    return;

  uri = dup_link_under (self, x, y);
  if (uri != NULL)
    g_signal_emit (self, signals[LINK_ACTIVATED], 0, uri);
}

static void
set_hovered (ValijaPlainView *self,
             const char      *uri)
{
  if (!g_set_str (&self->hovered, uri))
    return;

  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), uri != NULL ? "pointer" : "text");
  g_signal_emit (self, signals[LINK_HOVERED], 0, uri);
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           ValijaPlainView          *self)
{
  g_autofree char *uri = dup_link_under (self, x, y);

  set_hovered (self, uri);
}

static void
leave_cb (GtkEventControllerMotion *controller,
          ValijaPlainView          *self)
{
  set_hovered (self, NULL);
}

/* Return follows the link at the cursor. */
static gboolean
activate_cb (GtkWidget *widget,
             GVariant  *args,
             gpointer   data)
{
  ValijaPlainView *self = VALIJA_PLAIN_VIEW (widget);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter iter;
  g_autofree char *uri = NULL;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  uri = dup_link_at (self, &iter);
  if (uri == NULL)
    return FALSE;

  g_signal_emit (self, signals[LINK_ACTIVATED], 0, uri);

  return TRUE;
}

/* Arrows scroll, until somebody wants a cursor to select or follow links by keyboard. */
static gboolean
toggle_cursor_cb (GtkWidget *widget,
                  GVariant  *args,
                  gpointer   data)
{
  GtkTextView *view = GTK_TEXT_VIEW (widget);

  gtk_text_view_set_cursor_visible (view, !gtk_text_view_get_cursor_visible (view));

  return TRUE;
}

/* ---- Looks ---- */

static void
update_colors (ValijaPlainView *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  gboolean contrast = adw_style_manager_get_high_contrast (manager);
  GdkRGBA color;
  GdkRGBA accent;

  gtk_widget_get_color (GTK_WIDGET (self), &color);
  for (guint i = 0; i < N_QUOTES; i++)
    {
      GdkRGBA shade = color;

      shade.alpha *= contrast ? 0.9f : 0.72f - 0.06f * (float) i;
      g_object_set (self->quotes[i], "foreground-rgba", &shade, NULL);
    }

  adw_accent_color_to_standalone_rgba (adw_style_manager_get_accent_color (manager),
                                       adw_style_manager_get_dark (manager), &accent);
  g_object_set (self->link, "foreground-rgba", &accent, NULL);
}

static void
valija_plain_view_css_changed (GtkWidget         *widget,
                               GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (valija_plain_view_parent_class)->css_changed (widget, change);

  update_colors (VALIJA_PLAIN_VIEW (widget));
}

/* ---- Text ---- */

/* Moves @iter, at the beginning of a line, behind its quotation marks. */
static guint
count_quotes (GtkTextIter *iter)
{
  guint depth = 0;
  gunichar c;

  while ((c = gtk_text_iter_get_char (iter)) == '>' || (c == ' ' && depth > 0))
    {
      if (c == '>')
        depth++;
      gtk_text_iter_forward_char (iter);
    }

  return depth;
}

/* From the line on that begins at @offset. */
static void
tag_quotes (ValijaPlainView *self,
            int              offset)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  gboolean more = TRUE;
  GtkTextIter start;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, offset);
  while (more)
    {
      GtkTextIter end = start;
      guint depth = count_quotes (&end);

      more = gtk_text_iter_forward_line (&end);
      if (depth > 0)
        gtk_text_buffer_apply_tag (buffer, self->quotes[MIN (depth, N_QUOTES) - 1], &start, &end);
      start = end;
    }
}

/* In @text, which stands at @offset. */
static void
tag_links (ValijaPlainView *self,
           const char      *text,
           int              offset)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  const char *link = find_link (text);
  const char *counted = text;

  for (guint n = 0; link != NULL && n < MAX_LINKS; n++)
    {
      const char *link_end = find_link_end (link);
      GtkTextIter start, end;

      offset += g_utf8_pointer_to_offset (counted, link);
      gtk_text_buffer_get_iter_at_offset (buffer, &start, offset);
      offset += g_utf8_pointer_to_offset (link, link_end);
      gtk_text_buffer_get_iter_at_offset (buffer, &end, offset);
      gtk_text_buffer_apply_tag (buffer, self->link, &start, &end);
      counted = link_end;
      link = find_link (link_end);
    }
}

static void
append (ValijaPlainView *self,
        const char      *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter end;
  int offset;

  gtk_text_buffer_get_end_iter (buffer, &end);
  offset = gtk_text_iter_get_offset (&end);
  gtk_text_buffer_insert (buffer, &end, text, -1);
  tag_quotes (self, offset);
  tag_links (self, text, offset);
  update_colors (self);
}

/* What is longer than @max_length goes without its end. (transfer full) */
static char *
dup_beginning (const char *text,
               gsize       max_length)
{
  g_autofree char *beginning = NULL;

  if (strlen (text) <= max_length)
    return g_strdup (text);

  beginning = g_utf8_make_valid (text, max_length);

  return g_strconcat (beginning, "\n\n", _("The text goes on. View the source to see all of it."), NULL);
}

/* ---- The quotation ---- */

static void
quote_toggled_cb (ValijaPlainView *self,
                  GtkToggleButton *button)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start, end;

  if (gtk_toggle_button_get_active (button))
    {
      append (self, self->quotation);
      return;
    }

  gtk_text_buffer_get_end_iter (buffer, &end);
  start = end;
  gtk_text_iter_backward_chars (&start, g_utf8_strlen (self->quotation, -1));
  gtk_text_buffer_delete (buffer, &start, &end);
}

/* The quotation comes and goes behind the button, which is part of the text: all of it scrolls as one. */
static void
append_button (ValijaPlainView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkWidget *button = gtk_toggle_button_new ();
  GtkTextIter start, end;
  GtkTextChildAnchor *anchor;

  gtk_button_set_icon_name (GTK_BUTTON (button), "view-more-horizontal-symbolic");
  gtk_widget_set_tooltip_text (button, _("Show Quoted Text"));
  gtk_widget_set_cursor_from_name (button, "default");
  gtk_widget_add_css_class (button, "valija-quote-button");
  g_signal_connect_object (button, "toggled", G_CALLBACK (quote_toggled_cb), self, G_CONNECT_SWAPPED);

  gtk_text_buffer_get_end_iter (buffer, &end);
  anchor = gtk_text_buffer_create_child_anchor (buffer, &end);
  gtk_text_view_add_child_at_anchor (GTK_TEXT_VIEW (self), button, anchor);
  gtk_text_buffer_get_iter_at_child_anchor (buffer, &start, anchor);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_apply_tag (buffer, self->apart, &start, &end);
}

static void
valija_plain_view_finalize (GObject *object)
{
  ValijaPlainView *self = VALIJA_PLAIN_VIEW (object);

  g_free (self->hovered);
  g_free (self->quotation);

  G_OBJECT_CLASS (valija_plain_view_parent_class)->finalize (object);
}

static void
valija_plain_view_class_init (ValijaPlainViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = valija_plain_view_finalize;
  widget_class->css_changed = valija_plain_view_css_changed;

  signals[LINK_ACTIVATED] = g_signal_new ("link-activated", VALIJA_TYPE_PLAIN_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[LINK_HOVERED] = g_signal_new ("link-hovered", VALIJA_TYPE_PLAIN_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Return, 0, activate_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Enter, 0, activate_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F7, 0, toggle_cursor_cb, NULL);
}

static void
valija_plain_view_init (ValijaPlainView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_cursor_visible (GTK_TEXT_VIEW (self), FALSE);

  for (guint i = 0; i < N_QUOTES; i++)
    self->quotes[i] = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  self->link = gtk_text_buffer_create_tag (buffer, NULL, "underline", PANGO_UNDERLINE_SINGLE, NULL);
  self->apart = gtk_text_buffer_create_tag (buffer, NULL, "pixels-above-lines", BUTTON_MARGIN,
                                            "pixels-below-lines", BUTTON_MARGIN, NULL);

  g_signal_connect_object (click, "released", G_CALLBACK (released_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, 0);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}

void
valija_plain_view_set_text (ValijaPlainView *self,
                            const char      *text,
                            gboolean         folded)
{
  GtkTextBuffer *buffer;
  g_autofree char *all = NULL;
  g_autofree char *quoted = NULL;
  GtkTextIter start;
  gsize own;

  g_return_if_fail (VALIJA_IS_PLAIN_VIEW (self));
  g_return_if_fail (text != NULL);

  all = g_strchomp (dup_beginning (text, MAX_TEXT));
  own = folded ? valija_quote_find (all) : strlen (all);
  quoted = g_strdup (all + own);
  all[own] = '\0';

  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_clear_pointer (&self->quotation, g_free);
  gtk_text_buffer_set_text (buffer, "", 0);
  append (self, g_strchomp (all));
  if (quoted[0] != '\0')
    {
      self->quotation = g_strconcat ("\n", quoted, NULL);
      append (self, "\n");
      append_button (self);
    }

  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_place_cursor (buffer, &start);
}
