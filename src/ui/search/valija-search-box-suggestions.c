/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/search/valija-search-box-private.h"

#include "base/valija-future.h"
#include "model/valija-search-suggest.h"
#include "ui/search/valija-suggestion-row.h"

#define MAX_PEOPLE 6
#define MIN_WIDTH 320
#define MAX_WIDTH 440

static void ask_people (ValijaSearchBox *self);

static char *
dup_typed (ValijaSearchBox *self)
{
  return g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
}

static gboolean
has_chips (ValijaSearchBox *self)
{
  return gtk_widget_get_first_child (GTK_WIDGET (self->chips)) != NULL;
}

static void
add_folder_names (GListModel   *folders,
                  GHashTable   *seen,
                  GStrvBuilder *names)
{
  for (guint i = 0; folders != NULL && i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (valija_folder_get_selectable (folder) &&
          g_hash_table_add (seen, g_strdup (valija_folder_get_display_name (folder))))
        g_strv_builder_add (names, valija_folder_get_display_name (folder));
    }
}

static char **
list_folder_names (ValijaSearchBox *self)
{
  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GListModel *accounts = self->engine != NULL ? valija_engine_get_accounts (self->engine) : NULL;

  for (guint i = 0; accounts != NULL && i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);

      add_folder_names (valija_engine_get_folders (self->engine, account), seen, names);
    }

  return g_strv_builder_end (names);
}

/* Those that were asked for what stands there now. */
static GPtrArray *
get_people (ValijaSearchBox *self,
            const char      *typed)
{
  g_autofree char *whom = valija_search_suggest_whom (typed);

  return whom != NULL && g_strcmp0 (whom, self->whom) == 0 ? self->people : NULL;
}

static void
fill (ValijaSearchBox *self,
      GPtrArray       *found)
{
  gboolean recent = FALSE;

  gtk_list_box_remove_all (self->list);
  for (guint i = 0; i < found->len; i++)
    {
      ValijaSearchSuggestion *suggestion = g_ptr_array_index (found, i);
      gboolean is_recent = valija_search_suggestion_get_kind (suggestion) == VALIJA_SEARCH_SUGGESTION_RECENT;

      /* Behind the last of them they can be forgotten */
      if (recent && !is_recent)
        gtk_list_box_append (self->list, valija_suggestion_row_new (NULL));
      recent = is_recent;
      gtk_list_box_append (self->list, valija_suggestion_row_new (suggestion));
    }
  if (recent)
    gtk_list_box_append (self->list, valija_suggestion_row_new (NULL));
  gtk_list_box_unselect_all (self->list);
}

static void
show (ValijaSearchBox *self)
{
  g_autofree char *typed = dup_typed (self);
  g_auto(GStrv) recent = g_settings_get_strv (self->settings, "recent-searches");
  g_auto(GStrv) folders = list_folder_names (self);
  g_autoptr(GPtrArray) found = NULL;
  int width = gtk_widget_get_width (GTK_WIDGET (self));

  /* What was searched before was all of a search */
  found = valija_search_suggest (typed, has_chips (self) ? NULL : (const char * const *) recent,
                                 get_people (self, typed), (const char * const *) folders,
                                 (const char * const *) self->labels);
  if (found->len == 0)
    {
      valija_search_box_close (self);
      return;
    }

  fill (self, found);
  gtk_widget_set_size_request (GTK_WIDGET (self->suggestions), CLAMP (width, MIN_WIDTH, MAX_WIDTH), -1);
  if (width == 0)
    return;

  /* What it stands below may have grown */
  if (gtk_widget_get_visible (GTK_WIDGET (self->suggestions)))
    gtk_popover_present (self->suggestions);
  else
    gtk_popover_popup (self->suggestions);
}

/* ---- People ---- */

static void
people_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaSearchBox *self = owner;
  const GValue *value = dex_future_get_value (future, NULL);
  g_autofree char *typed = dup_typed (self);
  g_autofree char *whom = valija_search_suggest_whom (typed);

  self->asking = FALSE;
  g_clear_pointer (&self->people, g_ptr_array_unref);
  if (value != NULL && G_VALUE_HOLDS (value, G_TYPE_PTR_ARRAY))
    self->people = g_value_dup_boxed (value);

  if (g_strcmp0 (whom, self->whom) != 0)
    ask_people (self);
  else if (self->people != NULL && self->people->len > 0 &&
           gtk_event_controller_focus_contains_focus (self->focus) && gtk_widget_is_visible (GTK_WIDGET (self)))
    show (self);
}

/* One question at a time; what was typed meanwhile is asked behind it. */
static void
ask_people (ValijaSearchBox *self)
{
  g_autofree char *typed = dup_typed (self);
  g_autofree char *whom = valija_search_suggest_whom (typed);

  if (self->engine == NULL || self->asking || whom == NULL || g_strcmp0 (whom, self->whom) == 0)
    return;

  g_set_str (&self->whom, whom);
  self->asking = TRUE;
  valija_future_then (valija_engine_find_people (self->engine, whom, MAX_PEOPLE), self, people_cb);
}

/* ---- Labels ---- */

static void
labels_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaSearchBox *self = owner;
  const GValue *value = dex_future_get_value (future, NULL);
  gboolean first = self->labels == NULL;

  if (value == NULL)
    return;

  g_clear_pointer (&self->labels, g_strfreev);
  self->labels = g_value_dup_boxed (value);
  if (first && self->labels[0] != NULL && gtk_widget_get_visible (GTK_WIDGET (self->suggestions)))
    show (self);
}

void
valija_search_box_learn_labels (ValijaSearchBox *self)
{
  if (self->engine != NULL)
    valija_future_then (valija_engine_list_labels (self->engine, NULL), self, labels_cb);
}

void
valija_search_box_suggest (ValijaSearchBox *self,
                           gboolean         asked)
{
  g_autofree char *typed = dup_typed (self);

  if (!gtk_event_controller_focus_contains_focus (self->focus) ||
      (self->below != NULL && gtk_event_controller_focus_contains_focus (self->below)))
    return;

  /* Behind a chip it may be all */
  if (!asked && typed[0] == '\0' && has_chips (self))
    {
      valija_search_box_close (self);
      return;
    }

  show (self);
  ask_people (self);
}

void
valija_search_box_close (ValijaSearchBox *self)
{
  if (self->suggestions != NULL)
    gtk_popover_popdown (self->suggestions);
}

/* ---- Taking one ---- */

static void
row_activated_cb (ValijaSearchBox     *self,
                  ValijaSuggestionRow *row)
{
  g_autoptr(ValijaSearchSuggestion) suggestion = NULL;

  g_set_object (&suggestion, valija_suggestion_row_get_suggestion (row));
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));

  if (suggestion == NULL)
    {
      g_settings_reset (self->settings, "recent-searches");
      show (self);
      return;
    }

  valija_search_box_close (self);
  valija_search_box_put (self, valija_search_suggestion_get_text (suggestion));

  /* Behind an operator its values are next */
  if (valija_search_suggestion_get_kind (suggestion) == VALIJA_SEARCH_SUGGESTION_OPERATOR)
    valija_search_box_suggest (self, TRUE);
}

static void
go_back (ValijaSearchBox *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
}

static gboolean
is_first_row (ValijaSearchBox *self)
{
  GtkListBoxRow *first = gtk_list_box_get_row_at_index (self->list, 0);

  return first != NULL && gtk_widget_has_focus (GTK_WIDGET (first));
}

static gboolean
list_key_cb (GtkEventControllerKey *controller,
             guint                  keyval,
             guint                  keycode,
             GdkModifierType        state,
             ValijaSearchBox       *self)
{
  gunichar letter = gdk_keyval_to_unicode (keyval);
  gboolean plain = (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) == 0;

  if (keyval == GDK_KEY_Escape)
    {
      valija_search_box_close (self);
      go_back (self);
      return GDK_EVENT_STOP;
    }

  if ((keyval == GDK_KEY_Up || keyval == GDK_KEY_KP_Up) && is_first_row (self))
    {
      go_back (self);
      return GDK_EVENT_STOP;
    }

  /* Who goes on writing means the entry */
  if (plain && letter != 0 && g_unichar_isprint (letter))
    {
      char text[7] = { 0, };
      int position;

      g_unichar_to_utf8 (letter, text);
      go_back (self);
      position = gtk_editable_get_position (GTK_EDITABLE (self->entry));
      gtk_editable_insert_text (GTK_EDITABLE (self->entry), text, -1, &position);
      gtk_editable_set_position (GTK_EDITABLE (self->entry), position);
      return GDK_EVENT_STOP;
    }

  return GDK_EVENT_PROPAGATE;
}

void
valija_search_box_bind_suggestions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, list_key_cb);
}
