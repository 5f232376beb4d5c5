/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/search/valija-search-box-private.h"

#include "model/valija-search-term.h"
#include "ui/search/valija-search-chip.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_RECENT 10

G_DEFINE_FINAL_TYPE (ValijaSearchBox, valija_search_box, ADW_TYPE_BIN)

enum
{
  CHANGED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Terms of which one is to hold, as a part of a text. */
typedef struct
{
  gsize start;
  gsize end;
  gboolean special;         /* not words alone */
  gboolean open;            /* it may go on */
} Group;

/* ---- What there is ---- */

static const char *
get_typed (ValijaSearchBox *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

static ValijaSearchChip *
get_last_chip (ValijaSearchBox *self)
{
  GtkWidget *last = gtk_widget_get_last_child (GTK_WIDGET (self->chips));

  return last != NULL ? VALIJA_SEARCH_CHIP (last) : NULL;
}

char *
valija_search_box_dup_text (ValijaSearchBox *self)
{
  g_autoptr(GString) text = g_string_new (NULL);

  g_return_val_if_fail (VALIJA_IS_SEARCH_BOX (self), NULL);

  for (GtkWidget *chip = gtk_widget_get_first_child (GTK_WIDGET (self->chips));
       chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    g_string_append_printf (text, "%s ", valija_search_chip_get_text (VALIJA_SEARCH_CHIP (chip)));

  g_string_append (text, get_typed (self));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- What is wrong ---- */

static gboolean
is_folder (ValijaSearchBox        *self,
           const ValijaSearchTerm *term)
{
  GListModel *accounts = valija_engine_get_accounts (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      GListModel *folders = valija_engine_get_folders (self->engine, account);

      for (guint j = 0; folders != NULL && j < g_list_model_get_n_items (folders); j++)
        {
          g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, j);

          /* Of a path the last part will do here: the others are the store's to know */
          if (valija_search_names_folder (term->text, FALSE, valija_folder_get_role (folder),
                                          valija_folder_get_name (folder), valija_folder_get_remote_id (folder)))
            return TRUE;
        }
    }

  return strchr (term->text, '/') != NULL;
}

/* Of what is still being typed nothing is said yet. */
static char *
find_problem (ValijaSearchBox *self)
{
  g_autofree char *text = valija_search_box_dup_text (self);
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text);

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (term->last)
        continue;
      if (term->problem != NULL || term->hint != NULL)
        return g_strdup (term->problem != NULL ? term->problem : term->hint);
      if (term->key == VALIJA_SEARCH_KEY_IN && term->text[0] != '\0' && self->engine != NULL && !is_folder (self, term))
        return g_strdup_printf (_("There is no folder called “%s”."), term->text);
    }

  return NULL;
}

static void
tell_problem (ValijaSearchBox *self)
{
  g_autofree char *problem = find_problem (self);

  if (problem != NULL && g_strcmp0 (problem, gtk_label_get_text (self->problem)) != 0)
    gtk_accessible_announce (GTK_ACCESSIBLE (self->problem), problem, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);

  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
}

/* ---- Chips ---- */

static void
set_typed (ValijaSearchBox *self,
           const char      *text)
{
  self->updating = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  self->updating = FALSE;
}

static void
tell_changed (ValijaSearchBox *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->chips), get_last_chip (self) != NULL);
  tell_problem (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
drop_chip (ValijaSearchBox  *self,
           ValijaSearchChip *chip)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  adw_wrap_box_remove (self->chips, GTK_WIDGET (chip));
}

static void
chip_removed_cb (ValijaSearchChip *chip,
                 ValijaSearchBox  *self)
{
  drop_chip (self, chip);
  tell_changed (self);
}

static void
chip_edited_cb (ValijaSearchChip *chip,
                ValijaSearchBox  *self)
{
  g_autofree char *typed = g_strstrip (g_strdup (get_typed (self)));
  g_autofree char *text = g_strdup_printf ("%s%s%s", typed, typed[0] != '\0' ? " " : "",
                                           valija_search_chip_get_text (chip));

  drop_chip (self, chip);
  set_typed (self, text);
  tell_changed (self);
}

static void
add_chip (ValijaSearchBox *self,
          const char      *text,
          gsize            length)
{
  g_autofree char *piece = g_strndup (text, length);
  GtkWidget *chip = valija_search_chip_new (piece);

  g_signal_connect_object (chip, "removed", G_CALLBACK (chip_removed_cb), self, 0);
  g_signal_connect_object (chip, "edited", G_CALLBACK (chip_edited_cb), self, 0);
  adw_wrap_box_append (self->chips, chip);
}

static GArray *
find_groups (const char *text,
             gboolean    all)
{
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text);
  GArray *groups = g_array_new (FALSE, FALSE, sizeof (Group));

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);
      Group fresh = { term->start, term->end, FALSE, FALSE };
      Group *group;

      if (!term->alternative || groups->len == 0)
        g_array_append_val (groups, fresh);

      group = &g_array_index (groups, Group, groups->len - 1);
      group->end = term->end;
      group->special = group->special || term->key != VALIJA_SEARCH_KEY_WORD || term->quoted;
      group->open = group->open || (term->last && !all) ||
                    (term->key != VALIJA_SEARCH_KEY_WORD && term->text[0] == '\0');

      /* OR stands behind it, and nothing yet behind that */
      if (i + 1 == terms->len && strspn (text + term->end, " \t") < strlen (text + term->end))
        group->open = TRUE;
    }

  return groups;
}

/* Makes chips of the operators that are complete, or with @all of the last one too. What begins with OR joins the last
 * chip. Whether there was anything. */
static gboolean
absorb (ValijaSearchBox *self,
        gboolean         all)
{
  ValijaSearchChip *last = get_last_chip (self);
  g_autofree char *text = g_strdup_printf ("%s%s%s", last != NULL ? valija_search_chip_get_text (last) : "",
                                           last != NULL ? " " : "", get_typed (self));
  gsize offset = last != NULL ? strlen (valija_search_chip_get_text (last)) + 1 : 0;
  g_autoptr(GArray) groups = find_groups (text, all);
  g_autoptr(GString) rest = g_string_new (NULL);
  gsize kept = offset;
  gboolean any = FALSE;

  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = &g_array_index (groups, Group, i);

      if (group->open || !group->special || group->end <= offset)
        continue;

      if (group->start < offset)
        adw_wrap_box_remove (self->chips, GTK_WIDGET (last));
      else
        g_string_append_len (rest, text + kept, group->start - kept);
      add_chip (self, text + group->start, group->end - group->start);
      kept = group->end;
      while (g_ascii_isspace (text[kept]))
        kept++;
      any = TRUE;
    }

  if (!any)
    return FALSE;

  g_string_append (rest, text + kept);
  set_typed (self, rest->str);
  gtk_widget_set_visible (GTK_WIDGET (self->chips), TRUE);

  return TRUE;
}

/* Behind the cursor nothing is taken away while somebody writes before it. */
static gboolean
is_at_end (ValijaSearchBox *self)
{
  return gtk_editable_get_position (GTK_EDITABLE (self->entry)) >= g_utf8_strlen (get_typed (self), -1);
}

static void
changed_cb (ValijaSearchBox *self)
{
  if (self->updating)
    return;

  valija_search_box_suggest (self, FALSE);
}

/* The cursor has followed what was typed. */
static void
position_cb (ValijaSearchBox *self)
{
  if (!self->updating && is_at_end (self) && absorb (self, FALSE))
    {
      valija_search_box_suggest (self, FALSE);
      tell_changed (self);
    }
}

static void
search_changed_cb (ValijaSearchBox *self)
{
  tell_changed (self);
}

void
valija_search_box_put (ValijaSearchBox *self,
                       const char      *text)
{
  set_typed (self, text);
  absorb (self, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  tell_changed (self);
}

/* ---- Keys ---- */

static void
activate_cb (ValijaSearchBox *self)
{
  valija_search_box_close (self);
  absorb (self, TRUE);
  tell_changed (self);
  valija_search_box_remember (self);
  g_signal_emit (self, signals[ACTIVATED], 0);
}

static gboolean
delete_before (ValijaSearchBox *self)
{
  ValijaSearchChip *last = get_last_chip (self);
  GtkEditable *entry = GTK_EDITABLE (self->entry);

  if (last == NULL || gtk_editable_get_position (entry) > 0 || gtk_editable_get_selection_bounds (entry, NULL, NULL))
    return FALSE;

  drop_chip (self, last);
  tell_changed (self);

  return TRUE;
}

static gboolean
entry_key_cb (GtkEventControllerKey *controller,
              guint                  keyval,
              guint                  keycode,
              GdkModifierType        state,
              ValijaSearchBox       *self)
{
  gboolean shown = gtk_widget_get_visible (GTK_WIDGET (self->suggestions));

  if (keyval == GDK_KEY_BackSpace && (state & GDK_CONTROL_MASK) == 0)
    return delete_before (self);

  if (keyval == GDK_KEY_Escape && shown)
    {
      valija_search_box_close (self);
      return GDK_EVENT_STOP;
    }

  if (keyval != GDK_KEY_Down && keyval != GDK_KEY_KP_Down)
    return GDK_EVENT_PROPAGATE;

  if (!shown)
    valija_search_box_suggest (self, TRUE);
  if (gtk_widget_get_visible (GTK_WIDGET (self->suggestions)))
    gtk_widget_child_focus (GTK_WIDGET (self->list), GTK_DIR_TAB_FORWARD);

  return GDK_EVENT_STOP;
}

static void
enter_cb (ValijaSearchBox *self)
{
  g_autofree char *text = valija_search_box_dup_text (self);

  valija_search_box_learn_labels (self);
  if (text[0] == '\0')
    valija_search_box_suggest (self, FALSE);
}

static void
leave_cb (ValijaSearchBox *self)
{
  valija_search_box_close (self);
}

/* ---- Object ---- */

static gboolean
valija_search_box_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (VALIJA_SEARCH_BOX (widget)->entry));
}

static void
valija_search_box_dispose (GObject *object)
{
  ValijaSearchBox *self = VALIJA_SEARCH_BOX (object);

  if (self->suggestions != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->suggestions));
  self->suggestions = NULL;
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->people, g_ptr_array_unref);
  g_clear_pointer (&self->whom, g_free);
  g_clear_pointer (&self->labels, g_strfreev);

  G_OBJECT_CLASS (valija_search_box_parent_class)->dispose (object);
}

static void
valija_search_box_class_init (ValijaSearchBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_search_box_dispose;
  widget_class->grab_focus = valija_search_box_grab_focus;

  signals[CHANGED] = g_signal_new ("changed", VALIJA_TYPE_SEARCH_BOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[ACTIVATED] = g_signal_new ("activated", VALIJA_TYPE_SEARCH_BOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-search-box.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchBox, column);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchBox, line);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchBox, entry);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchBox, chips);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchBox, problem);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchBox, suggestions);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchBox, list);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchBox, focus);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, enter_cb);
  gtk_widget_class_bind_template_callback (widget_class, leave_cb);
  valija_search_box_bind_suggestions (widget_class);
}

static void
valija_search_box_init (ValijaSearchBox *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->suggestions), GTK_WIDGET (self));

  self->settings = g_settings_new (APP_ID);
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "notify::cursor-position", G_CALLBACK (position_cb), self, G_CONNECT_SWAPPED);
}

void
valija_search_box_set_engine (ValijaSearchBox *self,
                              ValijaEngine    *engine)
{
  g_return_if_fail (VALIJA_IS_SEARCH_BOX (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
}

GtkEditable *
valija_search_box_get_entry (ValijaSearchBox *self)
{
  g_return_val_if_fail (VALIJA_IS_SEARCH_BOX (self), NULL);

  return GTK_EDITABLE (self->entry);
}

void
valija_search_box_clear (ValijaSearchBox *self)
{
  ValijaSearchChip *last;

  g_return_if_fail (VALIJA_IS_SEARCH_BOX (self));

  valija_search_box_close (self);
  while ((last = get_last_chip (self)) != NULL)
    adw_wrap_box_remove (self->chips, GTK_WIDGET (last));
  set_typed (self, "");
  gtk_widget_set_visible (GTK_WIDGET (self->chips), FALSE);
  tell_problem (self);
}

void
valija_search_box_append (ValijaSearchBox *self,
                          GtkWidget       *widget)
{
  g_return_if_fail (VALIJA_IS_SEARCH_BOX (self));

  gtk_box_append (self->line, widget);
}

void
valija_search_box_append_below (ValijaSearchBox *self,
                                GtkWidget       *widget)
{
  g_return_if_fail (VALIJA_IS_SEARCH_BOX (self));
  g_return_if_fail (self->below == NULL);

  gtk_box_append (self->column, widget);
  self->below = GTK_EVENT_CONTROLLER_FOCUS (gtk_event_controller_focus_new ());
  g_signal_connect_object (self->below, "enter", G_CALLBACK (valija_search_box_close), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (self->below));
}

void
valija_search_box_remember (ValijaSearchBox *self)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) recent = NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) fresh = NULL;
  guint n = 1;

  g_return_if_fail (VALIJA_IS_SEARCH_BOX (self));

  text = g_strstrip (valija_search_box_dup_text (self));
  if (text[0] == '\0')
    return;

  recent = g_settings_get_strv (self->settings, "recent-searches");
  g_strv_builder_add (builder, text);
  for (guint i = 0; recent[i] != NULL && n < MAX_RECENT; i++)
    if (!g_str_equal (recent[i], text))
      {
        g_strv_builder_add (builder, recent[i]);
        n++;
      }

  fresh = g_strv_builder_end (builder);
  g_settings_set_strv (self->settings, "recent-searches", (const char * const *) fresh);
}
