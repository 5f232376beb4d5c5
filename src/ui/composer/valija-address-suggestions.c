/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-address-field-private.h"

#include "base/valija-future.h"
#include "ui/search/valija-suggestion-row.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Whom somebody may mean who types an address: people of the mail that is here at once, and behind them those of the
 * organization's directory, which is asked when the typing pauses. */

#define MIN_LETTERS 2
#define MAX_PEOPLE 6
#define MAX_LISTED 10
#define PAUSE_MS 300
#define MIN_WIDTH 320
#define MAX_WIDTH 480

/* What is being typed at the end of the line, "" for nothing. (transfer full) */
static char *
dup_whom (ValijaAddressField *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *whom = NULL;

  /* Before other addresses nothing is put */
  if (gtk_editable_get_position (GTK_EDITABLE (self->entry)) < g_utf8_strlen (text, -1))
    return g_strdup ("");

  whom = g_strstrip (g_strdup (valija_address_field_find_last (text)));

  return g_utf8_strlen (whom, -1) >= MIN_LETTERS ? g_steal_pointer (&whom) : g_strdup ("");
}

static void
stop_asking (ValijaAddressField *self)
{
  g_clear_handle_id (&self->ask_source, g_source_remove);
  if (self->asking != NULL)
    dex_cancellable_cancel (self->asking);
  dex_clear (&self->asking);
}

void
valija_address_field_close (ValijaAddressField *self)
{
  stop_asking (self);
  g_clear_pointer (&self->whom, g_free);
  if (self->suggestions != NULL)
    gtk_popover_popdown (self->suggestions);
}

/* ---- Showing ---- */

/* Not those that stand there already. */
static void
add_people (ValijaAddressField *self,
            GPtrArray          *people,
            GHashTable         *seen)
{
  for (guint i = 0; people != NULL && i < people->len; i++)
    {
      const ValijaAddress *person = g_ptr_array_index (people, i);
      g_autofree char *folded = g_utf8_strdown (person->address, -1);

      if (g_hash_table_add (seen, g_steal_pointer (&folded)))
        gtk_list_box_append (self->list, valija_suggestion_row_new_person (person));
    }
}

static void
show (ValijaAddressField *self)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  GtkListBoxRow *first;

  gtk_list_box_remove_all (self->list);
  add_people (self, self->known, seen);
  add_people (self, self->listed, seen);

  first = gtk_list_box_get_row_at_index (self->list, 0);
  gtk_list_box_select_row (self->list, first);
  if (first == NULL)
    {
      gtk_popover_popdown (self->suggestions);
      return;
    }

  gtk_widget_set_size_request (GTK_WIDGET (self->suggestions), CLAMP (width, MIN_WIDTH, MAX_WIDTH), -1);
  if (width == 0)
    return;

  /* What it stands below may have grown */
  if (gtk_widget_get_visible (GTK_WIDGET (self->suggestions)))
    gtk_popover_present (self->suggestions);
  else
    gtk_popover_popup (self->suggestions);
}

/* ---- Asking ---- */

static void
take_people (DexFuture  *future,
             GPtrArray **people)
{
  const GValue *value = dex_future_get_value (future, NULL);

  g_clear_pointer (people, g_ptr_array_unref);
  if (value != NULL && G_VALUE_HOLDS (value, G_TYPE_PTR_ARRAY))
    *people = g_value_dup_boxed (value);
}

/* A question of which the answer comes when somebody else is meant is not listened to. */
typedef struct
{
  GWeakRef field;
  char *whom;
  ValijaAccount *account;    /* nullable: whose directory was asked */
  gboolean listed;
} Question;

static void
question_free (Question *question)
{
  g_weak_ref_clear (&question->field);
  g_free (question->whom);
  g_clear_object (&question->account);
  g_free (question);
}

static DexFuture *
answered_cb (DexFuture *future,
             gpointer   data)
{
  Question *question = data;
  g_autoptr(ValijaAddressField) self = g_weak_ref_get (&question->field);

  if (self != NULL && self->suggestions != NULL && g_strcmp0 (question->whom, self->whom) == 0 &&
      (!question->listed || question->account == self->account))
    {
      take_people (future, question->listed ? &self->listed : &self->known);
      show (self);
    }

  return NULL;
}

static void
ask (ValijaAddressField *self,
     DexFuture          *future,
     gboolean            listed)
{
  Question *question = g_new0 (Question, 1);

  g_weak_ref_init (&question->field, self);
  question->whom = g_strdup (self->whom);
  g_set_object (&question->account, self->account);
  question->listed = listed;
  /* Disowned because the field may go first */
  dex_future_disown (dex_future_finally (future, answered_cb, question, (GDestroyNotify) question_free));
}

/* An account without a connection is not made to connect by somebody who types. */
static gboolean
is_connected (ValijaAddressField *self)
{
  ValijaAccountStatus *status = self->account != NULL ? valija_engine_get_status (self->engine, self->account) : NULL;

  return status != NULL && valija_account_status_get_state (status) == VALIJA_SESSION_OPEN;
}

static gboolean
ask_directory_cb (gpointer data)
{
  ValijaAddressField *self = data;

  self->ask_source = 0;
  /* Another account may have been chosen in the pause, and it may be left */
  if (!is_connected (self))
    return G_SOURCE_REMOVE;

  self->asking = dex_cancellable_new ();
  ask (self, dex_future_first (valija_engine_search_directory (self->engine, self->account, self->whom, MAX_LISTED),
                               dex_ref (DEX_FUTURE (self->asking)), NULL), TRUE);

  return G_SOURCE_REMOVE;
}

void
valija_address_field_suggest (ValijaAddressField *self)
{
  g_autofree char *whom = NULL;

  if (self->engine == NULL || self->updating)
    return;

  whom = dup_whom (self);
  if (g_strcmp0 (whom, self->whom) == 0)
    return;

  stop_asking (self);
  g_clear_pointer (&self->listed, g_ptr_array_unref);
  if (*whom == '\0')
    {
      valija_address_field_close (self);
      return;
    }

  g_set_str (&self->whom, whom);
  ask (self, valija_engine_find_people (self->engine, whom, MAX_PEOPLE), FALSE);
  if (is_connected (self))
    self->ask_source = g_timeout_add (PAUSE_MS, ask_directory_cb, self);
}

/* ---- Taking one ---- */

static void
take (ValijaAddressField *self,
      GtkListBoxRow      *row)
{
  ValijaSearchSuggestion *suggestion = valija_suggestion_row_get_suggestion (VALIJA_SUGGESTION_ROW (row));
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  gsize kept = (gsize) (valija_address_field_find_last (text) - text);
  g_autofree char *before = g_strndup (text, kept);
  g_autofree char *line = g_strdup_printf ("%s%s%s, ", before, kept > 0 ? " " : "",
                                           valija_search_suggestion_get_text (suggestion));

  valija_address_field_close (self);
  self->updating = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), line);
  self->updating = FALSE;
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
}

static void
row_activated_cb (ValijaAddressField *self,
                  GtkListBoxRow      *row)
{
  take (self, row);
}

/* The cursor stays where it is, so a screen reader is told. */
static void
step (ValijaAddressField *self,
      int                 by)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  int index = row != NULL ? gtk_list_box_row_get_index (row) + by : 0;

  if (!(row = gtk_list_box_get_row_at_index (self->list, MAX (index, 0))))
    return;

  gtk_list_box_select_row (self->list, row);
  gtk_accessible_announce (GTK_ACCESSIBLE (self->entry),
                           valija_search_suggestion_get_text (valija_suggestion_row_get_suggestion (
                             VALIJA_SUGGESTION_ROW (row))),
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static gboolean
entry_key_cb (GtkEventControllerKey *controller,
              guint                  keyval,
              guint                  keycode,
              GdkModifierType        state,
              ValijaAddressField    *self)
{
  GtkListBoxRow *selected = gtk_list_box_get_selected_row (self->list);

  if (!gtk_widget_get_visible (GTK_WIDGET (self->suggestions)) || (state & GDK_CONTROL_MASK) != 0)
    return GDK_EVENT_PROPAGATE;

  switch (keyval)
    {
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      step (self, 1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      step (self, -1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_Tab:
    case GDK_KEY_KP_Tab:
      if (selected == NULL)
        return GDK_EVENT_PROPAGATE;
      take (self, selected);
      return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      valija_address_field_close (self);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

void
valija_address_field_bind_suggestions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_key_cb);
}
