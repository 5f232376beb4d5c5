/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-reader-private.h"

#include <glib/gi18n-lib.h>

/* So many messages are fetched and parsed at a time. */
#define MAX_LOADING 3

/* So many show their HTML without being asked. They share a process, but each has a picture of all its page. */
#define MAX_PAGES 8

/* The conversation that was asked for, and of which row it was. */
typedef struct
{
  ValijaReader *reader;
  guint generation;
} Ticket;

static void
ticket_free (gpointer data)
{
  Ticket *ticket = data;

  g_object_unref (ticket->reader);
  g_free (ticket);
}

static ValijaMessageCard *
next_card (ValijaMessageCard *card)
{
  GtkWidget *widget = gtk_widget_get_next_sibling (GTK_WIDGET (card));

  return widget != NULL ? VALIJA_MESSAGE_CARD (widget) : NULL;
}

static ValijaMessageCard *
first_card (ValijaReader *self)
{
  GtkWidget *widget = gtk_widget_get_first_child (GTK_WIDGET (self->cards));

  return widget != NULL ? VALIJA_MESSAGE_CARD (widget) : NULL;
}

gboolean
valija_reader_has_conversation (ValijaReader *self)
{
  return first_card (self) != NULL;
}

void
valija_reader_drop_conversation (ValijaReader *self)
{
  ValijaMessageCard *card;

  g_clear_handle_id (&self->scroll_source, g_source_remove);
  self->active = NULL;
  self->alone = FALSE;
  self->told = FALSE;
  adw_banner_set_revealed (self->alone_banner, FALSE);
  while ((card = first_card (self)) != NULL)
    gtk_box_remove (self->cards, GTK_WIDGET (card));
}

/* ---- The one that the actions are about ---- */

static void
enable_actions (ValijaReader *self)
{
  static const char * const of_conversation[] = {
    "reader.next-message", "reader.previous-message", "reader.expand-all", "reader.collapse-all",
  };
  gboolean shown = valija_reader_has_conversation (self) && !self->alone;

  for (guint i = 0; i < G_N_ELEMENTS (of_conversation); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), of_conversation[i], shown);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "reader.open-alone", shown);
  valija_reader_enable_actions (self);
}

static void
take_active (ValijaReader *self)
{
  g_set_object (&self->message, valija_message_card_get_message (self->active));
  g_set_object (&self->mime, valija_message_card_get_mime (self->active));
  g_clear_pointer (&self->source, g_bytes_unref);
  if (valija_message_card_get_source (self->active) != NULL)
    self->source = g_bytes_ref (valija_message_card_get_source (self->active));

  valija_reader_update_banners (self);
  enable_actions (self);
}

static void
set_active (ValijaReader      *self,
            ValijaMessageCard *card)
{
  if (self->active != NULL && self->active != card)
    gtk_widget_remove_css_class (GTK_WIDGET (self->active), "active");

  self->active = card;
  gtk_widget_add_css_class (GTK_WIDGET (card), "active");
  take_active (self);
}

static void
active_cb (ValijaReader      *self,
           ValijaMessageCard *card)
{
  if (self->active != card && !self->alone)
    set_active (self, card);
}

/* ---- Loading ---- */

static void
load_some (ValijaReader *self)
{
  guint n_loading = 0;

  for (ValijaMessageCard *card = first_card (self); card != NULL; card = next_card (card))
    n_loading += valija_message_card_get_loading (card);

  for (ValijaMessageCard *card = first_card (self); card != NULL && n_loading < MAX_LOADING; card = next_card (card))
    {
      if (!valija_message_card_wants_load (card))
        continue;
      valija_message_card_load (card);
      n_loading++;
    }
}

/* From the active one on, which the user is looking at. */
static void
show_pages (ValijaReader *self)
{
  guint n_pages = 0;

  for (ValijaMessageCard *card = first_card (self); card != NULL; card = next_card (card))
    n_pages += valija_message_card_get_page_shown (card);

  for (guint turn = 0; turn < 2; turn++)
    for (ValijaMessageCard *card = turn == 0 ? self->active : first_card (self);
         card != NULL && n_pages < MAX_PAGES;
         card = next_card (card))
      {
        if (!valija_message_card_wants_page (card))
          continue;
        valija_message_card_show_page (card, TRUE);
        n_pages++;
      }
}

static gboolean
scroll_cb (gpointer data)
{
  ValijaReader *self = data;
  GtkWidget *viewport = gtk_scrolled_window_get_child (self->conversation);

  self->scroll_source = 0;
  if (self->active != NULL)
    gtk_viewport_scroll_to (GTK_VIEWPORT (viewport), GTK_WIDGET (self->active), NULL);

  return G_SOURCE_REMOVE;
}

/* When what was loaded has its place. */
static void
scroll_to_active (ValijaReader *self)
{
  if (self->scroll_source == 0)
    self->scroll_source = g_idle_add_full (G_PRIORITY_LOW, scroll_cb, self, NULL);
}

static void
loaded_cb (ValijaReader      *self,
           ValijaMessageCard *card)
{
  load_some (self);
  show_pages (self);
  if (card != self->active || self->alone)
    return;

  take_active (self);
  if (!self->told)
    {
      self->told = TRUE;
      scroll_to_active (self);
      valija_reader_tell_shown (self);
    }
}

static void
toggled_cb (ValijaReader *self)
{
  load_some (self);
  show_pages (self);
}

static void
link_activated_cb (ValijaReader *self,
                   const char   *uri,
                   const char   *label)
{
  valija_reader_open_link (self, uri, label);
}

/* ---- The cards ---- */

static ValijaMessageCard *
find_card (ValijaReader *self,
           gint64        id)
{
  for (ValijaMessageCard *card = first_card (self); card != NULL; card = next_card (card))
    {
      if (valija_message_get_id (valija_message_card_get_message (card)) == id)
        return card;
    }

  return NULL;
}

static ValijaMessageCard *
add_card (ValijaReader  *self,
          ValijaMessage *message,
          gboolean       expanded)
{
  GtkWidget *card = valija_message_card_new (self->engine, message);

  g_signal_connect_object (card, "active", G_CALLBACK (active_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (card, "toggled", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (card, "loaded", G_CALLBACK (loaded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (card, "link-activated", G_CALLBACK (link_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->cards, card);
  valija_message_card_set_expanded (VALIJA_MESSAGE_CARD (card), expanded);

  return VALIJA_MESSAGE_CARD (card);
}

static void
drop_missing (ValijaReader *self,
              GPtrArray    *messages)
{
  ValijaMessageCard *next;

  for (ValijaMessageCard *card = first_card (self); card != NULL; card = next)
    {
      gint64 id = valija_message_get_id (valija_message_card_get_message (card));
      gboolean there = FALSE;

      next = next_card (card);
      for (guint i = 0; i < messages->len && !there; i++)
        there = valija_message_get_id (g_ptr_array_index (messages, i)) == id;
      if (there)
        continue;

      if (self->active == card)
        self->active = NULL;
      gtk_box_remove (self->cards, GTK_WIDGET (card));
    }
}

/* Whether the row is there for @message: it was searched for, and this was found. */
static gboolean
was_found (ValijaReader  *self,
           ValijaMessage *message)
{
  GArray *members = valija_message_get_members (self->row);

  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      if (g_array_index (members, gint64, i) == valija_message_get_id (message))
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_search (ValijaReader *self)
{
  return valija_message_get_places (self->row) != NULL;
}

/* What was found; or what is unread, and the last. */
static gboolean
begins_expanded (ValijaReader  *self,
                 ValijaMessage *message,
                 gboolean       last)
{
  return is_search (self) ? was_found (self, message) : last || valija_message_get_unread (message);
}

/* What is there stays as the user has it; what is new comes in its place. */
static void
fill_cards (ValijaReader *self,
            GPtrArray    *messages)
{
  GtkWidget *before = NULL;

  drop_missing (self, messages);

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);
      ValijaMessageCard *card = find_card (self, valija_message_get_id (message));

      if (card != NULL)
        valija_message_card_set_message (card, message);
      else
        card = add_card (self, message, begins_expanded (self, message, i + 1 == messages->len));

      gtk_box_reorder_child_after (self->cards, GTK_WIDGET (card), before);
      before = GTK_WIDGET (card);
    }
}

static ValijaMessageCard *
choose_active (ValijaReader *self)
{
  ValijaMessageCard *last = NULL;

  for (ValijaMessageCard *card = first_card (self); card != NULL; card = next_card (card))
    {
      ValijaMessage *message = valija_message_card_get_message (card);

      if (is_search (self) ? was_found (self, message) : valija_message_get_unread (message))
        return card;
      last = card;
    }

  return last;
}

static void
show_cards (ValijaReader *self)
{
  const char *subject = valija_message_get_subject (self->row);

  gtk_label_set_text (self->conversation_subject, subject != NULL && subject[0] != '\0' ? subject : _("No subject"));
  gtk_stack_set_visible_child_name (self->stack, "conversation");
  if (self->active == NULL)
    set_active (self, choose_active (self));
  else
    take_active (self);
}

static DexFuture *
members_cb (DexFuture *future,
            gpointer   data)
{
  Ticket *ticket = data;
  ValijaReader *self = ticket->reader;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GPtrArray *messages = value != NULL ? g_value_get_boxed (value) : NULL;

  if (ticket->generation != self->generation || self->row == NULL || self->alone)
    return NULL;

  if (messages == NULL || messages->len == 0)
    {
      if (!valija_reader_has_conversation (self) && error != NULL)
        valija_reader_fail (self, error);
      return NULL;
    }

  fill_cards (self, messages);
  show_cards (self);
  load_some (self);

  return NULL;
}

void
valija_reader_load_conversation (ValijaReader *self)
{
  Ticket *ticket = g_new (Ticket, 1);

  self->asked = TRUE;
  ticket->reader = g_object_ref (self);
  ticket->generation = self->generation;

  /* Disowned: the ticket says whether anybody still waits. */
  dex_future_disown (dex_future_finally (valija_engine_load_conversation (self->engine, self->row), members_cb, ticket,
                                         ticket_free));
}

/* ---- Actions ---- */

static void
go_to (ValijaReader      *self,
       ValijaMessageCard *card)
{
  if (card == NULL)
    return;

  valija_message_card_set_expanded (card, TRUE);
  valija_message_card_grab_focus (card);
  set_active (self, card);
  scroll_to_active (self);
}

static void
next_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  if (self->active != NULL)
    go_to (self, next_card (self->active));
}

static void
previous_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);
  GtkWidget *before = self->active != NULL ? gtk_widget_get_prev_sibling (GTK_WIDGET (self->active)) : NULL;

  go_to (self, before != NULL ? VALIJA_MESSAGE_CARD (before) : NULL);
}

static void
set_all (ValijaReader *self,
         gboolean      expanded)
{
  for (ValijaMessageCard *card = first_card (self); card != NULL; card = next_card (card))
    valija_message_card_set_expanded (card, expanded);
}

static void
expand_all_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  set_all (VALIJA_READER (widget), TRUE);
}

static void
collapse_all_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  set_all (VALIJA_READER (widget), FALSE);
}

/* With all that is shown of a single message, as its recipients. */
static void
open_alone_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  if (self->active == NULL)
    return;

  self->alone = TRUE;
  adw_banner_set_revealed (self->alone_banner, TRUE);
  enable_actions (self);
  if (self->mime != NULL)
    valija_reader_show_mime (self);
  if (self->source == NULL)
    valija_reader_load (self);
}

static void
back_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  if (!self->alone)
    return;

  self->alone = FALSE;
  adw_banner_set_revealed (self->alone_banner, FALSE);
  valija_reader_leave_mime (self);
  show_cards (self);
  valija_reader_load_conversation (self);
  valija_message_card_grab_focus (self->active);
}

void
valija_reader_install_conversation (GtkWidgetClass *widget_class)
{
  g_type_ensure (VALIJA_TYPE_MESSAGE_CARD);
  gtk_widget_class_install_action (widget_class, "reader.next-message", NULL, next_action);
  gtk_widget_class_install_action (widget_class, "reader.previous-message", NULL, previous_action);
  gtk_widget_class_install_action (widget_class, "reader.expand-all", NULL, expand_all_action);
  gtk_widget_class_install_action (widget_class, "reader.collapse-all", NULL, collapse_all_action);
  gtk_widget_class_install_action (widget_class, "reader.open-alone", NULL, open_alone_action);
  gtk_widget_class_install_action (widget_class, "reader.back-to-conversation", NULL, back_action);
}
